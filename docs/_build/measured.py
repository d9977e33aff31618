"""The tables measured here, from the data that `make tables` leaves in benchmarks/tables.

What is not measured yet is said, row by row and seed by seed; no figure here but from the data.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TABLES = BENCHMARKS / "tables"
BEFORE = BENCHMARKS / "notes" / "2026-11-27-results"  # stands in until all rows are measured again
TEACHING = BENCHMARKS / "results" / "2026-11-28-teach-curve.json"
NOT_YET = "not measured yet"
BESIDE = re.compile(r"(?<=\d)(±)(?=\d)")  # where a cell of a wide table may go on in a second line


def tables(folder: Path = TABLES) -> list[dict[str, Any]]:
    """Return the tables that were begun, in the paper's order."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("table*.json"))]


def results(folder: Path = TABLES, before: Path = BEFORE) -> str:
    """Return every table as Markdown, with what is missing, and an older record of that."""
    from seehear.reproduce import TABLES as PUBLISHED
    from seehear.reproduce.result import markdown

    begun = {result["table"]: result for result in tables(folder)}
    parts = []
    for name, published in PUBLISHED.items():
        result = begun.get(name)
        if result and any(row["ours"] for row in result["rows"]):
            parts.append(part(result))
        else:
            parts.append(f"### {name}: {published.title}\n\n{NOT_YET.capitalize()}.\n")
    older = [result for result in tables(before) if not _is_whole(begun.get(result["table"]))]
    if older:
        parts.append("### Before: an older code's figures of tables that are not whole yet\n")
        parts += [f"##{markdown(result)}" for result in older]
    return "\n".join(parts)


def ablation(recipe: str, notes: Path = BENCHMARKS / "notes") -> str:
    """Return the newest table that takes a recipe apart, as Markdown; empty where there is none."""
    files = sorted(notes.glob(f"*/ablation-{recipe}.tsv"))
    if not files:
        return ""
    with files[-1].open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines, delimiter="\t")
    marks = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def ingredients(path: Path = TABLES / "own-parser-ablation.json") -> str:
    """Return what each ingredient of our own parser brings; empty where nothing was tried."""
    if not path.exists():
        return ""
    found = json.loads(path.read_text("utf-8"))
    parts = []
    for title, rows in _kinds(found["rows"]):
        if rows:
            parts += [f"**{title}**", "", *_INGREDIENTS, *map(_ingredient, rows), ""]
    if found["unmeasured"]:
        listed = [f"* {title} ({source})" for title, source in found["unmeasured"]]
        parts += [f"{NOT_YET.capitalize()}, switches of the recipe all the same:", "", *listed]
    return "\n".join(parts).rstrip()


