"""What does each extra cost: megabytes on disk, and seconds to install?

    python benchmarks/install_cost.py --folder SCRATCH [--only offline,web,...]

Installs what each extra of pyproject.toml asks for, beside what seehear itself needs, into an empty
folder, and removes it again.  Packages come from your registry, not from a cache, so seconds depend
on the network; those with PyTorch are gigabytes.  Prints JSON.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common import print_result

ROOT = Path(__file__).resolve().parents[1]
_LEFT_OUT = ("test", "docs")


def main() -> None:
    """Install, weigh, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--only", default="", help="extras, separated by commas; base: none")
    args = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = args.only.split(",") if args.only else ["base", *extras.keys() - set(_LEFT_OUT)]
    figures: dict[str, Any] = {}
    for extra in asked:
        wanted = [] if extra == "base" else requirements(extra, extras)
        megabytes, seconds, busy_s = install([*project["dependencies"], *wanted], args.folder)
        figures[f"{extra} MB"] = round(megabytes)
        figures[f"{extra} s"] = round(seconds, 1)
        figures[f"{extra} processor s"] = round(busy_s, 1)
        print(f"{extra}: {megabytes:.0f} MB, {seconds:.0f} s", file=sys.stderr, flush=True)
    print_result({"figures": figures})


def requirements(extra: str, extras: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what an extra asks for, extras of extras too."""
    found = []
    for line in extras[extra]:
        if line.startswith("seehear["):
            for inner in line[len("seehear[") : -1].split(","):
                found += requirements(inner.strip(), extras)
        else:
            found.append(line)
    return found


def install(wanted: Sequence[str], folder: Path) -> tuple[float, float, float]:
    """Install into an empty folder; return megabytes, seconds and processor seconds."""
    target = folder / "installed"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    began = time.perf_counter()
    child = subprocess.Popen(
        [*pip, "--target", str(target), "-c", str(ROOT / "constraints.txt"), *wanted]
    )
    _, status, used = os.wait4(child.pid, 0)
    taken = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"pip could not install {', '.join(wanted)}")
    weight = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    shutil.rmtree(target)
    return weight / 1e6, taken, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
