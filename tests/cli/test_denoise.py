"""`seehear denoise` through its entry point, with a text tower made for the test."""

import json

import numpy as np
import pytest

from seehear.cli.denoise import _mostly_lost
from seehear.cli.main import main
from seehear.errors import FeatureError
from seehear.features.packed import PackedStore
from seehear.labels.lsld import build
from seehear.labels.store import load
from small_world import write_world


class Tower:
    id, dim = "made-up", 8

    def encode(self, texts):
        return np.stack([np.random.default_rng(len(t)).standard_normal(8) for t in texts]).astype(
            np.float32
        )


@pytest.fixture
def words(monkeypatch):
    monkeypatch.setattr(build, "text_tower", lambda encoder, load: Tower())


@pytest.fixture
def command(tmp_path, words):
    dataset, store = write_world(tmp_path)
    return [
        "denoise",
        str(dataset.root),
        "--features",
        str(store.path),
        "--out",
        str(tmp_path / "labels"),
    ]


def test_labels_report_and_training_with_them(command, tmp_path, capsys):
    assert main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    first, second = err.splitlines()
    folder = command[command.index("--features") + 1]
    assert first == (
        f"{folder} has no features of clip-vit-b16 (visual), the published choice: those of conse"
        " are taken instead; you need not do anything"
    )
    assert second.startswith("alpha and beta, which say how far labels are lowered and raised, are")
    assert set(result["changes"]) == {"visual"}
    assert result["changes"]["visual"]["clips"] == sum(
        result["changes"]["visual"]["per_class"]["clips"]
    )
    assert result["quality"] is None  # no truth of train here
    labels = load(tmp_path / "labels")
    assert labels.audio is None
    assert labels.visual.shape == (24, 4, 4)
    assert main([*command]) == 0
    assert "What changed: visual labels" in capsys.readouterr().out
    train = [
        "train",
        *command[1:4],
        "--labels",
        str(tmp_path / "labels"),
        "--recipe",
        "lsld",
        "--out",
        str(tmp_path / "run"),
        "--set",
        "network.width=16",
        "--set",
        "network.hidden=16",
        "--set",
        "training.epochs=1",
    ]
    assert main(train) == 0


