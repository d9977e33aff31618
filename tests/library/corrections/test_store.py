"""Saving: over the version that was read, in one piece, or not at all."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from seehear import files
from seehear.errors import SeehearError
from seehear.library.corrections.store import changed, loaded, saved, version_of
from seehear.library.written import read_written
from seehear.time import Event, TimeGrid, Timeline

LINE = Timeline("a.mp4", 4.0, TimeGrid(4), ("Dog",), (Event(0, 2, "audio", "Dog", 0.9),))
MORE = replace(LINE, events=(*LINE.events, Event(3, 4, "audio", "Dog", None, "added")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.timeline.json"
    file.write_text(LINE.to_json())
    return file


def test_a_save_over_another_version_is_refused_and_nothing_lost(path: Path) -> None:
    line, version = loaded(path)
    assert line == LINE
    now = saved(path, MORE, version=version)
    assert version_of(path) == now != version
    assert not read_written(path, "a").touched
    with pytest.raises(SeehearError, match="changed since it was opened; open it again"):
        saved(path, LINE, version=version)
    assert version_of(path) == now
    with pytest.raises(SeehearError, match="cannot be read"):
        loaded(path.with_name("gone"))


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch) -> None:
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(SeehearError, match="No space left"):
        changed(path, lambda line: MORE)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_writer_that_is_killed_leaves_a_whole_file(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from seehear.library.corrections.store import changed\n"
        "from seehear.time.review import Review\n"
        "from dataclasses import replace\n"
        "print('on', flush=True)\n"
        "while True:\n"
        "    changed(Path(sys.argv[1]), lambda line: replace(line, review=Review()))\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    with run:
        run.stdout.readline()
        time.sleep(0.05)
        os.kill(run.pid, signal.SIGKILL)
    assert loaded(path)[0].events == LINE.events
    changed(path, lambda line: MORE)
    assert len(loaded(path)[0]) == 2, "the lock of one that was killed holds nobody up"
