"""Extents: sorted, joined, cut and moved; which segments they reach."""

import pytest

from seehear.time import Extent, TimeGrid


def test_stretches_are_sorted_joined_and_rounded_as_they_are_written() -> None:
    extent = Extent.of((4, 6), (0, 2), (2, 3.0000000001), (8, 8))
    assert extent.parsed == ((0, 3), (4, 6))
    assert extent.missing(0, 10) == ((3, 4), (6, 10))
    assert (extent.state, extent.absent, Extent().absent) == ("parsed", False, True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("seen",), "state: expected parsed or absent, got 'seen'"),
        (("absent", ((0, 1),)), "an absent track has no parsed stretches"),
        (("parsed", ((2, 1),)), "must end after it starts, got 2.0 to 1.0 s"),
        (("parsed", ((0, float("nan")),)), "must end after it starts"),
    ],
)
def test_what_makes_no_sense_is_refused(values: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Extent(*values)


def test_segments_are_those_that_a_stretch_reaches_into() -> None:
    extent = Extent.of((0.5, 1), (2, 3.000000001), (4.9, 9))
    assert extent.segments(TimeGrid(6)).tolist() == [True, False, True, False, True, True]
    assert extent.segments(TimeGrid(2, 0.5, 2.5)).tolist() == [True, False]
    assert not Extent().segments(TimeGrid(3)).any()


def test_cut_and_moved() -> None:
    extent = Extent("parsed", ((0, 4), (6, 9)), ((1, 7),))
    assert extent.crop(2, 8) == Extent("parsed", ((2, 4), (6, 8)), ((2, 7),))
    assert extent.shift(1.5) == Extent("parsed", ((1.5, 5.5), (7.5, 10.5)), ((2.5, 8.5),))
