"""What is built and stated about it: the wheel's content, the oldest versions, the dependencies."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and sdist of this checkout."""
    pytest.importorskip("build")
    checks = tool("check_wheel")
    check = checks.Check()
    both = checks.built(tmp_path_factory.mktemp("packed"), check)
    assert check.failed == []
    return both


def test_wheel_and_sdist_hold_what_git_holds_and_nothing_else(
    packed: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    checks = tool("check_wheel")
    check = checks.Check()
    checks.look(*packed, check)
    said = capsys.readouterr().out
    assert check.failed == [], said
    assert said.count("ok") == 5 or "skipped" in said


def test_the_check_of_what_is_packed_can_fail(
    packed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = tool("check_wheel")
    monkeypatch.setattr(checks, "WANTED", ("seehear/no_such_file",))
    files = {"src/seehear/forgotten.txt", "src/seehear/py.typed", "LICENSE"}
    monkeypatch.setattr(checks, "tracked", lambda: files)
    check = checks.Check()
    checks.look(*packed, check)
    assert len(check.failed) == 4
    said = capsys.readouterr().out
    assert "no_such_file" in said
    assert "missing: ['seehear/forgotten.txt']" in said


def test_every_file_of_data_in_the_package_is_read_by_something() -> None:
    package = ROOT / "src" / "seehear"
    paths = [path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    data = [path for path in paths if path.suffix != ".py"]
    texts = "\n".join(path.read_text("utf-8") for path in paths)
    # py.typed is for type checkers; captions take the languages that are there
    apart = {"py.typed", "de.txt", "en.txt"}
    unread = [
        path.name
        for path in data
        if not {path.name, path.stem} & (apart | set(re.findall(r"[\w.-]+", texts)))
    ]
    assert len(data) > 30
    assert unread == []


def test_the_oldest_versions_are_those_of_pyproject() -> None:
    command = [sys.executable, str(ROOT / "tools" / "oldest.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stored = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8")
    assert done.stdout == stored, "run: python tools/oldest.py > constraints-oldest.txt"


def test_every_dependency_is_bounded_below_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        line for wanted in project["optional-dependencies"].values() for line in wanted
    ] + project["dependencies"]
    packages = [line for line in lines if not line.startswith("seehear[")]
    assert all(">=" in line for line in packages)
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    names = {line.split(">=")[0].split("[")[0].lower() for line in packages}
    assert names <= pinned, sorted(names - pinned)


def test_every_dependency_and_everything_that_is_fetched_has_a_licence_row() -> None:
    from seehear.data.fetch_llp import PARTS
    from seehear.data.public import PUBLIC

    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra, wanted in project["optional-dependencies"].items():
        if extra not in ("test", "docs", "mutants"):  # for work on seehear alone
            lines += wanted
    names = {re.split(r"[>\[]", line)[0] for line in lines} - {"seehear"}
    assert [name for name in sorted(names) if f"\n| `{name}` | " not in page] == []
    assert [part for part in PARTS if part != "tables" and f"`{part}`" not in page] == []
    for name, public in PUBLIC.items():
        assert f"| `fetch {name}` | {public.repository.partition('@')[0]}" in page
