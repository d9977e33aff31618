"""What does a library of parts cost as it grows, and where does the curve bend?

    python benchmarks/library_scale.py --folder SCRATCH [--clips 1000,10000,100000,1000000]
        [--index 10000000] [--files 10000]

Draws up to 5,000 different timelines (10 s, 25 classes, scores kept), adds them to a library of
Parquet parts as `seehear convert parquet` does, and copies that part under other names until there
are as many clips.  Every step runs in a process of its own: making the index, looking whether
anything is new, searches, the page, a table of all clips, one clip more, compacting.  --index makes
a library of index columns and scores alone, for the index.  --files does the first steps with JSON
files.  Prints JSON: for each number of clips and each step seconds, those of the processor, peak
memory, and bytes.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import print_result
from search_speed import drawn

from seehear.library import search, update
from seehear.library.parts import Incoming, PartsLibrary, made, parts_of, tables
from seehear.library.parts.commits import LibraryPart
from seehear.library.parts.compact import compact

MOST = 5_000  # different timelines
QUERIES = {"a word": "audio:Dog", "heard, not seen": "audio:Dog -visual:Dog"}


def main() -> None:
    """Make libraries, run every step in a process of its own, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--clips", default="1000,10000,100000,1000000")
    parser.add_argument("--index", type=int, default=0)
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--step", help="run this alone, for the processes of this script")
    args = parser.parse_args()
    if args.step:
        print(json.dumps(measured(STEPS[args.step], args.folder)))
        return
    result: dict[str, Any] = {"clips": {}}
    for count in map(int, filter(None, args.clips.split(","))):
        library = args.folder / f"parts-{count}"
        result["clips"][count] = made_of(library, count) | all_of(library, list(STEPS))
        shutil.rmtree(library)
    if args.index:
        library = args.folder / "index-only"
        steps = ["index", "nothing new", *QUERIES]
        result["index alone"] = made_of(library, args.index, whole=False) | all_of(library, steps)
        shutil.rmtree(library)
    if args.files:
        library = args.folder / "files"
        for path, content in texts(args.files):
            (library / path).parent.mkdir(parents=True, exist_ok=True)
            (library / path).write_bytes(content)
        result[f"files, {args.files}"] = all_of(library, ["index", "nothing new", "a word", "page"])
        shutil.rmtree(library)
    print_result(result)


def all_of(library: Path, steps: list[str]) -> dict[str, Any]:
    """Return what each step takes."""
    out = {}
    for step in steps:
        print(f"{library.name}: {step} ...", file=sys.stderr, flush=True)
        command = [sys.executable, __file__, "--folder", str(library), "--step", step]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        out[step] = json.loads(done.stdout)
        print(step, done.stdout.strip(), file=sys.stderr, flush=True)
    out["index_mb"] = mb(library, ".seehear/index.parquet")
    out["index_scores_mb"] = mb(library, ".seehear/scores-*")
    return out


def measured(work: Callable[[Path], object], library: Path) -> dict[str, float]:
    """Return seconds and peak memory of a step, the imports left out of the seconds."""
    work_s, began = time.perf_counter(), time.process_time()
    work(library)
    taken, busy = time.perf_counter() - work_s, time.process_time() - began
    return {"s": round(taken, 3), "cpu_s": round(busy, 3), "peak_mb": peak_mb()}


