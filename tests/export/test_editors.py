"""Markers for editing programs: against the published structure, and read back by OpenTimelineIO
and its adapters as far as these read them.
"""

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hostile import hostile
from seehear import export
from seehear.export.frames import Frames
from seehear.export.markers import markers
from seehear.export.words import by_time, one_line
from seehear.time import Extent, Timeline

RATES = ((25.0, "01:00:00:00"), (29.97003, "01:00:00;00"), (23.976, None))

# element -> what Apple's DTD of FCPXML 1.10 asks of those that are written: attributes that must be
# there, those that may, and the elements inside
FCPXML = {
    "fcpxml": ({"version"}, set(), {"resources", "event"}),
    "resources": (set(), set(), {"format", "asset"}),
    "format": ({"id"}, {"frameDuration", "name", "width", "height"}, set()),
    "asset": (
        {"id"},
        {"name", "start", "duration", "hasVideo", "hasAudio", "format"},
        {"media-rep"},
    ),
    "media-rep": ({"src"}, {"kind"}, set()),
    "event": (set(), {"name"}, {"project"}),
    "project": (set(), {"name"}, {"sequence"}),
    "sequence": ({"format"}, {"duration", "tcStart", "tcFormat"}, {"spine"}),
    "spine": (set(), set(), {"asset-clip"}),
    "asset-clip": ({"ref"}, {"name", "offset", "start", "duration", "tcFormat"}, {"marker"}),
    "marker": ({"start", "value"}, {"duration", "note"}, set()),
}


def wanted(timeline: Timeline) -> list[tuple[int, int, str]]:
    """Return the markers in frames from the file's first."""
    frames = Frames.of(timeline.media)
    return [(*frames.span(m.start_s, m.end_s), m.name) for m in markers(timeline)]


@pytest.mark.parametrize(("rate", "start"), RATES)
def test_fcpxml_is_as_the_dtd_says(rate: float, start: str | None) -> None:
    timeline = hostile(rate, start)
    frames = Frames.of(timeline.media)
    root = ET.fromstring(export.render(timeline, "fcpxml", media="file:///a/b%20c.mp4"))
    for element in root.iter():
        must, may, inside = FCPXML[element.tag]
        assert must <= set(element.attrib) <= must | may, element.tag
        assert {child.tag for child in element} <= inside, element.tag
    assert root.find(".//media-rep").attrib["src"] == "file:///a/b%20c.mp4"
    step = 1 / frames.rate
    found = []
    for marker in root.iter("marker"):
        at, last = (Fraction(marker.attrib[k].removesuffix("s")) for k in ("start", "duration"))
        first = at / step - frames.first
        assert first.denominator == 1, "times are whole frames"
        found.append((int(first), int(first + last / step), marker.attrib["value"]))
    assert found == wanted(timeline)
    clip = root.find(".//asset-clip").attrib
    assert clip["tcFormat"] == ("DF" if frames.drop else "NDF")
    assert Fraction(clip["start"].removesuffix("s")) == frames.first * step


@pytest.mark.parametrize(("rate", "start"), RATES)
def test_premiere_xml(rate: float, start: str | None) -> None:
    timeline = hostile(rate, start)
    frames = Frames.of(timeline.media)
    root = ET.fromstring(export.render(timeline, "fcp7xml", media="file:///a/b%20c.mp4"))
    sequence = root.find("sequence")
    found = []
    for marker in sequence.findall("marker"):
        ends = [int(marker.findtext(end)) for end in ("in", "out")]
        found.append((*ends, marker.findtext("name")))
    assert found == wanted(timeline)
    colours = {
        (m.findtext("name").split(" ")[-1], m.findtext("pproColor")) for m in root.iter("marker")
    }
    assert len(colours) == 3, "heard, seen, both ('seen and heard' ends as heard does)"
    assert root.findtext(".//pathurl") == "file://localhost/a/b%20c.mp4"
    code = sequence.find("timecode")
    assert code.findtext("string") == (start or "00:00:00:00")
    assert code.findtext("displayformat") == ("DF" if frames.drop else "NDF")
    assert sequence.findtext("rate/timebase") == str(frames.timebase)
    assert sequence.findtext("rate/ntsc") == ("TRUE" if frames.ntsc else "FALSE")
    files = [file for file in root.iter("file") if len(file)]
    assert len(files) == 1, "the file is described once and named after that"


