"""What does each extra cost: megabytes on disk, and seconds to install?  Does each work by itself?

    python benchmarks/install_cost.py --folder SCRATCH [--only offline,web,...]
        [--python python3.11,python3.12,...] [--keep FILE]

Builds the wheel; makes an empty environment for each extra of pyproject.toml and each Python,
installs the wheel with that extra alone, pinned by constraints.txt, imports the package there, asks
`seehear --version` and `seehear doctor`, which must call the extra complete, weighs what was
installed, and removes it again.  Packages come from your registry, not from a cache, so seconds
depend on the network; those with PyTorch are gigabytes.  Prints JSON; with --keep, what was
measured replaces those rows in FILE, with the day and the machine.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import machine, print_result

ROOT = Path(__file__).resolve().parents[1]
_LEFT_OUT = ("test", "docs", "mutants")


def main() -> None:
    """Install, try, weigh, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument(
        "--only", default="", help="extras, separated by commas; base: none, a+b: both"
    )
    parser.add_argument("--python", default=sys.executable, help="interpreters, by commas")
    parser.add_argument("--keep", type=Path, help="file that gathers the rows")
    args = parser.parse_args()
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for name in about["optional-dependencies"] if name not in _LEFT_OUT]
    asked = args.only.split(",") if args.only else ["base", *extras]
    wheel = built(args.folder / "dist")
    figures: dict[str, Any] = {}
    for python in args.python.split(","):
        for extra in asked:
            row = tried(wheel, extra, python, args.folder / "environment")
            version = row["python"]
            for name in ("MB", "s", "processor s"):
                figures[f"{version} {extra} {name}"] = row[name]
            print(f"{version} {extra}: {row['MB']} MB, {row['s']} s", file=sys.stderr, flush=True)
            if args.keep is not None:
                keep(args.keep, f"{version} {extra}", row)
    print_result({"figures": figures})


def built(folder: Path) -> Path:
    """Return the wheel of this checkout."""
    shutil.rmtree(folder, ignore_errors=True)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def tried(wheel: Path, extra: str, python: str, folder: Path) -> dict[str, Any]:
    """Return what one extra costs in an environment of its own, having tried it there."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    inside = str(folder / "bin" / "python")
    extras = [] if extra == "base" else extra.split("+")
    what = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    seconds, busy_s = installed(what, inside)
    packages = next((folder / "lib").glob("python*/site-packages"))
    weight = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file())
    ask = "import seehear, platform; print(*platform.python_version_tuple()[:2], sep='.')"
    version = answer([inside, "-c", ask], folder)
    command = str(folder / "bin" / "seehear")
    told = answer([command, "--version"], folder)
    found = json.loads(answer([command, "doctor", "--json"], folder))["installation"]
    for name in extras:
        if not found["extras"][name]["complete"]:
            raise SystemExit(f"{name}: doctor does not call it complete: {found['extras'][name]}")
    row = {"python": version, "seehear": told.split()[-1], "MB": round(weight / 1e6)}
    row |= {"s": round(seconds, 1), "processor s": round(busy_s, 1), "packages": count(packages)}
    row |= {"date": datetime.date.today().isoformat(), "cores": os.cpu_count()}
    shutil.rmtree(folder)
    return row | {"load": machine()["load"]}


def count(packages: Path) -> int:
    """Return how many distributions a folder holds."""
    return len(list(packages.glob("*.dist-info")))


def installed(what: str, python: str) -> tuple[float, float]:
    """Install; return seconds and processor seconds."""
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-cache-dir"]
    began = time.perf_counter()
    child = subprocess.Popen([*pip, "-c", str(ROOT / "constraints.txt"), what])
    _, status, used = os.wait4(child.pid, 0)
    taken = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"pip could not install {what}")
    return taken, used.ru_utime + used.ru_stime


def answer(command: Sequence[str], folder: Path) -> str:
    """Return what a command prints, away from the checkout."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def keep(path: Path, name: str, row: dict[str, Any]) -> None:
    """Put one row into the file."""
    rows = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    rows = dict(sorted((rows | {name: row}).items()))
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
