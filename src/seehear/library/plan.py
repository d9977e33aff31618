"""Which files of an archive are done, and which are to be parsed, under what names.

A file is done where a timeline of the library speaks of it and was made the same way.  Which
timeline speaks of a file is asked in this order; each speaks of one file only:

1. same content, and seen at this very place when it was parsed;
2. same content and path;
3. same content, while the file it was made of is no longer at its place: the file was moved;
4. other content, but seen at this very place, or of this path while the file it was made of is
   nowhere: the file was changed.

So two files of one name or of one content are two clips.  Content is the same where size and hash
are (`seehear.media.identity`); a file is read for it only where a timeline speaks of one as large.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from pathlib import Path

from seehear.addresses import place_of, stamp
from seehear.errors import MediaError
from seehear.library.names import bare_name, result_names
from seehear.library.places import Places
from seehear.library.written import Written


class Standing(StrEnum):
    """How a file stands to what the library holds; the words follow a number of files."""

    NEW = "new"
    DONE = "done"
    MEDIA = "changed since parsing"
    WORDS = "parsed for other words"
    PARSER = "parsed in another way"
    UNKNOWN = "with a timeline that is damaged or does not say what it was made from"


@dataclass(frozen=True)
class Wanted:
    """A file that the user wants to have parsed.

    Args:
        path: where it lies.
        source: as the user names it: its file name, or its path below the folder that was given.
        named: whether the user named the file itself, and not a folder that holds it.
    """

    path: Path
    source: str
    named: bool = False


@dataclass(frozen=True)
class FileTask:
    """What there is to a file.

    Args:
        file: which.
        name: of its results, a path below the library without suffix.
        standing: how it stands.
        before: the timeline that speaks of it, where there is one.
        moved: whether it was elsewhere when that was written.
    """

    file: Wanted
    name: str
    standing: Standing = Standing.NEW
    before: Written | None = None
    moved: bool = False


@dataclass
class Shelf:
    """The timelines of a library, each of which speaks of one file.

    Args:
        places: where videos were seen.
        timelines: by name.
    """

    places: Places
    timelines: dict[str, Written] = field(default_factory=dict)

    def plan(self, wanted: Sequence[Wanted], words: str, how: str) -> list[FileTask]:
        """Return what there is to each file, in the same order.

        Args:
            wanted: the files.
            words, how: digests of what would be done now (`seehear.library.written`).
        """
        found = _Matching(self, wanted).found
        free = [file.source for place, file in enumerate(wanted) if place not in found]
        names = iter(result_names(free, self.timelines))
        tasks = []
        for place, file in enumerate(wanted):
            if place not in found:
                tasks.append(FileTask(file, next(names)))
                continue
            before, rule = found[place]
            standing = _standing(before, rule, words, how)
            tasks.append(FileTask(file, before.name, standing, before, moved=rule is _Rule.MOVED))
        return tasks


class _Rule(Enum):
    """By what a timeline was found, in the order in which it is asked; see above."""

    PLACE = 1
    PATH = 2
    MOVED = 3
    CHANGED = 4


def _standing(before: Written, rule: _Rule, words: str, how: str) -> Standing:
    if before.hash is not None and rule is _Rule.CHANGED:
        return Standing.MEDIA
    return standing_of(before, words, how)


def standing_of(before: Written | None, words: str, how: str) -> Standing:
    """Return how a timeline stands whose media are as they were, to what would be done now.

    Args:
        before: the timeline, where there is one.
        words, how: digests of what would be done now (`seehear.library.written`).
    """
    if before is None:
        return Standing.NEW
    if before.hash is None:
        return Standing.UNKNOWN
    if before.words != words:
        return Standing.WORDS
    return Standing.DONE if before.how == how else Standing.PARSER


class _Matching:
    """Finds the timeline that speaks of each file.

    Args:
        shelf: the timelines.
        wanted: the files.

    Attributes:
        found: by number of the file, the timeline and the rule that it was found by.
    """

    def __init__(self, shelf: Shelf, wanted: Sequence[Wanted]) -> None:
        self._places, self._wanted = shelf.places, wanted
        self._left = dict(shelf.timelines)
        self._elsewhere: dict[str, bool] = {}
        self._at_place: dict[str, list[Written]] = defaultdict(list)
        self._by_source: dict[str, list[Written]] = defaultdict(list)
        self._by_content: dict[tuple[int, str], list[Written]] = defaultdict(list)
        self.found: dict[int, tuple[Written, _Rule]] = {}
        self._sort(shelf.timelines.values())
        contents = self._contents({size for size, _ in self._by_content})
        for rule in _Rule:
            for place, file in self._open():
                self._take(place, rule, self._by_rule(rule, file, contents.get(place)))

    def _sort(self, timelines: Iterable[Written]) -> None:
        """Lay the timelines out by what they are asked for."""
        for one in timelines:
            self._by_source[one.source or one.name].append(one)
            seen = self._places.of_timeline(one.name)
            if seen is not None:
                self._at_place[place_of(seen.path)].append(one)
            if one.bytes is not None and one.hash is not None:
                self._by_content[one.bytes, one.hash].append(one)

    def _by_rule(
        self, rule: _Rule, file: Wanted, content: tuple[int, str] | None
    ) -> Iterator[Written]:
        """Yield the timelines that speak of a file by one rule.

        Args:
            rule: which.
            file: the file.
            content: its size and hash, where a timeline speaks of one as large.
        """
        here = self._at_place.get(place_of(file.path), [])
        source = _text(file.source)
        named = [*self._by_source.get(source, ()), *self._by_source.get(bare_name(source), ())]
        if rule is _Rule.CHANGED:
            yield from here
            yield from (one for one in named if not self._is_elsewhere(one))
        elif content is None:
            return
        elif rule is _Rule.MOVED:
            same = self._by_content.get(content, ())
            yield from (one for one in same if not self._is_elsewhere(one))
        else:
            likely = here if rule is _Rule.PLACE else named
            yield from (one for one in likely if (one.bytes, one.hash) == content)

    def _contents(self, sizes: set[int]) -> dict[int, tuple[int, str]]:
        """Return size and hash of the files that are as large as one a timeline speaks of."""
        out = {}
        for place, file in enumerate(self._wanted):
            found = stamp(file.path)
            if found is not None and found[0] in sizes:
                with contextlib.suppress(MediaError):  # parsing will say so
                    out[place] = (found[0], self._places.hash_of(file.path))
        return out

    def _open(self) -> Iterator[tuple[int, Wanted]]:
        """Yield the files of which no timeline speaks yet."""
        return ((i, file) for i, file in enumerate(self._wanted) if i not in self.found)

    def _take(self, place: int, rule: _Rule, timelines: Iterable[Written]) -> None:
        """Let the first of some timelines that speaks of no other file speak of this one."""
        for one in timelines:
            if self._left.pop(one.name, None) is not None:
                self.found[place] = (one, rule)
                return

    def _is_elsewhere(self, one: Written) -> bool:
        """Return whether the file that a timeline was made of is still at its place."""
        if one.name not in self._elsewhere:
            seen = self._places.of_timeline(one.name)
            self._elsewhere[one.name] = seen is not None and seen.holds()
        return self._elsewhere[one.name]


def _text(source: str) -> str:
    """Return a name as a timeline can hold it: what is not text becomes question marks."""
    return source.encode("utf-8", "replace").decode()
