"""A package of somebody else's beside seehear: its encoders, recipe and format work unchanged."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from seehear import encoders, export, plugins, recipes
from seehear.errors import ConfigError

PACKAGE = Path(__file__).parents[1] / "plugin_package"


@pytest.fixture(scope="module")
def seehear(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Install the package into a folder of its own; return what runs a command with that folder on
    the path.
    """
    pytest.importorskip("hatchling")
    root = tmp_path_factory.mktemp("plugin")
    shutil.copytree(PACKAGE, root / "source", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(root / "site"), str(root / "source")],
        check=True,
    )
    # the tree that is tested stays on the path: it need not be the one that is installed
    paths = [str(root / "site"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}

    def run(*command: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "seehear.cli.main", *map(str, command)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    return run


def test_it_is_listed(seehear) -> None:
    assert "han-bright" in [
        recipe["name"] for recipe in json.loads(seehear("recipes", "ls", "--json").stdout)
    ]
    assert (
        "audio loudness/feature, visual brightness/feature"
        in seehear("recipes", "show", "han-bright").stdout
    )
    assert "lines" in seehear("export", "--help").stdout
    about = json.loads(seehear("doctor", "--json").stdout)
    assert {
        "group": "seehear.recipes",
        "name": "han-bright",
        "package": "seehear-brightness 1.0",
    } in about["plugins"]


def test_from_media_to_a_trained_parser_of_its_own(seehear, tmp_path: Path) -> None:
    pytest.importorskip("av")
    pytest.importorskip("torch")
    from seehear.demo.world import make_world

    data, feats, trained = (
        make_world(tmp_path / "data", splits={"train": 2, "val": 1, "test": 1}),
        "feats",
        "run",
    )
    seehear(
        "extract",
        data,
        "--visual",
        "brightness",
        "--audio",
        "loudness",
        "--out",
        tmp_path / feats,
        "--jobs",
        1,
    )
    manifest = json.loads((tmp_path / feats / "manifest.json").read_text())
    assert manifest["encoders"]["brightness"]["preprocessing"] == {"fields": 9, "fps": 1}
    seehear(
        "train",
        data,
        "--features",
        tmp_path / feats,
        "--recipe",
        "han-bright",
        "--out",
        tmp_path / trained,
    )
    evaluated = seehear(
        "evaluate", data, "--model", tmp_path / trained, "--features", tmp_path / feats, "--json"
    )
    assert 0 <= json.loads(evaluated.stdout)["segment/type"] <= 1


def test_its_format(seehear, tmp_path: Path) -> None:
    from seehear.time import Event, TimeGrid, Timeline, Track

    line = Timeline("a.mp4", 3, TimeGrid(3), ("Dog",), (Event(0, 2, Track.AUDIO, "Dog"),))
    (tmp_path / "a.timeline.json").write_text(line.to_json())
    assert (
        seehear("export", tmp_path / "a.timeline.json", "--to", "lines").stdout
        == "0 to 2 s: Dog (audio)\n"
    )


# --- packages that do not fit


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what pretends that packages with these entry points are installed."""

    def install(*points: tuple[str, str, str]) -> None:
        found = metadata.EntryPoints(
            [metadata.EntryPoint(name, value, group) for group, name, value in points]
        )
        monkeypatch.setattr(metadata, "entry_points", lambda **wanted: found.select(**wanted))
        plugins._warned.clear()

    return install


ASK = {
    "seehear.encoders": encoders.card,
    "seehear.exporters": export.get,
    "seehear.recipes": recipes.get,
    "seehear.feature_sets": recipes.FEATURES.__getitem__,
}


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_package_that_cannot_be_imported(installed, group: str) -> None:
    installed((group, "x", "no_such_package.things:X"))
    with pytest.raises(
        ConfigError, match=r"package no_such_package: its .* 'x' cannot be loaded \(ModuleNotFound"
    ):
        ASK[group]("x")


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_package_that_holds_something_else(installed, group: str) -> None:
    installed((group, "x", "json:dumps"))
    with pytest.raises(
        ConfigError, match=r"package json: its .* 'x': expected a .*, got <function dumps"
    ) as caught:
        ASK[group]("x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_two_packages_with_one_name(installed, group: str) -> None:
    installed((group, "x", "one:X"), (group, "x", "two:X"))
    with pytest.raises(
        ConfigError, match=r"packages one and two both add .* 'x'; uninstall one of them"
    ):
        ASK[group]("x")


@pytest.mark.parametrize(
    ("group", "name", "names"),
    [
        ("seehear.encoders", "yamnet", encoders.encoder_ids),
        ("seehear.exporters", "csv", export.names),
        ("seehear.recipes", "han", lambda: list(recipes.RECIPES)),
        ("seehear.feature_sets", "clip", lambda: list(recipes.FEATURES)),
    ],
)
def test_a_name_of_ours_always_means_ours(installed, caplog, group: str, name: str, names) -> None:
    before = names()
    installed((group, name, "thief:X"))
    assert names() == names() == before
    ASK[group](name)
    assert len(caplog.records) == 1  # said once
    assert (
        f"package thief wants to add {plugins.noun(group)} {name!r}, which seehear has itself"
        in caplog.text
    )


def test_one_broken_package_does_not_spoil_the_list(installed, caplog) -> None:
    installed(
        ("seehear.recipes", "x", "no_such_package:X"),
        ("seehear.encoders", "y", "no_such_package:Y"),
    )
    assert "x" not in list(recipes.RECIPES)
    assert "han" in recipes.RECIPES
    assert "y" not in encoders.cards()
    assert [record.getMessage().count("\n") for record in caplog.records] == [0, 0]


def test_a_thing_that_calls_itself_otherwise(installed) -> None:
    installed(
        ("seehear.recipes", "x", "seehear.recipes.han:HAN"),
        ("seehear.encoders", "x", "seehear.encoders.conse:ConSE"),
    )
    with pytest.raises(ConfigError, match="'x' calls itself 'han'"):
        recipes.get("x")
    with pytest.raises(ConfigError, match="expected a class whose card has the id 'x'"):
        encoders.card("x")


def test_an_unknown_recipe_still_names_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'hna'; did you mean han\?"):
        recipes.get("hna")
