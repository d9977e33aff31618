"""`seehear export`: printed or written, and one clear line for every mistake."""

import csv
import io
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.time import Event, TimeGrid, Timeline, Track
from small_library import write_library

LINE = Timeline(
    "clip.mp4", 3.0, TimeGrid(3), ("Dog 🐕",), (Event(0, 2, Track.AUDIO, "Dog 🐕", 0.5),)
)


@pytest.fixture
def timeline(tmp_path: Path) -> str:
    path = tmp_path / "clip.timeline.json"
    path.write_text(LINE.to_json())
    return str(path)


def test_it_prints_without_out(timeline: str, capfdbinary: pytest.CaptureFixture) -> None:
    assert main(["export", timeline, "--to", "audacity"]) == 0
    assert capfdbinary.readouterr().out == "0.000000\t2.000000\tdog 🐕 heard\n".encode()


def test_it_writes_a_file_or_into_a_folder(
    timeline: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(["export", timeline, "--to", "vtt", "--out", str(tmp_path)]) == 0
    assert main(["export", timeline, "--to", "csv", "--out", str(tmp_path / "new" / "x.csv")]) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "clip.vtt"),
        str(tmp_path / "new" / "x.csv"),
    ]
    assert (tmp_path / "clip.vtt").read_text().startswith("WEBVTT")


def test_the_video_beside_the_timeline_goes_into_the_page(timeline: str, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"not really a video")
    main(["export", timeline, "--to", "html", "--out", str(tmp_path / "x.html")])
    assert 'src="data:video/mp4;base64,' in (tmp_path / "x.html").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "rtmm"], "unknown format 'rtmm'; did you mean rttm?"),
        (["--to", "html", "--media", "nope.mp4"], "nope.mp4: expected a video file"),
    ],
)
def test_mistakes_are_one_line(
    timeline: str, options: list[str], message: str, capsys: pytest.CaptureFixture
) -> None:
    assert main(["export", timeline, *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_video_is_to_be_parsed_first(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "a film.mp4"
    path.write_bytes(b"\0\0\0\x20ftyp\xf2")
    assert main(["export", str(path), "--to", "csv"]) == 2
    told = "expected a timeline, got a media file; parse it first: seehear parse '"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"{}", "expected schema seehear.timeline/2"),
        (b"[]", "expected schema seehear.timeline/2"),
        (LINE.to_json().encode()[:-30], "not JSON"),
        (LINE.to_json().replace('"audio"', '"smell"').encode(), "bad.timeline.json"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_bad_timeline_is_one_line(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "bad.timeline.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["export", str(path), "--to", "csv"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1


@pytest.fixture
def library(tmp_path: Path) -> str:
    return str(write_library(tmp_path / "library"))


def test_a_library_is_printed_or_written_as_one_table(
    library: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture
) -> None:
    assert main(["export", library, "--to", "csv", "--labels", "Dog", "--tracks", "both"]) == 0
    printed = capfdbinary.readouterr()
    table = list(csv.DictReader(io.StringIO(printed.out.decode(), newline="")))
    assert [(row["timeline"], row["start_s"]) for row in table] == [("a.timeline.json", "3")]
    assert printed.err.decode().splitlines()[-1] == "seehear: 4 clips"
    for form in ("csv", "parquet"):
        out = tmp_path / "new" / f"all.{form}"
        assert main(["export", library, "--to", form, "--out", str(out)]) == 0
        assert capfdbinary.readouterr().out.decode().strip() == str(out)
        assert out.stat().st_size > 300


def test_a_library_as_a_file_a_clip_and_a_damaged_one_costs_itself(
    library: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (Path(library) / "b.timeline.json").write_text("{")
    for form, suffix in (("srt", ".srt"), ("csv", ".csv")):
        out = tmp_path / form
        out.mkdir()
        assert main(["export", library, "--to", form, "--out", str(out)]) == 1
        written = sorted(file.relative_to(out).as_posix() for file in out.rglob("*.*"))
        assert written == [f"{name}{suffix}" for name in ("a", "other", "sub/c")]
    captured = capsys.readouterr()
    assert captured.out.split() == [str(tmp_path / "srt"), str(tmp_path / "csv")]
    assert captured.err.count("b.timeline.json: not JSON") == 2
    assert "seehear: 3 clips\n" in captured.err


def test_one_timeline_as_parquet_and_with_less_in_it(
    timeline: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    assert main(["export", timeline, "--to", "parquet", "--out", str(tmp_path / "x.parquet")]) == 0
    assert (tmp_path / "x.parquet").read_bytes().startswith(b"PAR1")
    capfd.readouterr()
    assert main(["export", timeline, "--to", "audacity", "--min-score", "0.6"]) == 0
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "paruqet"], "unknown format 'paruqet'; did you mean parquet?"),
        (
            ["--to", "srt"],
            "--out: expected a folder, as srt is one file per clip, got none; one table",
        ),
        (
            ["--to", "srt", "--out", "x.srt"],
            "expected a folder, as srt is one file per clip, got x.srt",
        ),
        (["--to", "parquet"], "--out: expected a file for parquet, which is not text to print"),
        (["--to", "parquet", "--out", "."], "expected a file to write, got a folder"),
        (["--to", "html", "--out", "x", "--media", "no"], "no: expected the folder of a library's"),
        (["--to", "csv", "--min-score", "2"], "--min-score: expected 0 to 1, got 2.0"),
        (["--to", "csv", "--tracks", "video"], "--tracks: unknown track 'video'; known: audio, v"),
        (["--to", "csv", "--out", "x.csv", "--labels", "Dgo"], "--labels: no clip has class 'Dgo'"),
        (["--to", "csv", "--labels", ""], "--labels: expected at least one class"),
        (["--to", "csv", "--out", "library/a.timeline.json"], "--out: library/a.timeline.json: "),
        (["--to", "parquet", "--out", "film.MP4"], "expected the name of a parquet file, got that"),
    ],
)
def test_mistakes_about_a_library_are_one_line(
    library: str,
    options: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", library, *options]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("export:")]
    assert len(told) == 1
    assert message in told[0]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["library"]
