"""Intervals to segments and back."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from seehear.time import TimeGrid, rasterise, runs
from seehear.time.raster import round_half_up

ROWS = arrays.arrays(np.bool_, st.integers(0, 20))


@given(ROWS)
def test_runs_of_a_row_mark_the_same_row_again(row) -> None:
    found = runs(row)
    assert sum(end - start for start, end in found) == row.sum()
    assert all(a[1] < b[0] for a, b in itertools.pairwise(found))
    assert rasterise(found, TimeGrid(len(row))).tolist() == row.tolist()


def test_a_segment_is_marked_from_half_of_its_length_on() -> None:
    assert rasterise([(0.5, 2.4)], TimeGrid(4)).tolist() == [False, True, False, False]
    assert rasterise([(0.4, 2.5)], TimeGrid(4)).tolist() == [True, True, True, False]


def test_a_short_event_marks_the_segment_of_its_middle_and_an_empty_one_nothing() -> None:
    assert rasterise([(1.6, 1.7)], TimeGrid(3)).tolist() == [False, True, False]
    assert not rasterise([(1.6, 1.6), (2.0, 1.0), (7.1, 7.2)], TimeGrid(3)).any()


def test_halves_are_rounded_up() -> None:
    assert [round_half_up(value) for value in (0.5, 1.5, 2.5, -0.5)] == [1, 2, 3, 0]