def test_every_step_is_switchable(command, tmp_path, capsys):
    plain = ["--strategy", "none", "--nothing", "none", "--descriptions", "original", "--json"]
    assert main([*command, *plain]) == 0
    assert "alpha" not in capsys.readouterr().err  # nothing is scaled
    assert main([*command, *plain]) == 0
    assert set(np.unique(load(tmp_path / "labels").visual)) <= {0, 1}
    assert json.loads(capsys.readouterr().out)["provenance"]["options"]["nothing"] == "none"
    assert (
        main([*command, "--alpha", "2", "--beta", "0.2", "--similarity", "softmax", "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["changes"]["visual"]["alpha"] == 2
    assert main([*command, "--tracks", "none"]) == 0
    assert load(tmp_path / "labels").visual is None


def test_truth_gives_label_quality(tmp_path, words, capsys):
    dataset, store = write_world(tmp_path, truth=("train", "val", "test"))
    assert (
        main(
            [
                "denoise",
                str(dataset.root),
                "--features",
                str(store.path),
                "--out",
                str(tmp_path / "labels"),
                "--json",
            ]
        )
        == 0
    )
    quality = json.loads(capsys.readouterr().out)["quality"]
    assert list(quality) == ["weak", "denoised", "re-weighted"]
    assert len(quality["weak"]["per_class"]["visual"]) == 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--alpha", "-1"], "--alpha: expected a number of at least 0"),
        (["--trim", "0.7"], "--trim: expected a share in [0, 0.5)"),
        (
            ["--visual", "clip-vit-b16"],
            "expected a space of clip-vit-b16 that is shared with language",
        ),
        (["--nothing", "nought"], "--nothing: expected other"),
        (["--descriptions", "nowhere.txt"], "--descriptions: expected"),
        (["--split", "trian"], "expected a split among train, val, test"),
    ],
)
def test_wrong_requests_are_one_line_and_2(command, capsys, more, message):
    assert main([*command, *more]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_features_that_cannot_be_read_are_left_out_by_name(tmp_path, words, capsys, monkeypatch):
    dataset, store = write_world(tmp_path / "a")
    rows = PackedStore.rows

    def refused(self, stream, name):
        if name == "train03":
            raise FeatureError("cannot be read (Input/output error)", where="train03.npy")
        return rows(self, stream, name)

    monkeypatch.setattr(PackedStore, "rows", refused)
    given = [str(dataset.root), "--features", str(store.path), "--out", str(tmp_path / "labels")]
    assert main(["denoise", *given, "--skip-missing", "--json"]) == 1
    out, err = capsys.readouterr()
    assert len(load(tmp_path / "labels").names) == 23
    (line,) = json.loads(out)["failed"]
    assert line == "train03.npy: cannot be read (Input/output error)"
    assert f"seehear: {line}\n" in err


def test_missing_clips_and_bad_numbers(tmp_path, words, capsys):
    dataset, store = write_world(tmp_path / "a", drop=("train03",), truth=("train", "val", "test"))
    command = [
        "denoise",
        str(dataset.root),
        "--features",
        str(store.path),
        "--out",
        str(tmp_path / "labels"),
    ]
    assert main(command) == 2
    err = capsys.readouterr().err
    assert "1 of 24 clips without conse/space, first train03" in err
    assert err.endswith(
        "; delete the rows of such clips from their table, or mend the videos and extract them"
        " again, or leave them out with --skip-missing\n"
    )
    assert main([*command, "--skip-missing"]) == 0
    assert len(load(tmp_path / "labels").names) == 23
    assert "Label quality against the truth" in capsys.readouterr().out, (
        "that of the clips that were kept"
    )
    dataset, store = write_world(tmp_path / "b", bad=("conse/space", "train02", np.inf))
    assert (
        main(
            [
                "denoise",
                str(dataset.root),
                "--features",
                str(store.path),
                "--out",
                str(tmp_path / "l2"),
            ]
        )
        == 2
    )
    assert "clip train02: conse/space holds NaN or infinite values" in capsys.readouterr().err


def test_labels_are_never_written_among_other_things(command, tmp_path, capsys):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "visual.npy").write_bytes(b"of a run that was killed")
    assert main(command) == 0
    (tmp_path / "labels" / "best.safetensors").touch()
    before = (tmp_path / "labels" / "visual.npy").read_bytes()
    assert main([*command, "--strategy", "none"]) == 2
    assert "or one of labels, this one holds best.safetensors" in capsys.readouterr().err
    assert (tmp_path / "labels" / "visual.npy").read_bytes() == before


def test_truth_that_names_other_clips_is_told(tmp_path, words, capsys):
    dataset, store = write_world(tmp_path, truth=("train",))
    command = ["denoise", str(dataset.root), "--features", str(store.path)]
    command += ["--out", str(tmp_path / "labels"), "--json"]
    table = dataset.root / "train_audio.csv"
    whole = table.read_text()
    table.write_text(whole + "TRAIN00.wav\t0\t1\tDog\n")
    assert main(command) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert "'TRAIN00.wav': did you mean 'train00'?" in warning
    table.write_text(whole.replace("train", "Train"))
    assert main(command) == 2
    assert "name no clip of any split" in capsys.readouterr().err


def test_training_clips_without_labels_are_told_once(tmp_path, words, capsys):
    dataset, store = write_world(tmp_path)
    table = dataset.root / "train.csv"
    first, second, *rows = table.read_text().splitlines()
    table.write_text("\n".join([first, second.partition("\t")[0] + "\t", *rows]) + "\n")
    command = [str(dataset.root), "--features", str(store.path), "--out", str(tmp_path / "labels")]
    told = "1 of 24 clips of train has no label (train00): it counts as a clip without any of the"
    assert main(["denoise", *command]) == 0
    assert capsys.readouterr().err.count(told) == 1
    command[-1] = str(tmp_path / "run")
    main(["train", *command, "--recipe", "han", "--set", "features=paper"])  # refused after it
    assert capsys.readouterr().err.count(told) == 1


def test_features_of_other_clips_are_asked_about(tmp_path, words, capsys):
    clips = [f"train{i:02d}" for i in range(24)]
    dataset, store = write_world(tmp_path, drop=clips)
    command = ["denoise", str(dataset.root), "--features", str(store.path)]
    command += ["--out", str(tmp_path / "labels")]
    for more, told in (
        ([], "24 of 24 clips without conse/space"),
        (["--skip-missing"], "none of the 24 clips of split train has features"),
    ):
        assert main([*command, *more]) == 2
        err = capsys.readouterr().err
        assert told in err
        assert err.endswith(
            "are these the features of this dataset? They are of train00, train01 ... (40 in all)\n"
        )


def test_a_class_that_most_of_its_clips_lost_is_named_under_the_table():
    per_class = {"clips": [14, 4, 0], "clips_removed": [12, 2, 0]}
    assert _mostly_lost("visual", per_class, ("Speech", "Dog", "Cat")) == (
        "In most of its clips no visual label is left of Speech (12 of 14): look at some of these"
        " clips; where it is seen, describe it in other words"
    )
    assert _mostly_lost("audio", {"clips": [4], "clips_removed": [2]}, ("Dog",)) is None
