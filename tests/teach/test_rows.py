"""From a library with kept features to a parser that reads media and kept features alike."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fake_scorer
from fake_scorer import fake
from seehear.cli.main import main
from seehear.errors import WeightsError
from seehear.features.kept import KeptWriter
from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected, gone_through
from seehear.library.written import signed
from seehear.parser import Parser
from seehear.parser.kept import parse_kept
from seehear.parser.preset import PRESETS
from small_library import save


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return a clip and a library of five that are it, where all the time something is loud."""
    folder = tmp_path_factory.mktemp("library")
    film = fake.make_clip(folder / "clip.mp4", 6)
    parser = Parser(fake_scorer.scorer(), {"preset": "offline"})
    parser.keep = lambda clip: KeptWriter(folder / "lib" / "0.features.npz")
    line = parser(film)
    row = ForeignRow("clip", "audio", "Loud", 0, 6, None, "t:2")
    right = corrected(line, [row], complete=True).timeline
    for number in range(5):
        save(folder / "lib", str(number), replace(right, source=f"{number}.mp4"))
        if number:
            name = f"{number}.features.npz"
            shutil.copy(folder / "lib" / "0.features.npz", folder / "lib" / name)
    return folder


@pytest.fixture(scope="module")
def taught(library):
    """Return what is learnt from it."""
    assert teach(library / "lib", library / "taught", "--anyway") == 0
    return library / "taught"


@pytest.fixture
def model(taught, tmp_path):
    """Return a copy of it to be changed."""
    return Path(shutil.copytree(taught, tmp_path / "model"))


@pytest.fixture
def fake_preset(monkeypatch):
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)


def teach(library, out, *options):
    return main(["teach", str(library), "--how", "refit", "--out", str(out), *options])


def test_a_refitted_parser_reads_media_and_kept_features_alike(
    library, tmp_path, fake_preset, capsys
):
    model = tmp_path / "model"
    assert teach(library / "lib", model, "--anyway") == 0
    assert "learnt from 5 reviewed clips and 0 catalogued clips" in capsys.readouterr().out
    assert "Learnt by `refit`" in (model / "README.md").read_text()
    parser = Parser.load(model)
    about = json.loads((model / "taught.json").read_text())["linear"]
    assert (about["audio"], about["visual"]) == ("ear/feature", "eye/feature")
    told = parser.about()["taught"]
    assert (told["how"], told["linear"]["digest"]) == ("refit", about["digest"])
    line = parser(library / "clip.mp4")
    again = parse_kept(parser, library / "lib" / "0.features.npz", line.media.hash)
    made = {key: value for key, value in again.parser.items() if key != "kept"}
    assert signed(replace(again, parser=made)).to_json() == signed(line).to_json()
    plain = json.loads((model / "taught.json").read_text())
    del plain["linear"]
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "taught.json").write_text(json.dumps(plain))
    without = Parser.load(tmp_path / "plain")(library / "clip.mp4")
    assert np.any(without.kept.segments != line.kept.segments), "the scorers add something"


def test_a_refitted_parser_is_taught_again(library, taught, tmp_path, fake_preset, capsys):
    first, lib = taught, tmp_path / "lib"
    line = parse_kept(Parser.load(first), library / "lib" / "0.features.npz")
    for number in range(5):
        save(lib, str(number), gone_through(replace(line, source=f"{number}.mp4")))
    again = ["teach", str(lib), "--how", "calibrate", "--out", str(tmp_path / "again")]
    assert main(again) == 2
    assert "--model: needed, for the library was parsed by" in capsys.readouterr().err
    assert main([*again, "--model", str(first)]) == 0
    old, new = (
        parse_kept(Parser.load(model), library / "lib" / "0.features.npz")
        for model in (first, tmp_path / "again")
    )
    assert (old.kept.segments == new.kept.segments).all(), "no better: as it was"


@pytest.mark.parametrize("fault", ["missing", "damaged", "other"])
def test_other_scorers_are_refused_in_one_line(model, fake_preset, fault):
    path = model / "linear.npz"
    if fault == "missing":
        path.unlink()
    elif fault == "damaged":
        path.write_bytes(path.read_bytes()[:200])
    else:
        with np.load(path) as arrays:
            np.savez(path, **{name: arrays[name] + 1 for name in arrays})
    with pytest.raises(WeightsError, match=r"linear\.npz"):
        Parser.load(model)


def test_scorers_of_other_encoders_are_refused(model, fake_preset):
    about = json.loads((model / "taught.json").read_text())
    about["linear"]["encoders"]["eye"]["weights"] = {"eye": "0" * 64}
    (model / "taught.json").write_text(json.dumps(about))
    with pytest.raises(WeightsError, match="learnt with other weights of eye"):
        Parser.load(model)


def test_a_library_without_kept_features_is_told_what_to_do(library, tmp_path, capsys):
    shutil.copytree(library / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("*.npz"))
    assert teach(tmp_path / "lib", tmp_path / "model") == 2
    error = capsys.readouterr().err
    assert "no clip that somebody reviewed has kept features" in error
    assert error.count("parse its video again and keep features") == 1
    assert "--keep features --again all" in error
    shutil.copy(library / "lib" / "0.features.npz", tmp_path / "lib")
    assert teach(tmp_path / "lib", tmp_path / "model", "--anyway") == 0
    assert "left out: 4 clips without features" in capsys.readouterr().err
