"""Annotation tools, data sets and archives: against what their documentation says, and read back by
others' readers where these can be installed.
"""

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest

from hostile import LABELS, hostile
from seehear import export
from seehear.export.clips import LinkedClip, ManyClips
from seehear.export.label_studio import configuration
from seehear.export.words import one_line, singles
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

PLAIN = Timeline(
    "sub/b.wav",
    4.0,
    TimeGrid(4),
    ("Dog",),
    (Event(0, 2, Track.AUDIO, "Dog", 0.5),),
    {"visual": Extent()},
)
NOTHING = Timeline("c.mp4", 4.0, TimeGrid(4), ("Dog",))


def together(format: str, *timelines: Timeline) -> str:
    clips = [LinkedClip(f"clip {n}", line) for n, line in enumerate(timelines)]
    return "".join(export.get(format).lines(clips))


def test_label_studio_has_a_region_for_every_event_in_the_units_of_its_tag() -> None:
    timeline = hostile()
    (task,) = json.loads(export.render(timeline, "label-studio"))
    assert task["data"]["fps"] == 25
    assert task["data"]["video"] == "/data/local-files/?d=my%20clip%20%C3%BC.mp4"
    (prediction,) = task["predictions"]
    assert 0 < prediction["score"] < 1
    found = []
    for region in prediction["result"]:
        value = region["value"]
        if region["type"] == "labels":
            found.append(("audio", value["start"], value["end"], *value["labels"]))
            assert region["original_length"] == 10
        else:
            (frames,) = value["ranges"]
            start, end = (frames["start"] - 1) / 25, frames["end"] / 25
            found.append(("visual", start, end, *value["timelinelabels"]))
    wanted = []
    for e in singles(timeline):
        wanted.append((str(e.track), max(0.0, e.start_s), e.end_s, one_line(e.label)))
    for got, said in zip(found, wanted, strict=True):
        assert got == (said[0], *(pytest.approx(t, abs=0.021) for t in said[1:3]), said[3])
    assert len({region["id"] for region in prediction["result"]}) == len(wanted)


def test_the_labelling_configuration_names_what_the_tasks_use() -> None:
    many = ManyClips()
    clips = [LinkedClip("a", hostile()), LinkedClip("b", PLAIN)]
    text = "".join(export.get("label-studio").lines(many.taking(clips)))
    beside = export.get("label-studio").beside("tasks.json", many)
    assert list(beside) == ["tasks.xml"]
    view = ET.fromstring(beside["tasks.xml"])
    tags = {tag.attrib["name"]: tag for tag in view if "name" in tag.attrib}
    kinds = {"labels": "Labels", "timelinelabels": "TimelineLabels"}
    for task in json.loads(text):
        for region in task["predictions"][0]["result"]:
            control = tags[region["from_name"]]
            assert control.tag == kinds[region["type"]]
            assert control.attrib["toName"] == region["to_name"] in tags
            labels = {label.attrib["value"] for label in control}
            assert set(region["value"][region["type"]]) <= labels
    assert [label.attrib["value"] for label in tags["heard"]] == [
        *map(one_line, LABELS),
        "Dog",
    ]
    assert configuration(("a\tb", "a b")).count('value="a b"') == 2  # a name once a track


def test_label_studio_takes_the_configuration_and_the_predictions() -> None:
    interface = pytest.importorskip(
        "label_studio_sdk.label_interface", reason="label-studio-sdk is not installed"
    )
    config = interface.LabelInterface(configuration(LABELS))
    config.validate()
    (task,) = json.loads(export.render(hostile(), "label-studio"))
    assert config.validate_prediction(task["predictions"][0])


def test_what_is_heard_and_seen_is_written_where_nothing_else_was_asked_for() -> None:
    both = (Event(1, 2, Track.AUDIO_VISUAL, "Dog", 0.5),)
    line = Timeline("a.mp4", 4.0, TimeGrid(4), ("Dog",), both)
    (task,) = json.loads(export.render(line, "label-studio"))
    assert [r["type"] for r in task["predictions"][0]["result"]] == ["labels", "timelinelabels"]
    assert "audio_visual" in export.render(line, "raven")
    assert "Dog seen and heard" in export.render(line, "iiif")


