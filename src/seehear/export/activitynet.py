"""ActivityNet's JSON (version 1.3): clips with segments of classes, as its evaluation reads them.

The format has no tracks and no scores; both stand beside each segment under keys of ours, which
other readers ignore.
"""

import json
from collections.abc import Iterable, Iterator

from seehear.export.clips import LinkedClip, enclosed
from seehear.export.words import clip_name, singles
from seehear.files import Json
from seehear.time import Timeline

_HEAD = '{"version": "seehear", "taxonomy": [], "database": {'


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the file of one clip."""
    return "".join(lines([LinkedClip(clip_name(timeline), timeline)]))


def lines(clips: Iterable[LinkedClip]) -> Iterator[str]:
    """Yield the file of many clips, each on a line."""
    return enclosed(_HEAD, map(_entry, clips), "}}")


def _entry(clip: LinkedClip) -> str:
    annotations: list[dict[str, Json]] = []
    for e in singles(clip.timeline):
        segment = [round(max(0.0, e.start_s), 6), round(max(0.0, e.end_s), 6)]
        about: dict[str, Json] = {"label": e.label, "segment": segment, "track": str(e.track)}
        if e.score is not None:
            about["score"] = round(e.score, 6)
        if e.origin != "parser":
            about["origin"] = e.origin
        annotations.append(about)
    value = {
        "duration": round(clip.timeline.duration_s, 6),
        "subset": "validation",  # the one that its evaluation reads by default
        "annotations": annotations,
    }
    return f"{json.dumps(clip.name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
