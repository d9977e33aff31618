"""For how long a picture that stands still is believed."""

import pytest

from seehear.media.held import Held


def held(times: list[float], end_s: float, usual_s: float = 0.1) -> Held:
    out = Held(usual_s)
    for time_s in times:
        out.next(time_s)
    out.end(end_s)
    return out


def test_a_gap_counts_for_two_seconds() -> None:
    found = held([0.0, 0.1, 0.2, 5.0, 5.1, 6.9], 7.0)
    assert found.delivered == [(0.0, pytest.approx(2.2)), (5.0, 7.0)]
    assert found.problems() == [
        "visual track: no new picture from 0.20 s to 5.00 s; the last one is held, and after 2 s"
        " counts as not parsed"
    ]


def test_the_last_picture_is_held_no_longer() -> None:
    found = held([0.0, 0.1, 0.2, 4.0, 4.1], 60.0)
    assert found.delivered == [(0.0, pytest.approx(2.2)), (4.0, pytest.approx(6.1))]
    assert "from 0.20 s to 4.00 s, and 1 more;" in found.problems()[0]


@pytest.mark.parametrize("times", [[0.0, 5.0, 10.0, 15.0], [0.0], [0.0, 4.0, 10.0]])
def test_a_film_of_stills_is_meant_as_it_is(times: list[float]) -> None:
    found = held(times, 20.0, usual_s=5.0 if len(times) > 1 else 20.0)
    assert found.delivered == [(0.0, 20.0)]
    assert found.problems() == []


def test_without_a_frame_there_is_nothing() -> None:
    found = Held(0.1)
    found.end(3.0)
    assert (found.delivered, found.problems()) == ([], [])
