"""Every format is read back by a reader that others wrote and keep, with labels made to break
writers.
"""

import csv
import io
import itertools
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

import jsonschema
import pysubs2
import pytest
import srt
import webvtt
from hypothesis import example, given
from hypothesis import strategies as st
from praatio import textgrid
from pyannote.database.util import load_rttm
from pympi.Elan import Eaf

from seehear import export
from seehear.export.json import schema
from seehear.export.words import one_line
from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected, gone_through
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.time.review import Edit

HOSTILE = (
    'Dog, "big"',
    "two\nlines",
    "00:00 --> 00:01",
    "<script>alert(1)</script>",
    "tab\there",
    "emoji 🐕‍🦺",
    "a & b",
    "50% <NA>",
    "=1+1",
    "null",
    "</script><!--",
    "{\\an8}top",
    "naïve\u2028line",
    "xml\x01control",
    "'single'",
)
EVERY_TRACK = list(Track)


def clip(labels: tuple[str, ...] = HOSTILE, source: str = "my clip, <b>.mp4") -> Timeline:
    """Return a timeline that holds every label once on each track, half of them overlapping."""
    events = tuple(
        Event(i / 2, i / 2 + 1.25, track, label, round(0.3 + i / 50, 2))
        for i, label in enumerate(labels)
        for track in EVERY_TRACK
    )
    duration = len(labels) / 2 + 2
    return Timeline(source, duration, TimeGrid.covering(duration), labels, events)


def expected(timeline: Timeline) -> list[tuple[float, float, str, str]]:
    return sorted((e.start_s, e.end_s, str(e.track), one_line(e.label)) for e in timeline)


def in_words(timeline: Timeline) -> list[tuple[float, float, str]]:
    """Return what a person is told of a clip in which all is heard and seen at once: once each."""
    both = timeline.on(Track.AUDIO_VISUAL)
    lines = [(e.start_s, e.end_s, f"{one_line(e.label).lower()} seen and heard") for e in both]
    return sorted(lines)


def test_json_follows_its_schema_and_comes_back_whole() -> None:
    timeline = clip()
    value = json.loads(export.render(timeline, "json"))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(value, schema())
    assert Timeline.from_json(export.render(timeline, "json")) == timeline
    value["events"][0]["track"] = "smell"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema())


def test_what_a_person_did_follows_the_schema_and_tables_say_who_says_so() -> None:
    told = ForeignRow("a", "audio", "Owl", 0.2, 0.4, None, "t:2")
    edit = Edit("2026-01-01T00:00:00+00:00", "import of t", "Ann")
    timeline = gone_through(corrected(clip(), [told], edit=edit).timeline)
    value = json.loads(export.render(timeline, "json"))
    jsonschema.validate(value, schema())
    assert Timeline.from_dict(value) == timeline
    assert value["review"]["edits"][0]["by"] == "Ann"
    rows = csv.DictReader(io.StringIO(export.render(timeline, "csv"), newline=""))
    assert {row["origin"] for row in rows} == {"added", "confirmed"}


@pytest.mark.parametrize(("format", "dialect"), [("csv", "excel"), ("tsv", "excel-tab")])
def test_tables_keep_every_label_exactly(format: str, dialect: str) -> None:
    timeline = clip()
    rows = list(
        csv.DictReader(io.StringIO(export.render(timeline, format), newline=""), dialect=dialect)
    )
    label, start = ("label", "start_s") if format == "csv" else ("event_label", "onset")
    wanted = [e for e in timeline if format == "csv" or e.track is not Track.AUDIO_VISUAL]
    assert sorted((float(r[start]), r["track"], r[label]) for r in rows) == sorted(
        (e.start_s, str(e.track), e.label) for e in wanted
    )
    if format == "csv":
        assert {r["source"] for r in rows} == {timeline.source}
        assert {float(r["score"]) for r in rows} == {e.score for e in timeline}


def test_audacity_labels_are_three_fields_a_line() -> None:
    rows = [line.split("\t") for line in export.render(clip(), "audacity").splitlines()]
    assert sorted((float(a), float(b), text) for a, b, text in rows) == in_words(clip())


