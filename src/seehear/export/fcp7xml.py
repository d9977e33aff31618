"""Final Cut Pro 7's XML, version 5 (xmeml), which Premiere Pro and Resolve read.

One sequence of one clip, with markers: `color` is Final Cut's, `pproColor` Premiere's.
"""

from urllib.parse import quote
from xml.etree import ElementTree as ET

from seehear.export.frames import Frames
from seehear.export.markers import Marker, length, markers
from seehear.export.words import clip_name, one_line
from seehear.time import Timeline, Track

# red, green and blue of Premiere's own blue, orange and green
_COLOURS = {
    Track.AUDIO: (66, 141, 252),
    Track.VISUAL: (233, 111, 36),
    Track.AUDIO_VISUAL: (113, 134, 55),
}


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the document; times are frames from the file's first."""
    frames = Frames.of(timeline.media)
    name, whole = one_line(clip_name(timeline)), length(timeline, frames)
    root = ET.Element("xmeml", {"version": "5"})
    sequence = ET.SubElement(root, "sequence", {"id": "sequence-1"})
    _values(sequence, name=name, duration=whole)
    _rate(sequence, frames)
    _timecode(sequence, frames)
    tracks = ET.SubElement(sequence, "media")
    described = False
    for track, kind in (("visual", "video"), ("audio", "audio")):
        if timeline.tracks[track].absent:
            continue
        lane = ET.SubElement(ET.SubElement(tracks, kind), "track")
        clip = ET.SubElement(lane, "clipitem", {"id": f"clipitem-{kind}"})
        _values(clip, name=name, duration=whole)
        _rate(clip, frames)
        ends = {"start": 0, "end": whole, "in": 0, "out": whole}
        _values(clip, **ends)
        file = ET.SubElement(clip, "file", {"id": "file-1"})
        if not described:
            _file(file, timeline, frames, media)
            described = True
        source = ET.SubElement(clip, "sourcetrack")
        _values(source, mediatype=kind, trackindex=1)
    for marker in markers(timeline):
        _marker(sequence, marker, frames)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _file(file: ET.Element, timeline: Timeline, frames: Frames, media: str | None) -> None:
    """Describe the media file; later uses in the document only name it."""
    name = one_line(timeline.source) or "clip"
    link = (media or quote(name)).replace("file:///", "file://localhost/", 1)
    _values(file, name=name, pathurl=link)
    _rate(file, frames)
    _values(file, duration=length(timeline, frames))
    _timecode(file, frames)
    has = ET.SubElement(file, "media")
    for track, kind in (("visual", "video"), ("audio", "audio")):
        if not timeline.tracks[track].absent:
            ET.SubElement(has, kind)


def _marker(sequence: ET.Element, marker: Marker, frames: Frames) -> None:
    start, end = frames.span(marker.start_s, marker.end_s)
    element = ET.SubElement(sequence, "marker")
    ends = {"in": start, "out": end}
    _values(element, comment=marker.note, name=marker.name, **ends)
    red, green, blue = _COLOURS[marker.track]
    colour = ET.SubElement(element, "color")
    _values(colour, alpha=0, red=red, green=green, blue=blue)
    _values(element, pproColor=0xFF000000 | blue << 16 | green << 8 | red)


def _rate(parent: ET.Element, frames: Frames) -> None:
    rate = ET.SubElement(parent, "rate")
    _values(rate, timebase=frames.timebase, ntsc="TRUE" if frames.ntsc else "FALSE")


def _timecode(parent: ET.Element, frames: Frames) -> None:
    code = ET.SubElement(parent, "timecode")
    _rate(code, frames)
    shape = "DF" if frames.drop else "NDF"
    _values(code, string=frames.code(0), frame=frames.first, displayformat=shape)


def _values(parent: ET.Element, **values: str | int) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)
