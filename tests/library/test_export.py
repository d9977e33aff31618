"""A whole library in another form: nothing lost, nothing written elsewhere, one clip at a time."""

import csv
import errno
import io
import weakref
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from seehear import export
from seehear.errors import ConfigError, DataError, MissingExtraError, SeehearError
from seehear.export.csv import cells, rows
from seehear.export.selection import Selection
from seehear.library import export as library_export
from seehear.library.export import (
    LibraryClips,
    Named,
    write_csv,
    write_files,
    write_one,
    write_table,
)
from seehear.time import Event, TimeGrid, Timeline, Track
from small_library import put, write_library

EVERYTHING = Selection()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = write_library(tmp_path / "library")
    put(folder, "cut", {"Dog": "##......"}, {"Dog": "........"}, parsed={"visual": "####...."})
    put(folder, "late", {"Dog": "....####"}, {"Dog": "........"}, parsed={"audio": "..######"})
    return folder


def expected(library: Path) -> list[list[str]]:
    """Return the table as it follows from the timelines read one by one."""
    found = []
    for path in sorted(library.rglob("*.timeline.json")):
        for row in rows(Timeline.from_json(path)):
            found.append([path.relative_to(library).as_posix(), *map(str, cells(row))])
    return found


def table(clips: LibraryClips) -> list[list[str]]:
    """Return the rows of the table in CSV."""
    out = io.BytesIO()
    count = write_csv(clips, out)
    header, *found = csv.reader(io.StringIO(out.getvalue().decode(), newline=""))
    assert header == ["timeline", "source", "track", "label", "start_s", "end_s", "score", "origin"]
    assert len(found) == count
    return found


@pytest.mark.parametrize("whole", [True, False])
def test_a_table_has_the_rows_of_every_clip(
    library: Path, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_export, "_BATCH", 4)  # of six clips
    clips = LibraryClips(library, EVERYTHING, whole=whole)
    found = table(clips)
    assert found == expected(library)
    assert ["cut.timeline.json", "cut.mp4", "visual", "[not parsed]", "4", "8", "", ""] in found
    assert ["sub/c.timeline.json", "sub/c.mp4", "visual", "Car", "2", "6", "0.5", "parser"] in found
    assert (clips.count, clips.done, clips.failed) == (6, 6, [])


