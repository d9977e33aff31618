"""From what the decoder delivered to the seconds of a track that count as parsed."""

from collections.abc import Sequence

import numpy as np

from seehear.time import TimeGrid
from seehear.time.spans import Span, clipped, intersection, joined

EARLY_S = 0.5  # this much may be missing at the beginning: sound often starts before the picture
LATE_S = 0.25  # and this much at the end
_HALF = 0.5  # of a segment


def parsed_spans(delivered: Sequence[Span], grid: TimeGrid, duration_s: float) -> list[Span]:
    """Return the stretches of a track, in seconds, that count as parsed.

    Holes of up to half a segment are filled, and so are half a second at the clip's beginning and a
    quarter at its end.  A segment of which less than half was delivered is left out completely:
    what an encoder makes of so little is a guess.

    Args:
        delivered: the stretches, in seconds, that the decoder delivered.
        grid: segments.
        duration_s: length of the clip, in seconds.
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
    """Return the segments of which at least half is covered.

    Of a last segment that ends with the clip, half a segment must be covered, or all of it.
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
