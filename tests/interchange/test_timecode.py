"""Frames as seconds."""

from fractions import Fraction

import pytest

from foreign_rows import imported, plain
from seehear.errors import ConfigError
from seehear.interchange.timecode import least_rate, parse, rate_of


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(29.97, Fraction(30000, 1001)), (23.976, Fraction(24000, 1001)), (25, 25), (12.5, 12.5)],
)
def test_rates_as_they_are_meant(fps: float, rate: Fraction) -> None:
    assert rate_of(fps) == rate


@pytest.mark.parametrize("fps", [0, -25, float("nan"), 1e9])
def test_what_is_no_rate(fps: float) -> None:
    with pytest.raises(ConfigError, match="frames a second"):
        rate_of(fps)


def test_dropped_frames_skip_two_numbers_a_minute_but_the_tenth() -> None:
    rate = Fraction(30000, 1001)
    last, first = parse("00:00:59;29"), parse("00:01:00;02")
    assert last is not None
    assert first is not None
    assert first.frame(rate) == last.frame(rate) + 1
    tenth = parse("00:10:00;00")
    assert tenth is not None
    assert tenth.time_s(rate) == pytest.approx(600, abs=0.001)
    assert parse("1:2:3") is None
    assert least_rate(29) == 30


def test_the_list_of_markers_that_premiere_writes(tmp_path) -> None:
    text = (
        "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\t\r\n"
        'Dog\t"two\r\nlines"\t00;00;01;01\t00;00;02;00\t0\tComment\t\r\n'
        '\tonly "words"\t00;00;03;00\t00;00;03;00\t0\tComment\t\r\nx\t\tnever\t\t\t\t\r\n'
    )
    found = imported(tmp_path, text.encode("utf-16"))
    assert found.format == "premiere"
    assert plain(found) == [(1.034367, 2.002, "Dog"), (3.003, 3.003, 'only "words"')]
    assert found.unused[0].where == "line 5"


def test_markers_before_the_first_frame_of_the_media_count_from_their_own(tmp_path) -> None:
    text = "Marker Name\tIn\tOut\nDog\t00:00:01:00\t00:00:02:00\n"
    assert plain(imported(tmp_path, text, fps=25, start_timecode="01:00:00:00")) == [(1, 2, "Dog")]
    text = text.replace("\t00:", "\t01:")
    assert plain(imported(tmp_path, text, fps=25, start_timecode="01:00:00:00")) == [(1, 2, "Dog")]
