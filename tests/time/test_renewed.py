"""A new answer of the machine: a person's events, removals and reviewed stretches stay."""

from dataclasses import replace

import numpy as np

from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected, gone_through
from seehear.time import Decoding, Event, Scores, TimeGrid, Timeline, Track, decode_scores, decoded
from seehear.time.renewed import between, looked_for, renewed


def line(audio: str, words: tuple[str, ...] = ("Dog",)) -> Timeline:
    """Return a timeline of one class that is heard where `#` stands; others never."""
    prob = np.full((len(audio), 2, len(words)), 0.1)
    prob[:, 0, 0] = [0.9 if sign == "#" else 0.1 for sign in audio]
    scores = Scores(prob, TimeGrid(len(audio)), words)
    return decode_scores(scores, Decoding(gate="none"), source="a.mp4", duration_s=len(audio))


def row(label: str, start_s: float, end_s: float, track: str = "audio") -> ForeignRow:
    return ForeignRow("a", track, label, start_s, end_s, None, "t:2")


def heard(timeline: Timeline, label: str = "Dog") -> list[tuple[float, float, str]]:
    return [(e.start_s, e.end_s, e.origin) for e in timeline.on("audio", label)]


def test_a_corrected_event_does_not_grow_again() -> None:
    got = corrected(line("####...."), [row("Dog", 1, 3)]).timeline
    assert heard(got) == [(1, 3, "corrected")]
    again = renewed(got, line("######.."))
    assert heard(again) == [(1, 3, "corrected"), (4, 6, "parser")], "only what is new is new"
    assert again.removed == got.removed
    assert [e.end_s for e in again.review.machine] == [6.0], "what the machine found is kept"
    assert str(between(got, again)) == "1 new, 0 gone"
    lower = decoded(
        replace(got, parser={"decoding": Decoding(gate="none").to_dict()}),
        Decoding(0.05, gate="none"),
    )
    assert heard(lower) == [(1, 3, "corrected"), (4, 8, "parser")]


def test_a_reviewed_clip_stays_for_the_words_it_was_reviewed_for() -> None:
    got = corrected(line("##......"), [row("Dog", 0, 2)], complete=True).timeline
    other = line("...#####", ("Cat", "Dog"))
    again = renewed(got, other)
    assert heard(again) == [(0, 2, "confirmed")]
    assert heard(again, "Cat") == [(3, 8, "parser")], "nobody listened for cats"
    assert again.review.words == ("Dog",)
    assert again.reviewed("audio", "Dog") == ((0, 8),)
    assert again.reviewed("audio", "Cat") == ()
    without = renewed(again, line("........", ("Cat",)))
    assert heard(without) == [(0, 2, "confirmed")], "a correction outlives its word"
    assert looked_for(without) == ("Cat",)
    silent = gone_through(line("........"))
    back = renewed(renewed(silent, line("....####", ("Cat",))), line("####....", ("Dog", "Cat")))
    assert heard(back) == [], "so does reviewed silence"
    assert Timeline.from_json(back.to_json()) == back


def test_a_word_of_a_persons_own_widens_the_scores() -> None:
    got = corrected(line("##......"), [row("Owl", 4, 6, "audio_visual")]).timeline
    assert got.vocabulary == ("Dog", "Owl")
    assert got.scores("audio").shape == (8, 2)
    assert got.on("audio_visual") == (Event(4, 6, Track.AUDIO_VISUAL, "Owl", 0.0, "corrected"),)
    again = renewed(got, line("##......"))
    assert again.on("visual", "Owl") == got.on("visual", "Owl")
    assert again.review.added == ("Owl",)


def test_what_nobody_touched_is_the_new_answer() -> None:
    fresh = line("..##....")
    assert renewed(line("##......"), fresh) == fresh
