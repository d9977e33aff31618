"""Every format: files that people made, our own exports back, what cannot be read."""

import contextlib
import json
import os
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreign_rows import imported, plain
from seehear import export, interchange, plugins
from seehear.errors import ConfigError, DataError
from seehear.interchange import FORMATS, Findings, ImportFormat
from seehear.time import Event, TimeGrid, Timeline, Track
from seehear.time.spans import joined

FOREIGN = Path(os.environ.get("SEEHEAR_SHARED", "../shared")) / "foreign"
# a field of it begins with a quote that never ends: read by lines, as everything else in it, it
# has one marker more than a reader of CSV makes of it
MORE = {"premiere_marker_list_utf16.csv": 1}


@pytest.mark.shared
def test_files_that_people_made() -> None:
    if not FOREIGN.is_dir():
        pytest.skip(f"needs {FOREIGN}")
    for about in json.loads((FOREIGN / "truth.json").read_text()):
        name = about["file"]
        found = interchange.read(FOREIGN / name)
        assert found.count == about["rows"] + MORE.get(name, 0), name
        hidden = {u.where for u in found.unused}
        assert len(hidden) == len(about.get("out_of_range", ())), name
        ends = (0, "first"), (-1, "last")
        for place, key in ends:
            start, end, label = about[key]
            row = found.rows[place]
            if label not in about.get("out_of_range", ()):
                if not (hidden and key == "last"):
                    assert row.label == label, name
                    assert (row.start_s, row.end_s) == pytest.approx((start, end), abs=0.011), name


# --- our own exports


