"""Many timelines in a folder: an index in Parquet, and search over it."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seehear.library.hits import Found, Hit, search
    from seehear.library.index import Updated, update
    from seehear.library.open_words import OpenWords
    from seehear.library.query import parse

# name -> module, imported on first use: parsing into a library needs none of them
_WHERE = {
    "Found": "hits",
    "Hit": "hits",
    "OpenWords": "open_words",
    "Updated": "index",
    "parse": "query",
    "search": "hits",
    "update": "index",
}

__all__ = ["Found", "Hit", "OpenWords", "Updated", "parse", "search", "update"]


def __getattr__(name: str) -> object:
    if name in _WHERE:
        return getattr(importlib.import_module(f"seehear.library.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'seehear.library' has no attribute {name!r}")
