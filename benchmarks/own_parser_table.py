"""Print the tables of `notes/2026-11-27-own-parser.md` from the data beside it.

    python benchmarks/own_parser_table.py

Nothing is measured here: every row was, and stands in `notes/2026-11-27-own-parser/`.
"""

import csv
from pathlib import Path

DATA = Path(__file__).parent / "notes" / "2026-11-27-own-parser"


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
    for file in sorted(DATA.glob("*.tsv")):
        print(f"{file.stem}\n\n{table(file)}\n")


if __name__ == "__main__":
    main()