def test_without_duckdb_a_table_is_read_from_the_timelines(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(library: Path, **named: object) -> None:
        raise MissingExtraError.of("duckdb", "library")

    monkeypatch.setattr(library_export, "update", nothing)
    assert table(LibraryClips(library, EVERYTHING, whole=False)) == expected(library)


def test_where_no_index_can_be_written_a_table_is_read_from_the_timelines(library: Path) -> None:
    (library / ".seehear").write_text("a file in the place of its folder")
    assert table(LibraryClips(library, EVERYTHING, whole=False)) == expected(library)


def test_what_the_index_takes_in_is_counted(library: Path) -> None:
    taken: list[int] = []
    for wanted in (6, 6):  # the second time it has all of them
        LibraryClips(library, EVERYTHING, whole=False, indexed=lambda: taken.append(1))
        assert len(taken) == wanted


def test_parquet_holds_what_csv_does_with_any_label(tmp_path: Path) -> None:
    labels = ('Dog, "big"', "two\nlines", "tab\there", "emoji 🐕", "=1+1", "null", "a'b", "\u2028x")
    events = tuple(Event(i, i + 0.3, Track.AUDIO, label, i / 8) for i, label in enumerate(labels))
    line = Timeline("it's, 'a' clip.mp4", 20.0, TimeGrid(20), labels, events)
    (tmp_path / "it's").mkdir()
    (tmp_path / "it's" / "x.timeline.json").write_text(line.to_json(), "utf-8")
    path = tmp_path / "out's" / "all.parquet"
    clips = LibraryClips(tmp_path, EVERYTHING, whole=False)
    assert write_table(clips, "parquet", path) == len(labels)
    with duckdb.connect() as db:
        found = db.execute("SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
    assert found == [("it's/x.timeline.json", *row) for row in rows(line)]
    assert [file.name for file in path.parent.iterdir()] == ["all.parquet"]  # nothing left beside


def test_a_selection_is_that_of_each_clip(library: Path) -> None:
    chosen = Selection(("heard",), ("baby cry", "Bell"))
    found = table(LibraryClips(library, chosen, whole=False))
    assert [row[:4] for row in found] == [
        ["b.timeline.json", "b.mp4", "audio", "Baby_cry"],
        ["late.timeline.json", "late.mp4", "audio", "[not parsed]"],
        ["other.timeline.json", "other.mp4", "audio", "Bell"],
    ]


def test_a_file_a_clip_in_the_folders_of_the_library(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_files(LibraryClips(library, EVERYTHING), "vtt", out)
    written = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.vtt"))
    assert written == ["a.vtt", "b.vtt", "cut.vtt", "late.vtt", "other.vtt", "sub/c.vtt"]
    for name in written:
        line = Timeline.from_json(library / name.replace(".vtt", ".timeline.json"))
        assert (out / name).read_text("utf-8") == export.render(line, "vtt")


def test_videos_are_found_beside_a_timeline_or_in_a_folder_of_their_own(
    library: Path, tmp_path: Path
) -> None:
    videos = tmp_path / "videos"
    (videos / "sub").mkdir(parents=True)
    (library / "a.mp4").write_bytes(b"a")
    (videos / "sub" / "c.mp4").write_bytes(b"c")
    write_files(LibraryClips(library, EVERYTHING), "html", tmp_path / "out", media=videos)
    assert "base64,YQ==" in (tmp_path / "out" / "a.html").read_text("utf-8")
    assert "base64,Yw==" in (tmp_path / "out" / "sub" / "c.html").read_text("utf-8")


@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_timeline_costs_itself(library: Path, whole: bool) -> None:
    (library / "b.timeline.json").write_text("{")
    clips = LibraryClips(library, EVERYTHING, whole=whole)
    assert {row[0] for row in table(clips)} == {row[0] for row in table_without_b(library)}
    assert (len(clips.failed), clips.done) == (1, 5)
    assert "b.timeline.json" in clips.failed[0]


def table_without_b(library: Path) -> list[list[str]]:
    (library / "b.timeline.json").unlink()
    return expected(library)


def test_where_none_can_be_read_there_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected timelines, found none; make some: seehear parse"):
        LibraryClips(tmp_path, EVERYTHING)
    for name in ("a", "b"):
        (tmp_path / f"{name}.timeline.json").write_text("{")
    path = tmp_path / "all.csv"
    with pytest.raises(
        DataError, match=r"nothing could be exported \(2 failed\); the first: .*a\."
    ):
        write_table(LibraryClips(tmp_path, EVERYTHING), "csv", path)
    assert not path.exists()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_table_that_ends_badly_leaves_the_one_before(
    library: Path, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"all.{form}"
    path.write_text("before")
    with pytest.raises(ConfigError, match="no clip has class 'Dgo'; did you mean Dog"):
        write_table(LibraryClips(library, Selection(labels=("Dgo",))), form, path)
    assert path.read_text() == "before"
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"all.{form}", "library"]


def test_a_link_in_the_folder_leads_nothing_out_of_it(library: Path, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "sub").symlink_to(elsewhere)
    (out / "a.srt").symlink_to(elsewhere / "a.srt")
    clips = LibraryClips(library, EVERYTHING)
    write_files(clips, "srt", out)
    assert list(elsewhere.iterdir()) == []
    assert "a link leads out of the folder" in clips.failed[0]
    assert (len(clips.failed), clips.done) == (1, 5)
    assert not (out / "a.srt").is_symlink()  # a link in the place of a file is replaced


def test_copies_of_timelines_do_not_become_clips_of_the_library(library: Path) -> None:
    with pytest.raises(ConfigError, match="expected a folder outside the library"):
        write_files(LibraryClips(library, EVERYTHING), "json", library / "copies")
    write_files(
        LibraryClips(library, EVERYTHING), "srt", library
    )  # subtitles beside them are welcome
    assert (library / "sub" / "c.srt").is_file()


def test_a_full_disk_ends_it_and_what_a_name_prevents_does_not(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out" / "a.srt").mkdir(parents=True)  # in the place of one file
    clips = LibraryClips(library, EVERYTHING)
    write_files(clips, "srt", tmp_path / "out")
    assert (len(clips.failed), clips.done) == (1, 5)

    def full(*args: object, **named: object) -> None:
        raise SeehearError("cannot write: no space") from OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(export, "write", full)
    with pytest.raises(SeehearError, match="no space"):
        write_files(LibraryClips(library, EVERYTHING), "srt", tmp_path / "out")


@pytest.mark.parametrize("whole", [True, False])
def test_no_clip_is_kept_in_memory(library: Path, whole: bool) -> None:
    alive: list[weakref.ref[Timeline]] = []

    def watched() -> Iterator[Named]:
        for path, timeline in LibraryClips(library, EVERYTHING, whole=whole):
            alive.append(weakref.ref(timeline))
            yield path, timeline
            del timeline
            assert sum(ref() is not None for ref in alive) <= 2

    write_csv(watched(), io.BytesIO())
    assert len(alive) == 6


@pytest.mark.parametrize("form", ["label-studio", "fiftyone", "activitynet", "dcase"])
def test_one_file_of_all_clips_where_the_format_has_one(
    library: Path, tmp_path: Path, form: str
) -> None:
    (library / "rain.mp4").write_bytes(b"0")
    out = tmp_path / "out" / f"all{Path(export.get(form).suffix).suffix}"
    clips = LibraryClips(library, EVERYTHING)
    write_one(clips, form, out)
    assert clips.done == len(list(library.rglob("*.timeline.json")))
    text = out.read_text()
    for path in library.rglob("*.timeline.json"):
        assert path.name.removesuffix(".timeline.json") in text
    beside = {path.name for path in out.parent.iterdir()} - {out.name}
    assert beside <= {"all.xml", "all-data.json"}
    assert (form == "label-studio") == ("all.xml" in beside)


def test_links_are_below_the_address_that_was_given(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "tasks.json"
    write_one(
        LibraryClips(library, EVERYTHING), "label-studio", out, base="https://example.org/films/"
    )
    assert (
        out.read_text().count("https://example.org/films/") == len(out.read_text().split("\n")) - 3
    )
    with pytest.raises(ConfigError, match="a file of raven holds one clip"):
        write_one(LibraryClips(library, EVERYTHING), "raven", out)


def test_excel_knows_the_letters_and_takes_no_label_for_a_formula(tmp_path: Path) -> None:
    labels = ("=1+1", "Straße", "-0.5")
    events = tuple(Event(0, 2, Track.AUDIO, label) for label in labels)
    line = Timeline("a.mp4", 2.0, TimeGrid(2), labels, events)
    (tmp_path / "a.timeline.json").write_text(line.to_json())
    write_table(LibraryClips(tmp_path, EVERYTHING), "csv", tmp_path / "x.csv", excel=True)
    text = (tmp_path / "x.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbftimeline,")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert [row["label"] for row in rows] == ["-0.5", "'=1+1", "Straße"]
    assert text.count(b"\r\n") == 4
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    assert pandas.read_csv(tmp_path / "x.csv").columns[0] == "timeline"


def test_parquet_in_the_usual_readers(library: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path = tmp_path / "x.parquet"
    write_table(LibraryClips(library, EVERYTHING), "parquet", path)
    wanted = expected(library)
    frame = pandas.read_parquet(path)
    assert list(frame.columns) == [
        "timeline",
        "source",
        "track",
        "label",
        "start_s",
        "end_s",
        "score",
        "origin",
    ]
    assert frame.dtypes[["start_s", "end_s", "score"]].astype(str).tolist() == ["float64"] * 3
    assert len(frame) == len(wanted)
    assert frame.label.tolist() == [row[3] for row in wanted]
    assert frame.score.isna().sum() == sum(row[6] == "" for row in wanted)
    assert parquet.read_schema(path).names == list(frame.columns)
    ((count,),) = duckdb.connect().execute(f"SELECT count(*) FROM '{path}'").fetchall()
    assert count == len(wanted)
