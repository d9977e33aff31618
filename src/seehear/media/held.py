"""A picture that stands still because no other comes: for how long it counts as what was there.

A camera that drops out leaves its last frame on the screen; a film of stills shows one picture for
long on purpose.  Timestamps cannot tell the two apart, but the usual distance of the track's frames
can.
"""

from collections import deque

from seehear.time.spans import Span

HELD_S = 2.0  # how long a frame counts when no other follows
_USUAL = 3.0  # times the usual distance of frames: how long a frame counts in a film of stills
_REMEMBERED = 50  # distances of frames, of which the median is the usual one


class Held:
    """Collects the stretches of the visual track for which a picture counts.

    A frame counts until the next one if that comes within `HELD_S`, or within three times the usual
    distance of this track's frames.  Otherwise it counts for `HELD_S`, and from then until the next
    frame nothing is known.

    Args:
        usual_s: seconds between frames, as the file says; used until there are frames.

    Attributes:
        delivered: stretches in seconds, in order.
    """

    def __init__(self, usual_s: float) -> None:
        self.delivered: list[Span] = []
        self._usual_s = usual_s
        self._distances: deque[float] = deque(maxlen=_REMEMBERED)
        self._shown_s: float | None = None  # since when the frame on the screen is there
        self._gaps: list[Span] = []

    def next(self, time_s: float) -> None:
        """Take note of a frame that appears at a time."""
        if self._shown_s is None:
            self.delivered.append((time_s, time_s))
        else:
            distance = time_s - self._shown_s
            whole = self._extend(time_s)
            if not whole:
                self._gaps.append((self._shown_s, time_s))
                self.delivered.append((time_s, time_s))
            if distance > 0:
                self._distances.append(distance)
        self._shown_s = time_s

    def end(self, time_s: float) -> None:
        """Take note that the last frame leaves the screen."""
        if self._shown_s is not None and not self._extend(time_s):
            self._gaps.append((self._shown_s, time_s))

    def _extend(self, time_s: float) -> bool:
        """Let the frame on the screen stay until a time; return whether it counts until then."""
        assert self._shown_s is not None
        until_s = time_s
        if time_s - self._shown_s > HELD_S and time_s - self._shown_s > _USUAL * self._usual():
            until_s = self._shown_s + HELD_S
        self.delivered[-1] = (self.delivered[-1][0], max(self.delivered[-1][1], until_s))
        return until_s == time_s

    def _usual(self) -> float:
        from statistics import median  # here: pictures seldom stand still for so long

        return median(self._distances) if self._distances else self._usual_s

    def problems(self) -> list[str]:
        """Return a line about pictures that stood because none followed; none if none did."""
        if not self._gaps:
            return []
        start, end = self._gaps[0]
        more = f", and {len(self._gaps) - 1} more" if len(self._gaps) > 1 else ""
        return [
            f"visual track: no new picture from {start:.2f} s to {end:.2f} s{more}; the last one is"
            f" held, and after {HELD_S:g} s counts as not parsed"
        ]