def peak_mb() -> int | None:
    """Return the most memory that this process had (Linux)."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return round(int(next(line for line in lines if line[:6] == "VmHWM:").split()[1]) / 1024)
    return None


def texts(count: int) -> "list[tuple[str, bytes]]":
    """Return timelines by their paths, different ones."""
    out = []
    for seed in range(count):
        line = drawn(seed, (10,)).named(f"{seed:08d}.mp4")
        out.append((f"{seed // 1000:05d}/{seed:08d}.timeline.json", line.to_json().encode()))
    return out


def made_of(library: Path, count: int, *, whole: bool = True) -> dict[str, Any]:
    """Make a library of so many clips; return what its first part took, and its bytes."""
    shutil.rmtree(library, ignore_errors=True)
    parts, first = made(library), min(count, MOST)
    source = library.parent / f"drawn-{first}.npz"
    if not source.exists():
        np.savez(source, **{path: np.frombuffer(text, np.uint8) for path, text in texts(first)})
    with np.load(source) as held:
        clips = [Incoming(path, (1, 1), held[path].tobytes()) for path in held.files]
    began = time.process_time()
    parts.add(clips)
    taken = time.process_time() - began
    told = {"add, processor ms a clip": round(1000 * taken / first, 3)}
    told["bytes of JSON a clip"] = sum(len(clip.content) for clip in clips) // first
    told["bytes of parts a clip"] = (
        sum(f.stat().st_size for f in library.rglob("*.parquet")) // first
    )
    copies(parts, library, count // first, whole=whole)
    print(told, file=sys.stderr, flush=True)
    return told


def copies(parts: PartsLibrary, library: Path, times: int, *, whole: bool) -> None:
    """Add the first part under other names until it is there so often: in parts as small as it, or
    (index columns alone) in parts of a hundred thousand clips.
    """
    state = parts.state()
    origin = state.parts[0]
    source = library / origin.file("clips")
    at_once = 1 if whole else 100_000 // origin.clips
    path = f"printf('%05d/', $first + copy) || path AS path, scores_at + copy * {origin.segments}"
    left_out = "" if whole else ", NULL AS rest, NULL AS corrections, NULL AS probabilities"
    sql = (
        f"SELECT * EXCLUDE copy REPLACE ({path} AS scores_at{left_out}) FROM"
        f" read_parquet('{source}'), range($copies) AS of_it(copy) ORDER BY path"
    )
    found = []
    with tables.reading(parts.store) as db:
        scores = tables.read_scores(db, parts.store, origin)
        tiled = {key: np.tile(row, at_once) for key, row in scores.items()}
        tables.write_scores(db, tiled, library / "scores-of-all")
        for first in range(0, times, at_once):
            part = LibraryPart(
                PartsLibrary.new_token(),
                origin.clips * at_once,
                origin.segments * at_once,
                f"{first:05d}/{origin.first}",
                f"{first + at_once - 1:05d}/{origin.last}",
                False,
            )
            ours = sql.replace("$first", str(first)).replace("$copies", str(at_once))
            tables.copy(db, ours, library / part.file("clips"))
            os.link(library / "scores-of-all", library / part.file("scores"))
            found.append(part)
    parts.commit(state.next_name(), found, [commit.name for commit in state.commits])


def mb(folder: Path, pattern: str) -> float:
    """Return the size of files."""
    return round(sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6, 1)


def _page(library: Path, query: str = "") -> None:
    from seehear.web.catalogue import Catalogue

    Catalogue(library).page(query)


def _page_again(library: Path) -> None:
    """Look at ten pages of one catalogue; the first, which reads the list, is `page`'s."""
    from seehear.web.catalogue import Catalogue

    catalogue = Catalogue(library, clock=lambda: 0.0)
    for offset in range(0, 600, 60):
        catalogue.page(offset=offset)


def _export(library: Path, form: str) -> None:
    from seehear.export.selection import Selection
    from seehear.library.export import LibraryClips, write_table

    clips = LibraryClips(library, Selection(), whole=False)
    write_table(clips, form, library.parent / f"table.{form}")
    (library.parent / f"table.{form}").unlink()


def _add(library: Path) -> None:
    parts = parts_of(library)
    assert parts is not None
    parts.add([Incoming("new.timeline.json", (2, 2), drawn(1, (10,)).to_json().encode())])


def _content(library: Path) -> None:
    parts = parts_of(library)
    assert parts is not None
    assert parts.content(parts.state().parts[-1].last)


def _compact(library: Path) -> None:
    parts = parts_of(library)
    assert parts is not None
    compact(parts, keep_s=0)


STEPS: dict[str, Callable[[Path], object]] = {
    "index": update,
    "nothing new": update,
    **{
        name: lambda library, query=query: list(search(library, query).ranked().hits(50))  # type: ignore[misc]
        for name, query in QUERIES.items()
    },
    "one clip": _content,
    "page": _page,
    "page of a query": lambda library: _page(library, QUERIES["heard, not seen"]),
    "ten pages": _page_again,
    "one more": _add,
    "index after it": update,
    "compact": _compact,
    "index after compacting": update,
    "csv": lambda library: _export(library, "csv"),
}


if __name__ == "__main__":
    main()
