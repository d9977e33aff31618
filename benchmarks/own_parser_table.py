"""Print the tables of the records of our own parser from the data beside them.

    python benchmarks/own_parser_table.py

Nothing is measured here: every row was, and stands in the folders of `RECORDS` below `notes/`.
"""

import csv
from pathlib import Path

NOTES = Path(__file__).parent / "notes"
RECORDS = ("2026-11-27-own-parser", "2026-11-27-unlike-footage", "2026-11-28-ingredients")


def table(file: Path) -> str:
    """Return a tab-separated file as a Markdown table; empty cells were not measured."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t"))
    width = len(rows[0])
    out = [rows[0], ["---"] + ["--:"] * (width - 1), *rows[1:]]
    padded = [row + [""] * (width - len(row)) for row in out]
    return "\n".join("| " + " | ".join(row) + " |" for row in padded)


def main() -> None:
    """Run."""
    for record in RECORDS:
        for file in sorted((NOTES / record).glob("*.tsv")):
            print(f"{record}: {file.stem}\n\n{table(file)}\n")


if __name__ == "__main__":
    main()
