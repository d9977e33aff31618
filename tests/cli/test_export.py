"""`seehear export`: printed or written, and one clear line for every mistake."""

from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.time import Event, TimeGrid, Timeline, Track

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
    assert capfdbinary.readouterr().out == "0.000000\t2.000000\taudio:Dog 🐕\n".encode()


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
