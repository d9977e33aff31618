"""`seehear report` through the real entry point: every picture and page, and what it refuses."""

import functools
import json
import shutil
from pathlib import Path

import pytest

from seehear import train
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.features import open_features
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import Denoising
from seehear.report import denoised
from seehear.report.systems import System
from seehear.time import Event, TimeGrid, Timeline, Track
from small_world import CLASSES, TINY, write_world

pytest.importorskip("matplotlib")


class Words:
    id, dim, digest = "words", 8, "cc" * 32

    def encode(self, texts):
        import numpy as np

        return np.stack(
            [np.random.default_rng(list(t.encode())).standard_normal(8) for t in texts]
        ).astype(np.float32)


@pytest.fixture(scope="module")
def world(tmp_path_factory, no_graphs):
    root = tmp_path_factory.mktemp("world")
    dataset, store = write_world(root)
    options = Denoising(visual="conse", alpha="fit", beta="fit")
    built = build_labels(dataset, store, options, load=lambda id_: Words())
    for name in ("han", "lsld"):
        prepared = train.prepare(dataset, store, name, settings=TINY)
        train.run(prepared, root / name, seed=1, labels=built.labels if name == "lsld" else None)
    return root


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """Take the tiny text tower, whose space is that of the tiny features."""
    monkeypatch.setattr(
        denoised,
        "read_denoised",
        functools.partial(denoised.read_denoised, load_tower=lambda id_: Words()),
    )


def report(world, action, *options, run="lsld"):
    return main(
        [
            "report",
            action,
            str(world / run),
            str(world / "data"),
            "--features",
            str(world / "feats"),
            *options,
        ]
    )


def test_a_page_of_a_run_lies_beside_it(world, capsys):
    assert report(world, "run", "--against", str(world / "han"), "--examples", "2") == 0
    assert capsys.readouterr().out.strip() == str(world / "lsld" / "report.html")
    page = (world / "lsld" / "report.html").read_text()
    assert "<h1>What lsld heard and saw</h1>" in page
    assert "<b>lsld</b> against han" in page
    assert '<tr><th scope="row">re-weighted</th>' not in page  # train has no truth here
    assert page.count('class="strip"') == 3


def test_runs_that_are_not_finished_or_have_words_beside_them_are_told(
    world, tmp_path, capsys, monkeypatch
):
    run = shutil.copytree(world / "han", tmp_path / "han")
    (run / "run.json").rename(run / "state.safetensors")
    out = ["--out", str(tmp_path / "out"), "--format", "png"]
    interrupted = f"{run}: trained 3 of 3 epochs; the same seehear train command goes on"
    monkeypatch.setattr(System, "guided", True)
    given = [str(world / "data"), "--features", str(world / "feats")]
    assert main(["report", "lanes", str(run), *given, "--examples", "1", *out]) == 0
    err = capsys.readouterr().err
    assert err.count(f"seehear: warning: {interrupted}") == 1
    assert "seehear: note: han: the network alone. As it parses, with words beside it:" in err
    assert main(["report", "curves", str(run), *out]) == 0
    assert capsys.readouterr().err.count(interrupted) == 1
    assert main(["report", "run", str(run), *given, "--examples", "1"]) == 0
    assert capsys.readouterr().err.count(interrupted) == 1
    page = (run / "report.html").read_text()
    assert interrupted in page
    assert "han: the network alone" in page


def test_a_page_of_a_run_whose_labels_no_prompt_decided_leaves_them_out(world, capsys):
    dataset, store = open_dataset(world / "data"), open_features(world / "feats")
    settings = {**TINY, "training.epochs": 1, "labels.segments.tracks": "none"}
    train.run(train.prepare(dataset, store, "lsld", settings=settings), world / "none")
    assert report(world, "run", run="none") == 0
    shown = capsys.readouterr()
    assert "no part about labels: the visual track of this run keeps its weak" in shown.err
    assert (world / "none" / "report.html").is_file()


@pytest.mark.parametrize("action", ["run", "lanes"])
def test_broken_rows_of_truth_are_told_and_stand_on_the_page(world, tmp_path, capsys, action):
    data = shutil.copytree(world / "data", tmp_path / "data")
    header = (data / "test_visual.csv").read_text().partition("\n")[0]
    (data / "test_visual.csv").write_text(f"{header}\ntest00\t3\t1\tDog\n")
    out = tmp_path / "out.html"
    given = [str(world / "han"), str(data), "--features", str(world / "feats"), "--out", str(out)]
    more = ["--examples", "1", "--format", "svg"] if action == "lanes" else []
    assert main(["report", action, *given, *more]) == 0
    told = "1 of 1 row of truth does not count as it stands: 1 with the end before the beginning"
    assert capsys.readouterr().err.count(told) == 1
    if action == "run":
        assert told in out.read_text()


