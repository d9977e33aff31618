"""Why a clip has no media file."""

from pathlib import Path, PurePath

import pytest

from seehear.data import open_dataset
from seehear.data.absent import Absent
from seehear.data.clip import Clip
from seehear.errors import DataError
from seehear.extraction.clips import collect

TOML = """media = "videos"
[vocabulary]
Dog = "a dog"
[splits.train]
clips = "train.csv"
"""


def world(root: Path, *names: str, files: tuple[str, ...] = ()) -> Path:
    (root / "dataset.toml").write_text(TOML)
    rows = "".join(f"{name}\tDog\n" for name in names)
    (root / "train.csv").write_text(f"filename\tevent_labels\n{rows}")
    for file in ("videos/.keep", *files):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


@pytest.mark.parametrize(
    ("name", "file", "reason"),
    [
        ("a", "videos/sub/a.mp4", "it lies in a subfolder, and only the folder is searched"),
        ("a_1_2", "videos/x/a.mp4", "it lies in a subfolder, and only the folder is searched"),
        ("a.mp4", "videos/a.mp4", "its id ends in a suffix, and ids are file names without"),
        (
            "sub/a.MP4",
            "videos/sub/a.mp4",
            "its id ends in a suffix, and ids are file names without",
        ),
        ("a", "videos/a.mka", ".mka is not among the suffixes of media"),
        ("A b", "videos/a_b.mp4", "only one of another spelling"),
    ],
)
def test_the_reason_and_the_file_that_may_be_meant(
    tmp_path: Path, name: str, file: str, reason: str
) -> None:
    root = world(tmp_path, name, files=(file,))
    dataset = open_dataset(root)
    clip = dataset.split("train").clips[0]
    assert dataset.media_path(clip) is None
    assert dataset.absent.kind(clip) == f"no media file of this clip: {reason}"
    plain = PurePath(file).stem
    meant = plain if reason.startswith("its id") else file.removeprefix("videos/")
    told = f"{name}: no media file of this clip: {reason}; did you mean {meant}?"
    assert dataset.absent.reason(clip) == told
    with pytest.raises(DataError, match="found a media file for none of the 1 clip") as error:
        collect([root])
    assert told in str(error.value)


def test_nothing_alike_and_no_folder(tmp_path: Path) -> None:
    clip = Clip.parse("a")
    assert Absent(tmp_path).reason(clip) == "a: no media file of this clip: no file has its name"
    assert Absent(None).kind(clip).endswith("the dataset has no media folder")


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("vidoes", "the media folder vidoes is not there; did you mean videos?"),
        ("elsewhere/far", "the media folder far is not there"),
    ],
)
def test_a_named_folder_that_is_not_there(tmp_path: Path, named: str, told: str) -> None:
    root = world(tmp_path, "a", files=("videos/a.mp4",))
    toml = root / "dataset.toml"
    toml.write_text(TOML.replace("videos", named))
    dataset = open_dataset(root)
    assert dataset.absent.kind(dataset.split("train").clips[0]).endswith(told)


def test_of_many_clips_each_goes_with_its_reason(tmp_path: Path) -> None:
    files = ("videos/a.mp4", "videos/sub/b.mp4")
    jobs = collect([world(tmp_path, "a", "b", "c.mp4", files=files)]).jobs
    assert [job.absent.rpartition(": ")[2] for job in jobs] == [
        "",
        "it lies in a subfolder, and only the folder is searched",
        "no file has its name",
    ]
