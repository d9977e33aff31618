"""`seehear teach`: from corrections to a model that `parse` takes; faults in one line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fake_scorer
from seehear.cli.main import main
from seehear.errors import WeightsError
from seehear.library.corrections import gone_through
from seehear.parser import Parser
from seehear.parser.parser import as_vocabulary
from seehear.parser.preset import PRESETS
from seehear.time import Decoding, Scores, TimeGrid, decode_scores
from small_library import save

DECODING = Decoding(gate="none")
WORDS = as_vocabulary("Loud,Bright")


def put(library: Path, number: int, *, right: bool) -> None:
    """Write a reviewed clip whose parser is right, or bold in two seconds of eight."""
    prob = np.full((8, 2, 2), 0.05)
    prob[:3, 0, 0] = 0.95
    if not right:
        prob[5:7, 0, 0] = 0.6
    parser = {
        "preset": "offline",
        "encoders": {"eye": {"preprocessing": {"fps": 2}}},
        "vocabulary": WORDS.digest(),
        "decoding": DECODING.to_dict(),
    }
    scores = Scores(prob, TimeGrid(8), WORDS.names)
    line = decode_scores(scores, DECODING, source=f"{number}.mp4", duration_s=8.0, parser=parser)
    good = [event for event in line.events if event.start_s < 3]
    save(library, str(number), gone_through(replace(line, events=tuple(good))))


def teach(library: Path, out: Path, *options: str) -> int:
    return main(["teach", str(library), "--how", "calibrate", "--out", str(out), *options])


def test_from_corrections_to_a_parser(tmp_path: Path, monkeypatch, capsys) -> None:
    for number in range(10):
        put(tmp_path / "lib", number, right=False)
    assert teach(tmp_path / "lib", tmp_path / "model") == 0
    out = capsys.readouterr().out
    assert "learnt from 10 reviewed clips and 0 catalogued clips" in out
    assert "segment/type" in out
    card = (tmp_path / "model" / "README.md").read_text()
    assert "| Loud | 80 | 80 |" in card
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
    taught = Parser.load(tmp_path / "model")
    assert taught.about()["taught"]["reviewed_clips"] == 10
    moved = np.array(taught.about()["taught"]["shift"])
    assert moved[0, 0] < 0, "it is less bold"
    assert teach(tmp_path / "lib", tmp_path / "model", "--json") == 0, "it is replaced"
    assert json.loads(capsys.readouterr().out)["better"]


def test_what_is_no_better_keeps_the_old_parser(tmp_path: Path, capsys) -> None:
    for number in range(6):
        put(tmp_path / "lib", number, right=True)
    assert teach(tmp_path / "lib", tmp_path / "model") == 0
    assert "no better: the parser is kept as it was" in capsys.readouterr().out
    about = json.loads((tmp_path / "model" / "taught.json").read_text())
    assert about["shift"] == [[0, 0], [0, 0]]
    assert about["base"]["fps"] == 2
    assert teach(tmp_path / "lib", tmp_path / "model", "--anyway") == 0
    assert json.loads((tmp_path / "model" / "taught.json").read_text()) != about


def test_faults_are_one_line(tmp_path: Path, capsys) -> None:
    put(tmp_path / "lib", 0, right=True)
    assert main(["teach", str(tmp_path / "lib"), "--how", "magic", "--out", "m"]) == 2
    assert "--how: expected calibrate, refit or train, got 'magic'" in capsys.readouterr().err
    assert teach(tmp_path / "lib", tmp_path / "lib") == 2
    assert "expected a new folder, or that of a taught parser" in capsys.readouterr().err
    assert teach(tmp_path / "none", tmp_path / "m") == 2
    path = tmp_path / "lib" / "0.timeline.json"
    data = json.loads(path.read_text())
    data["parser"] = {"model": "run", "decoding": DECODING.to_dict()}
    path.write_text(json.dumps(data))
    capsys.readouterr()
    assert teach(tmp_path / "lib", tmp_path / "m") == 2
    assert "--model: needed, for the library was parsed by run" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "seehear.taught/9"}'])
def test_a_damaged_model_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "taught.json").write_text(text)
    with pytest.raises(WeightsError, match=r"taught\.json"):
        Parser.load(tmp_path)


def test_a_trained_run_goes_with_what_was_learnt(tmp_path: Path, monkeypatch) -> None:
    """The folder is whole: the run that was corrected lies in it, and may be taught again."""
    for number in range(10):
        put(tmp_path / "lib", number, right=False)
        path = tmp_path / "lib" / f"{number}.timeline.json"
        data = json.loads(path.read_text())
        data["parser"] = {"model": "run", "decoding": DECODING.to_dict()}
        path.write_text(json.dumps(data))
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").write_text("{}")
    asked = []

    def trained(path: Path, **options: object) -> fake_scorer.ZeroShot:
        asked.append(path)
        return fake_scorer.scorer()

    monkeypatch.setattr("seehear.parser.trained.trained", trained)
    monkeypatch.setattr("seehear.parser.prior.with_prior", lambda scorer, prior: scorer)
    model = tmp_path / "model"
    assert teach(tmp_path / "lib", model, "--model", str(run)) == 0
    taught = Parser.load(model)
    assert asked == [model / "base" / "run"]
    assert (model / "base" / "run" / "run.json").read_text() == "{}"
    first = np.array(taught.about()["taught"]["shift"])
    assert first[0, 0] < 0
    for number in range(10):
        path = tmp_path / "lib" / f"{number}.timeline.json"
        data = json.loads(path.read_text())
        data["parser"] = {"model": "model", "taught": taught.about()["taught"]}
        data["parser"]["decoding"] = taught.decoding.to_dict()
        path.write_text(json.dumps(data))
    assert teach(tmp_path / "lib", tmp_path / "again", "--model", str(model)) == 0
    Parser.load(tmp_path / "again")
    assert asked[-1] == tmp_path / "again" / "base" / "run"