def test_where_there_is_no_test_another_split_is_looked_at_and_named(world, tmp_path, capsys):
    data = shutil.copytree(world / "data", tmp_path / "data")
    toml = (data / "dataset.toml").read_text()
    (data / "dataset.toml").write_text(toml[: toml.index("[splits.test]")])
    out = tmp_path / "report.html"
    given = [str(world / "han"), str(data), "--features", str(world / "feats")]
    assert main(["report", "run", *given, "--out", str(out)]) == 0
    why = "split val: chosen because there is no split test with truth"
    assert why in capsys.readouterr().err
    page = out.read_text()
    assert why in page
    assert "scored on val, 8 clips" in page
    assert "These figures prove nothing: 8 clips (at least 100 needed)." in page


def test_similarity_draws_the_classes_asked_for(world, tmp_path, capsys):
    assert report(world, "similarity", "--classes", "Dog", "--out", str(tmp_path), "--json") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == [str(tmp_path / f"similarity-visual-Dog.{kind}") for kind in ("png", "svg")]
    svg = (tmp_path / "similarity-visual-Dog.svg").read_text()
    assert "with event" in svg
    assert "conse" in svg


def test_strips_lanes_and_curves(world, tmp_path):
    assert (
        report(world, "strips", "--clips", "train01", "--out", str(tmp_path), "--format", "svg")
        == 0
    )
    assert "re-weighted" in (tmp_path / "strip-visual-train01.svg").read_text()
    assert (
        report(
            world,
            "lanes",
            "--clips",
            "test01",
            "--against",
            str(world / "han"),
            "--out",
            str(tmp_path),
            "--format",
            "svg",
        )
        == 0
    )
    lanes = (tmp_path / "lanes-test01.svg").read_text()
    assert all(f">{name}<" in lanes for name in ("truth", "lsld", "han"))
    command = [
        "report",
        "curves",
        str(world / "lsld"),
        str(world / "han"),
        "--out",
        str(tmp_path),
        "--format",
        "png",
    ]
    assert main([*command, "--value", "loss/total"]) == 0
    assert (tmp_path / "curves-loss-total.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_of_a_clip_finds_its_video_beside_it(tmp_path):
    line = Timeline("a.mp4", 4.0, TimeGrid(4), CLASSES, (Event(0.0, 2.0, Track.AUDIO, "Dog", 0.9),))
    (tmp_path / "a.timeline.json").write_text(line.to_json())
    assert main(["report", "clip", str(tmp_path / "a.timeline.json")]) == 0
    assert "The video is not beside this page" in (tmp_path / "a.html").read_text()
    (tmp_path / "a.mp4").write_bytes(b"not really")
    assert (
        main(
            ["report", "clip", str(tmp_path / "a.timeline.json"), "--out", str(tmp_path / "b.html")]
        )
        == 0
    )
    assert 'src="data:video/mp4;base64,' in (tmp_path / "b.html").read_text()


@pytest.mark.parametrize(
    ("action", "options", "message"),
    [
        ("lanes", ["--clips", "nobody"], "split test has no clip nobody"),
        ("lanes", ["--format", "gif"], "expected png, svg, pdf, got 'gif'"),
        ("lanes", ["--split", "dev"], "expected a split among train, val, test"),
        ("similarity", ["--classes", "Dgo"], "Dog"),
        ("strips", ["--track", "audio"], "keeps its weak labels"),
        ("strips", ["--against", "han"], "withdraws no labels"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(world, tmp_path, capsys, action, options, message):
    options = [str(world / o) if o == "han" else o for o in options]
    assert report(world, action, "--out", str(tmp_path), *options) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_curves_name_what_was_recorded(world, tmp_path, capsys):
    assert (
        main(
            [
                "report",
                "curves",
                str(world / "han"),
                "--value",
                "loss/nothing",
                "--out",
                str(tmp_path),
            ]
        )
        == 2
    )
    assert "loss/total" in capsys.readouterr().err


def test_curves_of_one_run_that_cannot_be_read_do_not_hide_the_others(world, tmp_path, capsys):
    (tmp_path / "none").mkdir()
    runs = [str(tmp_path / "none"), str(world / "han"), str(tmp_path / "gone")]
    command = ["report", "curves", *runs, "--value", "loss/total", "--out", str(tmp_path), "--json"]
    assert main(command) == 1
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert {Path(file).stem for file in result["files"]} == {"curves-loss-total"}
    assert err.splitlines() == [f"seehear: {line}" for line in result["failed"]]
    assert [line.split(": ")[0] for line in result["failed"]] == [runs[0], runs[2]]
