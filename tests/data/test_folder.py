"""Our own dataset folders: what is read, and the one line that every damage gets."""

from pathlib import Path

import numpy as np
import pytest

from helpers import picture
from seehear.data import LLP_VOCABULARY, Vocabulary, find_anomalies, open_dataset
from seehear.data.clip import Clip, with_unique_ids
from seehear.errors import DataError

TOML = """name = "mine"
[grid]
count = 4
step_s = 0.5
[vocabulary]
Dog = "a barking dog"
Cat = "a cat"
[splits.train]
clips = "train.csv"
[splits.test]
clips = "test.csv"
audio = "audio.csv"
visual = "visual.csv"
"""
TRUTH = "filename\tonset\toffset\tevent_labels\n"


def write(root: Path, **files: str) -> Path:
    texts = {
        "dataset.toml": TOML,
        "train.csv": "filename\tevent_labels\na\tDog\n-b_0_2\tDog,Cat\n",
        "test.csv": "filename\tevent_labels\nc\tCat\n",
        "audio.csv": TRUTH + "c\t0.5\t1.0\tCat\n",
        "visual.csv": TRUTH,
    }
    for name, text in (
        texts | {key.replace("_", "."): value for key, value in files.items()}
    ).items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_a_folder(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path))
    assert (dataset.name, list(dataset.splits)) == ("mine", ["train", "test"])
    assert dataset.vocabulary.descriptions == ("a barking dog", "a cat")
    assert (dataset.grid.count, dataset.grid.step_s) == (4, 0.5)
    assert [clip.id for clip in dataset.splits["train"].clips] == ["a", "-b"]
    np.testing.assert_array_equal(dataset.splits["train"].weak, [[1, 0], [1, 1]])
    truth = dataset.split("test").truth()
    assert picture(truth.audio[0, :, 1]) == ".#.."
    assert not truth.visual.any()
    assert not dataset.splits["train"].has_truth
    assert open_dataset(tmp_path / "dataset.toml").fingerprint() == dataset.fingerprint()


def test_labels_change_the_fingerprint_and_the_place_does_not(tmp_path: Path) -> None:
    for name in ("here", "there", "changed"):
        (tmp_path / name).mkdir()
    here, there = open_dataset(write(tmp_path / "here")), open_dataset(write(tmp_path / "there"))
    changed = open_dataset(write(tmp_path / "changed", audio_csv=TRUTH + "c\t0.5\t1.5\tCat\n"))
    assert here.fingerprint() == there.fingerprint() != changed.fingerprint()
    assert here.annotation == there.annotation != changed.annotation


def test_without_a_grid_it_spans_what_the_names_tell(tmp_path: Path) -> None:
    toml = TOML.replace("[grid]\ncount = 4\nstep_s = 0.5\n", "")
    assert open_dataset(write(tmp_path, dataset_toml=toml)).grid.count == 2  # -b_0_2
    rows = "filename\tevent_labels\na\tDog\n"
    assert (
        open_dataset(write(tmp_path, dataset_toml=toml, train_csv=rows)).grid.count == 10
    )  # none tells


