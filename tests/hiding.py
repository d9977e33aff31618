"""An environment for other interpreters in which some packages are not installed."""

import os
from collections.abc import Iterable
from pathlib import Path

_HIDE = """
import sys
from importlib.machinery import PathFinder


class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            return None
        return super().find_spec(name, path, target)


sys.meta_path[:] = [Hiding if finder is PathFinder else finder for finder in sys.meta_path]
"""


def hide(packages: Iterable[str], folder: Path) -> dict[str, str]:
    """Return environment variables with which an interpreter does not find the packages.

    Args:
        packages: names as imported.
        folder: new or empty; it comes first on the path.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_HIDE.format(hidden=set(packages)), encoding="utf-8")
    before = filter(None, [os.environ.get("PYTHONPATH")])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *before])}
