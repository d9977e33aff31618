"""A network trained on corrections: what it learns from, and the parser that comes of it."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

import fake_scorer
from fake_scorer import fake
from seehear.cli.main import main
from seehear.errors import WeightsError
from seehear.features.kept import KeptWriter
from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected
from seehear.parser import Parser
from seehear.parser.adjusted import Adjustment
from seehear.parser.kept import parse_kept
from seehear.parser.preset import PRESETS
from seehear.teach import training
from seehear.teach.dense import cuts, targets
from seehear.teach.evidence import ClipEvidence
from seehear.teach.masked import masked, masked_bce
from small_library import save


def clip(**changed):
    shape = (4, 2, 3)
    nothing = np.zeros(shape, bool)
    plain = ClipEvidence("a", np.zeros(shape), nothing, nothing, np.ones((4, 2), bool))
    return replace(plain, **changed)


def test_reviewed_seconds_override_what_the_catalogue_and_the_parser_say():
    margins = np.full((4, 2, 3), -3.0)
    margins[:2, 0, 0] = 3.0  # the parser hears the first class for two seconds
    known, truth = np.zeros((2, 4, 2, 3), bool)
    known[0, 0, 0] = True  # a person says that it is not there in the first
    weak = np.array([True, True, False])
    found = targets([clip(margins=margins, known=known, truth=truth, weak=weak)], cuts([4], 4, 4))
    heard, counts = found.values["audio_segments"][0], found.counts["audio_segments"][0]
    assert (heard[0, 0], counts[0, 0]) == (0, 1), "the person's word"
    assert heard[1, 0] == pytest.approx(0.9526, abs=1e-4)
    assert counts[1, 0] == 0.5
    assert not counts[:, 1].any(), "named, and the parser is nowhere sure: left open"
    assert not heard[:, 2].any()
    assert counts[:, 2].all(), "not named: nowhere"
    assert found.values["clip"].tolist() == [[1, 1, 0]]
    assert found.counts["clip"].tolist() == [[1, 1, 1]]
    silent = targets([clip()], cuts([4], 4, 4))
    assert not any(counts.any() for counts in silent.counts.values()), "nobody spoke of it"


def test_a_clip_is_known_to_hold_what_one_second_holds_and_to_lack_what_all_lack():
    known, truth = np.ones((4, 2, 3), bool), np.zeros((4, 2, 3), bool)
    truth[3, 1, 0] = True
    known[0, :, 2] = False
    found = targets([clip(known=known, truth=truth)], cuts([4], 4, 4))
    assert found.values["clip"].tolist() == [[1, 0, 0]]
    assert found.counts["clip"].tolist() == [[1, 1, 0]]
    halves = targets([clip(known=known, truth=truth)], cuts([4], 2, 2))
    assert halves.counts["clip"].tolist() == [[0, 0, 0], [1, 0, 0]], (
        "half a clip says what it holds"
    )


def test_what_is_not_known_moves_nothing():
    prob = torch.tensor([[0.2, 0.9]], requires_grad=True)
    label, counts = torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0]])
    loss = masked_bce(prob, label, counts)
    assert loss.item() == pytest.approx(-np.log(0.2))
    loss.backward()
    assert prob.grad[0, 1] == 0
    assert masked_bce(prob, label, counts * 0).item() == 0


def test_few_clips_are_looked_at_more_often_and_wishes_stay():
    assert masked(None, {}, 20).training.epochs > masked(None, {}, 400).training.epochs
    assert masked("han", {"training.epochs": "2"}, 20).training.epochs == 2
    assert {term.name for term in masked("han", {}, 20).losses} >= {"audio_segments", "clip"}


def test_a_network_counts_little_for_a_class_of_which_few_clips_told_it():
    known, truth = np.ones((4, 2, 3), bool), np.zeros((4, 2, 3), bool)
    truth[1, 0, 0] = True  # heard, not seen
    told = [clip(known=known, truth=truth)] * 3
    named = clip(weak=np.array([False, True, False]))
    assert training.counted([*told, named]).tolist() == [[0.5, 0.25, 0], [0, 0.25, 0]]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return a clip and a library of six that are it, where all the time something is loud."""
    folder = tmp_path_factory.mktemp("library")
    film = fake.make_clip(folder / "clip.mp4", 6)
    parser = Parser(fake_scorer.scorer(), {"preset": "offline"})
    parser.keep = lambda clip: KeptWriter(folder / "lib" / "0.features.npz")
    line = parser(film)
    row = ForeignRow("clip", "audio", "Loud", 0, 6, None, "t:2")
    right = corrected(line, [row], complete=True).timeline
    for number in range(6):
        save(folder / "lib", str(number), replace(right, source=f"{number}.mp4"))
        if number:
            shutil.copy(
                folder / "lib" / "0.features.npz", folder / "lib" / f"{number}.features.npz"
            )
    return folder


