"""Which sounds are described, and when.

1. A sound is described where it begins.  While it goes on, or comes again within 10 s, it is not
   described again.
2. A caption stands where no dialogue does, at most 2 s after the sound began.  Where there is no
   such place, it stands beside the dialogue: at the top of the picture, when the sound begins.
3. It stays long enough to be read, and never over another caption: sounds that begin within a
   second of each other share one, a line each, two at most.
4. A sound that cannot be placed by these rules is left out, and listed.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from seehear.captions.wording import Wording
from seehear.errors import DataError
from seehear.time import Timeline, Track
from seehear.time.spans import Span, difference, intersection, joined


@dataclass(frozen=True)
class Rules:
    """How captions are placed.

    Args:
        per_second: characters that are read in a second.
        least_s: how long a caption stays at least.
        apart_s: pause between two cues, in seconds.
        late_s: how long after its sound a caption may come.
        again_s: how long a sound must pause to be described again.
        together_s: sounds that begin so close together share a caption.
        shortest_s: a shorter sound is not described.
    """

    per_second: float = 15.0
    least_s: float = 1.2
    apart_s: float = 0.1
    late_s: float = 2.0
    again_s: float = 10.0
    together_s: float = 1.0
    shortest_s: float = 0.2

    def length_s(self, lines: Iterable[str]) -> float:
        """Return how long lines must stay to be read."""
        return max(self.least_s, round(sum(map(len, lines)) / self.per_second, 3))


@dataclass(frozen=True)
class Spoken:
    """When a cue of the subtitles stands, and what it says."""

    start_s: float
    end_s: float
    text: str = ""


@dataclass(frozen=True)
class Caption:
    """What a caption says and when.

    Args:
        start_s, end_s: when it stands.
        lines: a sound each, in brackets.
        beside: whether dialogue stands at the same time, so that it goes to the top.
    """

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    beside: bool = False


@dataclass(frozen=True)
class Plan:
    """The captions by onset, and a line for each sound that found no place."""

    captions: tuple[Caption, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sound:
    """A sound that goes on or comes again: its stretches, and its words in brackets."""

    spans: tuple[Span, ...]
    text: str


def plan(
    timeline: Timeline,
    spoken: Sequence[Spoken],
    wording: Wording,
    *,
    off_screen: bool = False,
    rules: Rules | None = None,
) -> Plan:
    """Return the captions of what is heard in a clip.

    Args:
        timeline: of the clip.
        spoken: the cues that it has already.
        wording: in which words sounds are described.
        off_screen: only what is heard while it is not seen, and only where the picture is known.
        rules: of the places.

    Raises:
        DataError: `off_screen`, and there is no picture.
    """
    rules = rules or Rules()
    placed = _Places(spoken, rules)
    for sound in _sounds(timeline, wording, rules, off_screen=off_screen):
        placed.add(sound)
    return Plan(tuple(placed.captions), tuple(placed.left_out))


def _sounds(
    timeline: Timeline, wording: Wording, rules: Rules, *, off_screen: bool
) -> list[_Sound]:
    """Return what is to be described, by onset; what has the same words is the same sound."""
    if off_screen and timeline.tracks["visual"].absent:
        raise DataError(
            "nothing is off-screen where there is no picture",
            where=timeline.source,
            hint="leave `only` out",
        )
    spans: dict[str, list[Span]] = {}
    for label in timeline.vocabulary:
        words = wording.words(timeline, label)
        if words:
            heard = _heard(timeline, label, off_screen=off_screen)
            spans.setdefault(f"[{words}]", []).extend(heard)
    found = []
    for text, of_text in spans.items():
        audible = [(a, b) for a, b in joined(of_text) if b - a >= rules.shortest_s]
        for start, end in joined(audible, gap=rules.again_s):
            within = [span for span in audible if start <= span[0] < end]
            found.append(_Sound(tuple(within), text))
    return sorted(found, key=lambda sound: (sound.spans[0], sound.text))


def _heard(timeline: Timeline, label: str, *, off_screen: bool) -> list[Span]:
    """Return when a class is heard, or when it is heard and surely not seen."""
    heard = list(timeline.support(Track.AUDIO, label))
    if off_screen:
        unseen = difference(heard, timeline.support(Track.VISUAL, label))
        heard = intersection(unseen, timeline.parsed(Track.VISUAL))
    return heard


class _Places:
    """Where captions stand.

    Args:
        spoken: cues that stand already.
        rules: of the places.
    """

    def __init__(self, spoken: Sequence[Spoken], rules: Rules) -> None:
        self._rules = rules
        self._talk = joined((cue.start_s, cue.end_s) for cue in spoken)
        self._described = [cue for cue in spoken if "[" in cue.text or "(" in cue.text]
        self.captions: list[Caption] = []  # by onset
        self.left_out: list[str] = []

    def add(self, sound: _Sound) -> None:
        """Give a sound its place: at its first stretch where there is one."""
        first, last = sound.spans[0][0], sound.spans[-1][1]
        if self._said(sound.text, first, last):
            return
        for start_s, end_s in sound.spans:
            if self._join(sound.text, start_s) or self._stand(sound.text, start_s, end_s):
                return
        self.left_out.append(f"{sound.text} at {first:.1f} s: no place among the captions")

    def _said(self, text: str, start_s: float, end_s: float) -> bool:
        """Return whether the subtitles describe the sound already."""
        words, late_s = text.strip("[]").casefold(), self._rules.late_s
        for cue in self._described:
            near = cue.start_s < end_s + late_s and cue.end_s > start_s - late_s
            if near and words in cue.text.casefold():
                return True
        return False

    def _join(self, text: str, start_s: float) -> bool:
        """Put a line into the caption of a sound that begins at the same time."""
        together_s = self._rules.together_s
        first = bisect_left(self.captions, start_s - together_s, key=_onset)
        last = bisect_right(self.captions, start_s + together_s, key=_onset)
        for place in range(first, last):
            caption = self.captions[place]
            if len(caption.lines) > 1:
                continue
            lines = (*caption.lines, text)
            end_s = caption.start_s + self._rules.length_s(lines)
            after = self.captions[place + 1 : place + 2]
            if after and end_s + self._rules.apart_s > after[0].start_s:
                return False
            at_s, length_s = caption.start_s, end_s - caption.start_s
            beside = self._free_from(at_s, at_s, length_s, [self._talk]) is None
            self.captions[place] = replace(caption, end_s=end_s, lines=lines, beside=beside)
            return True
        return False

    def _stand(self, text: str, start_s: float, end_s: float) -> bool:
        """Let a caption of its own stand: without dialogue if possible, else beside it."""
        length_s = self._rules.length_s([text])
        begin_s = max(0.0, start_s)
        latest_s = min(begin_s + self._rules.late_s, max(begin_s, end_s))
        captions = [(caption.start_s, caption.end_s) for caption in self.captions]
        for busy, beside in (([self._talk, captions], False), ([captions], True)):
            at_s = self._free_from(begin_s, latest_s, length_s, busy)
            if at_s is not None:
                caption = Caption(at_s, at_s + length_s, (text,), beside)
                insort(self.captions, caption, key=_onset)
                return True
        return False

    def _free_from(
        self, start_s: float, latest_s: float, length_s: float, busy: Sequence[Sequence[Span]]
    ) -> float | None:
        """Return the first time from which `length_s` seconds are free; None if it comes too late.

        Args:
            start_s, latest_s: the first and the last time that will do.
            length_s: how long.
            busy: spans of each kind, in order and apart.
        """
        apart_s, at_s, moved = self._rules.apart_s, start_s, True
        while moved and at_s <= latest_s:
            moved = False
            for spans in busy:
                place = bisect_right(spans, at_s, key=lambda span: span[1] + apart_s)
                if place < len(spans) and spans[place][0] < at_s + length_s + apart_s:
                    at_s, moved = spans[place][1] + apart_s, True
        return at_s if at_s <= latest_s else None


def _onset(caption: Caption) -> float:
    return caption.start_s
