"""How long does a search over a large library take?

    python benchmarks/search_speed.py --folder SCRATCH [--clips 100000] [--repeat 7]

Writes that many timelines with the statistics of a real library (25 classes looked for, about eight
events a clip, 10 s to 2 min long, scores kept; kept in SCRATCH for the next call), builds the
index, then times each query: the search alone, and with the check that no file has changed, as
`seehear search` does it; and an update after one file was changed.
Before anything is timed, the answers on a sample of clips are compared with a literal
evaluation second by second.  Prints JSON: medians in seconds, and the machine.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seehear.data import LLP_VOCABULARY
from seehear.library import search, update
from seehear.library.counts import count_classes
from seehear.time import ABSENT_BELOW, SURE, Kept, Scores, TimeGrid, Timeline

QUERIES = (
    "audio:Dog -visual:Dog",
    "visual:Car & audio:Speech",
    "audio_visual:Accordion duration>3",
    "(any:Dog | any:Cat) -audio:Speech duration>=2",
    "audio:*",
    "not any:Dog",
)
DIFFERENT = 500
LITERAL = {  # on rows (T,) of one clip: events heard and seen, and the scores of both
    "audio:Dog -visual:Dog": lambda at: (
        at("audio", "Dog") & ~at("visual", "Dog") & at.sure(("audio", "Dog"), ("visual", "Dog"))
    ),
    "visual:Car & audio:Speech": lambda at: at("visual", "Car") & at("audio", "Speech"),
    "audio_visual:Dog | audio:Cat": lambda at: (
        (at("audio", "Dog") & at("visual", "Dog")) | at("audio", "Cat")
    ),
}


class Literal:
    """One clip, read second by second."""

    def __init__(self, line: Timeline) -> None:
        self.names = line.vocabulary
        self.on = dict(zip(("audio", "visual"), line.to_arrays(), strict=True))
        self.prob = {track: line.scores(track) for track in ("audio", "visual")}

    def __call__(self, track: str, label: str) -> np.ndarray:
        """Return where a class has events."""
        return self.on[track][:, self.names.index(label)]

    def sure(self, there: tuple[str, str], absent: tuple[str, str]) -> np.ndarray:
        """Return where one class is there and another is not, surely."""
        p, q = (self.prob[t][:, self.names.index(label)] for t, label in (there, absent))
        out = np.zeros(len(p), bool)
        for t in range(len(p)):
            dip = min(p[t - 1], p[t + 1]) if 0 < t < len(p) - 1 else 0
            near = q[max(t - 2, 0) : t + 3].max()
            out[t] = near < ABSENT_BELOW and max(p[t], dip) * (1 - near) ** 2 >= SURE - 1e-6
        return out


def main() -> None:
    """Make the library, check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="scratch folder for the timelines"
    )
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=7)
    args = parser.parse_args()
    make(args.folder, args.clips)
    shutil.rmtree(args.folder / ".seehear", ignore_errors=True)  # an index of an earlier call
    started = time.perf_counter()
    updated = update(args.folder)
    result: dict[str, Any] = {
        "clips": updated.clips,
        "build_index_s": round(time.perf_counter() - started, 1),
        "index_mb": size_mb(args.folder, "index.parquet"),
        "scores_mb": size_mb(args.folder, "scores-*"),
    }
    check(args.folder)
    result["check_for_changes_s"] = timed(lambda: update(args.folder), args.repeat)
    result["count_classes_s"] = timed(lambda: count_classes(args.folder), args.repeat)
    changed = next((args.folder / "0000").glob("*.json"))
    os.utime(changed)
    started = time.perf_counter()
    update(args.folder)
    result["one_changed_s"] = round(time.perf_counter() - started, 1)
    result["queries"] = {}
    for query in QUERIES:
        found = search(args.folder, query)
        result["queries"][query] = {
            "search_s": timed(
                lambda q=query: list(search(args.folder, q).ranked().hits(50)),  # type: ignore[misc]
                args.repeat,
            ),
            "moments": len(found),
            "clips": found.clips,
        }
    command = [
        sys.executable,
        "-m",
        "seehear.cli.main",
        "search",
        str(args.folder),
        QUERIES[0],
        "--json",
        "--limit",
        "50",
    ]
    result["command_line_s"] = timed(
        lambda: subprocess.run(command, check=True, capture_output=True), args.repeat
    )
    result["machine"] = {
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    print(json.dumps(result, indent=1))


def make(folder: Path, clips: int) -> None:
    """Write timelines until there are `clips`, 500 different ones over and over under other names;
    the same ones every time.
    """
    texts: dict[int, str] = {}
    for index in range(clips):
        path = folder / f"{index // 1000:04d}" / f"{index:07d}.timeline.json"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = index % DIFFERENT
        if kind not in texts:
            texts[kind] = drawn(kind).to_json(indent=None)
        path.write_text(texts[kind].replace("SOURCE", f"{index:07d}.mp4", 1), "utf-8")


def drawn(seed: int, lengths: tuple[int, ...] = (10, 10, 10, 30, 120)) -> Timeline:
    """Return a timeline at random, so many seconds long as one of some."""
    names = LLP_VOCABULARY.names
    rng = np.random.default_rng(seed)
    count = int(rng.choice(lengths))
    on = np.zeros((2, count, len(names)), bool)
    for column in rng.choice(len(names), rng.integers(0, 5), replace=False):
        for track in range(2):
            if rng.random() < 0.7:
                first = rng.integers(0, count)
                on[track, first : first + rng.integers(1, count + 1), column] = True
    # most scores of a clip are small, some are near the bounds
    prob = np.where(on, 0.8, 0.5 * rng.random(on.shape) ** 16)
    grid = TimeGrid(count)
    return Timeline.from_arrays(
        on[0],
        on[1],
        grid=grid,
        vocabulary=names,
        source="SOURCE",
        audio_prob=prob[0],
        visual_prob=prob[1],
        kept=Kept.of(Scores(np.moveaxis(prob, 0, 1), grid, names)),
    )


def check(folder: Path) -> None:
    """Compare the answers on the first thousand clips with a literal reading, by the second."""
    for query, literal in LITERAL.items():
        got: dict[str, set[int]] = {}
        for hit in search(folder, query).hits():
            got.setdefault(hit.path, set()).update(range(int(hit.start_s), int(hit.end_s)))
        for path in sorted((folder / "0000").glob("*.json")):
            wanted = set(np.flatnonzero(literal(Literal(Timeline.from_json(path)))).tolist())
            assert got.get(f"0000/{path.name}", set()) == wanted, (query, path)


def size_mb(folder: Path, pattern: str) -> float:
    """Return the size of files of the index."""
    sizes = [path.stat().st_size for path in (folder / ".seehear").glob(pattern)]
    return round(sum(sizes) / 1e6, 1)


def timed(work: Callable[[], object], repeat: int) -> float:
    """Return the median seconds of `work`, after one call to warm up."""
    work()
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return round(statistics.median(seconds), 3)


if __name__ == "__main__":
    main()
