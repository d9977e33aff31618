"""Which files of an archive are done, and which are to be parsed, under what names.

A file is done if a timeline of the library belongs to it and was made the same way.  A timeline
belongs to one file only.  The rules that find it are tried in this order:

1. same content, and seen at this very place when it was parsed;
2. same content and path;
3. same content, while the file it was made of is no longer at its place: the file was moved;
4. other content, but seen at this very place; or of this path, while the file it was made of can no
   longer be found: the file was changed.

So two files with the same name, or with the same content, are two clips.  Content is the same if
size and hash are (`seehear.media.identity`); a file is hashed only if a timeline names a file of
its size.
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
    """The state of a file in the library; the words are used after a number of files."""

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
        named: whether the user named the file itself instead of a folder.
    """

    path: Path
    source: str
    named: bool = False


@dataclass(frozen=True)
class FileTask:
    """A file, its name in the library, and its state.

    Args:
        file: the file.
        name: of its results, a path below the library without suffix.
        standing: its state.
        before: the timeline that belongs to it, or None.
        moved: whether the file was elsewhere when that timeline was written.
    """

    file: Wanted
    name: str
    standing: Standing = Standing.NEW
    before: Written | None = None
    moved: bool = False


@dataclass
class Shelf:
    """The timelines of a library, matched with files.

    Args:
        places: where videos were last seen.
        timelines: facts of the timelines, by name.
    """

    places: Places
    timelines: dict[str, Written] = field(default_factory=dict)

    def plan(self, wanted: Sequence[Wanted], words: str, how: str) -> list[FileTask]:
        """Return the task of each file, in the same order.

        Args:
            wanted: the files.
            words, how: digests of vocabulary and parser as of now (`seehear.library.written`).
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
    """The rules that match timelines with files, in order; see the module's docstring."""

    PLACE = 1
    PATH = 2
    MOVED = 3
    CHANGED = 4


def _standing(before: Written, rule: _Rule, words: str, how: str) -> Standing:
    if before.hash is not None and rule is _Rule.CHANGED:
        return Standing.MEDIA
    return standing_of(before, words, how)


def standing_of(before: Written | None, words: str, how: str) -> Standing:
    """Return the state of a clip whose media are unchanged.

    Args:
        before: its timeline, or None.
        words, how: digests of vocabulary and parser as of now (`seehear.library.written`).
    """
    if before is None:
        return Standing.NEW
    if before.hash is None:
        return Standing.UNKNOWN
    if before.words != words:
        return Standing.WORDS
    return Standing.DONE if before.how == how else Standing.PARSER


class _Matching:
    """Finds the timeline that belongs to each file.

    Args:
        shelf: the timelines.
        wanted: the files.

    Attributes:
        found: index of a file -> (its timeline, the rule that found it).
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
        """Sort the timelines into tables for the rules."""
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
        """Yield the timelines that may belong to a file by one rule.

        Args:
            rule: the rule.
            file: the file.
            content: its size and hash, if a timeline names a file of its size.
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
        """Return size and hash of the files whose size is in `sizes`, by index of the file."""
        out = {}
        for place, file in enumerate(self._wanted):
            found = stamp(file.path)
            if found is not None and found[0] in sizes:
                with contextlib.suppress(MediaError):  # parsing will say so
                    out[place] = (found[0], self._places.hash_of(file.path))
        return out

    def _open(self) -> Iterator[tuple[int, Wanted]]:
        """Yield (index, file) of the files without a timeline so far."""
        return ((i, file) for i, file in enumerate(self._wanted) if i not in self.found)

    def _take(self, place: int, rule: _Rule, timelines: Iterable[Written]) -> None:
        """Give a file the first of some timelines that belongs to no other file yet."""
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
    """Return a name as a timeline holds it: bytes that are not text become question marks."""
    return source.encode("utf-8", "replace").decode()
