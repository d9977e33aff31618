"""How right is "heard but not seen", and what do its two bounds trade?

    python benchmarks/heard_not_seen.py LIBRARY=TRUTH:SPLIT,... ... [--json FILE] [--picture FILE]

LIBRARY: timelines with scores of the clips of the splits (`seehear parse VIDEOS --events ...`);
TRUTH: dataset folders.  Asks `audio:X -visual:X` for every class X and counts seconds: right,
wrong, missed.  First with the defaults, then by events alone (as before scores were kept), then
with each bound moved while the other stays.  Prints JSON; the picture is an SVG of precision
against recall.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from seehear.data import open_dataset
from seehear.library import search, update
from seehear.time import ABSENT_BELOW, SURE

ABSENT = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0)
SURES = (0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)
Truth = dict[str, dict[str, set[int]]]  # class -> clip -> seconds heard and not seen


def main() -> None:
    """Measure every library, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("libraries", nargs="+", metavar="LIBRARY=TRUTH:SPLIT,...")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    result: dict[str, Any] = {"absent": ABSENT_BELOW, "sure": SURE, "libraries": {}}
    for given in args.libraries:
        library, _, splits = given.partition("=")
        result["libraries"][Path(library).name] = measure(Path(library), splits.split(","))
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")
    if args.json:
        args.json.write_text(text)
    if args.picture:
        args.picture.write_text(picture(result["libraries"]))


def measure(library: Path, splits: list[str]) -> dict[str, Any]:
    """Return the figures of one library."""
    update(library)
    truth: Truth = {}
    for split in splits:
        folder, _, name = split.rpartition(":")
        add(truth, Path(folder), name)
    return {
        "clips": len(next(iter(truth.values()))),
        "default": figures(library, truth),
        "by events": figures(library, truth, absent=1.0, sure=0.0),
        "moving absent": [{"absent": b, **figures(library, truth, absent=b)} for b in ABSENT],
        "moving sure": [{"sure": s, **figures(library, truth, sure=s)} for s in SURES],
    }


def add(truth: Truth, folder: Path, name: str) -> None:
    """Add the truth of a split."""
    dataset = open_dataset(folder)
    split = dataset.split(name)
    table = split.truth()
    wanted = table.audio & ~table.visual
    for column, label in enumerate(dataset.vocabulary.names):
        for row, clip in enumerate(split.clips):
            seconds = set(wanted[row, :, column].nonzero()[0].tolist())
            truth.setdefault(label, {})[clip.id] = seconds


def figures(library: Path, truth: Truth, **bounds: float) -> dict[str, float]:
    """Return seconds right, wrong and missed over all classes, and what follows from them."""
    right = wrong = missed = 0
    for label, clips in truth.items():
        got: dict[str, set[int]] = {}
        for hit in search(library, f'audio:"{label}" -visual:"{label}"', **bounds).hits():
            seconds = range(round(hit.start_s), round(hit.end_s))
            got.setdefault(Path(hit.source).stem, set()).update(seconds)
        for clip, wanted in clips.items():
            found = got.get(clip, set())
            right += len(found & wanted)
            wrong += len(found - wanted)
            missed += len(wanted - found)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return {
        "right": right,
        "wrong": wrong,
        "missed": missed,
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f": round(2 * precision * recall / max(1e-9, precision + recall), 3),
    }


def picture(libraries: dict[str, Any]) -> str:
    """Return precision against recall as SVG: a line for each bound that moves."""
    width, height, left, low, high = 560, 360, 50, 0.4, 1.0

    def at(point: dict[str, float]) -> str:
        x = left + point["recall"] / 0.8 * (width - left - 20)
        y = height - 40 - (point["precision"] - low) / (high - low) * (height - 60)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="12"'
        ' font-family="sans-serif" fill="#444">',
        f'<text x="{width / 2}" y="{height - 6}" text-anchor="middle">recall</text>',
        f'<text x="12" y="{height / 2}" transform="rotate(-90 12 {height / 2})"'
        ' text-anchor="middle">precision</text>',
    ]
    for step in range(5):
        x, y = at({"recall": step * 0.2, "precision": low}).split(",")
        parts.append(
            f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{step * 0.2:.1f}</text>'
        )
    for step in range(4):
        x, y = at({"recall": 0, "precision": low + step * 0.2}).split(",")
        parts.append(
            f'<text x="{float(x) - 8}" y="{y}" text-anchor="end">{low + step * 0.2:.1f}</text>'
        )
        parts.append(f'<line x1="{x}" x2="{width - 20}" y1="{y}" y2="{y}" stroke="#ddd"/>')
    colours = ("#0b6e99", "#b3541e", "#4b7d2e", "#7a4fa3")
    for index, (name, of) in enumerate(libraries.items()):
        colour = colours[index % len(colours)]
        for kind, dashes in (("moving absent", ""), ("moving sure", ' stroke-dasharray="5 3"')):
            points = " ".join(map(at, of[kind]))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}"{dashes}/>')
        for kind, radius in (("default", 5), ("by events", 3)):
            x, y = at(of[kind]).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>')
        parts.append(
            f'<text x="{left + 16}" y="{height - 90 + 16 * index}" fill="{colour}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
