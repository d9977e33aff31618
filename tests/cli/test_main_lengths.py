"""Every command on clips of different lengths, each as long as its features."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav
from fake_words import Words, install
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.features.packed import write_manifest, write_stream
from seehear.labels.lsld import build
from seehear.labels.store import load
from seehear.report import denoised
from seehear.time import Decoding, Scores, TimeGrid, Timeline, decode_scores
from small_world import DIMS, ENCODERS, TINY

LENGTHS = {"aaaaaaaaaa1": 9, "aaaaaaaaaa2": 3, "tttttttttt1": 12, "tttttttttt2": 6}
SETTINGS = [part for key, value in TINY.items() for part in ("--set", f"{key}={value}")]


@pytest.fixture(scope="module")
def root(tmp_path_factory, no_graphs) -> Path:
    """LFAV's tables and features of our own encoders, of each clip's own length."""
    root = write_lfav(tmp_path_factory.mktemp("lfav"))
    rng = np.random.default_rng(0)
    streams = {}
    for stream, dim in DIMS.items():
        rows = [rng.random((count, dim), np.float32) for count in LENGTHS.values()]
        total = sum(LENGTHS.values())
        entry = write_stream(root / "feats", stream, rows, total=total, dim=dim, dtype="float32")
        streams[stream] = {**entry, "encoder": stream.split("/")[0]}
    clips = []
    for name, count in LENGTHS.items():
        clips.append({"name": name, "id": name, "segments": count, "state": "ok"})
    write_manifest(root / "feats", {"encoders": ENCODERS, "streams": streams, "clips": clips})
    return root


@pytest.fixture(autouse=True)
def words(monkeypatch) -> None:
    install(monkeypatch)
    for module in (build, denoised):
        monkeypatch.setattr(module, "text_tower", lambda encoder, load=None: Words())


def told(capsys, *command: object) -> dict:
    assert main([*map(str, command), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def given(root: Path) -> list[object]:
    return [root, "--features", root / "feats"]


def test_from_labels_to_pages(root: Path, tmp_path: Path, capsys) -> None:
    labels, run = tmp_path / "labels", tmp_path / "run"
    cut = ["--window", 5, "--track-labels"]
    changes = told(capsys, "denoise", *given(root), *cut, "--out", labels)["changes"]["visual"]
    assert (changes["clips"], changes["segments"]) == (5, 25)  # what is to be seen, by LFAV's label
    made = load(labels)
    assert made.names == ("aaaaaaaaaa1@0", "aaaaaaaaaa1@4", "aaaaaaaaaa2@0")
    speech_and_dog = made.weak[0].sum()
    assert (speech_and_dog, made.visual.shape) == (2, (3, 5, 35))
    learned = ["--recipe", "lsld", "--labels", labels, *SETTINGS, "--out", run]
    told(capsys, "train", *given(root), *cut, *learned, "--device", "cpu")
    found = told(capsys, "evaluate", *given(root), "--model", run)
    assert found["official"]["figures"]["snippet_map/mean"] is not None
    pytest.importorskip("matplotlib")
    report = ["report", "run", run, *given(root), "--out", tmp_path / "page.html"]
    told(capsys, *report)
    assert "is not the dataset as the run was trained on it" not in capsys.readouterr().err
    page = (tmp_path / "page.html").read_text("utf-8")
    data = json.loads(page.partition('id="clips">')[2].partition("</script>")[0])
    counts = [clip["lanes"][0]["timeline"]["grid"]["count"] for clip in data]
    assert sorted(counts) == [6, 12]  # each as long as its features
    out = ["--out", tmp_path / "pictures", "--format", "svg"]
    files = told(capsys, "report", "strips", run, *given(root), *out)["files"]
    assert any(file.endswith("strip-visual-aaaaaaaaaa1_4.svg") for file in files)
    assert len(told(capsys, "report", "lanes", run, *given(root), *out)["files"]) == 2


def test_each_track_is_denoised_by_its_own_labels(root: Path, tmp_path: Path, capsys) -> None:
    cut = ["--window", 5, "--profile", "release", "--audio", "yamnet"]
    hard = []
    for more in ([], ["--track-labels"]):
        out = tmp_path / f"labels{len(more)}"
        both = ["--tracks", "visual", "--strategy", "none"]
        told(capsys, "denoise", *given(root), *cut, *both, *more, "--out", out)
        hard.append(load(out).visual)
    piano = open_dataset(root).vocabulary.index("piano")
    assert hard[0][2, :, piano].tolist() == hard[1][2, :, piano].tolist()
    own = open_dataset(root).splits["train"].weak_of("audio", ["aaaaaaaaaa2"])
    assert own.sum() == 0  # nothing is heard in it, whatever its clip is labelled with


def test_a_table_of_published_systems(root: Path, tmp_path: Path, capsys) -> None:
    rows = ["--rows", "han,lsld", "--jobs", 0, *SETTINGS, "--out", tmp_path]
    result = told(capsys, "reproduce", "table1", *given(root), *rows)
    assert all(row["ours"] and not row["published"] for row in result["rows"])


def test_decisions_again(tmp_path: Path, capsys) -> None:
    for count in (3, 12):
        prob = np.full((count, 2, 1), 0.6, np.float32)
        scores = Scores(prob, TimeGrid(count), ("speech",))
        gate = Decoding(gate="none")
        about = {"decoding": gate.to_dict()}
        timeline = decode_scores(scores, gate, source=f"{count}.mp4", parser=about)
        path = tmp_path / f"{count}.timeline.json"
        path.write_text(timeline.to_json(), encoding="utf-8")
    assert main(["decode", str(tmp_path), "--threshold", "0.7"]) == 0
    capsys.readouterr()
    again = [Timeline.from_json(path) for path in sorted(tmp_path.glob("*.timeline.json"))]
    assert [(len(one.events), one.grid.count) for one in again] == [(0, 12), (0, 3)]