def test_webvtt() -> None:
    timeline = clip()
    cues = webvtt.from_string(export.render(timeline, "vtt"))
    starts = [cue.start_in_seconds for cue in cues]
    assert starts == sorted(starts)
    unescaped = [
        cue.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for cue in cues
    ]
    assert sorted(unescaped) == sorted(text for _, _, text in in_words(timeline))
    assert webvtt.from_string(export.render(clip(()), "vtt")).captions == []
    first = cues[0]
    assert (first.start, first.end) == ("00:00:00.000", "00:00:01.250")


def test_srt_by_two_readers() -> None:
    timeline, text = clip(), export.render(clip(), "srt")
    blocks = list(srt.parse(text))
    got = [(b.start.total_seconds(), b.end.total_seconds(), b.content) for b in blocks]
    plain = str.maketrans("‹›❴❵", "<>{}")
    assert sorted((a, b, words.translate(plain)) for a, b, words in got) == in_words(timeline)
    subtitles = pysubs2.SSAFile.from_string(text, format_="srt")
    assert [line.plaintext for line in subtitles] == [b.content for b in blocks]


def test_elan_has_a_tier_per_track_and_class(tmp_path) -> None:
    timeline = clip()
    path = export.write(timeline, "eaf", tmp_path / "x.eaf")
    elan = Eaf(str(path))
    got = [
        (start / 1000, end / 1000, *tier.split(":", 1))
        for tier in elan.get_tier_names()
        for start, end, _ in elan.get_annotation_data_for_tier(tier)
    ]
    assert sorted(got) == expected(timeline)
    values = {
        value
        for tier in elan.get_tier_names()
        for _, _, value in elan.get_annotation_data_for_tier(tier)
    }
    assert values == {one_line(label) for label in HOSTILE}


def test_praat_has_a_tier_per_track_and_class(tmp_path) -> None:
    timeline = clip()
    path = export.write(timeline, "textgrid", tmp_path / "x.TextGrid")
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False, reportingMode="error")
    got = [(i.start, i.end, *tier.name.split(":", 1)) for tier in grid.tiers for i in tier.entries]
    # praatio leaves the doubled quotes of labels as they are in the file
    assert sorted((a, b, t, name.replace('""', '"')) for a, b, t, name in got) == expected(timeline)
    assert grid.maxTimestamp == timeline.duration_s


def test_rttm(tmp_path) -> None:
    timeline = clip()
    path = export.write(timeline, "rttm", tmp_path / "x.rttm")
    ((name, annotation),) = load_rttm(path).items()
    assert unquote(name) == "my clip, <b>"
    got = sorted(
        (segment.start, segment.end, *unquote(label).split(":", 1))
        for segment, _, label in annotation.itertracks(yield_label=True)
    )
    assert got == sorted((e.start_s, e.end_s, str(e.track), e.label) for e in timeline)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.data: dict[str, str] = {}
        self.words = ""
        self._open = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self._open = dict(attrs).get("id", "") if tag == "script" else ""

    def handle_data(self, data) -> None:
        if self._open:
            self.data[self._open] = self.data.get(self._open, "") + data
        self.words += data


def test_the_page_escapes_everything_and_carries_the_whole_timeline() -> None:
    timeline = clip()
    page = export.render(timeline, "html", media="./my%20clip.mp4")
    reader = _Text()
    reader.feed(page)
    assert Timeline.from_dict(json.loads(reader.data["timeline"])) == timeline
    assert reader.tags.count("script") == 2  # data and code, none from a label
    assert "b" not in reader.tags
    assert "<script>alert(1)</script>" in reader.words  # as words
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize("format", list(export.FORMATS))
def test_an_empty_timeline_is_a_valid_file(format: str, tmp_path) -> None:
    empty = Timeline("a.mp4", 0.0, TimeGrid(0), ("Dog",))
    path = export.write(empty, format, export.path_for("a", format, tmp_path))
    if format == "textgrid":
        assert len(textgrid.openTextgrid(str(path), True).tiers) == 3
    elif format == "eaf":
        assert set(Eaf(str(path)).get_tier_names()) == {"audio", "visual", "audio_visual"}
    assert path.exists()


