"""A library as Parquet parts: every command that reads a library answers as from its files."""

import csv
import json
from pathlib import Path

import pytest

from parts_library import keep_of_clip
from seehear.cli.main import main
from seehear.web.catalogue import Catalogue, clip_id
from small_library import write_library


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same library as files and as parts."""
    folder = tmp_path_factory.mktemp("both")
    files, parts = folder / "files", folder / "parts"
    files.mkdir()
    write_library(files)
    keep_of_clip(files, "a")
    assert main(["convert", "parquet", str(files), "--out", str(parts)]) == 0
    return files, parts


def said(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    capsys.readouterr()
    assert main(list(map(str, args))) == 0
    return capsys.readouterr().out


def test_the_same_answers(
    both: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []
    for place in both:
        out = tmp_path / place.name
        found = json.loads(said(capsys, "search", place, "audio:Dog -visual:Dog", "--json"))
        like = json.loads(said(capsys, "search", place, "--like", "a@2", "--json"))
        table = said(capsys, "export", place, "--to", "csv")
        said(capsys, "export", place, "--to", "rttm", "--out", out)
        rttm = {path.name: path.read_text() for path in out.rglob("*.rttm")}
        queue = json.loads(said(capsys, "review", place, "--json"))
        answers.append((found, like["notes"], sorted(csv.reader(table.splitlines())), rttm, queue))
    assert answers[0] == answers[1]
    assert answers[0][0]["hits"]
    assert len(answers[0][3]) == 4


def test_the_page_shows_and_keeps_corrections(
    both: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, parts = both
    catalogue = Catalogue(parts)
    assert catalogue.page()["items"] == Catalogue(files).page()["items"]
    clip = clip_id("a.timeline.json")
    assert catalogue.timeline(clip).source == catalogue.name(clip) == "a.mp4"
    rows = "filename\ttrack\tonset\toffset\tevent_label\na.mp4\tvisual\t0\t8\tBaby_cry\n"
    (tmp_path / "said.tsv").write_text(rows)
    out = said(capsys, "review", parts, "--import", tmp_path / "said.tsv", "--json")
    assert json.loads(out)["clips"][0]["changed"]
    catalogue.refresh(now=True)
    assert catalogue.page("visual:Baby_cry")["matching"] == 1
    assert [e.origin for e in catalogue.timeline(clip).on("visual", "Baby_cry")] == ["added"]
    out = said(capsys, "compact", parts, "--keep-hours", 0)
    assert out == "4 clips in 1 part, before in 2; 2 old commits removed\n"
    back = tmp_path / "back"
    said(capsys, "convert", "json", parts, "--out", back)
    for name in ("b", "sub/c", "other"):
        path = f"{name}.timeline.json"
        assert (back / path).read_bytes() == (files / path).read_bytes()
    assert '"Baby_cry"' in (back / "a.timeline.json").read_text()
    assert (back / "a.features.npz").read_bytes() == (files / "a.features.npz").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("convert parquet {parts} --out {new}", "expected a folder of timeline files"),
        ("convert parquet {files} --out {files}", "expected a library of parts, or a new folder"),
        ("convert json {files} --out {new}", "expected a library of Parquet parts"),
        ("convert json {parts}", "expected a place to write to"),
        ("convert parquet", "expected"),
        ("compact {files}", "expected a library of Parquet parts"),
        ("compact {parts} --keep-hours -1", "--keep-hours: expected 0 or more"),
        ("decode {parts} --threshold 0.5", "expected a folder of timeline files"),
        ("teach {parts} --how calibrate --out {new}", "expected a folder of timeline files"),
        ("search memory://nowhere/at-all Dog", "expected a library, found no timelines"),
    ],
)
def test_what_does_not_go_is_one_line(
    both: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: str,
    told: str,
) -> None:
    files, parts = both
    args = [word.format(files=files, parts=parts, new=tmp_path / "new") for word in words.split()]
    capsys.readouterr()
    assert main(args) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1
