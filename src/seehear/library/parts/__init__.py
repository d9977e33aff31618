"""A library as Parquet parts, for more clips than single files can serve; local or at an address.

    seehear.library.json          says that it is one
    commits/TIME-TOKEN.json       which parts there are; what a newer one replaces
    clips/TOKEN.parquet           a row a clip: all that its timeline says
    scores/TOKEN.parquet          a row a track and class: scores of the part's clips, for search
    features/TOKEN.parquet        a row an array of what was kept of a clip

Nothing is ever overwritten: a writer adds a new part, then one small file that names it.  So any
number of writers can work at once, and a reader sees all of a part or nothing of it.
"""

from seehear.library.parts.library import Incoming, PartsLibrary
from seehear.library.parts.opened import made, opened, parts_above, parts_of

__all__ = ["Incoming", "PartsLibrary", "made", "opened", "parts_above", "parts_of"]