@given(
    st.lists(
        st.text(min_size=1, max_size=12),
        min_size=1,
        max_size=5,
        unique_by=lambda s: one_line(s).casefold(),
    )
)
@example(['"', "-->", "\ud800"])
def test_no_label_breaks_a_reader(labels: list[str]) -> None:
    labels = [label for label in labels if one_line(label)] or ["x"]
    timeline = clip(tuple(labels), source="clip.mp4")
    count = len(timeline)
    things = count // 3  # what is heard and seen at once is told once
    assert len(list(srt.parse(export.render(timeline, "srt")))) == things
    assert len(webvtt.from_string(export.render(timeline, "vtt")).captions) == things
    assert (
        len(list(csv.reader(io.StringIO(export.render(timeline, "csv"), newline="")))) == count + 1
    )
    assert len(export.render(timeline, "rttm").split("\n")) == count + 1
    assert all(len(line.split()) == 10 for line in export.render(timeline, "rttm").splitlines())
    assert len(export.render(timeline, "audacity").split("\n")) == things + 1
    reader = _Text()
    reader.feed(export.render(timeline, "html"))
    assert reader.tags.count("script") == 2


def _seconds(clock: str) -> float:
    hours, minutes, seconds = map(float, clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds


# shorter than what the formats count in: a clip of 10.0004 s ends in such an event
SHORT = ((10.0, 10.0004), (0.0, 2e-4), (2.99998, 3.00002), (5.0001, 5.0002), (5.00021, 5.0003))
SHORT += ((7.0, 7.0000001), (123456.0, 123456.04))


@pytest.mark.parametrize("spans", [*([span] for span in SHORT), SHORT])
def test_no_event_is_written_without_length(spans: Sequence[tuple[float, float]], tmp_path) -> None:
    events = tuple(Event(*span, Track.AUDIO, "Dog", 0.5) for span in spans)
    timeline = Timeline("a.mp4", 123457.0, TimeGrid(10), ("Dog",), events)
    assert len(Timeline.from_json(export.render(timeline, "json"))) == len(spans)
    found: dict[str, list[tuple[float, float]]] = {}
    cues = [re.findall(r"[\d:.]{12}", line) for line in export.render(timeline, "vtt").splitlines()]
    found["vtt"] = [tuple(map(_seconds, times)) for times in cues if times]
    found["srt"] = []
    for block in srt.parse(export.render(timeline, "srt")):
        found["srt"].append((block.start.total_seconds(), block.end.total_seconds()))
    elan = Eaf(str(export.write(timeline, "eaf", tmp_path / "x.eaf")))
    found["eaf"] = [(a, b) for a, b, _ in elan.get_annotation_data_for_tier("audio:Dog")]
    path = export.write(timeline, "textgrid", tmp_path / "x.TextGrid")
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")
    found["textgrid"] = [(i.start, i.end) for tier in grid.tiers for i in tier.entries]
    rows = [line.split() for line in export.render(timeline, "rttm").splitlines()]
    found["rttm"] = [(0.0, float(row[4])) for row in rows]
    rows = [line.split("\t") for line in export.render(timeline, "audacity").splitlines()]
    found["audacity"] = [(float(start), float(end)) for start, end, _ in rows]
    for format, start, end in (("csv", 3, 4), ("tsv", 2, 3)):
        sign = "," if format == "csv" else "\t"
        rows = [line.split(sign) for line in export.render(timeline, format).splitlines()[1:]]
        found[format] = [(float(row[start]), float(row[end])) for row in rows]
    for format, written in found.items():
        assert all(start < end for start, end in written), format
    assert {len(found[format]) for format in ("vtt", "srt", "eaf", "rttm", "csv")} == {len(spans)}
    spoken = [i for i in found["textgrid"] if i != (0, 123457)]  # but the tiers that are empty
    for in_order in (sorted(found["eaf"]), spoken):  # of one tier: none may lie over the next
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(in_order))