def test_activitynet_and_fiftyone_keep_every_event() -> None:
    lines = (hostile(), PLAIN, NOTHING)
    database = json.loads(together("activitynet", *lines))["database"]
    labels = json.loads(together("fiftyone", *lines))["labels"]
    assert list(database) == list(labels) == ["clip 0", "clip 1", "clip 2"]
    for n, line in enumerate(lines):
        wanted = []
        for e in singles(line):
            wanted.append((e.label, [max(0.0, e.start_s), e.end_s], str(e.track), e.score))
        entry = database[f"clip {n}"]
        assert entry["duration"] == line.duration_s
        rows = entry["annotations"]
        assert [(a["label"], a["segment"], a["track"], a.get("score")) for a in rows] == wanted
        rows = labels[f"clip {n}"]
        track = [d["attributes"]["track"] for d in rows]
        got = [(d["label"], d["timestamps"], d.get("confidence")) for d in rows]
        assert got == [(label, times, score) for label, times, _, score in wanted]
        assert track == [row[2] for row in wanted]
    assert json.loads(together("activitynet")) == {
        "version": "seehear",
        "taxonomy": [],
        "database": {},
    }
    assert json.loads(together("label-studio")) == []


def test_fiftyone_is_told_where_the_videos_lie() -> None:
    many = ManyClips(links={"a": "/films/a.mp4"})
    beside = export.get("fiftyone").beside
    assert json.loads(beside("labels.json", many)["data.json"]) == {"a": "/films/a.mp4"}
    assert list(beside("x.fiftyone.json", many)) == ["x.fiftyone-data.json"]
    assert beside("labels.json", ManyClips()) == {}


def test_raven_reads_a_selection_an_event() -> None:
    timeline = hostile()
    rows = list(
        csv.DictReader(
            io.StringIO(export.render(timeline, "raven"), newline=""),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
    )
    found = []
    for n, row in enumerate(rows, 1):
        assert (row["Selection"], row["View"], row["Channel"]) == (str(n), "Spectrogram 1", "1")
        times = float(row["Begin Time (s)"]), float(row["End Time (s)"])
        found.append((*times, row["Annotation"], row["Track"]))
    wanted = []
    for e in singles(timeline):
        wanted.append((max(0.0, e.start_s), e.end_s, one_line(e.label), str(e.track)))
    assert found == wanted


def test_dcase_tables_are_about_sound_and_name_every_clip() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.read_csv(
        io.StringIO(together("dcase", hostile(), PLAIN, NOTHING)), sep="\t", quoting=csv.QUOTE_NONE
    )
    assert list(table.columns) == ["filename", "onset", "offset", "event_label"]
    heard = hostile().on("audio")
    of_first = table[table.filename == "clip 0.mp4"]
    assert list(of_first.event_label) == [one_line(e.label) for e in heard]
    assert list(of_first.offset) == [e.end_s for e in heard]
    assert list(table[table.filename == "clip 1.wav"].event_label) == ["Dog"]
    assert table[table.filename == "clip 2.mp4"].onset.isna().all()


def test_iiif_selects_sound_or_picture_below_the_address_of_the_video() -> None:
    timeline = hostile()
    where = "https://example.org/films/my%20clip.mp4"
    manifest = json.loads(export.render(timeline, "iiif", media=where))
    (canvas,) = manifest["items"]
    assert manifest["id"] == "https://example.org/films/my%20clip%20%C3%BC.iiif.json"
    assert canvas["items"][0]["items"][0]["body"]["id"] == where
    (page,) = canvas["annotations"]
    alone = json.loads(export.render(timeline, "iiif-page", media=where))
    assert {"@context": manifest["@context"], **page} == alone
    found = []
    for annotation in page["items"]:
        target = annotation["target"]
        assert target["source"] == canvas["id"]
        times = target["selector"]["value"].removeprefix("t=").split(",")
        part = target["selector"]["refinedBy"]["type"]
        found.append((*map(float, times), annotation["body"]["value"], part))
    wanted = []
    for e in singles(timeline):
        how = {"audio": "heard", "visual": "seen"}[e.track]
        part = {"audio": "AudioContentSelector", "visual": "VisualContentSelector"}[e.track]
        wanted.append((max(0.0, e.start_s), e.end_s, f"{one_line(e.label)} {how}", part))
    assert found == wanted
    beside = json.loads(export.render(PLAIN, "iiif", media="./b.wav"))
    assert beside["id"] == "http://localhost:8000/b.iiif.json"
    body = beside["items"][0]["items"][0]["items"][0]["body"]
    assert (body["id"], body["type"]) == ("http://localhost:8000/b.wav", "Sound")
    assert "width" not in beside["items"][0]


def test_iiif_prezi3_accepts_the_manifest() -> None:
    prezi = pytest.importorskip("iiif_prezi3", reason="iiif-prezi3 is not installed")
    for line in (hostile(), PLAIN, NOTHING):
        manifest = prezi.Manifest(**json.loads(export.render(line, "iiif")))
        assert len(manifest.items[0].annotations[0].items or []) == len(singles(line))
        prezi.AnnotationPage(**json.loads(export.render(line, "iiif-page")))