LABELS = ("Dog", 'Größe, "x"', "emoji 🐕", "a & <b>", "tab\there", "50% <NA>", "Heard it")
BOTH_WORDS = ("audacity", "vtt", "srt")  # in words: classes in small letters, no overlaps
FINE = {"json": 1e-6, "csv": 1e-6, "tsv": 1e-6, "textgrid": 1e-6, "audacity": 1e-6}
FINE |= dict.fromkeys(("otio", "fcpxml", "fcp7xml", "label-studio"), 0.0201)  # half a frame
EXACT = ("json", "csv", "tsv", "rttm", "activitynet")  # labels with every sign in them
HELD = {"dcase": ("audio",)}  # which is about sound


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Draw a timeline whose audio_visual events are where both tracks have one."""
    ends = st.tuples(st.integers(0, 400), st.integers(1, 100)).map(
        lambda pair: (pair[0] / 10, (pair[0] + pair[1]) / 10)
    )
    events = []
    for label in LABELS:
        heard = joined(draw(st.lists(ends, max_size=3)))
        seen = joined(draw(st.lists(ends, max_size=3)))
        events += [Event(*span, Track.AUDIO, label) for span in heard]
        events += [Event(*span, Track.VISUAL, label) for span in seen]
        both = [(max(a, c), min(b, d)) for a, b in heard for c, d in seen if max(a, c) < min(b, d)]
        events += [Event(*span, Track.AUDIO_VISUAL, label) for span in both]
    return Timeline("a clip.mp4", 50.0, TimeGrid(50), LABELS, tuple(events))


def spans(rows, label: str, track: str) -> list[tuple[float, float]]:
    """Return when a class is on in a track; both count for each."""
    tracks = (track, "audio_visual", None)  # a format without tracks means the one that it is about
    of = [r for r in rows if r.label == label and r.track in tracks]
    return joined(((r.start_s, r.end_s) for r in of), gap=1e-3)


@settings(max_examples=8, deadline=None)
@given(timelines())
def test_every_export_that_holds_events_comes_back(tmp_path_factory, timeline: Timeline) -> None:
    folder = tmp_path_factory.mktemp("back")
    for name in sorted(set(FORMATS) & set(export.FORMATS) - {"edl"}):
        text = export.render(timeline, name)
        if not text.strip():  # nothing can be told of an empty file
            continue
        found = imported(folder, text, f"clip.{name}")
        assert found.format == name
        assert found.unused == ()
        for label in LABELS:
            there = " ".join(label.split()) if name not in EXACT else label
            if name in BOTH_WORDS:
                there = there.lower()
            if name == "srt":
                there = there.replace("<", "‹").replace(">", "›")
            for track in HELD.get(name, ("audio", "visual")):
                want = [(e.start_s, e.end_s) for e in timeline.on(track, label)]
                got = spans(found.rows, there, track)
                assert len(got) == len(want), (name, label, track)
                for one, other in zip(got, want, strict=True):
                    assert one == pytest.approx(other, abs=FINE.get(name, 1e-3)), (name, label)


def test_markers_of_an_edit_list_come_back_but_for_the_frames_they_were_moved_by(tmp_path) -> None:
    events = [Event(i // 3, i // 3 + 2, Track.AUDIO, f"no {i}") for i in range(9)]
    labels = tuple(event.label for event in events)
    line = Timeline("a.mp4", 9.0, TimeGrid(9), labels, tuple(events))
    text = export.render(line, "edl")
    rows = {row.label: row for row in imported(tmp_path, text, fps=25).rows}
    for number, event in enumerate(events):
        row = rows[event.label]
        assert (row.start_s, row.end_s) == (
            pytest.approx(event.start_s + number % 3 / 25),
            pytest.approx(event.end_s),
        )
        assert row.track == "audio"
    empty = Timeline("a.mp4", 9.0, TimeGrid(9), ("Dog",))
    assert imported(tmp_path, export.render(empty, "edl")).rows == ()


def test_a_clip_without_events_is_told_from_one_that_is_not_there(tmp_path) -> None:
    empty = Timeline("quiet.mp4", 5.0, TimeGrid(5), ("Dog",))
    for name in ("json", "tsv"):
        assert imported(tmp_path, export.render(empty, name)).silent[0].startswith("quiet")


def test_what_was_not_parsed_comes_back_as_its_class(tmp_path) -> None:
    from seehear.time import Extent

    extents = {"audio": Extent.of((0, 4)), "visual": Extent.of((0, 10))}
    part = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog",), tracks=extents)
    for name in ("json", "csv", "tsv", "eaf", "textgrid", "vtt", "srt", "audacity"):
        found = imported(tmp_path, export.render(part, name))
        told = [(r.track, r.start_s, r.end_s) for r in found.rows if r.label == "[not parsed]"]
        assert told == [("audio", 4.0, 10.0)], name


# --- what cannot be read


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty file"),
        (" \n \n", "empty file"),
        ("some prose, and more of it", "expected a known format"),
        ('{"a": 1}', "expected a known format"),
        ("{broken", "not JSON"),
        ("<fcpxml><a></fcpxml>", "not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><fcpxml>&a;</fcpxml>', "no entities of its own"),
        ('File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = "a"', "expected a number"),
        (b"ooBinaryFile\x08TextGrid", "ends too soon"),
    ],
)
def test_a_file_that_is_none_says_so_in_one_line(tmp_path, content, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        imported(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_a_cut_off_file_never_ends_in_a_traceback(tmp_path) -> None:
    whole = Timeline("a.mp4", 9.0, TimeGrid(9), ("Dog",), (Event(1, 2, Track.AUDIO, "Dog"),))
    for name in sorted(set(FORMATS) & set(export.FORMATS)):
        text = export.render(whole, name).encode()
        for end in range(0, len(text), max(1, len(text) // 5)):
            with contextlib.suppress(DataError):
                imported(tmp_path, text[:end])


def test_a_file_read_as_what_it_is_not_ends_in_order(tmp_path) -> None:
    path = tmp_path / "x"
    for content in ("a,b\nc,d\n", "{}", "<a/>", "\n", 'File type = "ooTextFile"'):
        path.write_text(content)
        for name in FORMATS:
            with contextlib.suppress(DataError):
                assert interchange.read(path, format=name).rows == ()


def test_a_format_may_be_named_and_comes_from_packages_too(tmp_path, monkeypatch) -> None:
    with pytest.raises(ConfigError, match=r"format: unknown format 'cvs'; did you mean csv"):
        interchange.get("cvs")
    point = metadata.EntryPoint("bangs", f"{__name__}:BANGS", "seehear.importers")
    broken = metadata.EntryPoint("broken", "no_such:X", "seehear.importers")
    found = metadata.EntryPoints([broken, point])
    monkeypatch.setattr(metadata, "entry_points", lambda **wanted: found.select(**wanted))
    plugins._warned.clear()
    assert plain(imported(tmp_path, "!!! Dog 1 2\n")) == [(1.0, 2.0, "Dog")]


def _bangs(content: interchange.Content, found: Findings) -> None:
    for line in content.text.splitlines():
        _, label, start, end = line.split()
        found.add("line", label, float(start), float(end))


BANGS = ImportFormat("bangs", _bangs, lambda content: content.head.startswith("!!!"))


def test_every_row_that_cannot_be_used_says_where_and_why(tmp_path) -> None:
    table = (
        "filename\tonset\toffset\tevent_label\na.wav\t3\t2\tDog\na.wav\tx\t4\tDog\na\tinf\t1\tB\n"
    )
    found = imported(tmp_path, table)
    assert [(u.where, u.reason) for u in found.unused] == [
        ("line 2", "it ends before it begins: 3 to 2 s"),
        ("line 3", "start: expected seconds or a time such as 1:02:03.5, got 'x'"),
        ("line 4", "its start is not a time"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_in_any_usual_character_set(tmp_path, encoding: str) -> None:
    text = "0.5\t1.5\tHundegebell für Grüße\r\n2\t3\tKatze\r\n"
    found = imported(tmp_path, text.encode(encoding))
    assert plain(found) == [(0.5, 1.5, "Hundegebell für Grüße"), (2.0, 3.0, "Katze")]
    assert any("Windows-1252" in note for note in found.notes) == (encoding == "cp1252")


# --- tables of one's own columns


ROW = {"source": "w055.mp4", "start": "0", "end": "5", "label": "Waterfall"}
HEADS = {
    "dcase": ("File,Track,Start,End,Label", "{source},{track},{start},{end},{label}"),
    "tsv": ("filename,track,onset,offset,event_label", "{source},{track},{start},{end},{label}"),
    "csv": ("source,track,label,start_s,end_s", "{source},{track},{label},{start},{end}"),
    "raven": (
        "Selection,Begin Time (s),End Time (s),Track,Annotation,Begin File",
        "1,{start},{end},{track},{label},{source}",
    ),
    "birdnet": (
        "Start (s),End (s),Scientific name,Common name,Confidence,File,Tracks",
        "{start},{end},,{label},0.5,{source},{track}",
    ),
}
SAID = {"visual": "visual", "SEEN": "visual", "Heard": "audio", "Audio": "audio"}
SAID |= {"both": "audio_visual", "audio_visual": "audio_visual", "Seen and heard": "audio_visual"}


@pytest.mark.parametrize("name", HEADS)
def test_a_column_that_says_heard_or_seen_is_used(tmp_path, name: str) -> None:
    head, row = HEADS[name]
    for text, track in SAID.items():
        found = imported(tmp_path, f"{head}\n{row.format(**ROW, track=text)}\n")
        assert (found.format, plain(found)) == (name, [(0, 5, "Waterfall")])
        assert [(r.track, r.source) for r in found.rows] == [(track, "w055.mp4")]
    found = imported(tmp_path, f"{head}\n{row.format(**ROW, track='smelt')}\n")
    assert found.rows == ()
    assert "expected audio, visual, audio_visual (or heard, seen, both), got 'smelt'" in str(
        found.unused
    )


def test_other_columns_say_it_where_all_their_fields_do(tmp_path) -> None:
    for head, fields, tracks in (
        ("Track", ("1", "A2", "Track 3"), [None] * 3),  # as editors number theirs
        ("Channel", ("1", "2", "1"), [None] * 3),
        ("Channel", ("seen", "", "Both"), ["visual", None, "audio_visual"]),
        ("Kind", ("seen", "bird", "both"), [None] * 3),
    ):
        rows = "".join(f"a.wav,{field},0,1,Dog\n" for field in fields)
        found = imported(tmp_path, f"File,{head},Start,End,Label\n{rows}")
        assert [r.track for r in found.rows] == tracks, head
    assert imported(tmp_path, "a.mp4,seen,0,5,Dog\n").rows[0].track == "visual"
    assert imported(tmp_path, "a.mp4,street,0,5,Dog\n").rows[0].track is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_our_tables_come_back_from_spreadsheets(tmp_path, name: str, encoding: str) -> None:
    for separator in ",;\t":
        head, row = HEADS[name]
        text = f"{head}\r\n{row.format(**ROW, track='visual')}\r\n".replace(",", separator)
        found = imported(tmp_path, text.encode(encoding))
        assert (found.format, plain(found)) == (name, [(0, 5, "Waterfall")])


def test_what_a_named_format_lacks_is_told(tmp_path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("source,label\na.mp4,Dog\n")
    with pytest.raises(DataError, match="source, track, label, start_s, end_s, got source, label"):
        interchange.read(path, format="csv")


@pytest.mark.parametrize("name", HEADS)
def test_times_as_clocks_show_them_are_read(tmp_path, name: str) -> None:
    head, row = HEADS[name]
    row = row.replace("{track}", "heard")
    told = {"0:05": 5, "0:05.5": 5.5, "00:01:02": 62, "1:02:03": 3723, "5 s": 5, " 5.25": 5.25}
    for text, seconds in told.items():
        found = imported(
            tmp_path, f"{head}\n{row.format(**ROW | {'start': text, 'end': '2:00:00'})}\n"
        )
        assert [(r.start_s, r.end_s) for r in found.rows] == [(seconds, 7200)], text
    for key in ("start", "end"):
        for text in ("soon", "0:75", "00:00:05:12"):
            found = imported(tmp_path, f"{head}\n{row.format(**ROW | {key: text})}\n")
            assert [u.reason for u in found.unused] == [
                f"{key}: expected seconds or a time such as 1:02:03.5, got {text!r}"
            ]
    assert plain(imported(tmp_path, "a.mp4,0:05,0:07.5,Dog\n")) == [(5, 7.5, "Dog")]


def test_a_workbook_is_named_and_so_are_the_columns_of_an_unknown_table(tmp_path) -> None:
    for format in (None, "csv"):
        path = tmp_path / "t.csv"
        path.write_bytes(b"PK\x03\x04 xl/workbook.xml")
        with pytest.raises(DataError, match=r"got a workbook \(Excel\).*save it as CSV"):
            interchange.read(path, format=format)
    told = "got a table with the columns Foo, Bar, Baz; call its columns filename, track, onset"
    with pytest.raises(DataError, match=told):
        imported(tmp_path, "Foo,Bar,Baz\n1,2,3\n")


def test_the_files_of_a_folder(tmp_path) -> None:
    with pytest.raises(DataError, match="a folder without any"):
        interchange.files_of(tmp_path)
    for name in ("b.tsv", "a/c.srt", ".hidden", "film.fcpxmld/Info.fcpxml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files = [path.relative_to(tmp_path).as_posix() for path in interchange.files_of(tmp_path)]
    assert files == ["b.tsv", "a/c.srt", "film.fcpxmld/Info.fcpxml"]
    bundle = tmp_path / "film.fcpxmld"
    assert interchange.files_of(bundle) == [bundle]
