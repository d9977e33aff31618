"""Frames and time codes."""

from fractions import Fraction

import pytest

from seehear.export.frames import Frames, coded, usual
from seehear.time import MediaFile


def frames(rate: float | None, start: str | None = None) -> Frames:
    return Frames.of(MediaFile("a.mp4", 1, "h", 10.0, rate, start))


def test_codes_without_drops_count_every_number() -> None:
    numbers = iter(range(10**6))
    for minute in range(61):
        for second in range(60):
            for frame in range(25):
                wanted = f"{minute // 60:02d}:{minute % 60:02d}:{second:02d}:{frame:02d}"
                assert coded(next(numbers), 25) == wanted


@pytest.mark.parametrize(("timebase", "skipped"), [(30, 2), (60, 4)])
def test_codes_with_drops_leave_out_the_first_numbers_of_nine_minutes_of_ten(
    timebase: int, skipped: int
) -> None:
    number = 0
    for minute in range(21):
        for second in range(60):
            for frame in range(timebase):
                if second == 0 and frame < skipped and minute % 10:
                    continue
                wanted = f"00:{minute:02d}:{second:02d};{frame:02d}"
                if second == 0 or frame == 0:
                    assert coded(number, timebase, drop=True) == wanted
                number += 1
    assert coded(107892, 30, drop=True) == "01:00:00;00"  # an hour is an hour


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24.0, Fraction(24)),
        (25.0004, Fraction(25)),
        (29.97002997, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (14.985, Fraction(15000, 1001)),
        (12.5, Fraction(12)),  # no rate that programs know: the nearest whole one
        (0.2, Fraction(1)),
        (None, Fraction(25)),
    ],
)
def test_rates_are_those_of_editing_programs(rate: float | None, exact: Fraction) -> None:
    assert usual(rate) == exact


def test_a_file_says_how_it_counts() -> None:
    assert frames(25.0, "10:00:00:05").first == 900005
    dropping = frames(29.97003, "01:00:00;00")
    assert (dropping.drop, dropping.first, dropping.timebase, dropping.ntsc) == (
        True,
        107892,
        30,
        True,
    )
    assert dropping.code(dropping.at(60.06)) == "01:01:00;02"
    assert not frames(25.0, "01:00:00;00").drop  # which only 29.97 and 59.94 can
    assert frames(25.0, "01:00:00:29").first == 0  # counted at another rate
    assert Frames.of(None) == Frames()


def test_an_interval_has_a_frame_at_least_and_none_before_the_first() -> None:
    assert frames(25.0).span(1.0, 1.0001) == (25, 26)
    assert frames(25.0).span(-2.0, -1.0) == (0, 1)
    assert coded(24 * 3600 * 25, 25) == "00:00:00:00"  # after a day it begins again
