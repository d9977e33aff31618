"""Words that nobody parsed for, scored when they are asked: from what was kept of the clips.

Each word is scored by itself, as a zero-shot parser of that one word would over the same clips, so
what it finds does not depend on what it is asked beside.  Scores of the latest words stay in memory
while the kept features stay as they are.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seehear.errors import FeatureError, MediaError, MissingExtraError, WeightsError
from seehear.files import stamp
from seehear.library.levels import levels_of
from seehear.time import TRACKS, Track

if TYPE_CHECKING:
    from seehear.features.kept import KeptAbout
    from seehear.parser import Parser

_WORDS = 32  # whose scores stay in memory
_TRACKS = (Track.AUDIO, Track.VISUAL, Track.AUDIO_VISUAL)
Make: TypeAlias = "Callable[[str, KeptAbout], Parser | None]"
Spans = tuple[list[int], list[float], list[float]]  # clip, start and end in seconds


@dataclass(frozen=True)
class IndexedClip:
    """A clip of the index.

    Args:
        path: of its timeline, below the library.
        hash: of its video; None: not known.
        at, segments: where its segments begin among those of all clips, and how many they are.
    """

    path: str
    hash: str | None
    at: int
    segments: int


@dataclass
class OpenWord:
    """A word, scored.

    Args:
        label: the word.
        levels: of each track over the segments of all clips, (2, S); see `seehear.time.Kept`.
        asked: the clips that could be scored, (clips,).
        events: where it is decided to be, by track.
        doubts: what the parser has to say of the word.
    """

    label: str
    levels: NDArray[np.uint8]
    asked: NDArray[np.bool_]
    events: dict[str, Spans]
    doubts: tuple[str, ...]

    def told(self) -> str:
        """Return that it was scored just now, in words."""
        there, count = int(self.asked.sum()), len(self.asked)
        rest = "" if there == count else "; for the others nothing suitable was kept"
        return (
            f"no clip was parsed for {self.label!r}: it was scored now, from what was kept of"
            f" {there:,} of {count:,} clips{rest}"
        )


@dataclass(frozen=True)
class _InClip:
    """What a word scores in one clip; see `OpenWord`."""

    levels: NDArray[np.uint8]
    events: tuple[tuple[str, float, float], ...]


class OpenWords:
    """Scores words over a library; safe to use from several threads.

    Args:
        library: the folder.
        make: gives the parser of a word for features that were kept so; None: a zero-shot preset's.
    """

    def __init__(self, library: Path, make: "Make | None" = None) -> None:
        self._library, self._make = library, make or zero_shot
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict[str, tuple[object, _InClip | None]]] = OrderedDict()
        self._parsers: dict[str, Parser | None] = {}

    def score(self, word: str, clips: Iterable[IndexedClip]) -> OpenWord | None:
        """Return a word scored over clips; None where nothing was kept of any that answers it.

        Args:
            word: as it was typed.
            clips: all of the index, in its order.
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
        """Return what a word scores in a clip; None where what was kept does not answer it."""
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
    """Lay the scores of clips end to end, as the index does."""
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
    """Return the zero-shot parser of a word that reads features that were kept so, if there is one.

    Its weights and libraries may be missing: then nobody can tell, and there is none.
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
