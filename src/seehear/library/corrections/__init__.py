"""What people say about the timelines of a library: put in, kept, counted."""

from seehear.library.corrections.correct import Corrected, Said, corrected, gone_through
from seehear.library.corrections.importing import ClipChange, Imports, import_corrections
from seehear.library.corrections.store import loaded, saved, version_of

__all__ = [
    "ClipChange",
    "Corrected",
    "Imports",
    "Said",
    "corrected",
    "gone_through",
    "import_corrections",
    "loaded",
    "saved",
    "version_of",
]
