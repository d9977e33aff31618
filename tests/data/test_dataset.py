"""An open dataset: its fingerprint, its grid and where the media of its clips lie."""

from pathlib import Path

import numpy as np

from llp_like import FILES, write_llp
from own_dataset import TRUTH, write
from seehear.data import open_dataset
from seehear.data.dataset import without_labels


def test_labels_change_the_fingerprint_and_the_place_does_not(tmp_path: Path) -> None:
    for name in ("here", "there", "changed"):
        (tmp_path / name).mkdir()
    here, there = open_dataset(write(tmp_path / "here")), open_dataset(write(tmp_path / "there"))
    changed = open_dataset(write(tmp_path / "changed", audio_csv=TRUTH + "c\t0.5\t1.5\tCat\n"))
    assert here.fingerprint() == there.fingerprint() != changed.fingerprint()
    assert here.annotation == there.annotation != changed.annotation


def test_rows_are_joined_by_name_never_by_order(tmp_path: Path) -> None:
    def turned(text: str) -> str:
        header, *rows = text.splitlines()
        return "\n".join([header, *reversed(rows)]) + "\n"

    one = open_dataset(write_llp(tmp_path / "a"))
    other = open_dataset(
        write_llp(
            tmp_path / "b",
            audio=turned(FILES["AVVP_eval_audio.csv"]),
            test=turned(FILES["AVVP_test_pd.csv"]),
        )
    )
    for split in ("val", "test"):
        for name in one.splits[split].names:
            i, j = one.splits[split].names.index(name), other.splits[split].names.index(name)
            np.testing.assert_array_equal(
                one.splits[split].truth().audio[i], other.splits[split].truth().audio[j]
            )
    assert one.fingerprint() != other.fingerprint()


def test_media_are_found_by_id_or_full_name(tmp_path: Path) -> None:
    root = write_llp(tmp_path)
    (root / "videos").mkdir()
    for name in ("-ab_c-d_EF0.mkv", "AAAAAAAAAA1_0_10.mp4", "AAAAAAAAAA1.mp4", "notes.txt"):
        (root / "videos" / name).touch()
    dataset = open_dataset(root)
    paths = [dataset.media_path(clip) for clip in dataset.splits["train"].clips]
    assert [path and path.name for path in paths] == ["-ab_c-d_EF0.mkv", "AAAAAAAAAA1_0_10.mp4"]
    assert dataset.media_path(dataset.splits["val"].clips[0]) is None


def test_clips_without_labels_are_told_with_what_they_count_as(tmp_path: Path) -> None:
    rows = "filename\tevent_labels\na\tDog\nb\t\n"
    assert without_labels(open_dataset(write(tmp_path, train_csv=rows)).split("train")) == (
        "1 of 2 clips of train has no label (b): it counts as a clip without any of the classes;"
        " if you do not know what is in it, delete its row"
    )
    split = open_dataset(write(tmp_path, train_csv=rows + "c\t \n")).split("train")
    assert without_labels(split) == (
        "2 of 3 clips of train have no label (b, c): they count as clips without any of the"
        " classes; if you do not know what is in them, delete their rows"
    )
    assert without_labels(open_dataset(write(tmp_path)).split("test")) is None
