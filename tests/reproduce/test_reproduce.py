"""Tables from beginning to end on a tiny world: planned, shared, resumed, collected, written."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest

import own_process
from fake_words import Words, install
from seehear.errors import ConfigError, DataError, SeehearError
from seehear.features import open_features
from seehear.recipes import FIGURES
from seehear.reproduce import count_tasks, plan, pool, reproduce, table
from seehear.reproduce.common import pooled_store
from seehear.reproduce.picture import draw
from seehear.reproduce.result import as_csv, collect, markdown
from seehear.reproduce.task import RESULT
from small_world import write_world

TINY = {"network.width": 16, "network.hidden": 16, "training.epochs": 1, "training.batch": 10}
ROWS = ["han", "jomold", "han+clip", "lsld"]


@pytest.fixture(scope="module")
def world(tmp_path_factory, no_graphs):
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def words(monkeypatch):
    install(monkeypatch)


def run(world, out, name="table1", **more):
    return reproduce(name, *world, out, **{"rows": ROWS, "settings": TINY, "jobs": 0, **more})


def test_a_table_runs_shares_resumes_and_says_what_it_did(world, words, tmp_path):
    said, count = [], []
    result = run(
        world,
        tmp_path,
        seeds={"": [1], "han": [1, 2]},
        say=said.append,
        done=lambda: count.append(1),
    )
    han, jomold, clip, lsld = result["rows"]
    assert [row["features"] for row in result["rows"]] == ["offline"] * 4
    assert (han["seeds"], jomold["seeds"], clip["seeds"], lsld["seeds"]) == (
        [1, 2],
        [1],
        [1, 2],
        [1],
    )
    assert clip["same_as"] == "HAN"  # one definition on these features, one run
    assert clip["ours"] == han["ours"]
    assert len(count) == 4
    assert all(set(row["ours"]) == set(FIGURES) and not row["published"] for row in result["rows"])
    assert han["ours"]["segment/visual"]["spread"] > 0
    assert said.count("segment labels of LSLD") == 1
    assert {path.name for path in tmp_path.iterdir()} >= {
        "table1.json",
        "table1.csv",
        "table1.md",
        "runs",
        "labels",
    }
    # the same call does nothing but read
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "runs").rglob("*") if p.is_file()}
    said.clear()
    again = run(world, tmp_path, seeds={"": [1], "han": [1, 2]}, say=said.append)
    assert said == []
    assert again["rows"] == result["rows"]
    assert {
        p: p.stat().st_mtime_ns for p in (tmp_path / "runs").rglob("*") if p.is_file()
    } == stamps
    # another table with the same folder takes over the runs and the labels that it shares
    printed = ["none", "den", "den+rew"]
    other = run(world, tmp_path, "table2", rows=printed, seeds={"": [1]}, say=said.append)
    assert other["rows"][0]["ours"] == result["rows"][0]["ours"]
    assert other["rows"][2]["ours"] == lsld["ours"]
    assert [line for line in said if "seed" in line] == [
        "denoising seed 1: lsld-denoise-only on offline"
    ]


def test_a_killed_row_goes_on_and_a_faulty_one_does_not_stop_the_others(world, words, tmp_path):
    (folder,) = {e.folder for e in plan(table("table1"), *world, rows=["han"], settings=TINY)}
    blocked = tmp_path / folder / "seed-1"
    blocked.mkdir(parents=True)
    (blocked / "recipe.json").write_text('{"recipe": "other"}')
    said = []
    result = run(world, tmp_path, rows=["han", "jomold"], say=said.append)
    han, jomold = result["rows"]
    assert han["ours"] is None
    assert "this folder holds a run with recipe other, not han" in han["problem"]
    assert jomold["ours"]
    (blocked / "recipe.json").unlink()
    assert run(world, tmp_path, rows=["han", "jomold"])["rows"][0]["ours"]


def test_what_comes_out_is_what_a_single_run_gives(world, words, tmp_path):
    from seehear.train import evaluate_split, prepare
    from seehear.train import run as train

    result = run(world, tmp_path / "table", rows=["han"])
    prepared = prepare(*world, "han", settings=TINY)
    folder = train(prepared, tmp_path / "alone", seed=1)
    figures = evaluate_split(folder, world[1], world[0], "test")
    ours = result["rows"][0]["ours"]
    assert {key: both["mean"] for key, both in ours.items()} == {
        key: 100 * value for key, value in figures.items()
    }


@pytest.fixture
def quick_processes(monkeypatch):
    monkeypatch.setattr(pool, "multiprocessing", SimpleNamespace(get_context=own_process.context))


def test_processes_give_the_same_figures(world, words, tmp_path, quick_processes):
    here = run(world, tmp_path / "here", rows=["han", "jomold"])
    there = run(world, tmp_path / "there", rows=["han", "jomold"], jobs=2)
    assert [row["ours"] for row in there["rows"]] == [row["ours"] for row in here["rows"]]
    assert all(row["peak_mb"] > 10 for row in there["rows"])


def test_processes_report_faults(world, words, tmp_path, quick_processes):
    (folder,) = {e.folder for e in plan(table("table1"), *world, rows=["han"], settings=TINY)}
    (tmp_path / folder / "seed-1").mkdir(parents=True)
    (tmp_path / folder / "seed-1" / "note.txt").write_text("mine")
    with pytest.raises(
        SeehearError, match=r"no row of table1 could run; HAN: .*expected a new or empty folder"
    ):
        run(world, tmp_path, rows=["han"], jobs=1)


def test_where_test_has_no_truth_another_split_is_scored_and_named(words, tmp_path):
    small = write_world(tmp_path / "world", truth=("val",))
    said = []
    result = run(small, tmp_path / "out", rows=["han"], say=said.append)
    assert (result["split"], len(result["rows"][0]["seeds"])) == ("val", 1)
    why = (
        "chosen because there is no split test with truth; the epoch of a trained parser was chosen"
    )
    assert result["split_chosen"] == f"{why} on it"
    assert f"split val: {why} on it" in said
    few = "These figures prove nothing: 1 seed (at least 3 needed), 8 clips (at least 100 needed)."
    assert result["note"] == few
    page = (tmp_path / "out" / "table1.md").read_text()
    assert f"* {few}\n* split val: {why} on it\n" in page
    assert json.loads((tmp_path / "out" / "table1.json").read_text())["note"] == few


def test_published_figures_stand_only_beside_llps_own(world, words, tmp_path, monkeypatch):
    import dataclasses

    from seehear.data import LLP_VOCABULARY
    from seehear.reproduce import result as results

    run(world, tmp_path, rows=["han"])
    entries = plan(table("table1"), *world, rows=["han"], settings=TINY)
    own = [dataclasses.replace(entry, features="paper") for entry in entries]
    llp = dataclasses.replace(world[0], name="LLP", vocabulary=LLP_VOCABULARY)

    def collected(rows, **more):
        asked = {"split": "test", "settings": {}, **more}
        return collect(table("table1"), rows, {}, llp, tmp_path, **asked)

    def left_out(result):
        assert result["rows"][0]["published"] == {}
        return markdown(result)

    page = left_out(collected(own))  # LLP's name and classes, four clips
    assert "* published figures are left out: LLP is not LLP as published: its clips have 4" in page
    monkeypatch.setattr(results, "why_not_llp", lambda dataset: None)
    monkeypatch.setattr(results, "llp_edition", lambda dataset: "April 2024")
    page = left_out(collected(own, settings={"training.epochs": 1}))
    assert "were trained as the recipes say, ours with training.epochs=1" in page
    page = left_out(collected(entries))
    assert "* published figures are left out of rows on other features: HAN" in page
    result = collected(own)
    (row,) = result["rows"]
    assert result["dataset"]["edition"] == "April 2024"
    assert row["published"]["segment/type"] == 54.0
    assert row["gap"]["segment/type"] == pytest.approx(row["ours"]["segment/type"]["mean"] - 54.0)
    page = markdown(result)
    assert "|   published |  |  | 60.1 | 52.9 | 48.9 | 54.0 | 55.4 |" in page
    assert "* annotations of LLP: April 2024; the published figures are of those before" in page
    assert entries[0].folder.startswith("runs/han-offline-")


def test_csv_and_picture(world, words, tmp_path):
    result = run(world, tmp_path, rows=["han", "lsld"])
    rows = list(csv.DictReader(as_csv(result).splitlines()))
    assert [row["row"] for row in rows] == ["han", "lsld"]
    mean = result["rows"][0]["ours"]["event/audio"]["mean"]
    assert float(rows[0]["event/audio mean"]) == pytest.approx(mean, abs=1e-3)
    json.dumps(result, allow_nan=False)
    first = draw(result, tmp_path / "a.svg").read_bytes()
    assert draw(result, tmp_path / "b.svg").read_bytes() == first
    assert b"HAN" in first


def test_controls_join_where_all_rows_run_on_offline_features(world, words, tmp_path):
    def keys(**more):
        return [entry.row.key for entry in plan(table("table2"), *world, **more)]

    assert keys() == ["none", "han-apart", "han-as-lsld", "den", "lsld-attends", "den+rew"]
    assert keys(inputs="offline") == keys()
    assert keys(inputs="clip") == ["none", "den", "den+rew"]
    assert keys(rows=["han-apart"]) == ["han-apart"]
    # rows that differ in features alone stand for nothing on others: ours stand in their place
    ours = plan(table("table7"), *world)
    assert [e.row.key for e in ours] == ["pooled", "conse", "pooled+conse"]
    assert [e.features for e in ours] == ["offline", "offline-space", "offline+space"]
    assert len({e.folder for e in ours}) == 3
    assert len(plan(table("table7"), *world, inputs="clip")) == 5
    grid = plan(table("table4"), *world, rows=["a3-b0.2", "a4-b0.4"])
    assert grid[0].row.title == "alpha 0.75 x, beta 0.5 x what is fitted"
    (lsld,) = plan(table("table1"), *world, rows=["lsld"])
    assert grid[1].folder == lsld.folder != grid[0].folder
    result = run(world, tmp_path, "table2", rows=["none", "han-apart"])
    assert [row["control"] for row in result["rows"]] == [False, True]
    assert (
        "* HAN, without attention to the other track (ours): not in the paper; han with"
        " network.forward.cross_attention=0.0" in markdown(result)
    )


def test_rows_whose_features_are_missing_name_the_command(world, words):
    han, lsld = plan(table("table1"), *world, rows=["han", "lsld"], inputs="clip")
    assert (
        han.reason
        == "feature set clip needs vggish/feature, clip-vit-b16/feature, which the folder does not"
        " hold"
    )
    assert han.command.startswith(
        f"seehear extract {world[0].root} --visual clip-vit-b16 --audio vggish --out "
    )
    assert "clip-vit-b16's space shared with language" in lsld.reason
    assert count_tasks([han, lsld]) == 0


def test_missing_words_name_their_weights(world, monkeypatch):
    from seehear.errors import WeightsError

    class Lost(Words):
        def encode(self, texts):
            raise WeightsError("minilm is not here", hint="run: seehear models fetch minilm")

    install(monkeypatch, words=Lost)
    han, lsld = plan(table("table1"), *world, rows=["han", "lsld"])
    assert han.reason is None
    assert lsld.reason == "no words can be compared with conse's features: minilm is not here"
    assert (
        lsld.command == "seehear models fetch minilm"
    )  # not the encoder: weights have names of their own


def test_published_folders_are_averaged_once(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    dataset, _ = write_world(tmp_path / "w")
    for folder, shape in (("vggish", (10, 128)), ("clip_16", (80, 512))):
        (tmp_path / "feats" / folder).mkdir(parents=True)
        for clip in (c for split in dataset.splits.values() for c in split.clips):
            np.save(
                tmp_path / "feats" / folder / f"{clip.id}.npy",
                rng.standard_normal(shape).astype(np.float16),
            )
    store = open_features(tmp_path / "feats")
    install(monkeypatch, "clip-vit-b16", type("Wide", (Words,), {"dim": 512}))
    import dataclasses

    from seehear.time import TimeGrid

    ten = dataclasses.replace(dataset, grid=TimeGrid(10))
    said = []
    entries = [e for e in plan(table("table1"), ten, store) if e.reason is None]
    assert {e.row.key for e in entries} == {
        "han+clip",
        "mgn+clip",
        "ma+clip",
        "jomold+clip",
        "lsld",
    }
    pooled = pooled_store(store, ten, entries, tmp_path / "pooled", said.append)
    assert len(said) == 2
    name = dataset.split("train").names[3]
    np.testing.assert_allclose(
        pooled.rows("clip-vit-b16/feature", name),
        store.rows("clip-vit-b16/frames", name).reshape(10, 8, 512).mean(1),
        atol=1e-6,
    )
    assert (
        pooled_store(store, ten, entries, tmp_path / "pooled", said.append).streams.keys()
        == pooled.streams.keys()
    )
    assert len(said) == 2


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"rows": ["hna"]}, ConfigError, r"table1 has no row 'hna'; did you mean han\?"),
        ({"seeds": {"hna": [1]}}, ConfigError, r"table1 has no row 'hna'"),
        ({"inputs": "clap"}, ConfigError, "no feature set 'clap'"),
        (
            {"settings": {"training.epoch": 1}},
            ConfigError,
            r"row han: no setting 'epoch'; did you mean epochs\?",
        ),
        (
            {"rows": ["han"], "inputs": "clip"},
            SeehearError,
            r"no row of table1 could run; HAN: feature set clip needs",
        ),
        (
            {"split": "train"},
            DataError,
            "split train has no audio and visual truth table",
        ),
        ({"split": "tset"}, DataError, "tset"),
        ({"jobs": -1}, ConfigError, "expected 0 or more processes"),
    ],
)
def test_wrong_requests(world, words, tmp_path, more, error, message):
    with pytest.raises(error, match=message):
        run(world, tmp_path, **more)


def test_a_result_is_only_written_when_a_row_is_finished(world, words, tmp_path, monkeypatch):
    from seehear.reproduce import task as tasks

    def stop(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("seehear.train.predict.measure", stop)
    with pytest.raises(KeyboardInterrupt):
        run(world, tmp_path, rows=["han"])
    assert not list(tmp_path.rglob(RESULT))
    monkeypatch.undo()
    assert tasks.RESULT == RESULT
    assert run(world, tmp_path, rows=["han"])["rows"][0]["ours"]
