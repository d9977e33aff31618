"""What writers share."""

import re

from seehear import export
from seehear.export.words import (
    by_time,
    clip_name,
    clocks,
    not_parsed,
    one_line,
    span_text,
    tiers,
)
from seehear.time import Event, Extent, TimeGrid, Timeline, Track


def test_tiers_merge_overlaps_and_leave_absent_tracks_out() -> None:
    line = Timeline(
        "a.wav",
        4.0,
        TimeGrid(4),
        ("Dog",),
        (Event(0, 2, Track.AUDIO, "Dog"), Event(1, 3, Track.AUDIO, "Dog")),
        tracks={"visual": Extent()},
    )
    text = export.render(line, "textgrid")
    assert "size = 1" in text
    assert re.findall(r"xmax = (\S+)\s+text = \"(.*)\"", text) == [("3", "Dog"), ("4", "")]


def test_clocks() -> None:
    event = Event(-0.1, 59.9996, Track.AUDIO, "Dog")
    assert clocks(event.start_s, event.end_s, ".") == ("00:00:00.000", "00:01:00.000")
    assert clocks(0, 360000, ",")[1] == "100:00:00,000"
    assert span_text(1e6, 1e6 + 0.125) == ("1000000", "1000000.125")


def test_text_stays_on_its_line_and_clips_go_by_their_file() -> None:
    assert one_line(" two\nlines\tand \u2028 more\ufeff ") == "two lines and more"
    assert clip_name(Timeline("C:\\films\\a.b.mp4", 1.0, TimeGrid(1), ())) == "a.b"
    assert clip_name(Timeline("", 1.0, TimeGrid(1), ())) == "clip"


def test_events_come_by_onset_whatever_their_track() -> None:
    events = (Event(2, 3, Track.AUDIO, "Dog"), Event(1, 3, Track.VISUAL, "Dog"))
    line = Timeline("a.mp4", 4.0, TimeGrid(4), ("Dog",), events)
    assert [event.start_s for event in line] == [2, 1]
    assert [event.start_s for event in by_time(line)] == [1, 2]


def test_labels_that_differ_only_in_what_had_to_go_get_numbered_tiers() -> None:
    events = (Event(0, 1, Track.AUDIO, "a\tb"), Event(0, 1, Track.AUDIO, "a b"))
    line = Timeline("a.mp4", 1.0, TimeGrid(1), ("a\tb", "a b"), events)
    assert [name for name, _ in tiers(line)] == [
        "audio:a b",
        "audio:a b (2)",
        "visual",
        "audio_visual",
    ]


CUT = Timeline(
    "a.mp4",
    10.0,
    TimeGrid(10),
    ("Dog",),
    (Event(2, 8, Track.AUDIO, "Dog", 0.5),),
    {"visual": Extent.of((0, 6.25))},
)


def test_seconds_that_were_not_parsed_stand_in_every_format_that_has_a_place_for_them() -> None:
    assert not_parsed(CUT) == [("visual", 6.25, 10.0)]
    assert export.render(CUT, "csv").splitlines()[-1] == "a.mp4,visual,[not parsed],6.25,10,,"
    assert export.render(CUT, "tsv").splitlines()[-1] == "a\tvisual\t6.25\t10\t[not parsed]"
    audacity = export.render(CUT, "audacity").splitlines()
    assert audacity[-1] == "6.250000\t10.000000\t[picture not parsed]"
    assert "NOTE visual not parsed from 00:00:06.250 to 00:00:10.000\n" in export.render(CUT, "vtt")
    block = "2\n00:00:06,250 --> 00:00:10,000\n[picture not parsed]\n"
    assert export.render(CUT, "srt").endswith(block)
    assert tiers(CUT)[-1] == ("visual:[not parsed]", [(6.25, 10.0, "[not parsed]")])
    for form in ("eaf", "textgrid"):
        assert "visual:[not parsed]" in export.render(CUT, form)
    page = export.render(CUT, "html")
    assert "heard: Dog · seen: nothing (not parsed: 0:06.2 to 0:10.0)" in page
    assert '"parsed": [[0.0, 6.25]]' in page.replace('"parsed":[[', '"parsed": [[')


def test_a_track_that_was_parsed_throughout_needs_no_mark() -> None:
    whole = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog",), CUT.events)
    for form in export.FORMATS:
        if form != "html":
            assert "not parsed" not in export.render(whole, form), form
