"""Decisions made again from the scores that a timeline keeps; what a person did stays.

`parser["decoding"]` keeps the settings that the parser decided with; `parser["decoded"]` has those
of the new decisions.
"""

from dataclasses import fields, replace
from typing import Any

from seehear.errors import DataError
from seehear.foreign.forms import first_of, items, maybe, number, one_of, record
from seehear.time.decode import GATES, Decoding, decode_scores
from seehear.time.renewed import renewed
from seehear.time.scores import TRACKS
from seehear.time.timeline import Timeline

_SHARE, _SECONDS = number(0, 1), number(0, 1e9)
_LIMIT = first_of(_SHARE, items(_SHARE))
_FORM = record(
    {},
    {
        "threshold": _LIMIT,
        "visual_threshold": maybe(_LIMIT),
        "gate": one_of(*GATES),
        "gate_threshold": _LIMIT,
        "visual_gate_threshold": maybe(_LIMIT),
        "keep_threshold": maybe(_SHARE),
        "fill_gap_s": _SECONDS,
        "min_duration_s": _SECONDS,
    },
)


def decoding_of(timeline: Timeline, *, parsed: bool = False) -> Decoding:
    """Return what the decisions of a timeline were made with.

    Args:
        timeline: as parsed or decided again.
        parsed: return what the parser decided with, whatever was decided since.

    Raises:
        DataError: the timeline does not say, or what it says is not a decoding.
    """
    said: Any = timeline.parser.get("decoding")
    if not parsed and "decoded" in timeline.parser:
        said = timeline.parser["decoded"]
    if said is None:
        raise DataError("it does not say what was decided with", where=timeline.source)
    try:
        known = {name: value for name, value in _FORM(said).items() if name in _NAMES}
        lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
        return Decoding(**{**known, **lists})
    except ValueError as error:
        raise DataError(f"parser.decoding: {error}", where=timeline.source) from None


_NAMES = {field.name for field in fields(Decoding)}


def decoded(timeline: Timeline, decoding: Decoding) -> Timeline:
    """Return a timeline with decisions made again from the scores it keeps.

    What a person did stays: events of another origin than `parser`, stretches that were reviewed,
    and what was removed.  An event that comes out as it was keeps its score.

    Raises:
        DataError: the timeline keeps no scores.
        ValueError: thresholds are given class by class, and there are more or fewer than classes.
    """
    if timeline.kept is None:
        raise DataError(
            "it keeps no scores to decide from",
            where=timeline.source,
            hint="parse the video again",
        )
    present = tuple(not timeline.tracks[track].absent for track in TRACKS)
    scores = timeline.kept.scores(timeline.grid, timeline.vocabulary, (present[0], present[1]))
    parser = {name: value for name, value in timeline.parser.items() if name != "decoded"}
    said = decoding.to_dict()
    if said != parser.get("decoding"):
        parser["decoded"] = said
    fresh = decode_scores(scores, decoding, tracks=timeline.tracks, duration_s=timeline.duration_s)
    before = {event.place: event for event in timeline.events if event.origin == "parser"}
    events = [before.get(event.place, event) for event in fresh.events]
    return renewed(timeline, replace(timeline, events=tuple(events), parser=parser))
