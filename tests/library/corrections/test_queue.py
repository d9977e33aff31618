"""What to look at next: the doubtful first, never what a person has settled."""

from dataclasses import replace

from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected, gone_through
from seehear.library.corrections.queue import (
    AGAINST,
    NEAR,
    clip_doubt,
    moments,
    ordered,
    whole,
)
from small_library import scored

CLIP = scored(
    {"Dog": "0.99 0.60 0.55 0.01", "Car": "0.95 0.95 0.01 0.01"},
    {"Dog": "0.99 0.99 0.99 0.01", "Car": "0.01 0.01 0.01 0.01"},
)


def told(timeline):
    return [(m.track, m.label, m.start_s, m.end_s, m.why) for m in moments("a", timeline)]


def test_what_is_near_the_threshold_and_what_contradicts_itself_is_asked() -> None:
    assert told(CLIP) == [
        ("audio", "Dog", 1, 3, NEAR),
        ("audio", "Car", 0, 2, AGAINST),
    ]
    first = ordered(moments("a", CLIP), most=1)
    assert [(m.label, m.doubt, m.score) for m in first] == [("Car", 0.94, 0.95)]


def test_what_a_person_settled_is_not_asked_again() -> None:
    row = ForeignRow("a", "audio", "Dog", 0, 3, None, "t:2")
    assert [one[1] for one in told(corrected(CLIP, [row]).timeline)] == ["Car"]
    done = gone_through(CLIP)
    assert (told(done), clip_doubt("a", done), whole("a", done)) == ([], None, None)


def test_a_clip_without_scores_can_only_be_drawn() -> None:
    plain = replace(CLIP, kept=None)
    assert told(plain) == []
    assert clip_doubt("a", plain).doubt == 0 < clip_doubt("a", CLIP).doubt
    assert (whole("a", plain).start_s, whole("a", plain).end_s) == (0, 4)
