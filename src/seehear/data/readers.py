"""Which datasets are recognised by their files, and which module reads each.

A reader is a module of this package with `FILES` (the files that it recognises, in words),
`recognises(root)`, and `read(root)`, which returns a `Dataset`; `docs/benchmarks.md` shows one.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from seehear.data.dataset import Dataset


class Reader(Protocol):
    """A module that reads one kind of dataset folder."""

    FILES: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Dataset]


# in the order in which they are asked
NAMES = ("llp", "lfav", "ave", "vggsounder", "activitynet")


def reader_of(root: Path) -> Reader | None:
    """Return the module that reads a folder without `dataset.toml`; None if there is none."""
    for name in NAMES:
        reader = _reader(name)
        if reader.recognises(root):
            return reader
    return None


def known() -> str:
    """Return in words the files by which datasets are recognised."""
    return "; ".join(_reader(name).FILES for name in NAMES)


def _reader(name: str) -> Reader:
    return cast(Reader, importlib.import_module(f"seehear.data.{name}"))
