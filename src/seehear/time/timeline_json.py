"""The parts of a timeline as JSON, and the step from an older edition to the newest.

`seehear.timeline/1` said `parsed` or `absent` of a whole track.  It said nothing of the media file,
of where events come from, or of what a person had done.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seehear.files import Json
from seehear.foreign.forms import anything, items, maybe, number, one_of, record, table, text, whole
from seehear.time.event import Event, Track
from seehear.time.extent import ABSENT, DIGITS, PARSED, Extent, rounded
from seehear.time.media_file import MediaFile
from seehear.time.review import Edit, Review
from seehear.time.spans import Span

SCHEMA = "seehear.timeline/2"
_FIRST = "seehear.timeline/1"
# arrays of this size are made: the most segments, and segments times classes, that are read
MOST_SEGMENTS, MOST_CELLS = 1_000_000, 100_000_000
MOST_S = 1e9  # the latest time that is read, in seconds: thirty years


def clean(data: Json) -> Json:
    """Return a timeline of any edition with every field checked.

    A value that is not a timeline comes back as it is.

    Raises:
        ValueError: a field is missing, of another form, or beyond what can be.
    """
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema not in (_FIRST, SCHEMA):
        return data
    found = _FORM(data)
    if schema == SCHEMA:
        found["tracks"] = _TRACKS(found)["tracks"]
    else:
        found["tracks"] = _FIRST_TRACKS(found)["tracks"]
    if found["grid"]["count"] * len(found["vocabulary"]) > MOST_CELLS:
        raise ValueError(
            f"grid.count: {found['grid']['count']} segments are too many for the vocabulary"
        )
    return found


_SECONDS = number(-MOST_S, MOST_S)
_STRETCH = {"track": one_of(*Track), "label": text, "start_s": _SECONDS, "end_s": _SECONDS}
_SPANS = items(items(_SECONDS, least=2, most=2))
_MEDIA = record(
    {"path": text, "bytes": whole(), "hash": text, "duration_s": number(0, MOST_S)},
    {"frame_rate": maybe(number(0, MOST_S)), "start_timecode": maybe(text)},
)
_SCORES = record(
    {"levels": whole(), "by_segment": items(text), "segments": text}, {"tracks": text, "clip": text}
)
_EVENT = record(_STRETCH, {"score": maybe(number()), "origin": text})
_EDIT = record({"at": text, "did": text}, {"by": maybe(text)})
_REVIEW = record(
    {"machine": items(_EVENT)},
    {"words": maybe(items(text)), "added": items(text), "edits": items(_EDIT)},
)
_FORM = record(
    {
        "source": text,
        "duration_s": number(0, MOST_S),
        "grid": record({"count": whole(0, MOST_SEGMENTS), "step_s": _SECONDS, "start_s": _SECONDS}),
        "vocabulary": items(text),
        "tracks": table(anything),
        "events": items(_EVENT),
    },
    {
        "parser": table(anything),
        "warnings": items(text),
        "media": maybe(_MEDIA),
        "removed": items(record(_STRETCH)),
        "scores": maybe(_SCORES),
        "review": maybe(_REVIEW),
    },
)
_STATE = one_of(PARSED, ABSENT)
_FIRST_TRACKS = record({"tracks": record({"audio": _STATE, "visual": _STATE})})
_EXTENT = record({"state": _STATE, "parsed": _SPANS}, {"reviewed": _SPANS})
_TRACKS = record({"tracks": record({"audio": _EXTENT, "visual": _EXTENT})})


def migrated(data: Json) -> Json:
    """Return a timeline of any edition as one of the newest.

    A value that is not a timeline comes back as it is.  A track that the first edition calls parsed
    counts as parsed throughout: over its segments, up to the clip's end and over every event.  The
    argument is left as it was.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: a field is missing or of the wrong type.
    """
    if not isinstance(data, Mapping) or data.get("schema") != _FIRST:
        return data
    events = [{"origin": "parser", **event} for event in data["events"]]
    edges = [(float(e["start_s"]), float(e["end_s"])) for e in events]
    whole = whole_clip(float(data["grid"]["start_s"]), float(data["duration_s"]), edges)
    tracks = {}
    for track in ("audio", "visual"):
        state = str(data["tracks"][track])
        tracks[track] = {"state": state, "parsed": [list(whole)] if state == PARSED else []}
    return {**data, "schema": SCHEMA, "tracks": tracks, "events": events}


def whole_clip(start_s: float, duration_s: float, events: Sequence[Span] = ()) -> Span:
    """Return where a clip begins and ends: its grid, its length and all events counted."""
    start_s = min([start_s, *(start for start, _ in events)])
    return start_s, max([start_s, duration_s, *(end for _, end in events)])


def event_json(event: Event) -> dict[str, Json]:
    """Return an event as JSON."""
    score = None if event.score is None else round(event.score, DIGITS)
    return {**stretch_json(event), "score": score, "origin": event.origin}


def events_json(events: Iterable[Event]) -> list[Json]:
    """Return events as JSON."""
    return [event_json(event) for event in events]


def stretches_json(events: Iterable[Event]) -> list[Json]:
    """Return track, class and stretch of events as JSON; that is all of removed ones."""
    return [stretch_json(event) for event in events]


def stretch_json(event: Event) -> dict[str, Json]:
    """Return track, class and stretch of an event as JSON."""
    start_s, end_s = rounded(event.start_s, event.end_s)
    return {"track": str(event.track), "label": event.label, "start_s": start_s, "end_s": end_s}


def read_event(value: Mapping[str, Any]) -> Event:
    """Return the event of a JSON object."""
    score = value.get("score")
    return Event(
        float(value["start_s"]),
        float(value["end_s"]),
        Track(value["track"]),
        str(value["label"]),
        None if score is None else float(score),
        str(value.get("origin", "parser")),
    )


def read_events(values: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """Return the events of JSON objects."""
    return tuple(read_event(value) for value in values)


def tracks_json(tracks: Mapping[str, Extent]) -> dict[str, Json]:
    """Return the extents of both tracks as JSON."""
    return {name: extent_json(extent) for name, extent in tracks.items()}


def read_tracks(value: Mapping[str, Any]) -> dict[str, Extent]:
    """Return the extents of both tracks."""
    return {name: read_extent(value[name]) for name in ("audio", "visual")}


def extent_json(extent: Extent) -> dict[str, Json]:
    """Return a track's extent as JSON."""
    out: dict[str, Json] = {"state": extent.state, "parsed": [list(s) for s in extent.parsed]}
    if extent.reviewed:
        out["reviewed"] = [list(span) for span in extent.reviewed]
    return out


