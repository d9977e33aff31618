"""How long does it take to export a large library, and how large is what comes out?

    python benchmarks/export_speed.py --folder SCRATCH [--clips 100000] [--files srt,json]

Writes the timelines of `search_speed` (kept in SCRATCH for the next call), then exports them with
the command itself: one table in CSV (first without an index, which is made) and in Parquet, and a
file a clip in each of --files.  Nothing is printed unless both tables hold the same rows, and those
of a sample of clips are what the clips hold.  Prints JSON: seconds, those of the processor among
them, bytes and the peak memory of each process, and the machine.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import print_result
from search_speed import make

from seehear.export.csv import cells, rows
from seehear.time import Timeline

_SAMPLE = 1000  # every so many clips, one is compared


def main() -> None:
    """Make the library, export, check, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--files", default="srt", help="formats of a file a clip, between commas")
    args = parser.parse_args()
    library, out = args.folder / "library", args.folder / "out"
    make(library, args.clips)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    result: dict[str, Any] = {"clips": args.clips, "library_bytes": size(library)}
    shutil.rmtree(library / ".seehear", ignore_errors=True)
    result["csv, with the index made"] = export(library, "csv", out / "first.csv")
    for form in ("csv", "parquet"):
        path = out / f"all.{form}"
        result[form] = export(library, form, path) | {"bytes": path.stat().st_size}
    chosen = ["--labels", "Dog", "--min-score", "0.5"]
    result["csv, one class"] = export(library, "csv", out / "dog.csv", *chosen)
    for form in args.files.split(","):
        taken = export(library, form, out / form)
        result[f"{form}, a file a clip"] = taken | {"bytes": size(out / form)}
    result["rows"] = check(library, out)
    print_result(result)


def export(library: Path, form: str, out: Path, *more: str) -> dict[str, float]:
    """Run the command; return its seconds and its peak memory."""
    command = [sys.executable, "-m", "seehear.cli.main", "export", str(library), "--to", form]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--out", str(out), *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, (form, status)
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
    }


def check(library: Path, out: Path) -> int:
    """Compare the tables with each other and with a sample of clips; return their rows."""
    wanted = {}
    for path in sorted(library.rglob("*.timeline.json"))[::_SAMPLE]:
        of_clip = [list(map(str, cells(row))) for row in rows(Timeline.from_json(path))]
        wanted[path.relative_to(library).as_posix()] = of_clip
    got: dict[str, list[list[str]]] = {name: [] for name in wanted}
    count, seconds = 0, 0.0
    with (out / "all.csv").open(newline="", encoding="utf-8") as file:
        for name, *row in list(csv.reader(file))[1:]:
            count, seconds = count + 1, seconds + float(row[4]) - float(row[3])
            if name in got:
                got[name].append(row)
    assert got == wanted
    import duckdb  # here, for the memory of this process is where that of the others begins

    with duckdb.connect() as db:
        found = db.execute(
            "SELECT count(*), sum(end_s - start_s) FROM read_parquet($path)",
            {"path": str(out / "all.parquet")},
        ).fetchone()
    assert found is not None
    assert found[0] == count
    assert abs(found[1] - seconds) < 1e-3
    return count


def size(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
