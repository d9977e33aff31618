"""What a page wants of a clip: confirmed, corrected, added, taken away, and every step back."""

from dataclasses import replace

import pytest

from seehear.errors import DataError
from seehear.library.corrections.edited import Intended, edited
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

DOG = Event(0, 4, Track.AUDIO, "Dog", 0.9)
CAT = Event(6, 8, Track.AUDIO, "Cat", 0.8)
SEEN = Event(2, 4, Track.VISUAL, "Dog", 0.7)
BOTH = Event(2, 4, Track.AUDIO_VISUAL, "Dog", 0.75)
LINE = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog", "Cat"), (DOG, CAT, SEEN, BOTH))
START = (DOG, CAT, SEEN)


def new(start_s: float, end_s: float, label: str = "Dog", origin: str = "corrected") -> Event:
    return Event(start_s, end_s, Track.AUDIO, label, None, origin)


def heard(line: Timeline) -> list[tuple[str, float, float, str]]:
    return [(e.label, e.start_s, e.end_s, e.origin) for e in line.on("audio")]


def gone(line: Timeline) -> list[tuple[str, float, float]]:
    return [(e.label, e.start_s, e.end_s) for e in line.removed]


@pytest.mark.parametrize(
    ("events", "said", "removed"),
    [
        ((replace(DOG, origin="confirmed"),), ("Dog", 0, 4, "confirmed"), []),
        ((new(1, 3),), ("Dog", 1, 3, "corrected"), [("Dog", 0, 1), ("Dog", 3, 4)]),
        ((new(1, 6),), ("Dog", 1, 6, "corrected"), [("Dog", 0, 1)]),
        ((new(0, 4, "Cat"),), ("Cat", 0, 4, "corrected"), [("Dog", 0, 4)]),
        ((DOG, new(8, 99, origin="added")), ("Dog", 8, 10, "added"), []),
        ((), None, [("Dog", 0, 4)]),
        ((new(0, 2), new(1, 3)), ("Dog", 0, 3, "corrected"), [("Dog", 3, 4)]),
    ],
)
def test_what_a_person_did_and_every_step_back(events, said, removed) -> None:
    now = edited(LINE, Intended((*events, CAT, SEEN)), by="Ann")
    assert said is None or said in heard(now)
    assert gone(now) == removed
    assert set(now.review.machine) == set(LINE.events)
    assert Timeline.from_json(now.to_json()) == now
    assert now.review.edits[-1].by == "Ann"
    assert edited(now, Intended((*now.on("audio"), *now.on("visual")))) is now
    back = edited(now, Intended(START))
    assert back.events == LINE.events
    assert not back.is_corrected
    assert len(back.review.edits) == 2


def test_what_is_drawn_again_where_the_parser_had_it_is_confirmed() -> None:
    now = edited(edited(LINE, Intended((CAT, SEEN))), Intended((new(0, 4), CAT, SEEN)))
    assert heard(now)[0] == ("Dog", 0, 4, "confirmed")
    assert gone(now) == []


def test_events_that_lay_over_each_other_before_stay_as_they_are() -> None:
    over = replace(LINE, events=(DOG, Event(2, 6, Track.AUDIO, "Dog", 0.5)))
    now = edited(over, Intended((*over.events, new(8, 9, "Cat", "added"))))
    assert heard(now)[:2] == [("Dog", 0, 4, "parser"), ("Dog", 2, 6, "parser")]


def test_both_follows_what_is_heard_and_seen() -> None:
    now = edited(LINE, Intended((CAT, SEEN)))
    assert now.on("audio_visual") == ()
    now = edited(LINE, Intended((new(3, 4), CAT, SEEN)))
    assert [(e.start_s, e.end_s, e.origin) for e in now.on("audio_visual")] == [(3, 4, "corrected")]


def test_what_another_parser_no_longer_finds_is_taken_away_and_not_forgotten() -> None:
    agreed = edited(LINE, Intended((replace(DOG, origin="confirmed"), CAT, SEEN)))
    later = replace(agreed, review=replace(agreed.review, machine=(CAT, SEEN)))
    assert gone(edited(later, Intended((CAT, SEEN)))) == [("Dog", 0, 4)]
    undone = edited(later, Intended(START))
    assert heard(undone)[0] == ("Dog", 0, 4, "confirmed"), "the parser has it no longer"


def test_silence_counts_where_a_person_was_and_for_the_classes_of_then() -> None:
    wanted = Intended(START, {"audio": [(0, 3), (2, 5)]})
    now = edited(LINE, wanted)
    assert now.reviewed("audio", "Cat") == ((0, 5),)
    assert now.reviewed("visual", "Cat") == ()
    assert now.review.edits[-1].did == "on the page: +5 s reviewed"
    more = edited(now, replace(wanted, words=("Owl",)))
    assert more.vocabulary == ("Dog", "Cat", "Owl")
    assert more.review.added == ("Owl",)
    assert more.reviewed("audio", "Owl") == (), "nobody listened for owls then"
    whole = replace(wanted, words=("Owl",), complete=True)
    assert edited(more, whole).reviewed("audio", "Owl") == ((0, 5),)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (
            Intended((new(10, 12),)),
            "Dog, audio: 10 to 12 s lies outside the clip, which goes from 0",
        ),
        (Intended((new(-3, -1),)), "-3 to -1 s lies outside the clip"),
        (Intended((), {"audio": [(11, 12)]}), "reviewed, audio: 11 to 12 s lies outside the clip"),
        (Intended((new(1, 2, " "),)), "expected the name of a class, got ' '"),
        (Intended((), words=("a\nb",)), "expected the name of a class, got 'a.b'"),
        (Intended((), words=("x" * 101,)), "a name has 1 to 100 letters; nothing was changed"),
    ],
)
def test_what_nobody_can_mean_is_refused(wanted: Intended, told: str) -> None:
    with pytest.raises(DataError, match=told.replace("(", r"\(")):
        edited(LINE, wanted)


def test_a_track_that_is_not_there_takes_nothing() -> None:
    mute = replace(LINE, events=(SEEN,), tracks={"audio": Extent()})
    with pytest.raises(DataError, match="Dog, audio: the clip has no audio track"):
        edited(mute, Intended((new(1, 2), SEEN)))
    with pytest.raises(DataError, match="reviewed, audio: the clip has no audio track"):
        edited(mute, Intended((SEEN,), {"audio": [(0, 1)]}))
