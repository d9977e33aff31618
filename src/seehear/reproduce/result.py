"""What a table came to: ours, mean and spread over seeds, beside the published row and the gap; as
data and as text.
"""

import csv
import io
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seehear._version import __version__
from seehear.data import LLP_VOCABULARY, Dataset
from seehear.recipes import FIGURES
from seehear.reproduce.rows import Entry
from seehear.reproduce.tables import Table
from seehear.reproduce.task import RESULT, read
from seehear.train.run import summarise

SHORT = {"audio": "A", "visual": "V", "audio_visual": "AV", "type": "Type", "event": "Event"}


def collect(
    table: Table,
    entries: Sequence[Entry],
    faults: Mapping[str, str],
    dataset: Dataset,
    out: Path,
    *,
    split: str,
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the table as JSON values: percent, with every seed that lies in the output folder.

    Args:
        table: which one.
        entries: its rows as planned.
        faults: by run folder, what went wrong.
        dataset: published figures are only set beside those of LLP.
        out: the output folder.
        split: which figures were measured on.
        settings: those of this call, on top of the rows' own.
    """
    llp = dataset.name.lower() == "llp" and dataset.vocabulary.names == LLP_VOCABULARY.names
    rows: list[dict[str, Any]] = []
    first: dict[str, str] = {}
    for entry in entries:
        runs = [read(path.parent) for path in sorted((out / entry.folder).glob(f"seed-*/{RESULT}"))]
        runs = [run for run in runs if split in run["splits"]]
        ours = (
            {
                key: {name: 100 * value for name, value in both.items()}
                for key, both in summarise(run["splits"][split] for run in runs).items()
            }
            if runs
            else None
        )
        published = dict(entry.row.published) if llp and entry.own_features else {}
        fault = next(
            (text for folder, text in faults.items() if folder.startswith(entry.folder + "/")), None
        )
        rows.append(
            {
                "key": entry.row.key,
                "title": entry.row.title,
                "recipe": entry.recipe.name,
                "features": entry.features,
                "settings": dict(entry.row.settings),
                "seeds": [run["seed"] for run in runs],
                "epochs": [run["epoch"] for run in runs],
                "ours": ours,
                "published": published,
                "gap": (
                    {key: ours[key]["mean"] - value for key, value in published.items()}
                    if ours
                    else {}
                ),
                "seconds": [run["seconds"] for run in runs],
                "cpu_seconds": [run.get("cpu_seconds") for run in runs],
                "peak_mb": max((run["peak_mb"] for run in runs), default=None),
                "same_as": first.get(entry.folder),
                "folder": entry.folder,
                "problem": None if runs and not fault else fault or entry.reason or "not run",
                "command": entry.command if not runs else None,
            }
        )
        first.setdefault(entry.folder, entry.row.title)
    return {
        "table": table.name,
        "title": table.title,
        "columns": list(table.columns),
        "split": split,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "clips": {name: len(part.clips) for name, part in dataset.splits.items()},
        },
        "settings": dict(settings),
        "rows": rows,
        "date": time.strftime("%Y-%m-%d"),
        "seehear": __version__,
        "machine": f"{platform.system()} {platform.machine()}, one thread a row",
    }


def heading(result: Mapping[str, Any]) -> str:
    """Return what a table shows and on what."""
    changed = "".join(f", {name}={value}" for name, value in result["settings"].items())
    return (
        f"{result['table']}: {result['title']} · {result['dataset']['name']}"
        f" {result['split']}{changed} · percent, mean ± spread over seeds"
    )


def header(result: Mapping[str, Any]) -> list[str]:
    """Return the column titles."""
    names = [
        f"{'seg' if level == 'segment' else 'evt'} {SHORT[name]}"
        for level, name in (key.split("/") for key in result["columns"])
    ]
    return ["row", "features", "seeds", *names]


def lines(result: Mapping[str, Any]) -> list[list[str]]:
    """Return the cells of each line: ours and, where there is one, the published row and the gap
    below it.
    """
    out = []
    for row in result["rows"]:
        columns = result["columns"]
        if row["ours"] is None:
            out.append([row["title"], row["features"], "-", *["-"] * len(columns)])
        else:
            out.append(
                [
                    row["title"],
                    row["features"],
                    ",".join(map(str, row["seeds"])),
                    *(_cell(row["ours"][key], len(row["seeds"])) for key in columns),
                ]
            )
        for name, values, form in (
            ("published", row["published"], "{:.1f}"),
            ("gap", row["gap"], "{:+.1f}"),
        ):
            if values:
                out.append(
                    [
                        f"  {name}",
                        "",
                        "",
                        *(form.format(values[k]) if k in values else "" for k in columns),
                    ]
                )
    return out


def notes(result: Mapping[str, Any]) -> list[str]:
    """Return one line for each row that shares another's run, or has none, with the command that
    helps.
    """
    out = []
    for row in result["rows"]:
        if row["same_as"]:
            out.append(
                f"{row['title']}: one definition with {row['same_as']} on these features, so"
                " one run"
            )
        if row["problem"]:
            out.append(
                f"{row['title']}: {row['problem']}"
                + (f"; run: {row['command']}" if row["command"] else "")
            )
    return out


def markdown(result: Mapping[str, Any]) -> str:
    """Return the table as a page of Markdown."""
    columns = header(result)
    clips = ", ".join(f"{count} {name}" for name, count in result["dataset"]["clips"].items())
    text = [
        f"## {result['table']}: {result['title']}",
        "",
        (
            f"{result['dataset']['name']} ({clips} clips), split {result['split']},"
            f" {result['date']}, seehear {result['seehear']}, {result['machine']}. Percent; mean ±"
            " sample deviation over seeds."
        ),
    ]
    if result["settings"]:
        text += [
            "",
            "Settings: "
            + ", ".join(f"`{name}={value}`" for name, value in result["settings"].items())
            + ".",
        ]
    text += ["", "| " + " | ".join(columns) + " |", "|" + "---|" * 3 + "--:|" * (len(columns) - 3)]
    text += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in lines(result)
    ]
    if said := notes(result):
        text += ["", *(f"* {line}" for line in said)]
    return "\n".join(text) + "\n"


def as_csv(result: Mapping[str, Any]) -> str:
    """Return one line a row and all ten figures: mean, spread, published."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "row",
            "recipe",
            "features",
            "seeds",
            "seconds",
            "peak_mb",
            *(f"{key} {part}" for key in FIGURES for part in ("mean", "spread", "published")),
        ]
    )
    for row in result["rows"]:
        cells = []
        for key in FIGURES:
            ours = (row["ours"] or {}).get(key, {})
            cells += [
                _number(ours.get("mean")),
                _number(ours.get("spread")),
                _number(row["published"].get(key)),
            ]
        writer.writerow(
            [
                row["key"],
                row["recipe"],
                row["features"],
                " ".join(map(str, row["seeds"])),
                f"{sum(row['seconds']):.1f}" if row["seconds"] else "",
                row["peak_mb"] or "",
                *cells,
            ]
        )
    return out.getvalue()


def write(result: Mapping[str, Any], out: Path) -> list[Path]:
    """Write NAME.json, NAME.csv and NAME.md to the output folder; return their paths."""
    from seehear.files import write_text
    from seehear.train.files import write_json

    base = out / str(result["table"])
    write_json(base.with_suffix(".json"), result)
    write_text(base.with_suffix(".csv"), as_csv(result))
    write_text(base.with_suffix(".md"), markdown(result))
    return [base.with_suffix(suffix) for suffix in (".json", ".csv", ".md")]


def _cell(both: Mapping[str, float], seeds: int) -> str:
    return f"{both['mean']:.1f}" + (f"±{both['spread']:.1f}" if seeds > 1 else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
