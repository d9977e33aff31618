"""`seehear doctor`: the installation, and a dataset's media."""

import json
from pathlib import Path

import pytest

import seehear
from media_files import film, tone
from seehear.cli import installation as installation_module
from seehear.cli.main import main
from seehear.weights import WEIGHTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_installation_as_json(capsys, empty_cache):
    assert main(["doctor", "--json"]) == 0
    captured = capsys.readouterr()
    about = json.loads(captured.out)["installation"]
    assert captured.err == ""
    assert about["seehear"] == seehear.__version__
    assert about["cache"] == str(empty_cache)
    assert about["weights"] == dict.fromkeys(WEIGHTS, "missing")
    assert about["presets"] == {"offline": False, "clip": False}
    assert about["packages"]["numpy"]
    assert about["extras"]["offline"]["complete"] is True  # the tests need it
    assert {"av", "pillow", "onnxruntime"} <= set(
        about["extras"]["offline"]["packages"]
    )  # extras of extras too
    assert set(about["extras"]["all"]["packages"]) >= set(about["extras"]["offline"]["packages"])


def test_it_is_said_who_needs_a_part_and_what_it_weighs(capsys, empty_cache, monkeypatch):
    real = installation_module._version
    monkeypatch.setattr(
        installation_module, "_version", lambda name: None if name == "duckdb" else real(name)
    )
    assert main(["doctor", "--json"]) == 0
    library = json.loads(capsys.readouterr().out)["installation"]["extras"]["library"]
    assert library["needed_by"].startswith("search")
    assert library["megabytes"] == installation_module.PARTS["library"][1]
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert f"{library['megabytes']} MB" in out
    assert "5.6 GB are PyTorch" in " ".join(out.split())
    # the README says the same
    readme = (ROOT / "README.md").read_text("utf-8")
    for extra, (_, megabytes) in installation_module.PARTS.items():
        assert f"| `{extra}` |" in readme
        assert f"| {megabytes:,} MB |" in readme, extra


def test_extras_for_work_on_seehear_itself_are_left_out(capsys, empty_cache):
    assert main(["doctor"]) == 0
    first = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.split()}
    extras = set(installation_module.installation()["extras"])
    assert first & extras == set(installation_module.PARTS)
    assert extras - first == {"test", "docs", "mutants"}


def test_what_is_missing_comes_with_the_command_that_brings_it(capsys, empty_cache, monkeypatch):
    real = installation_module._version
    monkeypatch.setattr(
        installation_module, "_version", lambda name: None if name == "av" else real(name)
    )
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "pip install 'seehear[media]'" in out
    assert "missing av" in out
    assert "seehear models fetch yamnet" in out
    assert "seehear models fetch vggish" in out
    assert "presets: offline not ready, clip not ready" in out


@pytest.fixture
def dataset(tmp_path):
    """Three clips of two seconds: one good, one silent, one no video at all."""
    videos = tmp_path / "data" / "videos"
    film(videos / "good.mkv", 2)
    film(videos / "silent.mkv", 2, wave=tone(2, level=0))
    (videos / "bad.mp4").write_bytes(b"not a video" * 100)
    (tmp_path / "data" / "clips.csv").write_text(
        "filename\tevent_labels\n" + "".join(f"{n}\tDog\n" for n in ("good", "silent", "bad"))
    )
    (tmp_path / "data" / "dataset.toml").write_text(
        'name = "small"\nmedia = "videos"\n[grid]\ncount = 2\nstep_s = 1.0\n[vocabulary]\nDog ='
        ' "dog"\n[splits.train]\nclips = "clips.csv"\n'
    )
    return tmp_path / "data"


def test_a_dataset_with_damaged_media_exits_with_1(capsys, dataset, empty_cache):
    assert main(["doctor", str(dataset), "--json", "--jobs", "1"]) == 1
    captured = capsys.readouterr()
    about = json.loads(captured.out)["dataset"]
    assert about["media_examined"] == 3
    assert about["counts"]["silent"] == 1
    assert about["counts"]["media_damaged"] == 1
    lines = [line for line in captured.err.splitlines() if line.startswith("seehear: bad.mp4")]
    assert len(lines) == 1
    assert "bad" in lines[0]
    assert "not a readable media file" in lines[0]


def test_a_dataset_without_its_media_examined(capsys, dataset, empty_cache):
    assert main(["doctor", str(dataset), "--json", "--no-media"]) == 0
    about = json.loads(capsys.readouterr().out)["dataset"]
    assert about["media_examined"] == 0
    assert any(line.startswith("every training clip has Dog:") for line in about["warnings"])


def test_a_dataset_that_is_none(capsys, tmp_path, empty_cache):
    assert main(["doctor", str(tmp_path / "nowhere")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
