"""The oldest versions that pyproject.toml allows, as constraints for pip.

    python tools/oldest.py > constraints-oldest.txt

`make test-oldest` installs them and runs the parts that need no torch.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9.]+)")
# what the lower bounds need beside them: their own later releases no longer fit
BESIDE: dict[str, str] = {}


def main() -> None:
    """Print them."""
    print("# The oldest versions allowed; regenerate with: python tools/oldest.py > constraints-oldest.txt")
    for name, version in sorted(oldest().items()):
        print(f"{name}=={version}")


def oldest() -> dict[str, str]:
    """Return package -> lower bound, of the base install and every extra but `docs`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra, wanted in project["optional-dependencies"].items():
        if extra != "docs":
            lines += wanted
    found = dict(match.groups() for line in lines if (match := _BOUND.fullmatch(line)) is not None)
    return {**found, **BESIDE}


if __name__ == "__main__":
    main()