def test_the_lane_of_a_track_that_is_absent_is_left_out() -> None:
    heard = Timeline(**{**vars(hostile()), "events": (), "tracks": {"visual": Extent()}})
    assert ET.fromstring(export.render(heard, "fcp7xml")).find(".//video") is None
    assert "hasVideo" not in export.render(heard, "fcpxml")
    kinds = [t["kind"] for t in json.loads(export.render(heard, "otio"))["tracks"]["children"]]
    assert kinds == ["Audio"]


@pytest.mark.parametrize(("rate", "start"), RATES)
def test_resolve_finds_a_marker_a_frame(rate: float, start: str | None) -> None:
    timeline = hostile(rate, start)
    frames = Frames.of(timeline.media)
    text = export.render(timeline, "edl")
    mode = "DROP FRAME" if frames.drop else "NON-DROP FRAME"
    assert text.splitlines()[:2] == ["TITLE: my clip ü", f"FCM: {mode}"]
    found = re.findall(
        r"^\d{3}  001      V     C        (\S+) (\S+) \1 \2  \n"
        r" \|C:ResolveColor(Blue|Yellow|Green) \|M:([^|\n]+) \|D:(\d+)$",
        text,
        re.MULTILINE,
    )
    assert len({begin for begin, *_ in found}) == len(found) == len(wanted(timeline))
    for (begin, _, colour, name, _), (first, _, whole) in zip(found, wanted(timeline), strict=True):
        assert name == whole.replace("|", "/")
        near = [frames.code(first + late) for late in range(3)]
        assert begin in near, "a frame later for each that began there"
        how = {"Blue": " heard", "Yellow": " seen", "Green": " seen and heard"}[colour]
        assert name.endswith(how)


def test_losslesscut_has_a_segment_an_event() -> None:
    timeline = hostile()
    rows = list(csv.reader(io.StringIO(export.render(timeline, "losslesscut"), newline="")))
    said = [(max(0.0, e.start_s), e.end_s, one_line(e.label)) for e in by_time(timeline)]
    assert [(float(start), float(end)) for start, end, _ in rows] == [row[:2] for row in said]
    assert [name.rsplit(" heard", 1)[0].rsplit(" seen", 1)[0] for *_, name in rows] == [
        row[2] for row in said
    ]


@pytest.mark.parametrize(("rate", "start"), RATES)
def test_opentimelineio_reads_what_is_written(
    rate: float, start: str | None, tmp_path: Path
) -> None:
    otio = pytest.importorskip("opentimelineio", reason="OpenTimelineIO is not installed")
    timeline = hostile(rate, start)
    frames = Frames.of(timeline.media)
    path = export.write(timeline, "otio", tmp_path / "x.otio")
    read = otio.adapters.read_from_file(str(path))
    assert read.global_start_time.value == frames.first
    clip, *_ = read.find_clips()
    assert clip.media_reference.target_url == "my%20clip%20%C3%BC.mp4"
    found = []
    for marker in clip.markers:
        begin = marker.marked_range.start_time
        first = int(begin.value) - frames.first
        assert float(begin.rate) == float(frames.rate)
        found.append((first, first + int(marker.marked_range.duration.value), marker.name))
    assert found == wanted(timeline)
    colours = {(m.metadata["seehear"]["track"], m.color) for m in clip.markers}
    assert colours == {("audio", "BLUE"), ("visual", "YELLOW"), ("audio_visual", "GREEN")}


def test_adapters_of_opentimelineio_read_the_others(tmp_path: Path) -> None:
    otio = pytest.importorskip("opentimelineio", reason="OpenTimelineIO is not installed")
    for adapter in ("otio_cmx3600_adapter", "otio_fcpx_xml_adapter", "otio_fcp_adapter"):
        pytest.importorskip(adapter, reason=f"{adapter} is not installed")
    timeline = hostile()
    path = export.write(timeline, "edl", tmp_path / "x.edl")
    events = list(otio.adapters.read_from_file(str(path), rate=25).find_clips())
    starts = [int(clip.source_range.start_time.value) - 90000 for clip in events]
    late = [at - first for at, (first, *_) in zip(starts, wanted(timeline), strict=True)]
    assert set(late) <= {0, 1, 2}
    path = export.write(timeline, "fcpxml", tmp_path / "x.fcpxml")
    (clip,) = otio.adapters.read_from_file(str(path)).find_clips()
    path = export.write(timeline, "fcp7xml", tmp_path / "x.xml")
    sequence = otio.adapters.read_from_file(str(path), adapter_name="fcp_xml")
    for found, origin in ((clip.markers, 90000), (sequence.tracks.markers, 0)):
        said = []
        for marker in found:
            first = int(marker.marked_range.start_time.value) - origin
            said.append((first, first + int(marker.marked_range.duration.value), marker.name))
        assert said == wanted(timeline)
