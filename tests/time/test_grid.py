"""The grid and rasterising."""

import pytest

from helpers import picture
from seehear.time import Event, TimeGrid, rasterise, runs


def test_short_tails_get_no_segment_of_their_own() -> None:
    assert [TimeGrid.covering(d).count for d in (0.04, 1.0, 1.2, 1.3, 10.0, 10.1, 10.5)] == [
        1,
        1,
        1,
        2,
        10,
        10,
        11,
    ]


def test_times_and_segments() -> None:
    grid = TimeGrid(10, 0.1, start_s=1.0)
    assert grid.index_at(1.3) == 3  # although (1.3 - 1) / 0.1 is 2.9999...
    assert grid.index_at(0) == 0
    assert grid.index_at(99) == 9
    assert grid.end_s == 2.0


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(0, 10)], "##########"),
        ([(0, 5), (5, 10)], "##########"),
        ([(9, 10)], ".........#"),
        ([(8, 99)], "........##"),
        ([(3, 3), (5, 2)], ".........."),
        ([(3.1, 3.3)], "...#......"),
        ([(12, 14)], ".........."),
        ([], ".........."),
    ],
)
def test_rasterise(intervals: list[tuple[float, float]], expected: str) -> None:
    assert picture(rasterise(intervals, TimeGrid(10))) == expected


def test_runs_of_the_specification() -> None:
    assert runs([1, 1, 0, 1, 0, 0, 0, 0, 0, 1]) == [(0, 2), (3, 4), (9, 10)]
    assert runs([]) == []


@pytest.mark.parametrize(("start_s", "end_s"), [(1, 1), (2, 1), (0, float("nan"))])
def test_an_event_ends_after_it_starts(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Event(start_s, end_s, "audio", "Dog")
