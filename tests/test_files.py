"""Files that are whole or not there: any name that a file may have, and refusals in one line."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fake_archive import FakeParser
from seehear.cli.main import main
from seehear.errors import ConfigError, SeehearError
from seehear.files import (
    is_special,
    make_folder,
    refused,
    resumed_aside,
    sweep,
    unwritable,
    write_text,
)


@pytest.mark.parametrize("name", ["x" * 255, "\u00e9" * 127])
def test_any_name_that_a_file_may_have_is_written(tmp_path, name):
    write_text(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_is_too_long_says_how_long(tmp_path):
    with pytest.raises(SeehearError, match=r"too long \(300 bytes\); choose a shorter name"):
        write_text(tmp_path / ("x" * 300), "text")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_says_how_much_was_wanted(tmp_path):
    error = OSError(errno.ENOSPC, "No space left on device")
    text = str(refused(error, tmp_path / "a", wanted=1234))
    assert "1,234 bytes wanted" in text
    assert " free)" in text


@pytest.mark.parametrize("name", ["file", "file/below", "x" * 300])
def test_what_cannot_be_a_folder_is_one_line(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"^out: .*expected a folder that can be written to"):
        make_folder(tmp_path / name)


@pytest.mark.parametrize("out", ["file", "x" * 300, "/proc/x"])
def test_parse_finds_out_before_it_parses(tmp_path, capsys, monkeypatch, out):
    monkeypatch.setattr("seehear.cli.parse._parser", FakeParser)
    monkeypatch.setattr("seehear.parser.parse_many", lambda *args, **_: pytest.fail("it began"))
    (tmp_path / "file").touch()
    (tmp_path / "clip.wav").touch()
    assert main(["parse", str(tmp_path / "clip.wav"), "--out", str(tmp_path / out)]) == 2
    assert capsys.readouterr().err.startswith("seehear: --out: ")


def test_parse_names_a_result_that_would_have_too_long_a_name(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("seehear.cli.parse._parser", FakeParser)
    monkeypatch.setattr("seehear.parser.parse_many", lambda *args, **_: pytest.fail("it began"))
    clip = tmp_path / f"{'x' * 245}.wav"
    clip.touch()
    assert main(["parse", str(clip), "--out", str(tmp_path / "out")]) == 2
    assert "259 bytes, at most 255 are possible; rename the file" in capsys.readouterr().err


def test_parse_finds_out_about_subfolders_too(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("seehear.cli.parse._parser", FakeParser)
    monkeypatch.setattr("seehear.parser.parse_many", lambda *args, **_: pytest.fail("it began"))
    deep = tmp_path / "clips" / "day" / "x" / "y"
    deep.mkdir(parents=True)
    (deep / "clip.wav").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "day").touch()
    assert main(["parse", str(tmp_path / "clips"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert f"a file stands in the place of the folder of its result ({tmp_path}/out/day" in told


def test_what_would_be_refused_is_known_before(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    far = tmp_path.joinpath(*["x" * 200] * 20)
    assert unwritable(tmp_path / "new" / "a.csv") is None
    assert unwritable(tmp_path / "file") is None
    for path, told in (
        (tmp_path / ("x" * 256) / "a", "the folder's name of its result would have 256 bytes"),
        (tmp_path / ("x" * 256), "the name of its result would have 256 bytes"),
        (far / "a", "at most 4095 are possible"),
        (tmp_path / "folder", "a folder stands in the place of its result"),
        (tmp_path / "file" / "a", "a file stands in the place"),
    ):
        assert told in unwritable(path)


def test_names_beside_a_file_are_short_and_the_same_each_time(tmp_path):
    path = tmp_path / ("\u00e9" * 127)
    assert resumed_aside(path) == resumed_aside(path) != resumed_aside(tmp_path / "a")
    resumed_aside(path).write_text("")
    assert len(resumed_aside(path).name) < 32


@pytest.mark.parametrize("out", ["file", "x" * 300, "/proc/x"])
def test_a_picture_that_cannot_be_written_is_one_line(tmp_path, out):
    figures = pytest.importorskip("seehear.report.figures")
    pytest.importorskip("matplotlib")
    (tmp_path / "file").touch()
    with pytest.raises(SeehearError, match="cannot write"):
        figures.save(figures.curves({"a": [(1, 2.0)]}, ylabel="loss"), tmp_path / out / "a.png")


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SeehearError, match="cannot write"):  # nobody reads it
        write_text(pipe, "text")
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    while True:
        try:
            write_text(pipe, "text")
            break
        except SeehearError:  # the reader has not opened it yet
            continue
    reader.join()
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_what_a_process_has_open_is_written_in_order(tmp_path):
    code = (
        "import pathlib; from seehear.files import write_text; print('before', flush=True);"
        " write_text(pathlib.Path('/dev/stdout'), 'text\\n'); print('after')"
    )
    with (tmp_path / "out").open("wb") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
    assert (tmp_path / "out").read_text() == "before\ntext\nafter\n"


def test_a_link_leads_no_writing_out_of_its_folder(tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "folder" / "a.json"
    os.mkfifo(pipe)
    link.parent.mkdir()
    link.symlink_to(pipe)
    write_text(link, "text")
    assert not link.is_symlink()
    assert link.read_text() == "text"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/proc/self/fd/1", "/dev/fd/2"])
def test_a_device_is_written_into(path):  # not tried: a fault would take it from this machine
    assert is_special(Path(path))


def test_what_killed_writers_left_is_taken_away_and_nothing_else(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = (f".{dead.pid}-0123abcd.part", f".{os.getpid()}-0123abcd.part")
    kept = (f".{os.getppid()}-0123abcd.part", ".notes.part", f"{dead.pid}-0123abcd.part")
    for name in (*left, *kept):
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(kept)
    sweep(tmp_path / "gone")
