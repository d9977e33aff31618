"""From what the decoder delivered to the seconds of a track that count as parsed."""

from collections.abc import Sequence

import numpy as np

from seehear.time import TimeGrid
from seehear.time.spans import Span, clipped, intersection, joined

EARLY_S = 0.5  # so much may be missing at the clip's beginning: sound often starts before picture
LATE_S = 0.25  # and so much at its end
_HALF = 0.5


def parsed_spans(delivered: Sequence[Span], grid: TimeGrid, duration_s: float) -> list[Span]:
    """Return the stretches of a track of which something is known.

    Holes no longer than half a segment do not count, nor do up to half a second at the clip's
    beginning and a quarter at its end.  A segment of which less than half was delivered is left
    out whole: what an encoder makes of the rest is a guess.

    Args:
        delivered: stretches in seconds.
        grid: segments.
        duration_s: length of the clip.
    """
    spans = joined(delivered, gap=_HALF * grid.step_s)
    spans = clipped(spans, 0.0, duration_s)
    if not spans:
        return []
    if spans[0][0] <= EARLY_S:
        spans[0] = (0.0, spans[0][1])
    if spans[-1][1] >= duration_s - LATE_S:
        spans[-1] = (spans[-1][0], duration_s)
    return intersection(spans, _well_covered(spans, grid, duration_s))


def _well_covered(spans: Sequence[Span], grid: TimeGrid, duration_s: float) -> list[Span]:
    """Return the segments of which at least half is covered; of one that the clip cuts short, half
    a segment or all that there is.
    """
    edges = grid.start_s + grid.step_s * np.arange(grid.count + 1)
    edges[-1] = max(edges[-1], duration_s)  # a tail too short for a segment goes with the last
    places = np.array(spans).reshape(-1)
    lengths = np.diff(np.array(spans), axis=1)[:, 0]
    after = np.cumsum(lengths)
    until = np.stack([after - lengths, after], axis=1).reshape(-1)
    share = np.diff(np.interp(edges, places, until))
    inside = np.minimum(edges[1:], duration_s) - edges[:-1]
    enough = (share >= np.minimum(_HALF * grid.step_s, inside) - 1e-9) & (inside > 0)
    return [(edges[i], edges[i + 1]) for i in np.flatnonzero(enough)]
