"""Many timelines in a folder: an index in Parquet, and search over it."""

from seehear.library.index import Updated, update
from seehear.library.open_words import OpenWords
from seehear.library.query import parse
from seehear.library.search import Found, Hit, search

__all__ = ["Found", "Hit", "OpenWords", "Updated", "parse", "search", "update"]
