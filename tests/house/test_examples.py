"""Every example, a file's or a docstring's, runs as a reader runs it and gives what it promises."""

import doctest
import importlib
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from small_world import write_world

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def run_here(
    name: str,
    *arguments: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """Run an example in this process, which has PyTorch already."""
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return capsys.readouterr().out


def run(name: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def with_examples() -> list[str]:
    """Return the modules of the package whose docstrings hold examples."""
    source = ROOT / "src"
    files = [f for f in source.glob("seehear/**/*.py") if ">>> " in f.read_text(encoding="utf-8")]
    return [".".join(f.relative_to(source).with_suffix("").parts) for f in sorted(files)]


@pytest.mark.parametrize("module", with_examples())
def test_examples_in_docstrings_are_true(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.failed == 0


def test_every_example_is_run_here_and_short() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    examples = list(EXAMPLES.glob("*.py"))
    assert examples, "the folder of examples has moved"
    for path in examples:
        assert re.search(rf'run(_here)?\("{path.name}"', here), f"{path.name} has no test"
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path.name


def test_score_predictions() -> None:
    out = run("score_predictions.py")
    assert out.startswith("segment/audio ")
    assert "careful is +" in out


def test_denoise_labels() -> None:
    out = run("denoise_labels.py")
    assert "Dog     ######....\nSpeech  ....##....\nCar     ..........\n" in out


def test_search_library() -> None:
    pytest.importorskip("duckdb")
    assert run("search_library.py").splitlines()[-1] == "garden.mp4: 2 to 4 s"


def test_train_variant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, store = write_world(tmp_path)
    arguments = (dataset.root, store.path, tmp_path / "out")
    out = run_here("train_variant.py", *arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert out.splitlines()[-1] == f"load it anywhere with --model file://{tmp_path}/out/shared"
    assert (
        "# han-short, trained on small" in (tmp_path / "out" / "shared" / "README.md").read_text()
    )


@pytest.mark.weights
def test_parse_video(tmp_path: Path) -> None:
    import numpy as np

    from seehear.demo.world import render, unseen

    render(unseen(), tmp_path / "clip.mp4", np.random.default_rng(0))
    out = run("parse_video.py", tmp_path / "clip.mp4", "Telephone,Smoke alarm,Balloon")
    assert "heard but never seen" in out
    assert (tmp_path / "clip.vtt").read_text().startswith("WEBVTT")
