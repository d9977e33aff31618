"""OpenTimelineIO's JSON (`.otio`, Academy Software Foundation): one clip with coloured markers.

Written from the published schemas; the tests read it with OpenTimelineIO itself.
"""

import json
from urllib.parse import quote

from seehear.export.frames import Frames
from seehear.export.markers import Marker, length, markers
from seehear.export.words import clip_name, one_line
from seehear.files import Json
from seehear.time import Timeline, Track

_COLOURS = {Track.AUDIO: "BLUE", Track.VISUAL: "YELLOW", Track.AUDIO_VISUAL: "GREEN"}
_KINDS = {"visual": "Video", "audio": "Audio"}


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the document.

    Markers are on the clip of the first track; the metadata of each repeats its fields.
    """
    frames = Frames.of(timeline.media)
    lanes = [name for name in _KINDS if not timeline.tracks[name].absent] or ["visual"]
    marks = [_marker(marker, frames) for marker in markers(timeline)]
    tracks = []
    for lane in lanes:
        clip = _clip(timeline, frames, media or quote(one_line(timeline.source) or "clip"))
        clip["markers"], marks = marks, []
        about = {"kind": _KINDS[lane], "children": [clip], "source_range": None}
        tracks.append(_item("Track.1", _KINDS[lane], **about))
    stack = _item("Stack.1", "tracks", children=tracks, source_range=None)
    name = one_line(clip_name(timeline))
    document = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"seehear": {"source": one_line(timeline.source)}},
        "name": name,
        "global_start_time": _time(frames, frames.first),
        "tracks": stack,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _clip(timeline: Timeline, frames: Frames, link: str) -> dict[str, Json]:
    whole = _range(frames, frames.first, length(timeline, frames))
    reference = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": one_line(timeline.source),
        "available_range": whole,
        "available_image_bounds": None,
        "target_url": link,
    }
    return _item(
        "Clip.2",
        one_line(clip_name(timeline)),
        source_range=whole,
        media_references={"DEFAULT_MEDIA": reference},
        active_media_reference_key="DEFAULT_MEDIA",
    )


def _item(schema: str, name: str, **fields: Json) -> dict[str, Json]:
    common = {"metadata": {}, "name": name, "effects": [], "markers": [], "enabled": True}
    return {"OTIO_SCHEMA": schema, **common, **fields}


def _marker(marker: Marker, frames: Frames) -> dict[str, Json]:
    start, end = frames.span(marker.start_s, marker.end_s)
    said = {"track": str(marker.track), "label": one_line(marker.label), "score": marker.score}
    said["origin"] = marker.origin
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {"seehear": said},
        "name": marker.name,
        "color": _COLOURS[marker.track],
        "marked_range": _range(frames, frames.first + start, end - start),
        "comment": marker.note,
    }


def _range(frames: Frames, start: int, count: int) -> dict[str, Json]:
    times = {"start_time": _time(frames, start), "duration": _time(frames, count)}
    return {"OTIO_SCHEMA": "TimeRange.1", **times}


def _time(frames: Frames, count: int) -> dict[str, Json]:
    return {
        "OTIO_SCHEMA": "RationalTime.1",
        "rate": float(frames.rate),
        "value": float(count),
    }