_INGREDIENTS = (
    "| what | source | runs | A | V | AV | Type | event Type | Type, difference (95 %)"
    " | event Type, difference (95 %) | real: seen | heard |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)
_SHOWN = (
    *(f"segment/{kind}" for kind in ("audio", "visual", "audio_visual", "type")),
    "event/type",
)
_OURS, _SEBBS, _ONE_A_TRACK = "ours", "idea: SEBBs, Interspeech 2024", "NREP; DHHN"
_WAYS = {
    "best/robust": ("as it is", _OURS),
    "mean3/robust": ("mean of the three best epochs' weights", "NREP"),
    "track/robust": ("one epoch a track", _ONE_A_TRACK),
    "track-mean3/robust": ("mean of three epochs, chosen for each track", _ONE_A_TRACK),
    "best/robust-one-threshold": ("one threshold, no gap filled", "HAN, ECCV 2020"),
    "best/robust-fitted": ("decoding fitted on val by the network alone", _SEBBS),
    "best/robust-fitted-beside": ("decoding fitted on val as it parses", _SEBBS),
    "best/alone": ("the network alone, one threshold", _OURS),
    "best/alone-events": ("the network alone, second threshold and gaps", _OURS),
    "best/alone-fitted": ("the network alone, decoding fitted on val", _SEBBS),
}


def _kinds(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the rows by what they are about."""
    others = [row for row in rows if row["variant"] != "base"]
    for title, way in (("parsed as it is", "best/robust"), ("the network alone", "best/alone")):
        yield f"Trained otherwise, {title}", [row for row in others if row["row"] == way]
    base = {row["row"]: row for row in rows if row["variant"] == "base"}
    ways = []
    for name, (title, source) in _WAYS.items():
        if name in base:
            ways.append({**base[name], "title": title, "source": source})
    yield "Trained as it is, other weights kept or events found otherwise", ways


def _ingredient(row: dict[str, Any]) -> str:
    """Return one row of such a table."""
    figures = [f"{row['figures'][key]:.1f}" for key in _SHOWN]
    apart = ["", ""]
    if (paired := row.get("paired")) and any(map(any, paired.values())):
        apart = []
        for key in _SHOWN[-2:]:
            middle, low, high = paired[key]
            apart.append(f"{middle:+.1f} <wbr>({low:+.1f} <wbr>to {high:+.1f})")
    real = [f"{row['real'][key]:.3f}" if "real" in row else "" for key in ("seen", "heard")]
    cells = [row["title"], row["source"], str(row["runs"]), *figures, *apart, *real]
    return f"| {' | '.join(cells)} |"


def _is_whole(result: dict[str, Any] | None) -> bool:
    return result is not None and all(row["seeds"] == row["wanted"] for row in result["rows"])


def part(result: dict[str, Any]) -> str:
    """Return one table: as `seehear reproduce` writes it, what is missing, and the code's state."""
    from seehear.reproduce.result import markdown

    rows = [{**row, "problem": None} for row in result["rows"]]
    text = BESIDE.sub(r"<wbr>\1", markdown({**result, "rows": rows}).rstrip())
    # a list ends the table where rows share a run or are ours; one that goes on needs no gap
    gap = "" if text.splitlines()[-1].startswith("* ") else "\n"
    return f"#{text}\n{gap}" + "".join(f"* {line}\n" for line in _state(result))


def _state(result: dict[str, Any]) -> Iterator[str]:
    """Yield which seeds are missing, then when and on which code the others were measured."""
    missing: dict[str, list[str]] = {}
    for row in result["rows"]:
        seeds = ", ".join(str(seed) for seed in row["wanted"] if seed not in row["seeds"])
        if not row["same_as"]:
            missing.setdefault(seeds, []).append(row["title"])
    missing.pop("", None)
    for seeds, titles in missing.items():
        yield f"seeds {seeds} {NOT_YET}: {'; '.join(titles)}"
    commits = {commit for row in result["rows"] for commit in row["commits"]}
    days = sorted({time.split()[0] for row in result["rows"] for time in row["finished"]})
    when = " to ".join(dict.fromkeys((days[0], days[-1])))
    yield f"measured {when}, code at {', '.join(f'`{commit}`' for commit in sorted(commits))}"


def dry_run(path: Path = TABLES / "dry-run.json") -> str:
    """Return what a row costs at LLP's full size and width, a line a run."""
    if not path.exists():
        return f"{NOT_YET.capitalize()} at full width; `make dry-run` does."
    lines = [
        "| table | row | features | minutes | processor minutes | peak MB |",
        "|---|---|---|--:|--:|--:|",
    ]
    kept = json.loads(path.read_text("utf-8"))
    for name, table in sorted(kept.items()):
        for row in table["rows"]:
            if not row["same_as"]:
                cells = (sum(row["seconds"]) / 60, sum(row["cpu_seconds"]) / 60, row["peak_mb"])
                costs = "{:.1f} | {:.1f} | {:,.0f}".format(*cells)
                lines.append(f"| {name[-1]} | {row['title']} | {row['features']} | {costs} |")
    about = {
        f"{t['date']}, {t['machine']['cpu']}, {t['machine']['cores']} cores" for t in kept.values()
    }
    return "\n".join([*lines, "", f"One epoch, one thread a row; {'; '.join(sorted(about))}."])


def teach_curve(path: Path = TEACHING) -> str:
    """Return what corrections bring, a line for each way, order and dataset."""
    found = json.loads(path.read_text("utf-8"))["datasets"]
    numbers = list(next(iter(gains(next(iter(found.values())))))[2])
    lines = [
        f"| clips revealed | before | {' | '.join(numbers)} |",
        f"|---|--:|{'--:|' * len(numbers)}",
    ]
    for name, dataset in found.items():
        for how, order, of_count in gains(dataset):
            cells = [_gain(of_count.get(number, ())) for number in numbers]
            title = f"{name}: {how}, {'at random' if order == 'random' else 'most doubtful first'}"
            lines.append(f"| {title} | {dataset['before']:.1f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _gain(values: Sequence[float]) -> str:
    """Return the mean of some gains, and the least; of one it is that."""
    if not values:
        return "–"
    least = f" ({min(values):+.1f})" if len(values) > 1 else ""
    return f"{sum(values) / len(values):+.1f}{least}"


def gains(dataset: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, list[float]]]]:
    """Yield (how, order, gains by number of clips) of a dataset."""
    for how, of_order in dataset["gain"].items():
        for order, of_count in of_order.items():
            yield how, order, of_count
