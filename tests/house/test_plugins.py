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

from seehear import encoders, export, interchange, plugins, recipes
from seehear.errors import ConfigError, ForeignCodeError
from small_world import TINY

PACKAGE = Path(__file__).parents[1] / "plugin_package"


@pytest.fixture(scope="module")
def seehear(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., list[str]]:
    """Install the package into a folder of its own; return what runs commands, one after another in
    one process, with that folder on the path.
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

    def run(*commands: tuple[object, ...]) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, json.dumps(commands, default=str)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        printed: list[str] = json.loads(done.stdout.splitlines()[-1])
        return printed

    return run


COMMANDS = """
import contextlib, io, json, sys
from seehear.cli.main import main

def run(command):
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed):
        try:
            code = main(command)
        except SystemExit as stop:  # --help
            code = stop.code or 0
    if code:
        sys.exit(f"{command} ended with {code}")
    printed.flush()
    return printed.buffer.getvalue().decode()

if __name__ == "__main__":
    print(json.dumps([run([str(word) for word in command]) for command in json.loads(sys.argv[1])]))
"""


def test_it_is_listed_and_its_format_goes_both_ways(seehear, tmp_path: Path) -> None:
    from seehear.time import Event, TimeGrid, Timeline, Track

    line = Timeline("a.mp4", 3, TimeGrid(3), ("Dog",), (Event(0, 2, Track.AUDIO, "Dog"),))
    (tmp_path / "a.timeline.json").write_text(line.to_json())
    (tmp_path / "a.txt").write_text("0 to 2 s: Dog (audio)\nprose\n")
    listed, shown, helped, about, exported, imported = seehear(
        ("recipes", "ls", "--json"),
        ("recipes", "show", "han-bright"),
        ("export", "--help"),
        ("doctor", "--json"),
        ("export", tmp_path / "a.timeline.json", "--to", "lines"),
        ("import", tmp_path / "a.txt", "--out", tmp_path / "library", "--json"),
    )
    assert "han-bright" in [recipe["name"] for recipe in json.loads(listed)]
    assert "audio loudness/feature, visual brightness/feature" in shown
    assert "lines" in helped
    assert {
        "group": "seehear.recipes",
        "name": "han-bright",
        "package": "seehear-brightness 1.0",
    } in json.loads(about)["plugins"]
    assert exported == "0 to 2 s: Dog (audio)\n"
    (file,) = json.loads(imported)["files"]
    assert (file["format"], file["rows"], file["used"]) == ("lines", 2, 1)


def test_from_media_to_a_trained_parser_of_its_own(seehear, tmp_path: Path) -> None:
    pytest.importorskip("av")
    pytest.importorskip("torch")
    from seehear.demo.world import make_world

    data = make_world(tmp_path / "data", splits={"train": 2, "val": 1, "test": 1})
    feats, trained = tmp_path / "feats", tmp_path / "run"
    encoders = ("--visual", "brightness", "--audio", "loudness")
    small = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    *_, evaluated = seehear(
        ("extract", data, *encoders, "--out", feats, "--jobs", 1),
        ("train", data, "--features", feats, "--recipe", "han-bright", *small, "--out", trained),
        ("evaluate", data, "--model", trained, "--features", feats, "--json"),
    )
    manifest = json.loads((feats / "manifest.json").read_text())
    assert manifest["encoders"]["brightness"]["preprocessing"] == {"fields": 9, "fps": 1}
    assert 0 <= json.loads(evaluated)["segment/type"] <= 1


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
    "seehear.importers": interchange.get,
    "seehear.recipes": recipes.get,
    "seehear.feature_sets": recipes.FEATURES.__getitem__,
}


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_package_that_cannot_be_imported(installed, group: str) -> None:
    installed((group, "x", "no_such_package.things:X"))
    with pytest.raises(
        ForeignCodeError,
        match=r"package no_such_package: its .* 'x' cannot be loaded: ModuleNotFoundError: No",
    ):
        ASK[group]("x")


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_mistake_in_a_package_is_told_with_its_line(
    installed, group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"wrong_{group.partition('.')[2]}"
    (tmp_path / f"{name}.py").write_text("import json\n\nfrom json import no_such_thing\n")
    monkeypatch.syspath_prepend(tmp_path)
    installed((group, "x", f"{name}:X"))
    with pytest.raises(ForeignCodeError) as caught:
        ASK[group]("x")
    told = str(caught.value)
    assert "cannot be loaded: ImportError: cannot import name 'no_such_thing'" in told
    assert f"({tmp_path / name}.py, line 3); correct it if it is yours" in told


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
        ("seehear.importers", "csv", interchange.names),
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
