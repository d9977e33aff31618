"""Rows as corrections: confirmed, corrected, added, taken away; and rows that say nothing."""

import pytest

from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected, gone_through
from seehear.time import Event, Extent, TimeGrid, Timeline, Track
from seehear.time.review import Edit

DOG = Event(0, 4, Track.AUDIO, "Dog", 0.9)
CAT = Event(6, 8, Track.AUDIO, "Cat", 0.8)
LINE = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog", "Cat"), (DOG, CAT))


def row(label: str, start_s: float, end_s: float, track: str | None = "audio") -> ForeignRow:
    return ForeignRow("a", track, label, start_s, end_s, None, "t:2")


def said(timeline: Timeline) -> list[tuple[str, float, float, str]]:
    return [(e.label, e.start_s, e.end_s, e.origin) for e in timeline.on("audio")]


@pytest.mark.parametrize(
    ("rows", "events", "removed"),
    [
        ([("Dog", 0, 4)], [("Dog", 0, 4, "confirmed")], []),
        ([("Dog", 1, 3)], [("Dog", 1, 3, "corrected")], [("Dog", 0, 1), ("Dog", 3, 4)]),
        (
            [("Dog", 0, 1), ("Dog", 2, 5)],
            [("Dog", 0, 1, "corrected"), ("Dog", 2, 5, "corrected")],
            [("Dog", 1, 2)],
        ),
        ([("Dog", 7, 9)], [("Dog", 0, 4, "parser"), ("Dog", 7, 9, "added")], []),
        ([("Dog", 3, 99)], [("Dog", 3, 10, "corrected")], [("Dog", 0, 3)]),
    ],
)
def test_a_row_confirms_corrects_or_adds(rows, events, removed) -> None:
    got = corrected(LINE, [row(*one) for one in rows])
    assert said(got.timeline) == sorted([*events, ("Cat", 6, 8, "parser")], key=lambda e: e[1])
    assert [(e.label, e.start_s, e.end_s) for e in got.timeline.removed] == removed
    assert got.timeline.review.machine == (DOG, CAT)
    assert got.unused == ()
    again = corrected(got.timeline, [row(*one) for one in rows])
    assert again.timeline is got.timeline, "the same rows again change nothing"


def test_a_row_that_reaches_beyond_the_clip_is_named() -> None:
    got = corrected(LINE, [row("Dog", 3, 99), row("Cat", 6, 11), row("Owl", -2, 1)])
    assert got.cut == (
        ("t:2", "3 to 99 s reaches beyond the clip: only 3 to 10 s used"),
        ("t:2", "-2 to 1 s reaches beyond the clip: only 0 to 1 s used"),
    )
    assert got.rows == {"changing": 3}


@pytest.mark.parametrize(
    ("rows", "score", "heard", "seen"),
    [
        ([("audio", 0, 3), ("visual", 2, 6)], None, "corrected", "confirmed"),  # it follows
        ([("audio", 0, 3), ("visual", 2, 6)], 0.5, "corrected", "confirmed"),
        ([("audio", 0, 3)], 0.5, "corrected", "parser"),  # an exported table
        ([("audio", 0, 3)], None, "confirmed", "corrected"),  # a table of one's own
        ([], 0.5, "corrected", "corrected"),
    ],
)
def test_what_follows_from_both_tracks_does_not_undo_a_correction(rows, score, heard, seen) -> None:
    events = (DOG, Event(2, 6, Track.VISUAL, "Dog"), Event(2, 4, Track.AUDIO_VISUAL, "Dog"))
    both = ForeignRow("a", "audio_visual", "Dog", 2, 4, score, "t:9")
    said = [both, *(row("Dog", start, end, track) for track, start, end in rows)]
    line = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog",), events)
    got = corrected(line, said)
    assert [got.timeline.on(track)[0].origin for track in ("audio", "visual")] == [heard, seen]
    assert sum(got.rows.values()) == len(said)
    again = corrected(got.timeline, said)
    assert again.timeline is got.timeline
    assert again.rows == {"standing": len(said)}


def test_silence_counts_where_the_clip_was_gone_through() -> None:
    edit = Edit("2026-01-01T00:00:00", "import of t", "Ann")
    got = corrected(LINE, [row("Dog", 0, 4)], complete=True, words=["Owl"], edit=edit).timeline
    assert said(got) == [("Dog", 0, 4, "confirmed")]
    assert [e.place for e in got.removed] == [CAT.place]
    assert got.reviewed("visual", "Owl") == ((0, 10),)
    assert got.review.edits == (edit,)
    back = corrected(got, [row("Cat", 6, 8)]).timeline
    assert back.removed == (), "what is put back is no longer taken away"
    assert Timeline.from_json(back.to_json()) == back


def test_what_stands_is_right_where_nothing_else_is_said() -> None:
    got = gone_through(LINE)
    assert {e.origin for e in got.events} == {"confirmed"}
    assert gone_through(got) is got


def test_a_new_word_was_not_listened_for_in_what_was_reviewed_before() -> None:
    got = corrected(gone_through(LINE), [row("Owl", 1, 2)]).timeline
    assert got.reviewed("audio", "Dog") == ((0, 10),)
    assert got.reviewed("audio", "Owl") == ()


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (("Dog", 10, 12), "10 to 12 s lies outside the clip: the clip goes from 0 to 10 s"),
        (("Dog", -3, -1), "outside the clip"),
        (("Dog", 3, 3), "it ends at 3 s, before it starts at 3 s"),
        (("Dog", 1, 2, None), "it names no track"),
        (("Dog", 1, 2, "visual"), "the clip has no visual track"),
    ],
)
def test_a_row_that_says_nothing_about_the_clip_is_told(one, why) -> None:
    tracks = {"audio": Extent.of((0, 10)), "visual": Extent()}
    blind = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog", "Cat"), (DOG, CAT), tracks)
    got = corrected(blind, [row(*one)])
    assert got.timeline is blind
    assert got.unused[0][0] == "t:2"
    assert why in got.unused[0][1]