def teach(library, out, *options):
    small = ["training.epochs=30", "training.lr=0.02", "network.width=8", "network.hidden=8"]
    more = [word for setting in small for word in ("--set", setting)]
    return main(["teach", str(library), "--how", "train", "--out", str(out), *more, *options])


@pytest.fixture(scope="module")
def model(library):
    """Return what is learnt from it where thresholds alone teach nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "calibrate", lambda clips, classes: Adjustment.none(classes))
        assert teach(library / "lib", library / "taught") == 0
    return library / "taught"


def test_the_network_answers_beside_the_parser(library, model, monkeypatch):
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
    about = json.loads((model / "taught.json").read_text())
    heard, seen = about["network"]["weight"]
    assert heard[0] > 0
    assert not any(seen), "no clip showed it what it is to see anything"
    assert "Learnt by `train`" in (model / "README.md").read_text()
    parser = Parser.load(model)
    assert parser.about()["taught"]["network"]["weights"] == about["network"]["weights"]
    line = parser(library / "clip.mp4")
    again = parse_kept(parser, library / "lib" / "0.features.npz", line.media.hash)
    assert (again.kept.segments == line.kept.segments).all(), "media and kept features alike"
    weights = model / "network" / "best.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content + b" ")
    with pytest.raises(WeightsError, match="the network that was trained with it is missing"):
        Parser.load(model)
    weights.write_bytes(content)


def test_a_parser_with_a_network_is_taught_again(library, model, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
    parser, lib = Parser.load(model), tmp_path / "lib"
    line = parse_kept(parser, library / "lib" / "0.features.npz")
    row = ForeignRow("clip", "audio", "Loud", 0, 6, None, "t:2")
    right = corrected(line, [row], complete=True).timeline
    for number in range(5):
        save(lib, str(number), replace(right, source=f"{number}.mp4"))
    out = tmp_path / "again"
    asked = ["teach", str(lib), "--how", "calibrate", "--out", str(out)]
    assert main(asked) == 2
    assert "expected its folder" in capsys.readouterr().err
    assert main([*asked, "--model", str(model)]) == 0
    assert (out / "base" / "run" / "network" / "best.safetensors").is_file()
    parse_kept(Parser.load(out), library / "lib" / "0.features.npz")
    asked[-1] = str(model)
    assert main([*asked, "--model", str(model)]) == 2, "it cannot hold itself"
    assert "choose another" in capsys.readouterr().err


def test_a_shared_parser_is_whole_and_its_card_says_what_was_reviewed(
    library, model, tmp_path, monkeypatch
):
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    address = f"file://{tmp_path / 'place'}"
    assert main(["share", str(model), "--to", address, "--licence", "CC0-1.0"]) == 0
    card = (tmp_path / "place" / "README.md").read_text()
    assert "license: cc0-1.0" in card
    assert "| Loud | 36 | 36 |" in card
    line, same = (Parser.load(one)(library / "clip.mp4") for one in (model, address))
    assert (line.kept.segments == same.kept.segments).all()
    (tmp_path / "place" / "network" / "run.json").write_text("{}")
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "other"))
    with pytest.raises(WeightsError, match=r"network/run\.json"):
        Parser.load(address)


def test_options_of_a_network_are_refused_without_one(library, tmp_path, capsys):
    asked = ["teach", str(library / "lib"), "--out", str(tmp_path / "m"), "--how"]
    assert main([*asked, "calibrate", "--recipe", "han"]) == 2
    assert "--recipe: works only with train" in capsys.readouterr().err
    assert main([*asked, "train", "--recipe", "jomold"]) == 2
    assert "recipe jomold learns by rules of its own" in capsys.readouterr().err
