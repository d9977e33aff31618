"""Words that no clip was parsed for, scored at the time of a search from kept features.

Each word is scored by itself, as a zero-shot parser of that one word would do, so its results do
not depend on other words of the query.  Scores of the latest words stay in memory until the kept
features change.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import FeatureError, MediaError, MissingExtraError, WeightsError
from seehear.files import stamp
from seehear.library.levels import levels_of
from seehear.time import TRACKS, Track

if TYPE_CHECKING:
    from seehear.features.kept import KeptAbout
    from seehear.parser import Parser

_WORDS = 32  # number of words whose scores stay in memory
_TRACKS = (Track.AUDIO, Track.VISUAL, Track.AUDIO_VISUAL)
Make: TypeAlias = "Callable[[str, KeptAbout], Parser | None]"
Spans = tuple[list[int], list[float], list[float]]  # clip, start and end in seconds


@dataclass(frozen=True)
class IndexedClip:
    """A clip of the index.

    Args:
        path: of its timeline, below the library.
        hash: of its video; None: not known.
        at, segments: index of its first segment among those of all clips, and their number.
    """

    path: str
    hash: str | None
    at: int
    segments: int


@dataclass
class OpenWord:
    """The scores of a word over a library.

    Args:
        label: the word.
        levels: by track and segment of all clips, (2, S); see `seehear.time.Kept`.
        asked: whether each clip could be scored, (clips,).
        events: by track, the events that were decided.
        doubts: the parser's warnings about the word.
    """

    label: str
    levels: NDArray[np.uint8]
    asked: NDArray[np.bool_]
    events: dict[str, Spans]
    doubts: tuple[str, ...]

    def told(self) -> str:
        """Return a note that the word was scored during this search."""
        there, count = int(self.asked.sum()), len(self.asked)
        rest = "" if there == count else "; for the others nothing suitable was kept"
        return (
            f"no clip was parsed for {self.label!r}: it was scored now, from what was kept of"
            f" {there:,} of {amount(count, 'clip')}{rest}"
        )


@dataclass(frozen=True)
class _InClip:
    """The scores of a word in one clip; see `OpenWord`."""

    levels: NDArray[np.uint8]
    events: tuple[tuple[str, float, float], ...]


class OpenWords:
    """Scores words over a library; safe to use from several threads.

    Args:
        library: the folder.
        make: returns the parser of a word for kept features; None: that of a zero-shot preset.
    """

    def __init__(self, library: Path, make: "Make | None" = None) -> None:
        self._library, self._make = library, make or zero_shot
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict[str, tuple[object, _InClip | None]]] = OrderedDict()
        self._parsers: dict[str, Parser | None] = {}

    def score(self, word: str, clips: Iterable[IndexedClip]) -> OpenWord | None:
        """Return the scores of a word; None if no clip keeps the features to score it.

        Args:
            word: as it was typed.
            clips: all clips of the index, in its order.
        """
        with self._lock:
            known = self._known.setdefault(word, {})
            self._known.move_to_end(word)
            while len(self._known) > _WORDS:
                self._parsers.pop(self._known.popitem(last=False)[0], None)
            clips = list(clips)
            from seehear.library.kept_files import KeptFiles

            files = KeptFiles(self._library)
            found = [self._scored(word, clip, files.path(clip.path), known) for clip in clips]
            parser = self._parsers.get(word)
        if parser is None or not any(found):
            return None
        return _of_all(word, clips, found, tuple(parser.scorer.doubts()))

    def _scored(
        self,
        word: str,
        clip: IndexedClip,
        rows: Path,
        known: dict[str, tuple[object, _InClip | None]],
    ) -> _InClip | None:
        now = (stamp(rows), clip.hash, clip.segments)
        if now[0] is None:
            return None
        if clip.path not in known or known[clip.path][0] != now:
            known[clip.path] = (now, self._score(word, clip, rows))
        return known[clip.path][1]

    def _score(self, word: str, clip: IndexedClip, rows: Path) -> _InClip | None:
        """Return the scores of a word in a clip; None if its features do not allow this."""
        from seehear.features.kept import opened_kept
        from seehear.parser.kept import parse_kept

        try:
            if word not in self._parsers:
                with opened_kept(rows) as kept:
                    self._parsers[word] = self._make(word, kept.about)
            parser = self._parsers[word]
            if parser is None:
                return None
            line = parse_kept(parser, rows, clip.hash)
        except (FeatureError, MediaError):
            return None
        levels = levels_of(line)[:, 0]
        if levels.shape[1] != clip.segments:
            return None
        return _InClip(levels, tuple((str(e.track), e.start_s, e.end_s) for e in line))


def _of_all(
    word: str,
    clips: Sequence[IndexedClip],
    found: Sequence[_InClip | None],
    doubts: tuple[str, ...],
) -> OpenWord:
    """Return the scores of all clips, one after another in the order of the index."""
    total = max(clip.at + clip.segments for clip in clips)
    asked = np.array([one is not None for one in found])
    events: dict[str, Spans] = {str(track): ([], [], []) for track in _TRACKS}
    levels = np.zeros((len(TRACKS), total), np.uint8)
    for row, (clip, one) in enumerate(zip(clips, found, strict=True)):
        if one is None:
            continue
        levels[:, clip.at : clip.at + clip.segments] = one.levels
        for track, start_s, end_s in one.events:
            rows, starts, ends = events[track]
            rows.append(row)
            starts.append(start_s)
            ends.append(end_s)
    return OpenWord(word, levels, asked, events, doubts)


def zero_shot(word: str, about: "KeptAbout") -> "Parser | None":
    """Return a zero-shot parser of one word that reads these kept features; None if there is none.

    None also stands for missing weights or libraries.
    """
    from seehear.parser import Parser
    from seehear.parser.preset import ENCODERS

    for preset, (audio, visual) in ENCODERS.items():
        if {audio, visual} <= about.encoders.keys():
            try:
                fps = about.encoders[visual]["fps"]
                parser = Parser.from_preset(preset, [word], fps=fps)
                parser.audio_stream, parser.still = about.audio_stream, about.still
                parser.about()
                return parser
            except (MissingExtraError, WeightsError):
                continue
    return None
