"""Predictions on disk: three forms that mean the same, and one line for everything that cannot be
meant.
"""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from helpers import picture, row
from llp_like import write_llp
from seehear import export
from seehear.data import Dataset, open_dataset, read_predictions, read_scores
from seehear.errors import DataError
from seehear.foreign.texts import MOST_BYTES
from seehear.time import Extent, TimeGrid, Timeline

HEADER = "filename\ttrack\tonset\toffset\tevent_label\n"
CLIPS = ("1-VMTJRpjbE_150_160", "CCCCCCCCCC3_0_10", "JfZEqeLZqWk_30_40")  # the test split
ROWS = (
    f"{CLIPS[0]}\taudio\t0\t3\tDog\n{CLIPS[0]}\tvisual\t2\t10\tDog\n{CLIPS[0]}\taudio_visual\t2\t3\tDog\n"
    f"{CLIPS[1]}\t\t\t\t\n{CLIPS[2]}\taudio\t0\t10\tSpeech\n"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(write_llp(tmp_path_factory.mktemp("llp")))


def read(data: Dataset, path: Path, **options):
    return read_predictions(path, data.split("test"), data.vocabulary, data.grid, **options)


def table(folder: Path, rows: str = ROWS, header: str = HEADER) -> Path:
    (folder / "pred.tsv").write_text(header + rows)
    return folder / "pred.tsv"


def timeline(source: str, vocabulary=("Cat", "Dog", "Speech"), **on: str) -> Timeline:
    arrays = [np.zeros((10, len(vocabulary)), bool) for _ in range(2)]
    for key, drawn in on.items():
        track, label = key.split("_")
        arrays[track == "visual"][:, vocabulary.index(label)] = row(drawn)
    return Timeline.from_arrays(*arrays, grid=TimeGrid(10), vocabulary=vocabulary, source=source)


def timelines(folder: Path) -> Path:
    made = {
        CLIPS[0]: timeline(f"{CLIPS[0]}.mp4", audio_Dog="###.......", visual_Dog="..########"),
        "x": timeline("media/CCCCCCCCCC3.mkv"),  # by id
        CLIPS[2]: timeline("renamed.mp4", audio_Speech="##########"),
    }  # by its own file name
    for name, line in made.items():
        (folder / f"{name}.timeline.json").write_text(line.to_json())
    return folder


@pytest.mark.parametrize("form", ["timelines", "table"])
def test_segments_that_were_not_parsed_are_told(data: Dataset, tmp_path: Path, form: str) -> None:
    line = dataclasses.replace(
        timeline(f"{CLIPS[0]}.mp4", audio_Dog="###......."),
        tracks={"visual": Extent.of((0, 4.5), (6, 8.4))},
    )
    if form == "timelines":
        timelines(tmp_path)
        (tmp_path / f"{CLIPS[0]}.timeline.json").write_text(line.to_json())
        path = tmp_path
    else:
        rest = f"{CLIPS[1]}\t\t\t\t\n{CLIPS[2]}\taudio\t0\t10\tSpeech\n"
        path = table(tmp_path, rest, header=export.render(line, "tsv"))
    found = read(data, path)
    assert found.unparsed is not None
    assert not found.unparsed[0].any()
    assert not found.unparsed[1, 1:].any()
    # 4.5 to 6 and 8.4 to 10: more than half of a segment
    assert picture(found.unparsed[1, 0]) == ".....#..##"
    assert not found.visual[0].any()
    whole = tmp_path / "whole"
    whole.mkdir()
    assert read(data, timelines(whole)).unparsed is None


def arrays(folder: Path, **changed) -> Path:
    audio, visual = np.zeros((3, 10, 25), np.uint8), np.zeros((3, 10, 25), np.uint8)
    audio[0, :, 3], visual[0, :, 3], audio[1, :, 0] = row("###......."), row("..########"), 1
    content = {
        "names": np.array([CLIPS[0], CLIPS[2], CLIPS[1]]),
        "audio": audio,
        "visual": visual,
        **changed,
    }
    np.savez(
        folder / "pred.npz", **{key: value for key, value in content.items() if value is not None}
    )
    return folder / "pred.npz"


@pytest.mark.parametrize("form", [table, timelines, arrays])
def test_three_forms_mean_the_same(data: Dataset, tmp_path: Path, form) -> None:
    found = read(data, form(tmp_path))
    audio, visual = np.zeros((3, 10, 25), bool), np.zeros((3, 10, 25), bool)
    audio[0, :, 3], visual[0, :, 3], audio[2, :, 0] = row("###......."), row("..########"), True
    np.testing.assert_array_equal(found.audio, audio)
    np.testing.assert_array_equal(found.visual, visual)
    assert (found.missing, found.extra) == ((), 0)


def test_intervals_are_drawn_on_the_segments(data: Dataset, tmp_path: Path) -> None:
    rows = "".join(f"{clip}\t\t\t\t\n" for clip in CLIPS) + f"{CLIPS[0]}\taudio\t0.4\t2.6\tDog\n"
    drawn = read(data, table(tmp_path, rows)).audio[0, :, 3]
    assert np.flatnonzero(drawn).tolist() == [0, 1, 2]  # a segment is on if at least half of it is


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ROWS.replace("0\t3\tDog", "zero\t3\tDog"),
            "pred.tsv:2: onset: expected a number of seconds, got 'zero'",
        ),
        (
            ROWS.replace("0\t3\tDog", "0\tinf\tDog"),
            "pred.tsv:2: offset: expected a number of seconds, got 'inf'",
        ),
        (
            ROWS.replace("0\t3\tDog", "3\t3\tDog"),
            "pred.tsv:2: expected an offset after the onset, got 3 to 3",
        ),
        (
            ROWS.replace("\tSpeech", "\tSpech"),
            r"pred.tsv:6: unknown class 'Spech'; did you mean Speech\?",
        ),
        (
            ROWS.replace("\tvisual\t", "\tvideo\t"),
            "pred.tsv:3: track: expected audio, visual, audio_visual, got 'video'",
        ),
        (
            ROWS + "nobody_0_10\taudio\t0\t1\tDog\n",
            r"1 prediction for clips that are not in split test \(nobody_0_10\)",
        ),
        (
            ROWS + "-ab_c-d_EF0_101.8_111.8\taudio\t0\t1\tDog\n",
            "not in split test",
        ),  # a clip of another split
        (
            ROWS.split("\n")[0] + "\n",
            rf"predictions missing for 2 of 3 clips \({CLIPS[1]}, {CLIPS[2]}\)",
        ),
        (ROWS + "JfZEqeLZqWk\taudio\t0\t1\tDog\n", "two predictions for clip JfZEqeLZqWk_30_40"),
        (
            ROWS.replace(f"{CLIPS[0]}\tvisual\t2\t10\tDog\n", ""),
            "an audio_visual event of Dog without the audio and visual",
        ),
    ],
)
def test_bad_tables(data: Dataset, tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(data, table(tmp_path, rows))
    assert "\n" not in str(caught.value)


def test_a_missing_column(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match="column track is missing, found filename, onset, offset, event_label"
    ):
        read(data, table(tmp_path, header=HEADER.replace("track\t", "")))


def test_missing_and_extra_only_by_option(data: Dataset, tmp_path: Path) -> None:
    path = table(tmp_path, ROWS.split("\n")[0] + "\nnobody_0_10\taudio\t0\t1\tDog\n")
    found = read(data, path, missing="empty", extra="ignore")
    assert found.missing == CLIPS[1:]
    assert found.extra == 1
    assert found.audio.sum() == 3


def test_two_timelines_for_one_clip(data: Dataset, tmp_path: Path) -> None:
    folder = timelines(tmp_path)
    (folder / "again.timeline.json").write_text(timeline(f"{CLIPS[0]}.mp4").to_json())
    with pytest.raises(
        DataError, match=rf"two predictions for clip {CLIPS[0]}: {CLIPS[0]}.timeline.json and again"
    ):
        read(data, folder)


def test_timelines_that_do_not_fit(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected \*.timeline.json files, found none"):
        read(data, tmp_path)
    folder = timelines(tmp_path)
    (folder / "x.timeline.json").write_text("{")
    with pytest.raises(DataError, match=r"x\.timeline\.json: not JSON"):
        read(data, folder)
    (folder / "x.timeline.json").write_text(
        timeline("CCCCCCCCCC3.mp4", ("Cow",), audio_Cow="#.........").to_json()
    )
    with pytest.raises(DataError, match=r"x.timeline.json: unknown class 'Cow'; did you mean"):
        read(data, folder)


def test_classes_that_the_parser_knows_and_the_dataset_does_not_matter_only_if_found(
    data, tmp_path
) -> None:
    folder = timelines(tmp_path)
    line = timeline("CCCCCCCCCC3.mp4", ("Cow", "Dog"), audio_Dog="#.........")
    (folder / "x.timeline.json").write_text(line.to_json())
    assert read(data, folder).audio[1].sum() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"audio": np.zeros((3, 9, 25))},
            r"array audio: expected \(clips, segments, classes\) = \(3, 10, 25\), got \(3, 9, 25\)",
        ),
        ({"visual": np.zeros((2, 10, 25))}, r"array visual: .* got \(2, 10, 25\)"),
        ({"visual": np.zeros((3, 250))}, r"array visual: .* got \(3, 250\)"),
        ({"audio": np.full((3, 10, 25), 0.3)}, "array audio: expected 0 and 1 only"),
        ({"audio": np.full((3, 10, 25), np.nan)}, "expected finite numbers"),
        ({"visual": None}, "array visual is missing"),
        ({"names": None}, r"expected an array names \(clips,\) of text"),
        (
            {"names": np.array([CLIPS[0], CLIPS[0], CLIPS[1]])},
            f"two predictions for clip {CLIPS[0]}",
        ),
        (
            {"names": np.array([CLIPS[0], CLIPS[1], "who"])},
            "1 prediction for clips that are not in split test",
        ),
    ],
)
def test_wrong_arrays(data: Dataset, tmp_path: Path, changed, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(data, arrays(tmp_path, **changed))


def test_an_archive_that_is_none(data: Dataset, tmp_path: Path) -> None:
    (tmp_path / "pred.npz").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(DataError, match=r"pred.npz: cannot be read as arrays"):
        read(data, tmp_path / "pred.npz")
    np.savez(tmp_path / "pickled.npz", names=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="cannot be read as arrays"):  # loading never runs code
        read(data, tmp_path / "pickled.npz")


def test_no_file(data: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        read(data, tmp_path / "pred.tsv")


# --- probabilities


def scores(folder: Path, **changed) -> Path:
    rng = np.random.default_rng(0)
    content = {
        "names": np.array([CLIPS[2], CLIPS[0], CLIPS[1]]),
        "segment_prob": rng.random((3, 10, 2, 25)),
        "track_prob": rng.random((3, 2, 25)),
        "clip_prob": rng.random((3, 25)),
        **changed,
    }
    np.savez(
        folder / "scores.npz", **{key: value for key, value in content.items() if value is not None}
    )
    return folder / "scores.npz"


def test_probabilities_come_in_the_order_of_the_split(data: Dataset, tmp_path: Path) -> None:
    path = scores(tmp_path)
    found = read_scores(path, data.split("test"), data.vocabulary, data.grid)
    with np.load(path) as file:
        for array, key in zip(found, ("segment_prob", "track_prob", "clip_prob"), strict=True):
            np.testing.assert_array_equal(array, file[key][[1, 2, 0]])
    assert read_scores(arrays(tmp_path), data.split("test"), data.vocabulary, data.grid) is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"segment_prob": np.zeros((3, 10, 25, 2))},
            r"array segment_prob: .* = \(3, 10, 2, 25\), got \(3, 10, 25, 2\)",
        ),
        ({"clip_prob": None}, "array clip_prob is missing"),
        (
            {"names": np.array([CLIPS[0], CLIPS[1], "who"])},
            (
                rf"expected the 3 clips of split test, 1 are missing \({CLIPS[2]}\) and 1 are not"
                r" in it \(who\)"
            ),
        ),
    ],
)
def test_wrong_probabilities(data: Dataset, tmp_path: Path, changed, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_scores(scores(tmp_path, **changed), data.split("test"), data.vocabulary, data.grid)


def test_one_unreadable_timeline_does_not_hide_the_others(data: Dataset, tmp_path: Path) -> None:
    folder = timelines(tmp_path)
    (folder / "notes.timeline.json").write_bytes(b"\xff\xfe")
    (folder / "folder.timeline.json").mkdir()
    (folder / "gone.timeline.json").symlink_to("nothing")
    (folder / "self.timeline.json").symlink_to("self.timeline.json")
    found = read(data, folder)
    names = [Path(line.split(": ")[0]).name.split(".")[0] for line in found.unread]
    assert names == ["folder", "gone", "notes", "self"]
    os.mkfifo(folder / "pipe.timeline.json")  # reading it would wait for ever
    (folder / "vast.timeline.json").touch()
    os.truncate(folder / "vast.timeline.json", MOST_BYTES + 1)
    for name, told in (("pipe", "got a pipe"), ("vast", "got a file of 268,435,457 bytes")):
        assert any(name in line and told in line for line in read(data, folder).unread)
        (folder / f"{name}.timeline.json").unlink()
    assert found.missing == ()
    (folder / "x.timeline.json").write_text("{")
    with pytest.raises(DataError, match=r"missing for 1 of 3 .* and 5 files cannot be read") as no:
        read(data, folder)
    assert "folder.timeline.json: cannot be read: Is a directory" in str(no.value)
    found = read(data, folder, missing="empty")
    assert (found.missing, len(found.unread)) == ((CLIPS[1],), 5)
    assert found.audio[0].any()
    for path in folder.glob("*[!fgns]*.timeline.json"):
        if path.is_file():
            path.write_text("{")
    with pytest.raises(DataError, match="expected timelines, got none, and 7 files cannot be read"):
        read(data, folder)
