"""The scores beside the index: what a search sees of a clip, and the file that holds them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seehear.library import search, update
from seehear.library.index import index_path, scores_path
from seehear.library.levels import Fresh, count_of, levels_of, opened, written
from seehear.time import Event, Extent, Kept, TimeGrid, Timeline, Track
from small_library import put, scored, write_library


def test_what_a_person_decided_is_certain() -> None:
    line = scored({"Dog": "0.9 0.9 0.3 0.1 0.6"}, {"Dog": "0.1 0.1 0.1 0.1 0.8"})
    events = (
        Event(0, 2, Track.AUDIO, "Dog", 0.9),
        Event(2, 3, Track.AUDIO, "Dog", 0.3, "added"),
    )
    line = replace(line, events=events, removed=(Event(4, 5, Track.VISUAL, "Dog"),))
    audio, visual = levels_of(line)[:, 0] / Kept.LEVELS
    assert audio.tolist() == [0.9, 0.9, 1.0, 0.1, 0.6]
    assert visual.tolist() == [0.1, 0.1, 0.1, 0.1, 0.0]
    tracks = {"audio": line.tracks["audio"], "visual": Extent("parsed", ((0, 5),), ((0, 5),))}
    audio, visual = levels_of(replace(line, tracks=tracks))[:, 0]
    assert not visual.any()  # gone through completely, and nothing found
    assert audio.any()


def test_a_clip_without_scores_has_those_of_its_events() -> None:
    line = Timeline("a.mp4", 4, TimeGrid(4), ("Dog",), (Event(1, 3, Track.VISUAL, "Dog", 0.75),))
    audio, visual = levels_of(line)[:, 0]
    assert (audio.tolist(), visual.tolist()) == ([0, 0, 0, 0], [0, 150, 150, 0])


def test_classes_of_all_clips_come_back_row_by_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 200, (2, c, t), np.uint8) for c, t in ((2, 4), (3, 2)))
    fresh = Fresh(0)
    assert [fresh.add(("Dog", "Cat"), first), fresh.add(("Cat", "Car", "Bär"), second)] == [0, 4]
    path = written(tmp_path, None, fresh)
    more = Fresh(6)
    more.add(("Dog",), first[:, :1])
    path = written(tmp_path, path, more)
    assert count_of(path) == 10
    with opened(path) as levels:
        cat = np.concatenate([first[1, 1], second[1, 0], np.zeros(4)])
        assert levels.of("visual", "Cat").tolist() == cat.tolist()
        assert levels.of("audio", "Bär")[4:6].tolist() == second[0, 2].tolist()
        largest = np.concatenate([first[0].max(0), second[0].max(0), first[0, 0]])
        assert levels.of("audio", None).tolist() == largest.tolist()
        assert not levels.of("audio", "Zebra").any()


def test_damaged_scores_are_one_line_and_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_library(tmp_path)
    update(tmp_path)
    path = scores_path(index_path(tmp_path))
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert count_of(path) is None
    assert len(search(tmp_path, "audio:Dog")) == 2
    (said,) = caplog.messages
    assert said.endswith(".npz: it was damaged; it is made again")
    assert len(said.splitlines()) == 1
    renewed = scores_path(index_path(tmp_path))
    assert renewed is not None
    renewed.unlink()
    assert update(tmp_path).clips == 4
    assert len(search(tmp_path, "audio:Dog")) == 2
    renewed = scores_path(index_path(tmp_path))
    assert renewed is not None
    renewed.write_bytes(whole[:-30])
    put(tmp_path, "d", {"Dog": "#..."}, None)
    done = update(tmp_path)
    assert done.clips == 5
    assert [note.endswith("the scores were damaged; they are made again") for note in done.notes]
    assert len(search(tmp_path, "audio:Dog")) == 3
    left = [p.name for p in index_path(tmp_path).parent.iterdir()]
    assert sorted(name.split("-")[0] for name in left) == ["index.parquet", "scores"]


def test_a_folder_in_the_place_of_scores_stops_no_search(tmp_path: Path) -> None:
    write_library(tmp_path)
    update(tmp_path)
    path = scores_path(index_path(tmp_path))
    assert path is not None
    path.unlink()
    path.mkdir()
    assert update(tmp_path).clips == 4
    assert update(tmp_path).notes == ()
    assert len(search(tmp_path, "audio:Dog")) == 2
