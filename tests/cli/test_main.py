"""The entry point: help without heavy imports, exit codes, one-line errors."""

import subprocess
import sys

import pytest

from seehear.cli import main as cli
from seehear.errors import DataError


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from seehear.cli.main import main\ntry: main(['--help'])\nexcept SystemExit:"
        " pass\nprint(sorted({'torch', 'av', 'rich', 'onnxruntime'} & sys.modules.keys()),"
        " file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "parse" in result.stdout
    assert result.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (
            "seehear.cli.parse seehear.parser.options",
            "seehear.library.index seehear.library.hits seehear.parser.trained seehear.share",
        ),
        (
            "seehear.cli.search seehear.library.mirror seehear.library.hits",
            "seehear.library.parts seehear.parser seehear.media importlib.metadata",
        ),
    ],
)
def test_a_command_imports_little_that_it_does_not_use(modules: str, unwanted: str) -> None:
    """Each is waited for, at every start."""
    code = (
        f"import importlib, sys; list(map(importlib.import_module, {modules.split()!r}));"
        " print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(unwanted.split())
    assert loaded >= set(modules.split())


def test_no_command_shows_what_there_is(capsys: pytest.CaptureFixture) -> None:
    assert cli.main([]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert all(f"\n    {name}" in printed.err for name in cli.COMMANDS)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("pars x", "seehear: expected a command, got 'pars' (did you mean parse?); see seehear"),
        ("xyzzy", "seehear: expected a command, got 'xyzzy'; see seehear"),
        (
            "search . dog --fromat csv",
            "seehear search: unrecognized arguments: --fromat csv (did you mean --format?); see",
        ),
        (
            "models ls --jsn",
            "seehear models: unrecognized arguments: --jsn (did you mean --json?); see",
        ),
        (
            "search . dog --fmat=a-long-name-of-something",
            "seehear search: unrecognized arguments: --fmat=a-long-name-of-something (did you mean"
            " --format?); see",
        ),
        ("decode . cat", "seehear decode: unrecognized arguments: cat; see seehear decode"),
        ("search . dog -z", "seehear search: unrecognized arguments: -z; see seehear search"),
    ],
)
def test_a_misspelt_command_or_option_is_told_with_what_was_meant(
    line: str, told: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(line.split())
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize(
    ("more", "meant"),
    [
        ("--epochs 3", "--set training.epochs=3"),
        ("--epochs=3", "--set training.epochs=3"),
        ("--epochs", "--set training.epochs=VALUE"),
        ("--epoch 3", "--set training.epochs=3"),
        ("--batch 8 --epochs 3", "--set training.batch=8"),
        ("--weight-decay 0.1", "--set training.weight_decay=0.1"),
        ("--layers 2 --recipe han", "--set network.layers=2"),
        ("--recpie han", "--recipe"),
        ("--featurs x", "--features"),
        ("--layers 2 --recipe nonsense", None),
    ],
)
def test_an_option_that_is_a_setting_of_the_recipe_is_told_as_that(
    more: str, meant: str | None, capsys: pytest.CaptureFixture
) -> None:
    pytest.importorskip("torch")
    with pytest.raises(SystemExit):
        cli.main(["train", "data", "--features", "f", "--out", "r", *more.split()])
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert f"(did you mean {meant}?)" in err if meant else "--set" not in err


def test_an_error_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    class Command:
        configure = staticmethod(lambda parser: None)

        @staticmethod
        def run(args: object) -> int:
            raise DataError("expected a table,\n got nothing", where="x.csv", hint="write one")

    monkeypatch.setitem(sys.modules, "seehear.cli.doctor", Command)
    assert cli.main(["doctor"]) == 2
    assert capsys.readouterr().err == "seehear: x.csv: expected a table, got nothing; write one\n"
    with pytest.raises(DataError):
        cli.main(["doctor", "--debug"])


def test_a_wrong_command_is_exit_code_2(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["prase", "x.mp4"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "package", "called", "extra"),
    [
        ("doctor", "torch", "torch", "train"),
        ("search", "duckdb", "duckdb", "library"),
        ("demo", "PIL", "Pillow", "offline,train,library"),
    ],
)
def test_a_missing_package_names_its_extra(
    monkeypatch, capsys, command: str, package: str, called: str, extra: str
) -> None:
    class Command:
        configure = staticmethod(lambda parser: None)

        @staticmethod
        def run(args: object) -> int:
            raise ModuleNotFoundError(f"No module named '{package}.sub'", name=f"{package}.sub")

    monkeypatch.setitem(sys.modules, f"seehear.cli.{command}", Command)
    assert cli.main([command]) == 2
    assert (
        capsys.readouterr().err
        == f"seehear: {called} is not installed; run: pip install 'seehear[{extra}]'\n"
    )
    with pytest.raises(ModuleNotFoundError):
        cli.main([command, "--debug"])


def test_a_missing_module_of_our_own_is_no_missing_extra(monkeypatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "doctor", ("no_such_file", ""))
    with pytest.raises(ModuleNotFoundError, match=r"seehear\.cli\.no_such_file"):
        cli.main(["doctor"])


def test_python_dash_m_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seehear", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()[0]) == (0, "seehear")