def read_extent(value: Mapping[str, Any]) -> Extent:
    """Return the extent of a JSON object."""
    reviewed = value.get("reviewed", ())
    return Extent(str(value["state"]), _spans(value["parsed"]), _spans(reviewed))


def review_json(review: Review) -> dict[str, Json]:
    """Return what people did as JSON."""
    out: dict[str, Json] = {"machine": events_json(review.machine)}
    if review.words is not None:
        out["words"] = list(review.words)
    if review.added:
        out["added"] = list(review.added)
    edits = []
    for edit in review.edits:
        edits.append({"at": edit.at, "did": edit.did, **({"by": edit.by} if edit.by else {})})
    return {**out, "edits": edits}


def read_review(value: Mapping[str, Any]) -> Review:
    """Return what people did, of a JSON object."""
    words = value.get("words")
    edits = [Edit(one["at"], one["did"], one.get("by")) for one in value.get("edits", ())]
    return Review(
        read_events(value["machine"]),
        None if words is None else tuple(words),
        tuple(value.get("added", ())),
        tuple(edits),
    )


def media_json(media: MediaFile) -> dict[str, Json]:
    """Return a media file as JSON."""
    out: dict[str, Json] = {
        "path": media.path,
        "bytes": media.bytes,
        "hash": media.hash,
        "duration_s": round(media.duration_s, DIGITS),
    }
    if media.frame_rate is not None:
        out["frame_rate"] = round(media.frame_rate, DIGITS)
    if media.start_timecode is not None:
        out["start_timecode"] = media.start_timecode
    return out


def read_media(value: Mapping[str, Any]) -> MediaFile:
    """Return the media file of a JSON object."""
    rate = value.get("frame_rate")
    return MediaFile(
        str(value["path"]),
        int(value["bytes"]),
        str(value["hash"]),
        float(value["duration_s"]),
        None if rate is None else float(rate),
        value.get("start_timecode"),
    )


def _spans(value: Sequence[Sequence[Any]]) -> tuple[Span, ...]:
    out = []
    for start, end in value:
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError(f"a stretch must have finite ends, got {start} to {end}")
        out.append((float(start), float(end)))
    return tuple(out)
