"""What is built and stated about it: the wheel's content, the oldest versions, the dependencies."""

import importlib.util
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


def test_wheel_and_sdist_hold_what_they_should(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("build")
    checks = tool("check_wheel")
    check = checks.Check()
    wheel = checks.build(tmp_path, check)
    assert check.failed == [], capsys.readouterr().out
    assert wheel.name.startswith("seehear-")


def test_the_check_of_the_wheel_can_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    pytest.importorskip("build")
    checks = tool("check_wheel")
    monkeypatch.setattr(checks, "WANTED", ("seehear/no_such_file",))
    check = checks.Check()
    checks.build(tmp_path, check)
    assert len(check.failed) == 1
    assert "no_such_file" in capsys.readouterr().out


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
