"""Values that carry their time, and a reader that carries its problems."""

import numpy as np
import pytest

from seehear.media import Sound, TrackReader


def numbers(problems):
    try:
        yield 1
        problems.append("between")
        yield 2
    finally:
        problems.append("at the end")


def test_a_sound_is_as_long_as_its_samples():
    assert Sound(np.zeros(800, np.float32), 2.0, 1600).duration_s == 0.5


def test_problems_are_complete_at_the_end():
    problems = []
    reader = TrackReader(numbers(problems), problems)
    assert list(reader) == [1, 2]
    assert reader.problems == ["between", "at the end"]


def test_problems_are_complete_when_closed_before_the_end():
    problems = []
    with TrackReader(numbers(problems), problems) as reader:
        assert next(reader) == 1
    assert reader.problems == ["at the end"]
    with pytest.raises(StopIteration):
        next(reader)
