"""How right is "heard but not seen", and what do its two bounds trade?

    python benchmarks/heard_not_seen.py LIBRARY=TRUTH:SPLIT,... ... [--json FILE]

LIBRARY: timelines with scores of the clips of the splits (`seehear parse VIDEOS --events ...`);
TRUTH: dataset folders.  Asks `audio:X -visual:X` for every class X and counts seconds: right,
wrong, missed.  First with the defaults, then by events alone (as before scores were kept), then
with each bound moved while the other stays.  Prints JSON; the site draws precision against recall
from what lies in benchmarks/results.
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
    args = parser.parse_args()
    result: dict[str, Any] = {"absent": ABSENT_BELOW, "sure": SURE, "libraries": {}}
    for given in args.libraries:
        library, _, splits = given.partition("=")
        result["libraries"][Path(library).name] = measure(Path(library), splits.split(","))
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")
    if args.json:
        args.json.write_text(text)


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


if __name__ == "__main__":
    main()
