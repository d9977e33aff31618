"""The oldest versions that pyproject.toml allows: printed as constraints, or installed and tested.

    python tools/oldest.py > constraints-oldest.txt
    python tools/oldest.py --run FOLDER

The second makes an environment in FOLDER with the base install, `media` and `library` at their
oldest, and runs there the tests of the parts that need no torch; it ends as pytest ends.
"""

import argparse
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "media,library"
HELPERS = ("pytest", "hypothesis", "jaxtyping", "beartype", "psutil", "jsonschema")
TESTS = (
    "tests/time",
    "tests/metrics",
    "tests/data",
    "tests/library",
    "tests/export/test_export.py",
    "tests/media",
    "tests/cli/test_doctor_dataset.py",
    "tests/cli/test_main.py",
)
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9.]+)")


def main() -> int:
    """Print or test them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--run", type=Path, metavar="FOLDER", help="install them there and run the tests"
    )
    args = parser.parse_args()
    if args.run is not None:
        return run(args.run)
    print(
        "# The oldest versions allowed; "
        "regenerate with: python tools/oldest.py > constraints-oldest.txt"
    )
    for name, version in sorted(oldest().items()):
        print(f"{name}=={version}")
    return 0


def oldest() -> dict[str, str]:
    """Return package -> lower bound, of the base install and every extra but `docs`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra, wanted in project["optional-dependencies"].items():
        if extra != "docs":
            lines += wanted
    return dict(match.groups() for line in lines if (match := _BOUND.fullmatch(line)) is not None)


def run(folder: Path) -> int:
    """Install and test; return pytest's exit code."""
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-c",
            str(ROOT / "constraints-oldest.txt"),
            "-e",
            f"{ROOT}[{EXTRAS}]",
            *HELPERS,
        ],
        check=True,
    )
    tests = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
