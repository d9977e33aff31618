"""Which sounds are described, and when."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.captions.plan import Rules, Spoken, plan
from seehear.captions.wording import Wording
from seehear.errors import DataError
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

WORDS = Wording(
    usual={"dog": "dog barking", "car": "car passing", "rain": "rain falling", "speech": ""}
)
LABELS = ("Speech", "Dog", "Car", "Rain")


def heard(*events: tuple[str, float, float], seen: tuple = (), length: float = 60.0) -> Timeline:
    all_events = [Event(a, b, Track.AUDIO, label) for label, a, b in events]
    all_events += [Event(a, b, Track.VISUAL, label) for label, a, b in seen]
    return Timeline("a.mp4", length, TimeGrid.covering(length), LABELS, tuple(all_events))


def said(timeline: Timeline, *spoken: tuple[float, float], **options) -> list[tuple]:
    found = plan(timeline, [Spoken(a, b) for a, b in spoken], WORDS, **options)
    return [(round(c.start_s, 3), *c.lines, *(["top"] if c.beside else [])) for c in found.captions]


def test_a_sound_is_described_once_where_it_begins() -> None:
    line = heard(("Dog", 1, 2), ("Dog", 5, 9), ("Dog", 30, 31), ("Speech", 0, 60))
    assert said(line) == [(1, "[dog barking]"), (30, "[dog barking]")]


def test_captions_give_way_to_dialogue_and_stand_beside_it_where_there_is_no_room() -> None:
    line = heard(("Dog", 1, 8), ("Car", 20, 30))
    assert said(line, (0, 2)) == [(2.1, "[dog barking]"), (20, "[car passing]")]
    assert said(line, (0, 12)) == [(1, "[dog barking]", "top"), (20, "[car passing]")]
    # a gap that is too short to read in is none
    assert said(line, (0, 1.5), (2.2, 12)) == [(1, "[dog barking]", "top"), (20, "[car passing]")]


def test_sounds_that_begin_together_share_a_caption_of_two_lines_at_most() -> None:
    line = heard(("Dog", 1, 8), ("Car", 1, 8), ("Rain", 1.5, 8))
    found = plan(line, [], WORDS)
    assert [c.lines for c in found.captions] == [
        ("[car passing]", "[dog barking]"),
        ("[rain falling]",),
    ]
    both, rain = found.captions
    assert both.end_s - both.start_s == pytest.approx(26 / 15, abs=0.01)
    assert rain.start_s >= both.end_s
    busy = plan(line, [], WORDS, rules=Rules(per_second=4))
    assert busy.left_out == ("[rain falling] at 1.5 s: no place among the captions",)


def test_off_screen_is_what_is_heard_while_it_is_surely_not_seen() -> None:
    line = heard(("Dog", 1, 8), ("Car", 20, 25), seen=(("Dog", 0, 6), ("Car", 19, 26)))
    assert said(line, off_screen=True) == [(6, "[dog barking]")]
    tracks = {"visual": Extent.of((0, 3), (10, 60))}
    half = Timeline("a.mp4", 60.0, TimeGrid(60), LABELS, line.on("audio"), tracks)
    assert said(half, off_screen=True) == [(1, "[dog barking]"), (20, "[car passing]")]
    blind = Timeline("a.mp4", 60.0, TimeGrid(60), LABELS, line.on("audio"), {"visual": Extent()})
    with pytest.raises(DataError, match="nothing is off-screen where there is no picture"):
        plan(blind, [], WORDS, off_screen=True)


def test_what_the_subtitles_describe_is_not_described_again() -> None:
    line = heard(("Dog", 1, 3))
    assert plan(line, [Spoken(0, 2, "[Dog barking outside]")], WORDS).captions == ()
    assert len(plan(line, [Spoken(0, 2, "A dog barking?")], WORDS).captions) == 1
    assert len(plan(line, [Spoken(20, 22, "[dog barking]")], WORDS).captions) == 1


spans = st.tuples(st.integers(0, 500), st.integers(1, 80)).map(lambda p: (p[0] / 10, sum(p) / 10))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(LABELS), spans), max_size=12), st.lists(spans, max_size=10)
)
def test_no_caption_covers_another_or_is_too_short_to_read(sounds, talk) -> None:
    line = heard(*((label, *span) for label, span in sounds))
    found = plan(line, [Spoken(*span) for span in talk], WORDS).captions
    for before, after in itertools.pairwise(found):
        assert before.end_s < after.start_s
    for caption in found:
        letters = sum(map(len, caption.lines))
        length_s = caption.end_s - caption.start_s
        assert length_s >= 1.2 - 1e-6
        assert letters <= length_s * 15 + 0.1
        if not caption.beside:
            assert not any(a < caption.end_s and b > caption.start_s for a, b in talk)
        for text in caption.lines:
            label = {"[dog barking]": "Dog", "[car passing]": "Car", "[rain falling]": "Rain"}[text]
            near = [a for a, b in line.support("audio", label) if -1 <= caption.start_s - a <= 2]
            assert near, "a caption belongs to a sound that begins there"
