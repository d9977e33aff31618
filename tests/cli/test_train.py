"""`seehear train` and `seehear recipes` through the real entry point."""

import json

import pytest

from seehear.cli.main import main
from seehear.recipes import FIGURES, RECIPES, RECOMMENDED, resolve
from small_world import TINY, write_world

SETTINGS = [part for name, value in TINY.items() for part in ("--set", f"{name}={value}")]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    dataset, store = write_world(tmp_path_factory.mktemp("world"))
    return ["train", str(dataset.root), "--features", str(store.path)]


def test_train_prints_what_it_chose_and_its_figures(world, tmp_path, capsys):
    assert (
        main(
            [
                *world,
                "--recipe",
                "han",
                "--out",
                str(tmp_path / "run"),
                *SETTINGS,
                "--evaluate",
                "test",
            ]
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert "recipe han, feature set offline" in err
    assert "24 training clips" in err
    assert "train han: 3/3 loss" in err
    lines = out.splitlines()
    assert "han · offline: percent" in lines[0]
    assert [line.split()[0] for line in lines if line.strip().startswith(("val", "test"))] == [
        "val",
        "test",
    ]
    assert lines[-1] == str(tmp_path / "run")
    figures = json.loads((tmp_path / "run" / "figures-test.json").read_text())
    assert set(figures) == set(FIGURES)


def test_the_table_says_where_its_figures_are_of_the_network_alone(world, tmp_path, capsys):
    command = [*world, "--recipe", "han", *SETTINGS, "--out"]
    with_prior = ["--set", "network.prior=likeness"]
    alone = "val: the network alone. As it parses, with words beside it: seehear evaluate"
    assert main([*command, str(tmp_path / "run"), *with_prior, "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)["note"].splitlines()[-1]
    assert (
        told == f"{alone} {world[1]} --split val --model {tmp_path / 'run'} --features {world[3]}"
    )
    assert err.splitlines()[-1].startswith("note: this parser cannot tell which videos are like")
    assert main([*command, str(tmp_path / "run"), *with_prior]) == 0
    out, err = capsys.readouterr()
    assert alone in " ".join(out.split())
    assert "cannot tell" not in err  # already trained
    assert main([*command, str(tmp_path / "plain")]) == 0
    assert "network alone" not in capsys.readouterr().out


def test_several_seeds_as_json_print_nothing_else(world, tmp_path, capsys):
    command = [
        *world,
        "--recipe",
        "han",
        "--out",
        str(tmp_path / "runs"),
        *SETTINGS,
        "--seeds",
        "1,2",
    ]
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [run["seed"] for run in result["runs"]] == [1, 2]
    assert set(result["val"]["segment/type"]) == {"mean", "spread"}
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert "val mean" in out
    assert err.count("already trained") == 2


def test_clips_without_features_are_scored_as_empty_when_asked(tmp_path, capsys):
    dataset, store = write_world(tmp_path, drop=("test03",))
    given = [str(dataset.root), "--features", str(store.path)]
    assert (
        main(["train", *given, "--recipe", "han", "--out", str(tmp_path / "run"), *SETTINGS]) == 0
    )
    evaluate = ["evaluate", *given, "--model", str(tmp_path / "run"), "--json"]
    capsys.readouterr()
    assert main(evaluate) == 2
    assert "1 of 8 clips without yamnet/feature, first test03" in (err := capsys.readouterr().err)
    assert "score them as empty with --missing empty" in err
    scores = tmp_path / "scores.tsv"
    assert (
        main(
            [
                *evaluate,
                "--missing",
                "empty",
                "--threshold",
                "0",
                "--gate",
                "none",
                "--per-clip",
                str(scores),
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["setting"]["scored_as_empty"] == ["test03"]
    heard = {
        row.split("\t")[0]: float(row.split("\t")[1]) for row in scores.read_text().splitlines()[1:]
    }
    assert len(heard) == 8
    assert heard["test03"] == 0 < heard["test02"], (
        "nothing was predicted for it, everything for the others"
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--recipe", "han", "--set", "training.epoch=3"], "did you mean epochs?"),
        (["--recipe", "hna"], "did you mean han?"),
        (["--recipe", "han", "--set", "epochs"], "expected NAME=VALUE, got 'epochs'"),
        (["--recipe", "han", "--set", "a=1", "--set", "a=2"], "a is set twice"),
        (
            ["--recipe", "han", "--set", "features=clip"],
            "recipe han with features clip, needs vggish/feature",
        ),
        (["--recipe", "han", "--set", "features=paepr"], "runs on paper"),
        (["--recipe", "han", "--seeds", "1,x"], "expected whole numbers with commas"),
        (["--recipe", "han", "--evaluate", "tset"], "expected one of train, val, test, got tset"),
        (
            ["--recipe", "han", "--evaluate", "train"],
            "split train has no audio and visual truth table; it is in val, test",
        ),
        (["--recipe", "han", "--labels", "nowhere"], "labels.json"),
    ],
)
def test_wrong_requests_are_one_line_and_2(world, tmp_path, capsys, more, message):
    assert main([*world, "--out", str(tmp_path / "run"), *more]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_recipes_ls_names_all_of_them(capsys):
    assert main(["recipes", "ls"]) == 0
    out = capsys.readouterr().out
    assert all(f" {name} " in out for name in RECIPES)
    assert out.count("recommended; ") == 1
    assert f"without a name, seehear train takes {RECOMMENDED}" in " ".join(out.split())
    assert main(["recipes", "ls", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in entries] == list(RECIPES)
    assert [entry["name"] for entry in entries if entry["recommended"]] == [RECOMMENDED]


def test_without_a_name_the_recommended_recipe_is_trained(world, tmp_path, capsys):
    # its labels need a space that the small world has not: the name is what is asked here
    main([*world, "--out", str(tmp_path / "run"), "--set", "training.epochs=1"])
    assert f"recipe {RECOMMENDED}, feature set offline" in capsys.readouterr().err
    definition = resolve(RECOMMENDED, "offline").to_dict()
    assert definition["network"]["prior"] == "likeness"
    assert "prior" not in resolve("lsld-plus", "offline").to_dict()["network"]  # as older runs say
    assert resolve(RECOMMENDED, "offline", {"network.prior": "none"}).network.prior == "none"


@pytest.mark.parametrize("name", list(RECIPES))
def test_recipes_show_the_whole_definition(capsys, name):
    assert main(["recipes", "show", name]) == 0
    out = capsys.readouterr().out
    for word in (
        "paper",
        "features",
        "labels",
        "network",
        "losses",
        "training",
        "decoding",
        "stages",
        "differs",
    ):
        assert f"\n{word}" in out
    assert all(term.formula in out for term in RECIPES[name].losses)
    assert main(["recipes", "show", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == name


@pytest.mark.parametrize(
    ("name", "settings", "says", "soft"),
    [
        ("lsld", (), "keep a visual label in the segments whose closest sentence names it", True),
        ("lsld-robust", (), "keep an audio label in the segments that differ from clips", False),
        ("lsld-robust", ("labels.segments.strategy=dynamic",), "keep an audio label", True),
        ("lsld-denoise-only", (), "keep a visual label", False),
        ("lsld", ("labels.segments.reweight=none",), "keep a visual label", False),
        ("mgn-lsld", (), "keep a visual label", True),
    ],
)
def test_the_page_of_a_recipe_follows_its_settings(capsys, name, settings, says, soft):
    given = [part for setting in settings for part in ("--set", setting)]
    assert main(["recipes", "show", name, *given]) == 0
    out = capsys.readouterr().out
    stage = next(line for line in out.splitlines() if "1. labels: " in line)
    assert says in stage
    assert ("soften unreliable labels (visual)" in stage) == soft
    assert ("labels stay hard" in stage) != soft
    told = next(line for line in out.splitlines() if "segments.reweight = " in line)
    assert ("no effect: " in told) != soft
    assert ("(without the settings changed here)" in out) == bool(settings)


def test_recipes_show_as_adapted_and_changed(capsys):
    assert (
        main(
            [
                "recipes",
                "show",
                "han",
                "--features",
                "offline",
                "--set",
                "training.lr=0.5",
                "--json",
            ]
        )
        == 0
    )
    definition = json.loads(capsys.readouterr().out)
    assert definition["features"] == ["offline"]
    assert definition["training"]["lr"] == 0.5
    assert definition["training"]["epochs"] == RECIPES["han"].adapt["offline"]["training.epochs"]


def test_recipes_diff_shows_only_what_differs(capsys):
    assert main(["recipes", "diff", "han", "mgn", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["network.builder"] == ["han", "mgn"]
    assert "training.lr" not in found
    assert main(["recipes", "diff", "han", "han"]) == 0
    assert "no difference" in capsys.readouterr().out
    assert main(["recipes", "diff", "han", "mng"]) == 2
    assert "did you mean mgn?" in capsys.readouterr().err


def test_truth_of_val_that_names_other_clips_is_told_before_the_training(tmp_path, capsys):
    dataset, store = write_world(tmp_path)
    command = ["train", str(dataset.root), "--features", str(store.path), "--recipe", "han"]
    command += [*SETTINGS, "--json", "--out"]
    table = dataset.root / "val_audio.csv"
    whole = table.read_text()
    table.write_text(whole + "VAL00.wav\t0\t1\tDog\n")
    assert main([*command, str(tmp_path / "run")]) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert "'VAL00.wav': did you mean 'val00'?" in warning
    table.write_text(whole.replace("val", "Val"))
    assert main([*command, str(tmp_path / "other")]) == 2
    assert "did you mean 'val00'?" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
