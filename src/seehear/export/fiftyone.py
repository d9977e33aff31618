"""FiftyOne's temporal detections: the `labels.json` of a dataset folder, and its `data.json`.

import fiftyone as fo
fo.Dataset.from_dir("FOLDER", dataset_type=fo.types.FiftyOneTemporalDetectionDataset)
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from seehear.export.clips import Beside, LinkedClip, ManyClips, enclosed
from seehear.export.words import clip_name, singles
from seehear.files import Json
from seehear.time import Timeline

_HEAD = '{"classes": null, "labels": {'


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the labels of one clip."""
    return "".join(lines([LinkedClip(clip_name(timeline), timeline)]))


def lines(clips: Iterable[LinkedClip]) -> Iterator[str]:
    """Yield the labels of many clips, each on a line; times are seconds."""
    return enclosed(_HEAD, map(_entry, clips), "}}")


def beside(file: str, many: ManyClips) -> Beside:
    """Return `data.json`, which says where each clip's video lies."""
    if not many.links:
        return {}
    name = "data.json" if Path(file).name == "labels.json" else f"{Path(file).stem}-data.json"
    return {name: json.dumps(many.links, ensure_ascii=False, indent=1) + "\n"}


def _entry(clip: LinkedClip) -> str:
    detections: list[dict[str, Json]] = []
    for e in singles(clip.timeline):
        about: dict[str, Json] = {
            "label": e.label,
            "timestamps": [round(max(0.0, e.start_s), 6), round(max(0.0, e.end_s), 6)],
            "attributes": {"track": str(e.track), "origin": e.origin},
        }
        if e.score is not None:
            about["confidence"] = round(e.score, 6)
        detections.append(about)
    name = json.dumps(clip.name, ensure_ascii=False)
    return f"{name}: {json.dumps(detections, ensure_ascii=False)}"
