"""The result of a table: ours over seeds, the published row and the gap, as data and as text."""

import csv
import io
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from seehear._version import __version__
from seehear.data import Dataset
from seehear.data.editions import llp_edition, why_not_llp
from seehear.files import Json, write_text
from seehear.metrics.own_figures import HEADLINES
from seehear.recipes import FIGURES
from seehear.reproduce.elsewhere import Elsewhere, elsewhere_published
from seehear.reproduce.rows import Entry
from seehear.reproduce.tables import Table
from seehear.reproduce.task import RESULT, read
from seehear.train.run import summarise

LEVELS = {"segment": "seg", "event": "evt"}
SHORT = {"audio": "A", "visual": "V", "audio_visual": "AV", "type": "Type", "event": "Event"}


def collect(
    table: Table,
    entries: Sequence[Entry],
    faults: Mapping[str, str],
    dataset: Dataset,
    out: Path,
    *,
    split: str,
    settings: Mapping[str, Json],
    machine: str = "",
) -> dict[str, Json]:
    """Return the table as JSON values: percent, over every seed that the output folder holds.

    Args:
        table: which one.
        entries: its rows as planned.
        faults: by run folder, what went wrong.
        dataset: that rows ran on; published figures are shown only where it is a benchmark as it
            was published.
        out: the output folder.
        split: that figures were measured on.
        settings: those of this call, on top of the rows' own.
        machine: what they ran on, in words.
    """
    withheld = _why_unpublished(dataset, split, settings)
    elsewhere = None if withheld is not None else elsewhere_published(dataset)
    on_llp = withheld is None and elsewhere is None
    source = None if elsewhere is None else elsewhere.source
    rows: list[dict[str, Json]] = []
    first: dict[str, str] = {}  # title of the first row of each folder
    for entry in entries:
        row = _row(entry, out, split, published=on_llp)
        if dataset.official is not None:
            row |= _own(entry, out, split, elsewhere)
        row["problem"] = _problem(entry, row, faults)
        row["same_as"] = first.get(entry.folder)
        rows.append(row)
        first.setdefault(entry.folder, entry.row.title)
    return {
        "table": table.name,
        "title": table.title,
        "columns": list(table.columns),
        "own_columns": list(HEADLINES.get(dataset.official or "", ())),
        "split": split,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "annotation": dataset.annotation,
            "edition": llp_edition(dataset),
            "clips": {name: len(part.clips) for name, part in dataset.splits.items()},
        },
        "settings": dict(settings),
        "published_withheld": withheld,
        "published_source": source,
        "rows": rows,
        "date": time.strftime("%Y-%m-%d"),
        "seehear": __version__,
        "machine": machine,
    }


def _problem(entry: Entry, row: Mapping[str, Json], faults: Mapping[str, str]) -> str | None:
    """Return why a row has no figures, or not all; None: nothing went wrong."""
    for run, text in faults.items():
        if _is_of(run, entry):
            return text
    return None if row["seeds"] else entry.reason or "not run"


def _why_unpublished(dataset: Dataset, split: str, settings: Mapping[str, Json]) -> str | None:
    """Return why published figures cannot stand beside ours; None if they can."""
    if dataset.official is not None:
        if elsewhere_published(dataset) is None:
            return f"none of these systems has published figures on {dataset.name} as it is here"
    elif (fault := why_not_llp(dataset)) is not None:
        return f"{dataset.name} is not LLP as published: {fault}"
    if split != "test":
        return f"they are of split test, ours of {split}"
    if settings:
        changed = ", ".join(f"{name}={value}" for name, value in settings.items())
        return f"their systems were trained as the recipes say, ours with {changed}"
    return None


def _is_of(run: str, entry: Entry) -> bool:
    return run.startswith(f"{entry.folder}/")


def _row(entry: Entry, out: Path, split: str, *, published: bool) -> dict[str, Json]:
    """Return one row of a table, by its runs in the output folder."""
    found = [read(path.parent) for path in sorted((out / entry.folder).glob(f"seed-*/{RESULT}"))]
    runs = [run for run in found if split in run["splits"]]
    figures = dict(entry.row.published) if published and entry.own_features else {}
    ours = None
    gap: dict[str, float] = {}
    if runs:
        ours = _percent(summarise([run["splits"][split] for run in runs]))
        gap = _gap(ours, figures)
    return {
        "key": entry.row.key,
        "title": entry.row.title,
        "recipe": entry.recipe.name,
        "features": entry.features,
        "settings": dict(entry.row.settings),
        "control": entry.row.control,
        "seeds": _each(runs, "seed"),
        "epochs": _each(runs, "epoch"),
        "ours": ours,
        "published": figures,
        "published_on": _published_elsewhere(entry),
        "gap": gap,
        "seconds": _each(runs, "seconds"),
        "cpu_seconds": _each(runs, "cpu_seconds"),
        "peak_mb": max(_each(runs, "peak_mb"), default=None),
        "same_as": None,
        "folder": entry.folder,
        "problem": None,
        "command": None if runs else entry.command,
    }


def _own(
    entry: Entry, out: Path, split: str, elsewhere: Elsewhere | None
) -> dict[str, dict[str, Json] | None]:
    """Return the part of a row that the benchmark's own evaluation gives."""
    found = [read(path.parent) for path in sorted((out / entry.folder).glob(f"seed-*/{RESULT}"))]
    runs = [run["own"][split] for run in found if split in run.get("own", {})]
    ours = _percent(summarise(runs)) if runs else {}
    published: dict[str, float] = {}
    if elsewhere is not None and not entry.row.settings:
        published |= elsewhere.figures.get(entry.recipe.name, {})
    return {
        "own": dict(ours),
        "own_published": dict(published),
        "own_gap": dict(_gap(ours, published)),
        "published_on": None,
    }


