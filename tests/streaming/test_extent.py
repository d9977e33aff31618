"""What counts as parsed of what the decoder delivered: against a literal reading of the rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.streaming.extent import parsed_spans
from seehear.time import TimeGrid


@pytest.mark.parametrize(
    ("delivered", "duration_s", "parsed"),
    [
        ([(0, 10)], 10.0, [(0, 10)]),
        ([], 10.0, []),
        # the edges of a clip: half a second early, a quarter late
        ([(0.5, 9.75)], 10.0, [(0, 10)]),
        ([(0.51, 9.7)], 10.0, [(1, 9.7)]),
        ([(3.2, 10)], 10.0, [(3.2, 10)]),
        ([(3.6, 10)], 10.0, [(4, 10)]),
        ([(0, 6.3)], 10.0, [(0, 6)]),
        ([(0, 6.5)], 10.0, [(0, 6.5)]),
        # holes: half a segment is bridged, more is not, and a segment needs its half
        ([(0, 4.1), (4.6, 10)], 10.0, [(0, 10)]),
        ([(0, 4.6), (5.2, 10)], 10.0, [(0, 4.6), (5.2, 10)]),
        ([(0, 4.3), (5.2, 10)], 10.0, [(0, 4), (5.2, 10)]),
        ([(0, 4), (7, 10)], 10.0, [(0, 4), (7, 10)]),
        # the clip's short last segment, and a tail that has none
        ([(0, 10)], 10.4, [(0, 10)]),
        ([(0, 10.2)], 10.4, [(0, 10.4)]),
        ([(0, 10)], 10.2, [(0, 10.2)]),
        ([(0, 0.3)], 0.3, [(0, 0.3)]),
        ([(-1, 20)], 10.0, [(0, 10)]),
    ],
)
def test_rules_of_edges_holes_and_halves(delivered: list, duration_s: float, parsed: list) -> None:
    found = parsed_spans(delivered, TimeGrid.covering(duration_s), duration_s)
    assert found == [pytest.approx(span) for span in parsed]


ticks = st.integers(-10, 130)


@given(st.lists(st.tuples(ticks, ticks).map(sorted), max_size=6), st.integers(3, 120))
def test_a_raster_of_tenths_says_the_same(delivered: list, length: int) -> None:
    duration_s = length / 10
    grid = TimeGrid.covering(duration_s)
    found = parsed_spans([(a / 10, b / 10) for a, b in delivered], grid, duration_s)
    row = np.zeros(length, bool)
    for start, end in found:
        row[round(start * 10) : round(end * 10)] = True
    assert (row == literal(delivered, length, grid.count)).all()


def literal(delivered: list, length: int, segments: int) -> np.ndarray:
    """Apply the rules tenth by tenth."""
    wide = np.zeros(400, bool)  # a margin of 100 on both sides
    for start, end in delivered:
        wide[start + 100 : end + 100] = True
    for hole in range(1, 6):
        for at in range(1, 400 - hole):
            if wide[at - 1] and wide[at + hole] and not wide[at : at + hole].any():
                wide[at : at + hole] = True
    row = wide[100 : 100 + length].copy()
    if row.any():
        first, last = np.flatnonzero(row)[[0, -1]]
        row[: first if first <= 5 else 0] = True
        row[last if length - last - 1 <= 2 else length :] = True
    for segment in range(segments):
        end = length if segment == segments - 1 else (segment + 1) * 10
        part = row[segment * 10 : end]
        if part.sum() < min(5, length - segment * 10):
            part[:] = False
    return row
