"""What of a timeline is exported: by track, class and score."""

import pytest

from seehear import export
from seehear.errors import ConfigError
from seehear.export.selection import Selection
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

HEARD, SEEN, BOTH = Track.AUDIO, Track.VISUAL, Track.AUDIO_VISUAL
CLIP = Timeline(
    "a.mp4",
    10.0,
    TimeGrid(10),
    ("Dog", "Baby_cry"),
    (
        Event(0, 4, HEARD, "Dog", 0.9),
        Event(2, 4, SEEN, "Dog", 0.6),
        Event(2, 4, BOTH, "Dog", 0.55),
        Event(5, 6, HEARD, "Baby_cry", 0.8),
        Event(7, 8, HEARD, "Baby_cry", None, "added"),
    ),
    {"visual": Extent.of((0, 6))},
    removed=(Event(8, 9, SEEN, "Dog"), Event(8, 9, HEARD, "Baby_cry")),
)


def test_all_is_the_timeline_itself() -> None:
    assert Selection().of(CLIP) is CLIP


@pytest.mark.parametrize(
    ("selection", "events"),
    [
        (Selection(tracks=("audio",)), [0, 3, 4]),
        (Selection(tracks=("heard", "both")), [0, 2, 3, 4]),
        (Selection(labels=("baby cry",)), [3, 4]),
        (Selection(min_score=0.8), [0, 3, 4]),  # what a person added has no score, and stays
        (Selection(tracks=("seen",), labels=("DOG",), min_score=0.6), [1]),
    ],
)
def test_events_by_track_class_and_score(selection: Selection, events: list[int]) -> None:
    known = [*CLIP.events]
    known.sort(key=lambda e: (e.label != "Dog", list(Track).index(e.track), e.start_s))
    assert set(selection.of(CLIP)) == {known[place] for place in events}


def test_what_is_left_out_is_not_known_to_be_missing() -> None:
    chosen = Selection(("audio",), ("Dog",)).of(CLIP)
    assert chosen.vocabulary == ("Dog",)
    assert chosen.tracks["visual"].absent  # so that no format says "not seen", or "not parsed"
    assert chosen.removed == ()
    assert chosen.parser["selected"] == {"tracks": ["audio"], "labels": ["Dog"]}
    assert Timeline.from_json(export.render(chosen, "json")) == chosen
    both = Selection(("both",)).of(CLIP)
    assert not both.tracks["audio"].absent
    assert both.unparsed("visual") == ((6.0, 10.0),)


def test_a_thing_that_is_both_is_told_as_heard_where_only_sound_is_asked_for() -> None:
    chosen = Selection(("audio",), ("Dog",)).of(CLIP)
    assert export.render(chosen, "audacity") == "0.000000\t4.000000\tdog heard\n"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tracks": ("hear",)}, "tracks: unknown track 'hear'; did you mean heard?"),
        ({"tracks": ()}, "tracks: expected at least one, got none"),
        ({"min_score": 80.0}, "min_score: expected 0 to 1, got 80.0"),
        ({"min_score": float("nan")}, "min_score: expected 0 to 1, got nan"),
    ],
)
def test_mistakes(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Selection(**fields)
    assert str(caught.value) == message


def test_a_class_that_nobody_looked_for_names_the_closest() -> None:
    with pytest.raises(ConfigError, match="no clip has class 'Dgo'; did you mean Dog"):
        Selection(labels=("Baby_cry", "Dgo")).require(CLIP.vocabulary)