def _gap(
    ours: Mapping[str, Mapping[str, float]], published: Mapping[str, float]
) -> dict[str, float]:
    return {key: ours[key]["mean"] - value for key, value in published.items() if key in ours}


def _published_elsewhere(entry: Entry) -> str | None:
    """Return the features of a row's published figures if it runs on others here, else None."""
    if entry.own_features or not entry.row.published:
        return None
    return entry.row.features


def _each(runs: Sequence[Mapping[str, Json]], key: str) -> list[Json]:
    return [run.get(key) for run in runs]


def _percent(figures: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    percent = {}
    for key, both in figures.items():
        percent[key] = {name: 100 * value for name, value in both.items()}
    return percent


def heading(result: Mapping[str, Json]) -> str:
    """Return the heading of a table: what it shows, and on which dataset and split."""
    changed = "".join(f", {name}={value}" for name, value in result["settings"].items())
    return (
        f"{result['table']}: {result['title']} · {result['dataset']['name']}"
        f" {result['split']}{changed} · percent, mean ± spread over seeds"
    )


def header(result: Mapping[str, Json]) -> list[str]:
    """Return the column titles."""
    names = []
    for key in result["columns"]:
        level, name = key.split("/")
        names.append(f"{LEVELS[level]} {SHORT[name]}")
    return ["row", "features", "seeds", *names, *result.get("own_columns", ())]


def lines(result: Mapping[str, Json]) -> list[list[str]]:
    """Return the cells of each line: ours and, below it, the published row and the gap, if any."""
    columns = [*result["columns"], *result.get("own_columns", ())]
    out = []
    for row in result["rows"]:
        ours = {**(row["ours"] or {}), **row.get("own", {})}
        cells = [_cell(ours.get(key), len(row["seeds"])) for key in columns]
        seeds = ",".join(map(str, row["seeds"])) or "-"
        out.append([row["title"], row["features"], seeds, *cells])
        for name, form in (("published", "{:.1f}"), ("gap", "{:+.1f}")):
            values = {**row[name], **row.get(f"own_{name}", {})}
            if values:
                known = {key: form.format(value) for key, value in values.items()}
                cells = [known.get(key, "") for key in columns]
                out.append([f"  {name}", "", "", *cells])
    return out


def notes(result: Mapping[str, Json]) -> list[str]:
    """Return the lines below a table.

    They say how far few seeds or clips can be trusted, why this split was chosen, why published
    figures are left out or which annotations they belong to, which rows are not in the paper or
    share a run, and what is missing for rows without one.
    """
    out = [result["note"]] if result.get("note") else []
    if result.get("split_chosen"):
        out.append(f"split {result['split']}: {result['split_chosen']}")
    out += _about_published(result)
    for row in result["rows"]:
        title = row["title"]
        if row.get("control"):
            changed = ", ".join(f"{name}={value}" for name, value in row["settings"].items())
            added = f" with {changed}" if changed else ""
            out.append(f"{title}: not in the paper; {row['recipe']}{added}")
        if row["same_as"]:
            out.append(f"{title}: the same as {row['same_as']} on these features, so one run")
        if row["problem"]:
            command = f"; run: {row['command']}" if row["command"] else ""
            out.append(f"{title}: {row['problem']}{command}")
    return out


def _about_published(result: Mapping[str, Json]) -> list[str]:
    """Return the lines about published figures: their source, or why they are left out."""
    withheld, out = result.get("published_withheld"), []
    if source := result.get("published_source"):
        return [f"published: {source}"]
    if withheld:
        return [f"published figures are left out: {withheld}"]
    other = [row["title"] for row in result["rows"] if row.get("published_on")]
    if other:
        out.append(f"published figures are left out of rows on other features: {', '.join(other)}")
    if any(row["published"] for row in result["rows"]):
        edition = result["dataset"].get("edition")
        after = "; the published figures are of those before, at most 0.05 points away"
        late = after if edition == "April 2024" else ""
        out.append(f"annotations of LLP: {edition}{late}")
    return out


def markdown(result: Mapping[str, Json]) -> str:
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
        settings = ", ".join(f"`{name}={value}`" for name, value in result["settings"].items())
        text += ["", f"Settings: {settings}."]
    text += ["", _markdown_line(columns), "|" + "---|" * 3 + "--:|" * (len(columns) - 3)]
    text += [_markdown_line(line) for line in lines(result)]
    remarks = notes(result)
    if remarks:
        text += ["", *(f"* {line}" for line in remarks)]
    return "\n".join(text) + "\n"


def _markdown_line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def as_csv(result: Mapping[str, Json]) -> str:
    """Return the table as CSV: for each row all ten figures, each with mean, spread, published."""
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


def write(result: Mapping[str, Json], out: Path) -> list[Path]:
    """Write TABLE.json, TABLE.csv and TABLE.md to the output folder; return their paths.

    Args:
        result: of `collect`.
        out: the output folder.
    """
    from seehear.train.files import write_json

    base = out / str(result["table"])
    write_json(base.with_suffix(".json"), result)
    write_text(base.with_suffix(".csv"), as_csv(result))
    write_text(base.with_suffix(".md"), markdown(result))
    return [base.with_suffix(suffix) for suffix in (".json", ".csv", ".md")]


def _cell(both: Mapping[str, float] | None, seeds: int) -> str:
    if both is None:
        return "-"
    return f"{both['mean']:.1f}" + (f"±{both['spread']:.1f}" if seeds > 1 else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
