"""Times as people read them."""

from seehear.time.shown import time_text


def test_times_are_rounded_before_they_are_split() -> None:
    assert time_text(59.96) == "1:00.0"
    assert time_text(3725.5) == "1:02:05.5"
