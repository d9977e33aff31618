"""Tasks for Label Studio, with the events as predictions, and the labelling configuration.

What is heard becomes regions of the sound, in seconds; what is seen becomes ranges of the video's
timeline, in frames that count from 1 and include the last.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from seehear._version import __version__
from seehear.export.clips import Beside, LinkedClip, ManyClips, enclosed
from seehear.export.frames import Frames
from seehear.export.palette import HEARD, SEEN
from seehear.export.words import clip_name, one_line, singles
from seehear.files import Json
from seehear.time import Event, Timeline, Track

_LOCAL = "/data/local-files/?d="  # how Label Studio serves files of its own machine
_WEB = ("http://", "https://")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the task of one clip, in a list."""
    return "".join(lines([LinkedClip(clip_name(timeline), timeline, media)]))


def lines(clips: Iterable[LinkedClip]) -> Iterator[str]:
    """Yield the tasks of many clips, each on a line."""
    return enclosed("[", map(_task, clips), "]")


def beside(file: str, many: ManyClips) -> Beside:
    """Return the labelling configuration of the project that takes the tasks."""
    return {f"{Path(file).stem}.xml": configuration(many.classes)}


def configuration(classes: Iterable[str]) -> str:
    """Return the labelling configuration for these classes."""
    names = list(dict.fromkeys(map(one_line, classes)))
    view = ET.Element("View")
    ET.SubElement(view, "Header", {"value": "Heard"})
    _labels(ET.SubElement(view, "Labels", {"name": "heard", "toName": "sound"}), names, HEARD)
    ET.SubElement(view, "Audio", {"name": "sound", "value": "$video", "sync": "clip"})
    ET.SubElement(view, "Header", {"value": "Seen"})
    seen = ET.SubElement(view, "TimelineLabels", {"name": "seen", "toName": "picture"})
    _labels(seen, names, SEEN)
    video = {"name": "picture", "value": "$video", "frameRate": "$fps", "sync": "clip"}
    ET.SubElement(view, "Video", video)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _labels(parent: ET.Element, names: Iterable[str], colour: str) -> None:
    for name in names:
        ET.SubElement(parent, "Label", {"value": name, "background": colour})


def _task(clip: LinkedClip) -> str:
    timeline = clip.timeline
    frames = Frames.of(timeline.media)
    link = clip.link or ""
    if not link.startswith(_WEB):
        link = _LOCAL + quote(timeline.source, errors="replace")
    result: list[dict[str, Json]] = []
    for number, event in enumerate(singles(timeline), 1):
        result += _regions(event, number, timeline.duration_s, frames)
    scores = [region["score"] for region in result if "score" in region]
    prediction: dict[str, Json] = {"model_version": f"seehear {__version__}", "result": result}
    if scores:
        prediction["score"] = round(sum(scores) / len(scores), 6)
    fps = round(float(frames.rate), 6)
    data = {"video": link, "source": timeline.source, "fps": fps}
    return json.dumps({"data": data, "predictions": [prediction]}, ensure_ascii=False)


def _regions(event: Event, number: int, duration_s: float, frames: Frames) -> list[dict[str, Json]]:
    """Return the regions of an event: two if it is heard and seen, else one."""
    label = [one_line(event.label)]
    score = {} if event.score is None else {"score": round(event.score, 6)}
    regions: list[dict[str, Json]] = []
    if event.track is not Track.VISUAL:
        ends = {"start": round(max(0.0, event.start_s), 6), "end": round(max(0.0, event.end_s), 6)}
        regions.append(
            {
                "id": f"heard-{number}",
                "from_name": "heard",
                "to_name": "sound",
                "type": "labels",
                "original_length": round(duration_s, 6),
                "value": {**ends, "channel": 0, "labels": label},
                **score,
            }
        )
    if event.track is not Track.AUDIO:
        first, after = frames.span(event.start_s, event.end_s)
        regions.append(
            {
                "id": f"seen-{number}",
                "from_name": "seen",
                "to_name": "picture",
                "type": "timelinelabels",
                "value": {"ranges": [{"start": first + 1, "end": after}], "timelinelabels": label},
                **score,
            }
        )
    return regions
