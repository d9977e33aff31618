"""What of timelines is exported: tracks, classes, and how sure an event must be."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from seehear.closest import plain, suggest
from seehear.errors import ConfigError
from seehear.time import Event, Extent, Timeline, Track

WORDS = {"heard": Track.AUDIO, "seen": Track.VISUAL, "both": Track.AUDIO_VISUAL}
_SINGLE = frozenset({Track.AUDIO, Track.VISUAL})
_TRACKS: dict[str, Track] = {**{str(track): track for track in Track}, **WORDS}


@dataclass(frozen=True)
class Selection:
    """Which events are exported; by default all.

    Args:
        tracks: audio, visual, audio_visual, or in words: heard, seen, both; None: all.
        labels: classes; case and underscores do not matter; None: all.
        min_score: in [0, 1]; events with a lower score are left out, those without one stay.

    Raises:
        ConfigError: no such track, an empty list of tracks or classes, or a score outside [0, 1].
    """

    tracks: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    min_score: float | None = None
    _wanted: frozenset[Track] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for parameter in ("tracks", "labels"):
            if getattr(self, parameter) == ():
                raise ConfigError("expected at least one, got none", parameter=parameter)
        for name in self.tracks or ():
            if name not in _TRACKS:
                hint = suggest(name, _TRACKS)
                raise ConfigError(f"unknown track {name!r}", hint=hint, parameter="tracks")
        least = self.min_score
        if least is not None and not (math.isfinite(least) and 0 <= least <= 1):
            raise ConfigError(f"expected 0 to 1, got {least}", parameter="min_score")
        wanted = frozenset(Track if self.tracks is None else map(_TRACKS.__getitem__, self.tracks))
        object.__setattr__(self, "_wanted", wanted)

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.tracks is None and self.labels is None and self.min_score is None

    def of(self, timeline: Timeline) -> Timeline:
        """Return the selected part of a timeline; its parser's record says what was selected.

        A class that is left out counts as not looked for, and a track that is left out as absent:
        otherwise their silence would mean that nothing was heard or seen.
        """
        if self.everything:
            return timeline
        kept = self._labels(timeline.vocabulary)
        tracks = dict(timeline.tracks)
        if Track.AUDIO_VISUAL not in self._wanted:
            tracks |= {str(track): Extent() for track in _SINGLE - self._wanted}
        return replace(
            timeline,
            vocabulary=kept,
            events=self._events(timeline.events, frozenset(kept)),
            tracks=tracks,
            removed=self._events(timeline.removed, frozenset(kept)),
            parser={**timeline.parser, "selected": self._about()},
            kept=None,  # scores would let `decode` bring back what is left out
            review=None,
        )

    def unknown(self, vocabulary: Iterable[str]) -> list[str]:
        """Return the classes asked for that are not in a vocabulary, as they were written."""
        known = set(map(plain, vocabulary))
        return [label for label in self.labels or () if plain(label) not in known]

    def require(self, vocabulary: Iterable[str]) -> None:
        """Raise ConfigError if a class asked for is not in a vocabulary."""
        names = list(vocabulary)
        for label in self.unknown(names):
            hint = suggest(label, names)
            raise ConfigError(f"no clip has class {label!r}", hint=hint, parameter="labels")

    def _labels(self, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
        if self.labels is None:
            return vocabulary
        wanted = set(map(plain, self.labels))
        return tuple(label for label in vocabulary if plain(label) in wanted)

    def _events(self, events: Iterable[Event], labels: frozenset[str]) -> tuple[Event, ...]:
        least = 0.0 if self.min_score is None else self.min_score
        kept = []
        for event in events:
            sure = event.score is None or event.score >= least
            if sure and event.track in self._wanted and event.label in labels:
                kept.append(event)
        return tuple(kept)

    def _about(self) -> dict[str, object]:
        asked = {"tracks": self.tracks, "labels": self.labels, "min_score": self.min_score}
        about: dict[str, object] = {}
        for name, value in asked.items():
            if value is not None:
                about[name] = list(value) if isinstance(value, tuple) else value
        return about
