"""LSLD's own labels are read as published, trained on, and compared with ours; nothing runs."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from llp_like import write_llp
from released_files import saved, write_released
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.errors import DataError
from seehear.labels.lsld import build
from seehear.labels.released import Released, is_hard, labels_of, released_labels
from seehear.train import load_labels
from small_world import write_world

SPEECH, CAR, DOG = 0, 1, 3


def labels(soft=False):
    """Return labels of both training clips of the small LLP by track."""
    audio = {id_: np.zeros((10, 25), np.float32) for id_ in ("-ab_c-d_EF0", "AAAAAAAAAA1", "gone")}
    audio["-ab_c-d_EF0"][:, SPEECH] = 1
    audio["-ab_c-d_EF0"][:4, DOG] = 1
    audio["AAAAAAAAAA1"][5:, CAR] = 1
    visual = {id_: array.copy() for id_, array in audio.items()}
    if soft:
        visual["AAAAAAAAAA1"][:, CAR] = np.linspace(0, 1, 10)
    return audio, visual


@pytest.fixture
def llp(tmp_path):
    return open_dataset(write_llp(tmp_path / "llp"))


@pytest.mark.parametrize("card", [True, False], ids=["cuda, numpy 1", "as saved today"])
def test_files_of_the_published_layout_give_their_very_numbers(llp, tmp_path, card):
    audio, visual = labels(soft=True)
    path = write_released(tmp_path / "final_label.npz", audio, visual, card=card)
    found = released_labels(llp, path)
    assert found.names == ("-ab_c-d_EF0_101.8_111.8", "AAAAAAAAAA1_0_10")
    for track, expected in (("audio", audio), ("visual", visual)):
        assert np.array_equal(found.get(track)[1], expected["AAAAAAAAAA1"])
        assert np.array_equal(found.get(track)[0], expected["-ab_c-d_EF0"])
    assert found.weak[:, [SPEECH, DOG, CAR]].tolist() == [[True, True, False], [False, False, True]]
    assert set(found.hard) == {"audio"}
    assert is_hard(found.audio)
    assert found.provenance["as_published"] is False
    assert found.provenance["clips_without"] == 0
    assert load_labels(path, llp).names == found.names


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as zipped:
        for name, data in members.items():
            zipped.writestr(f"{name}.npy", data)
    return path


def test_nothing_that_a_file_asks_for_is_run(llp, tmp_path):
    bad = saved({"AAAAAAAAAA1": Evil(tmp_path / "owned")})
    path = archive(tmp_path / "final_label.npz", label_a=bad, label_v=bad)
    with pytest.raises(DataError, match=r"refused: it asks for \w+\.mkdir; only arrays"):
        released_labels(llp, path)
    assert not (tmp_path / "owned").exists()


def test_other_files_are_refused_in_one_line(llp, tmp_path):
    path = tmp_path / "final_label.npz"
    whole = saved({"AAAAAAAAAA1": np.zeros((10, 25), np.float32)})
    for members in (
        {"label_a": whole},
        {"label_a": whole, "label_v": whole[:-40]},
        {"label_a": whole, "label_v": b"\x93NUMPY" + bytes(100)},
        {"label_a": whole, "label_v": saved([1, 2])},
        {"label_a": whole, "label_v": saved({"AAAAAAAAAA1": "text"})},
        {"label_a": whole, "label_v": saved({"AAAAAAAAAA1": np.zeros((10, 24), np.float32)})},
        {"label_a": whole, "label_v": saved({"AAAAAAAAAA1": np.full((10, 25), 2.0, np.float32)})},
        {"label_a": whole, "label_v": saved({"AAAAAAAAAA1": np.full((10, 25), np.nan)})},
        {"label_a": whole, "label_v": saved({"other": np.zeros((10, 25), np.float32)})},
    ):
        with pytest.raises(DataError, match=r"final_label\.npz: ") as caught:
            released_labels(llp, archive(path, **members))
        assert "\n" not in str(caught.value)
    path.write_bytes(b"no archive")
    with pytest.raises(DataError, match="not readable as LSLD's labels"):
        released_labels(llp, path)
    with pytest.raises(DataError, match=r"no such file; fetch it again: seehear fetch llp"):
        released_labels(llp, tmp_path / "gone.npz")
    world, _ = write_world(tmp_path / "world")
    with pytest.raises(DataError, match="of LLP's classes"):
        released_labels(world, path)
    with pytest.raises(DataError, match=r"are not there; run: seehear fetch llp --out .*LSLD-lab"):
        labels_of(llp, Released())
    with pytest.raises(ValueError, match="expected denoised_label"):
        Released("mine.npz")


def features(root: Path, *folders):
    """Write features of every clip into folders such as `clip_16:512`."""
    rng = np.random.default_rng(0)
    clips = [c for split in open_dataset(root).splits.values() for c in split.clips]
    for folder, dim in (folder.split(":") for folder in folders):
        (root / folder).mkdir(parents=True)
        for clip in clips:
            rows = rng.standard_normal((10, int(dim)), np.float32)
            np.save(root / folder / f"{clip.id}.npy", rows)


def test_lsld_is_trained_on_its_own_labels_and_uwavs_features_by_one_command(llp, tmp_path, capsys):
    features(llp.root, "feats_CLIP/segment_feats:768", "feats_CLAP/segment_feats:512")
    (llp.root / "refine_label").mkdir()
    write_released(llp.root / "refine_label" / "final_label.npz", *labels(soft=True))
    command = ["train", str(llp.root), "--features", str(llp.root), "--json"]
    command += ["--recipe", "lsld-released-labels", "--out", str(tmp_path / "run")]
    command += ["--set", "training.epochs=1", "--set", "network.width=16"]
    command += ["--set", "network.hidden=16"]
    assert main(command) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["recipe"], result["features"]) == ("lsld-released-labels", "uwav")
    row = ["reproduce", "table1", *command[1:5], "--out", str(tmp_path / "table"), "--json"]
    row += ["--inputs", "uwav", "--rows", "lsld-own-labels", "--jobs", "1", *command[9:]]
    assert main(row) == 0
    (found,) = json.loads(capsys.readouterr().out)["rows"]
    assert (found["features"], found["published"]) == ("uwav", {})
    assert found["ours"]["segment/audio"]["mean"] >= 0
    plain = ["--recipe", "han", "--out", str(tmp_path / "han")]
    assert main([*command[:5], *plain, *command[9:]]) == 0


class Tower:
    id, dim = "made-up", 512

    def encode(self, texts):
        rng = np.random.default_rng(1)
        return rng.standard_normal((len(texts), 512)).astype(np.float32)


def test_our_labels_are_compared_with_theirs_by_one_command(llp, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(build, "text_tower", lambda encoder, load: Tower())
    features(llp.root, "clip_16:512")
    path = write_released(tmp_path / "denoised_label.npz", *labels())
    command = ["denoise", str(llp.root), "--features", str(llp.root), "--alpha", "fit"]
    command += ["--beta", "fit", "--out", str(tmp_path / "labels"), "--against", str(path)]
    assert main([*command, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)["against"]
    assert set(out) == {"visual"}
    assert out["visual"]["segments"] == 30
    assert sum(out["visual"][key] for key in ("both", "ours", "theirs", "neither")) == 30
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "visual labels of the segments of 2 clips" in text
    same = ["--against", str(tmp_path / "labels"), "--out", str(tmp_path / "again"), "--json"]
    assert main([*command[:8], *same]) == 0
    out = json.loads(capsys.readouterr().out)["against"]["visual"]
    assert (out["same"], out["clips_alike"]) == (1.0, 2)
