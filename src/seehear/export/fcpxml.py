"""Final Cut Pro's FCPXML, version 1.10 (Apple's published DTD): one clip with markers.

Its markers have no colour; their names say what is heard, seen, or both.
"""

from urllib.parse import quote
from xml.etree import ElementTree as ET

from seehear.export.frames import Frames
from seehear.export.markers import length, markers
from seehear.export.words import clip_name, one_line
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the document; times are whole frames, as fractions of a second."""
    frames = Frames.of(timeline.media)
    name = one_line(clip_name(timeline))
    first, whole = _time(frames, frames.first), _time(frames, length(timeline, frames))
    shape = "DF" if frames.drop else "NDF"
    root = ET.Element("fcpxml", {"version": "1.10"})
    resources = ET.SubElement(root, "resources")
    ET.SubElement(resources, "format", {"id": "r1", "frameDuration": _time(frames, 1)})
    asset = {"id": "r2", "name": name, "start": first, "duration": whole}
    for track, has in (("visual", "hasVideo"), ("audio", "hasAudio")):
        if not timeline.tracks[track].absent:
            asset[has] = "1"
    link = media or quote(one_line(timeline.source) or "clip")
    element = ET.SubElement(resources, "asset", {**asset, "format": "r1"})
    ET.SubElement(element, "media-rep", {"kind": "original-media", "src": link})
    event = ET.SubElement(root, "event", {"name": "seehear"})
    project = ET.SubElement(event, "project", {"name": name})
    sequence = ET.SubElement(
        project,
        "sequence",
        {"format": "r1", "duration": whole, "tcStart": first, "tcFormat": shape},
    )
    clip = ET.SubElement(
        ET.SubElement(sequence, "spine"),
        "asset-clip",
        {
            "ref": "r2",
            "name": name,
            "offset": first,
            "start": first,
            "duration": whole,
            "tcFormat": shape,
        },
    )
    for marker in markers(timeline):
        start, end = frames.span(marker.start_s, marker.end_s)
        about = {"start": _time(frames, frames.first + start), "value": marker.name}
        about["duration"] = _time(frames, end - start)
        if marker.note:
            about["note"] = marker.note
        ET.SubElement(clip, "marker", about)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _time(frames: Frames, count: int) -> str:
    """Return the seconds of a number of frames, as a fraction.

    Examples:
        >>> from fractions import Fraction
        >>> _time(Frames(Fraction(30000, 1001)), 10), _time(Frames(Fraction(25)), 50)
        ('10010/30000s', '50/25s')
    """
    return f"{count * frames.rate.denominator}/{frames.rate.numerator}s"
