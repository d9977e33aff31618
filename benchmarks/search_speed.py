"""How long does a search over a large library take?

    python benchmarks/search_speed.py --folder SCRATCH [--clips 100000] [--repeat 7]

Writes that many timelines with the statistics of a real library (25 classes looked for, about eight
events a clip, 10 s to 2 min long; kept in SCRATCH for the next call), builds the index, then times
each query: the search alone, and with the check that no file has changed, as `seehear search` does
it.  Before anything is timed, the answers on a sample of clips are compared with a literal
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
from seehear.time import TimeGrid, Timeline

QUERIES = (
    "audio:Dog -visual:Dog",
    "visual:Car & audio:Speech",
    "audio_visual:Accordion duration>3",
    "(any:Dog | any:Cat) -audio:Speech duration>=2",
    "audio:*",
    "not any:Dog",
)
LITERAL = {  # on boolean rows (T,) of one clip, heard and seen
    "audio:Dog -visual:Dog": lambda heard, seen: heard["Dog"] & ~seen["Dog"],
    "visual:Car & audio:Speech": lambda heard, seen: seen["Car"] & heard["Speech"],
    "(any:Dog | any:Cat) -audio:Speech": lambda heard, seen: (
        (heard["Dog"] | seen["Dog"] | heard["Cat"] | seen["Cat"]) & ~heard["Speech"]
    ),
}


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
        "index_mb": round((args.folder / ".seehear/index.parquet").stat().st_size / 1e6, 1),
    }
    check(args.folder)
    result["check_for_changes_s"] = timed(lambda: update(args.folder), args.repeat)
    result["count_classes_s"] = timed(lambda: count_classes(args.folder), args.repeat)
    result["queries"] = {}
    for query in QUERIES:
        found = search(args.folder, query)
        result["queries"][query] = {
            "search_s": timed(lambda q=query: list(search(args.folder, q).hits(50)), args.repeat),  # type: ignore[misc]
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
    """Write timelines until there are `clips`; the same ones every time."""
    names = LLP_VOCABULARY.names
    for index in range(clips):
        path = folder / f"{index // 1000:04d}" / f"{index:07d}.timeline.json"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(index)
        count = int(rng.choice([10, 10, 10, 30, 120]))
        on = np.zeros((2, count, len(names)), bool)
        for column in rng.choice(len(names), rng.integers(0, 5), replace=False):
            for track in range(2):
                if rng.random() < 0.7:
                    first = rng.integers(0, count)
                    on[track, first : first + rng.integers(1, count + 1), column] = True
        line = Timeline.from_arrays(
            on[0],
            on[1],
            grid=TimeGrid(count),
            vocabulary=names,
            source=f"{index:07d}.mp4",
            audio_prob=np.full(on[0].shape, 0.8),
            visual_prob=np.full(on[0].shape, 0.8),
        )
        path.write_text(line.to_json(indent=None), "utf-8")


def check(folder: Path) -> None:
    """Compare the answers on the first thousand clips with a literal reading, by the second."""
    for query, literal in LITERAL.items():
        got: dict[str, set[int]] = {}
        for hit in search(folder, query).hits():
            got.setdefault(hit.path, set()).update(range(int(hit.start_s), int(hit.end_s)))
        for path in sorted((folder / "0000").glob("*.json")):
            line = Timeline.from_json(path)
            rows = [
                dict(zip(line.vocabulary, matrix.T, strict=True)) for matrix in line.to_arrays()
            ]
            wanted = set(np.flatnonzero(literal(*rows)).tolist())
            assert got.get(f"0000/{path.name}", set()) == wanted, (query, path)


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
