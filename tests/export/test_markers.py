"""What editing programs show as markers."""

from hostile import hostile
from seehear.export.frames import Frames
from seehear.export.markers import length, markers
from seehear.time import Event, TimeGrid, Timeline, Track


def test_what_is_heard_and_seen_is_one_marker() -> None:
    events = (
        Event(0, 4, Track.AUDIO, "Dog", 0.7),
        Event(2, 6, Track.VISUAL, "Dog", 0.8),
        Event(2, 4, Track.AUDIO_VISUAL, "Dog", 0.6),
        Event(2, 3, Track.AUDIO, "Cat"),
    )
    line = Timeline("a.mp4", 6.0, TimeGrid(6), ("Dog", "Cat"), events)
    assert [(m.start_s, m.end_s, m.name, m.note) for m in markers(line)] == [
        (0, 2, "Dog heard", "score 0.70"),
        (2, 3, "Cat heard", ""),
        (2, 4, "Dog seen and heard", "score 0.60"),
        (4, 6, "Dog seen", "score 0.80"),
    ]


def test_a_clip_is_as_long_as_what_happens_in_it() -> None:
    assert length(hostile(), Frames()) == 300
    assert length(Timeline("a.mp4", 0.0, TimeGrid(0), ()), Frames()) == 1
