"""What a person reads: one line a thing, in words, and nothing of it lost."""

from hypothesis import given
from hypothesis import strategies as st

from helpers import row
from seehear import export
from seehear.export.told import description, said, subtitles, told
from seehear.time import Event, Extent, TimeGrid, Timeline, Track, runs

BOTH = {Track.AUDIO: "heard", Track.VISUAL: "seen", Track.AUDIO_VISUAL: "seen and heard"}


def drawn(heard: str, seen: str | None, **fields: object) -> Timeline:
    """Return the timeline of a dog drawn a character a second; `seen` None: a sound recording."""
    both = "".join(
        "#" if pair == ("#", "#") else "." for pair in zip(heard, seen or "", strict=bool(seen))
    )
    lanes = {Track.AUDIO: heard, Track.VISUAL: seen or "", Track.AUDIO_VISUAL: both}
    events = [
        Event(float(first), float(last), track, "Dog", 0.5)
        for track, lane in lanes.items()
        for first, last in runs(row(lane))
    ]
    tracks = {} if seen is not None else {"visual": Extent()}
    count = len(heard)
    return Timeline(
        "a.mp4", float(count), TimeGrid(count), ("Dog",), tuple(events), tracks, **fields
    )


def test_what_is_heard_and_seen_at_once_is_one_line() -> None:
    clip = drawn("#####.##", "..####..")
    lines = [(line.start_s, line.end_s, line.text) for line in told(clip)]
    assert lines == [
        (0, 2, "dog heard"),
        (2, 5, "dog seen and heard"),
        (5, 6, "dog seen"),
        (6, 8, "dog heard"),
    ]
    assert "2\n00:00:02,000 --> 00:00:05,000\ndog seen and heard\n" in export.render(clip, "srt")
    assert "<c.audio_visual>dog seen and heard</c>" in export.render(clip, "vtt")
    assert export.render(clip, "audacity").splitlines()[1].endswith("\tdog seen and heard")


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_the_lines_say_what_the_tracks_said(cells: list[tuple[bool, bool]]) -> None:
    heard, seen = ("".join(".#"[pair[i]] for pair in cells) for i in (0, 1))
    clip = drawn(heard, seen)
    back = {"heard": [False] * len(cells), "seen": [False] * len(cells)}
    for line in told(clip):
        for word in line.text.removeprefix("dog ").split(" and "):
            for second in range(int(line.start_s), int(line.end_s)):
                assert not back[word][second]  # nothing is told twice
                back[word][second] = True
    assert list(zip(back["heard"], back["seen"], strict=True)) == cells


def test_without_a_picture_subtitles_are_captions() -> None:
    asked = {"descriptions": {"Dog": "dog barking"}}
    assert [line.text for line in subtitles(drawn("##..", None, parser=asked))] == ["[dog barking]"]
    assert export.render(drawn("##..", None), "srt").endswith("\n[dog]\n")
    assert export.render(drawn("##..", None, parser=asked), "audacity").endswith("\tdog heard\n")


def test_words_of_classes() -> None:
    assert said(("Baby_cry_infant_cry", "a\tB")) == {
        "Baby_cry_infant_cry": "baby cry infant cry",
        "a\tB": "a b",
    }
    line = Timeline("", 1.0, TimeGrid(1), ("Speech", "Violin_fiddle", "Bell"))
    found = [description(line, label) for label in line.vocabulary]
    assert found == ["speech", "playing the violin", "bell"]
    odd = Timeline("", 1.0, TimeGrid(1), ("Dog",), parser={"descriptions": ["no", "table"]})
    assert description(odd, "Dog") == "dog"


def test_an_error_of_rounding_is_no_line() -> None:
    events = (Event(0, 2.0000000001, Track.AUDIO, "Dog"), Event(0, 2, Track.AUDIO_VISUAL, "Dog"))
    line = Timeline("a.mp4", 3.0, TimeGrid(3), ("Dog",), events)
    assert [found.text for found in told(line)] == ["dog seen and heard"]
