"""Files into parts and back: the same bytes, the newer counts, and a person's word stays."""

import os
from pathlib import Path

import pytest

from parts_library import contents, incoming, keep_of_clip
from seehear.errors import DataError
from seehear.features.kept import opened_kept
from seehear.library.kept_files import KeptFiles
from seehear.library.parts import Incoming, made
from seehear.library.parts.converting import inside, to_files, to_parts
from seehear.time import Event, Timeline, Track
from small_library import put, save, write_library


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    write_library(folder)
    keep_of_clip(folder, "a")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".seehear" not in str(path))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_there_and_back_without_loss_and_again_without_work(files: Path, tmp_path: Path) -> None:
    library = made(tmp_path / "parts")
    done = to_parts(files, library)
    assert (done.clips, done.written, done.newer, done.failed) == (4, 4, 0, [])
    assert to_parts(files, library).written == 0
    back = tmp_path / "back"
    assert to_files(library, back).written == 4
    assert everything(back) == everything(files)
    assert to_files(library, back).written == 0
    assert to_parts(back, library).written == 0
    path = KeptFiles(tmp_path / "parts").path("a.timeline.json")
    with opened_kept(path) as clip:
        assert len(list(clip.pieces(["ear/feature"]))) == 1
    assert not KeptFiles(tmp_path / "parts").path("b.timeline.json").is_file()


def test_the_newer_counts(files: Path, tmp_path: Path) -> None:
    library = made(tmp_path / "parts")
    to_parts(files, library)
    there = contents(library)["b.timeline.json"]
    put(files, "b", {"Dog": "#......."}, None)
    os.utime(files / "b.timeline.json", (1, 1))
    done = to_parts(files, library)
    assert (done.written, done.newer) == (0, 1)
    assert contents(library)["b.timeline.json"] == there
    put(files, "b", {"Dog": "#......."}, None)
    assert to_parts(files, library).written == 1
    assert contents(library)["b.timeline.json"] != there
    os.utime(files / "b.timeline.json")
    assert to_files(library, files).newer == 1


def test_a_persons_word_stays_when_the_clip_was_parsed_again(files: Path, tmp_path: Path) -> None:
    library = made(tmp_path / "parts")
    to_parts(files, library)
    line = Timeline.from_json(files / "a.timeline.json")
    said = Event(1.0, 2.0, Track.VISUAL, "Car", 1.0, "added")
    copy = tmp_path / "copy"
    save(copy, "a", Timeline(**{**vars(line), "events": (*line.events, said)}))
    library.add(incoming(copy))
    put(files, "a", {"Dog": "#......."}, {"Car": "........"})
    assert to_parts(files, library).written == 1
    after = Timeline.from_json(contents(library)["a.timeline.json"])
    assert [(e.label, e.origin) for e in after.on("visual")] == [("Car", "added")]
    assert [(e.start_s, e.end_s) for e in after.on("audio", "Dog")] == [(0.0, 1.0)]


def test_no_clip_leads_out_of_the_folder(files: Path, tmp_path: Path) -> None:
    library = made(tmp_path / "parts")
    clip = incoming(files, "a")[0]
    for path in ("../out.timeline.json", "/out.timeline.json", "plain.txt"):
        with pytest.raises(DataError, match="no file can have"):
            inside(tmp_path, path)
    library.add([Incoming("../out.timeline.json", clip.stamp, clip.content)])
    done = to_files(library, tmp_path / "back")
    assert (done.written, len(done.failed)) == (0, 1)
    assert not (tmp_path / "out.timeline.json").exists()