def test_restaged(shared: Path) -> None:
    dataset = open_dataset(shared / "restaged")
    assert all(split.has_truth for split in dataset.splits.values())
    assert dataset.grid.count == 10
    split = dataset.splits["test"]
    assert all(dataset.media_path(clip) is not None for clip in split.clips)
    truth = split.truth()
    heard_or_seen = (truth.audio | truth.visual).any(axis=1)
    assert not (heard_or_seen & (split.weak == 0)).any()  # the weak label names all that is there
    odd = [(issue.kind, issue.file) for issue in find_anomalies(dataset)]
    assert odd == [("weak_only", "train.csv"), ("weak_only", "test.csv")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"dataset_toml": "name = "}, "dataset.toml: not TOML"),
        (
            {"dataset_toml": "media = '.'\n[splits.a]\nclips='train.csv'\n"},
            "key 'vocabulary' is missing",
        ),
        (
            {"dataset_toml": TOML + "visuall = 'x'\n"},
            r"\[splits.test\]: unknown key 'visuall'; did you mean visual\?",
        ),
        (
            {"dataset_toml": TOML.replace('"audio.csv"', '"no.csv"')},
            r"\[splits.test\] audio: there is no file .*no.csv",
        ),
        (
            {"dataset_toml": TOML.replace("count = 4", "count = 0")},
            "grid.count: expected a whole number",
        ),
        (
            {"dataset_toml": TOML.replace("0.5\n", "-1.0\n")},
            "grid.step_s: expected a positive number",
        ),
        (
            {"dataset_toml": TOML.replace("Cat =", '"Cat,Dog" =')},
            "cannot stand in a comma-separated list",
        ),
        (
            {
                "dataset_toml": TOML.replace(
                    '[vocabulary]\nDog = "a barking dog"\nCat = "a cat"', "[vocabulary]"
                )
            },
            r"\[vocabulary\] is empty",
        ),
        (
            {"train_csv": "filename,event_labels\na,Dog\n"},
            "column filename, event_labels is missing.*separated by tabs",
        ),
        (
            {"train_csv": "filename\tlabels\na\tDog\n"},
            "train.csv: column event_labels is missing, found filename, labels",
        ),
        ({"train_csv": ""}, "an empty file"),
        ({"train_csv": "filename\tevent_labels\n"}, "expected at least one clip"),
        (
            {"train_csv": "filename\tevent_labels\na\tDgo\nb\tCta\n"},
            r"train.csv:2: unknown class 'Dgo' \(and 1 more such row\); did you mean Dog\?",
        ),
        (
            {"train_csv": "filename\tevent_labels\na\tDog\na\tCat\n"},
            "train.csv:3: clip a stands twice",
        ),
        (
            {"train_csv": "filename\tevent_labels\na\n"},
            "train.csv:2: expected 2 fields separated by tabs, got 1",
        ),
        ({"train_csv": "filename\tevent_labels\n\tDog\n"}, "train.csv:2: filename is empty"),
    ],
)
def test_damaged_folders(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        open_dataset(write(tmp_path, **files))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("filename\tonset\tevent_labels\nc\t0\tCat\n", "audio.csv: column offset is missing"),
        (
            TRUTH + "c\tsoon\t1\tCat\n",
            "audio.csv:2: onset: expected a number of seconds, got 'soon'",
        ),
        (
            TRUTH + "c\t0\tnan\tCat\n",
            "audio.csv:2: offset: expected a number of seconds, got 'nan'",
        ),
        (TRUTH + "c\t0\t1\tdog\n", r"audio.csv:2: unknown class 'dog'; did you mean Dog\?"),
        (TRUTH + "c\t0\t1\tEngine\n", "unknown class 'Engine'; the 2 classes are Dog, Cat"),
    ],
)
def test_damaged_truth(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_dataset(write(tmp_path, audio_csv=rows)).split("test").truth()


def test_tables_that_are_no_text(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "train.csv").write_bytes(b"filename\tevent_labels\n\xff\tDog\n")
    with pytest.raises(DataError, match="expected UTF-8 text"):
        open_dataset(tmp_path)


def test_no_dataset_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected dataset\.toml, or LLP's tables"):
        open_dataset(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        open_dataset(tmp_path / "none")
    with pytest.raises(DataError, match="expected a split among train, test, got 'tset'"):
        open_dataset(write(tmp_path)).split("tset")


def test_the_legacy_reading_is_llps_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'legacy' exists for LLP's official tables only"):
        open_dataset(write(tmp_path)).split("test").truth("legacy")


# --- clips and vocabulary


@pytest.mark.parametrize(
    ("name", "clip_id", "span"),
    [
        ("-ab_c_0_d-e_101.8_111.8", "-ab_c_0_d-e", (101.8, 111.8)),
        ("__________1_30_40", "__________1", (30, 40)),
        ("holiday", "holiday", None),
        ("holiday_2024", "holiday_2024", None),
        ("a_10_10", "a_10_10", None),
        ("a_20_10", "a_20_10", None),
        ("a_-5_5", "a_-5_5", None),
        ("_1_2", "_1_2", None),
    ],
)
def test_ids(name: str, clip_id: str, span: tuple[float, float] | None) -> None:
    clip = Clip.parse(name)
    assert clip.id == clip_id
    assert (clip.start_s, clip.end_s) == (span or (None, None))


def test_ids_stay_unique() -> None:
    clips = with_unique_ids(Clip.parse(name) for name in ("take_1_2", "take_3_4", "other_1_2"))
    assert [clip.id for clip in clips] == ["take_1_2", "take_3_4", "other"]


def test_vocabularies(tmp_path: Path) -> None:
    assert Vocabulary.parse(" Dog, Violin_fiddle ,Door bell=a door bell ringing").descriptions == (
        "Dog",
        "playing the Violin",
        "a door bell ringing",
    )
    path = tmp_path / "classes.txt"
    path.write_text("\ufeff# mine\nDog\n\nCat = a cat\n", encoding="utf-8")
    assert Vocabulary.parse(path).names == ("Dog", "Cat")
    assert len(LLP_VOCABULARY) == 25
    assert (
        LLP_VOCABULARY.digest() != Vocabulary.parse(",".join(LLP_VOCABULARY.names[::-1])).digest()
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected at least one class"),
        ("Dog,,Cat", "expected a class name"),
        ("Dog,Dog", "Dog stands twice"),
    ],
)
def test_bad_vocabularies(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Vocabulary.parse(text)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("speech", "did you mean Speech"),
        ("Violin", "did you mean Violin_fiddle"),
        ("Guitar", "did you mean Acoustic"),
        ("zzz", "the 25 classes are Speech, Car"),
    ],
)
def test_the_closest_class_is_named(written: str, hint: str) -> None:
    with pytest.raises(DataError, match=hint):
        LLP_VOCABULARY.index(written)
