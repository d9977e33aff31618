"""`seehear reproduce` through the real entry point."""

import json

import pytest

from seehear.cli import reproduce as command_line
from seehear.cli.main import main
from small_world import TINY, write_world

SETTINGS = [
    part
    for name, value in {**TINY, "training.epochs": 1}.items()
    for part in ("--set", f"{name}={value}")
]


@pytest.fixture(scope="module")
def world(tmp_path_factory, no_graphs):
    dataset, store = write_world(tmp_path_factory.mktemp("world"))
    return [str(dataset.root), "--features", str(store.path)]


def test_it_prints_and_writes_the_table(world, tmp_path, capsys):
    command = [
        "reproduce",
        "table1",
        *world,
        "--out",
        str(tmp_path),
        "--rows",
        "han,han+clip",
        "--jobs",
        "0",
        *SETTINGS,
    ]
    assert main([*command, "--seeds", "1", "--seeds", "han=1,2"]) == 0
    out, err = capsys.readouterr()
    assert "HAN seed 1: han on offline" in err
    assert "table1: 2/2" in err
    assert "table1: All systems" in out
    assert "HAN + Clip: the same as HAN on these features, so one run" in out
    assert out.splitlines()[-1] == str(tmp_path / "table1.md")
    assert "±" in (tmp_path / "table1.md").read_text()
    assert (tmp_path / "table1.png").stat().st_size > 1000
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["rows"][0]["seeds"] == [1, 2]


def test_skipped_rows_are_named_with_their_command_and_exit_with_1(
    world, tmp_path, capsys, monkeypatch
):
    import seehear.reproduce.rows as planning

    real = planning._obstacle
    monkeypatch.setattr(
        planning,
        "_obstacle",
        lambda recipe, *rest: (
            planning.Obstacle("feature set x is not there", "seehear extract y")
            if recipe.name == "jomold"
            else real(recipe, *rest)
        ),
    )
    assert (
        main(
            [
                "reproduce",
                "table1",
                *world,
                "--out",
                str(tmp_path),
                "--rows",
                "han,jomold",
                "--jobs",
                "0",
                *SETTINGS,
            ]
        )
        == 1
    )
    out, err = capsys.readouterr()
    line = "table1 jomold: feature set x is not there; run: seehear extract y"
    assert err.splitlines()[-1] == line
    assert "JoMoLD: feature set x is not there; run: seehear extract y" in out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--rows", "hna"], "table1 has no row 'hna'; did you mean han?"),
        (["--rows", "han", "--inputs", "clip"], "HAN: feature set clip needs vggish/feature"),
        (["--inputs", "clap"], "no feature set 'clap'"),
        (["--set", "features=clip"], "expected --inputs SET for a feature set"),
        (["--set", "training.epoch=3"], "did you mean epochs?"),
        (["--seeds", "1,x"], "expected whole numbers with commas, got '1,x'"),
        (["--seeds", "1,1"], "expected different seeds, got 1,1"),
        (["--seeds", "1", "--seeds", "2"], "each row once"),
        (["--seeds", "=2"], "expected 1,2,3 or ROW=1,2,3"),
        (["--seeds", "hna=2"], "--seeds: table1 has no row 'hna'"),
        (["--seeds", "1,-1"], "--seeds: expected a seed from 0 to 9223372036854775807, got -1"),
        (["--seeds", "han=9223372036854775808"], "--seeds: expected a seed from 0 to"),
        (["--set", "training.seed=-1"], "expected a seed from 0 to 9223372036854775807, got -1"),
        (["--device", "tpu"], "--device: expected cpu, cuda, mps or auto, got 'tpu'"),
        (["--device", "meta"], "--device: expected cpu, cuda, mps or auto, got 'meta'"),
        (["--split", "tset"], "tset"),
        (["--jobs", "-1"], "expected 0 or more processes, got -1"),
    ],
)
def test_wrong_requests_are_one_line_and_2(world, tmp_path, capsys, more, message):
    assert main(["reproduce", "table1", *world, "--out", str(tmp_path), *more]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_an_unknown_table_and_unknown_folders(world, tmp_path, capsys):
    assert main(["reproduce", "tabel1", *world, "--out", str(tmp_path)]) == 2
    assert "no table 'tabel1'; did you mean table1?" in capsys.readouterr().err
    assert main(["reproduce", "table1", "nowhere", *world[1:], "--out", str(tmp_path)]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_where_there_is_no_gpu_one_asked_for_is_refused_in_one_line(world, tmp_path, capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    command = ["reproduce", "table1", *world, "--out", str(tmp_path), "--device", "cuda"]
    assert main(command) == 2
    assert "--device: no CUDA device found for cuda; use cpu" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_stated_number_of_rows_shares_a_gpu(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert command_line._jobs("cpu") == 7
    assert command_line._jobs("cuda:0") == 4
