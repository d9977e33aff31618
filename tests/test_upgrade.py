"""Files of version 0.1.0 are read as they were: features, labels, a run, a library.

`from-0.1.0.zip` was made by that version (commit d81b0d8~1) from a dataset of twelve clips of four
seconds with made-up features: `seehear train` (HAN of width 8, two epochs), labels, two timelines
and their index.
"""

import json
import zipfile
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.features import open_features
from seehear.labels.store import load
from seehear.library import search, update
from seehear.time import Timeline

pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    with zipfile.ZipFile(Path(__file__).with_name("from-0.1.0.zip")) as files:
        files.extractall(folder)
    return folder


def test_a_run_scores_what_it_scored(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = json.loads((old / "run" / "run.json").read_text())
    command = ["evaluate", str(old / "data"), "--split", "val", "--model", str(old / "run")]
    assert main([*command, "--features", str(old / "feats"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert about["seehear"] == "0.1.0"
    assert {name: figures[name] for name in about["figures"]} == pytest.approx(about["figures"])


def test_training_it_further_is_refused_in_one_line(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", str(old / "data"), "--features", str(old / "feats"), "--recipe", "han"]
    small = ("network.width=8", "network.hidden=8", "training.epochs=2", "training.batch=3")
    settings = [part for setting in small for part in ("--set", setting)]
    assert main([*command, *settings, "--seed", "1", "--out", str(old / "run")]) == 2
    assert "this folder holds a run with network.options.start -" in capsys.readouterr().err


def test_features_and_labels_train_a_new_run(old: Path, tmp_path: Path) -> None:
    store, labels = open_features(old / "feats"), load(old / "labels")
    assert store.rows("conse/feature", "val00").shape == (4, 6)
    assert labels.audio is not None
    assert labels.audio.shape == (6, 4, 4)
    command = ["train", str(old / "data"), "--features", str(old / "feats"), "--recipe", "lsld"]
    small = ("network.width=8", "network.hidden=8", "training.epochs=1")
    settings = [part for setting in small for part in ("--set", setting)]
    out = tmp_path / "run"
    assert main([*command, *settings, "--labels", str(old / "labels"), "--out", str(out)]) == 0
    assert (out / "best.safetensors").is_file()


def test_a_library_answers_and_its_timelines_become_the_second_edition(old: Path) -> None:
    library = old / "library"
    assert '"seehear.timeline/1"' in (library / "a.timeline.json").read_text()
    assert update(library).clips == 2
    found = [
        (hit.source, hit.start_s, hit.end_s)
        for hit in search(library, "audio:Dog -visual:Dog").hits()
    ]
    assert found == [("a.mp4", 1.0, 2.0)]
    line = Timeline.from_json(library / "sub" / "b.timeline.json")
    again = Timeline.from_json(line.to_json())
    assert '"seehear.timeline/2"' in line.to_json()
    assert again.events == line.events
    assert again.duration_s == 3.5
