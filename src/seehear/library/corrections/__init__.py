"""Corrections that people make to the timelines of a library: applied, stored, counted."""

from seehear.library.corrections.correct import Corrected, Said, corrected, gone_through
from seehear.library.corrections.edited import Intended, edited
from seehear.library.corrections.importing import ClipChange, Imports, import_corrections
from seehear.library.corrections.store import ChangedSinceError, loaded, saved, version_of

__all__ = [
    "ChangedSinceError",
    "ClipChange",
    "Corrected",
    "Imports",
    "Intended",
    "Said",
    "corrected",
    "edited",
    "gone_through",
    "import_corrections",
    "loaded",
    "saved",
    "version_of",
]
