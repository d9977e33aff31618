"""`seehear convert`: what comes out runs, what cannot be converted says why."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from same_graph import check_graph
from seehear.cli.main import main
from seehear.nn import build, load_official
from seehear.train.model import as_graph, load_run

pytestmark = pytest.mark.usefixtures("no_graphs")

INPUTS = {"audio_dim": 128, "visual_dim": 2048, "motion_dim": 512}
# small networks under the released names; width 16 keeps them quick
SMALL: dict[str, dict] = {
    "han": INPUTS | {"layers": 2, "hidden": 24},
    "ma": INPUTS,
    "jomold": INPUTS,
    "mgn": INPUTS | {"depths": (1, 2, 1)},
    "mm_pyramid": INPUTS | {"levels": 2},
    "dhhn": INPUTS,
    "lsld": {"audio_dim": 512, "visual_dim": 512, "motion_dim": None, "layers": 4},
}


def checkpoint(
    tmp_path: Path, system: str, name: str = "official.pt", seed: int = 0, **options
) -> Path:
    torch.manual_seed(seed)
    path = tmp_path / name
    torch.save(
        {"model": build(system, width=16, **SMALL[system], **options).state_dict(), "epochs": 3},
        path,
    )
    return path


def inputs(system: str) -> dict[str, torch.Tensor | None]:
    random = torch.Generator().manual_seed(1)
    sizes = SMALL[system]
    motion = sizes["motion_dim"] and torch.randn(2, 10, 512, generator=random)
    return {
        "audio": torch.randn(2, 10, sizes["audio_dim"], generator=random),
        "visual": torch.randn(2, 80, sizes["visual_dim"], generator=random),
        "motion": motion,
    }


@pytest.mark.parametrize("system", SMALL)
def test_a_converted_model_gives_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], system: str
) -> None:
    path, out = checkpoint(tmp_path, system), tmp_path / "ours" / "model.safetensors"
    assert main(["convert", system, str(path), "--out", str(out)]) == 0
    assert f"{system}: " in capsys.readouterr().out
    ours = load_run(out)
    official = load_official(system, torch.load(path, weights_only=True))
    with torch.no_grad():
        expected, got = official(**inputs(system)), ours.copies["main"](**inputs(system))
    assert torch.equal(got.segment_prob, expected.segment_prob)
    assert torch.equal(got.clip_prob, expected.clip_prob)
    assert ours.features.name == ("release" if system == "lsld" else "paper")
    assert len(ours.vocabulary) == 25
    assert ours.grid.count == 10
    assert ours.decoding.gate == ("joint" if system in ("han", "mgn", "mm_pyramid") else "own")
    assert (
        json.loads(out.with_suffix(".json").read_text())["converted"]["main"]["file"]
        == "official.pt"
    )


def test_both_copies_of_dhhn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seehear.train.graph_file.as_graph", as_graph)
    audio, visual = (checkpoint(tmp_path, "dhhn", f"{seed}.pt", seed) for seed in range(2))
    out = tmp_path / "dhhn.safetensors"
    assert main(["convert", "dhhn", str(audio), "--video", str(visual), "--out", str(out)]) == 0
    final = load_official(
        "dhhn",
        torch.load(audio, weights_only=True),
        video_state_dict=torch.load(visual, weights_only=True),
    )
    check_graph(out)
    copies = load_run(out).copies
    with torch.no_grad():
        expected = final(**inputs("dhhn"))
        assert torch.equal(
            copies["main"](**inputs("dhhn")).track_prob[:, 0], expected.track_prob[:, 0]
        )
        assert torch.equal(
            copies["visual"](**inputs("dhhn")).track_prob[:, 1], expected.track_prob[:, 1]
        )


def test_what_a_release_stores_for_nothing_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = build("jomold", width=16, **SMALL["jomold"]).state_dict()
    torch.save(
        state
        | {
            f"hat_encoder.norm{i}.{kind}": torch.ones(16)
            for i in (1, 2)
            for kind in ("weight", "bias")
        },
        tmp_path / "jomold.pt",
    )
    arguments = [
        "convert",
        "jomold",
        str(tmp_path / "jomold.pt"),
        "--out",
        str(tmp_path / "x.safetensors"),
        "--json",
    ]
    assert main(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["left_out"] == 4
    assert result["tensors"] == len(state)
    assert main(arguments[:-1]) == 0
    assert "left out: 4 stored tensors without influence on any output" in capsys.readouterr().out


def test_other_classes_and_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = checkpoint(tmp_path, "han", classes=3), tmp_path / "han.safetensors"
    command = ["convert", "han", str(path), "--out", str(out)]
    assert main(command) == 2
    assert "expected 3 classes, as the checkpoint has, got 25" in capsys.readouterr().err
    words = tmp_path / "classes.txt"
    words.write_text("Dog\nCat\nRain\n")
    assert main([*command, "--vocabulary", str(words), "--features", "clip+3d"]) == 0
    assert load_run(out).vocabulary.names == ("Dog", "Cat", "Rain")
    assert load_run(out).features.name == "clip+3d"
    assert main([*command, "--features", "clap"]) == 2
    assert "no feature set 'clap'; expected one of paper, " in capsys.readouterr().err


def test_unknown_input_widths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "han.pt"
    torch.save(build("han", width=16, visual_dim=99).state_dict(), path)
    assert main(["convert", "han", str(path), "--out", str(tmp_path / "x.safetensors")]) == 2
    assert "no feature set has inputs (128, 99, 512) wide" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["convert", "ma", "han.pt", "--out", "x.safetensors"],
            "han.pt: expected the tensors of ma",
        ),
        (
            ["convert", "mgn", "han.pt", "--out", "x.safetensors"],
            "han.pt: expected the tensors of mgn (this looks like",
        ),
        (["convert", "han", "missing.pt", "--out", "x.safetensors"], "missing.pt: no such file"),
        (
            ["convert", "han", "han.pt", "--out", "x.pt"],
            "--out: expected a file ending in .safetensors, got x.pt",
        ),
        (
            ["convert", "han", "han.pt", "--video", "han.pt", "--out", "x.safetensors"],
            "only dhhn has a second checkpoint",
        ),
    ],
)
def test_one_line_and_exit_code_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    state = torch.load(checkpoint(tmp_path, "han", "han.pt"), weights_only=True)["model"]
    idle = {"t_att.fc.bias": torch.zeros(1)} if arguments[1] == "ma" else {}
    torch.save(state | idle, "han.pt")
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not Path("x.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hann", "han.pt", "--out", "x.safetensors"], "no released system is called 'hann'; exp"),
        (["han", "han.pt"], "--out: expected a model file to write"),
        (["han"], "han: expected a checkpoint of it, got none; give SYSTEM CHECKPOINT --out FILE"),
        (["runs/mine"], "runs/mine: expected a run folder or model file, got none"),
        ([".", "--out", "x.safetensors"], "--out: works only with a released checkpoint"),
        (["."], "expected a run folder with best.safetensors"),
    ],
)
def test_what_is_no_request(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_copies_of_different_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audio = checkpoint(tmp_path, "dhhn", "audio.pt")
    visual = checkpoint(tmp_path, "dhhn", "visual.pt", hidden=24)
    out = tmp_path / "x.safetensors"
    assert main(["convert", "dhhn", str(audio), "--video", str(visual), "--out", str(out)]) == 2
    assert "expected two copies of the same size" in capsys.readouterr().err


def test_a_truncated_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = checkpoint(tmp_path, "han")
    path.write_bytes(path.read_bytes()[:5000])
    assert main(["convert", "han", str(path), "--out", str(tmp_path / "x.safetensors")]) == 2
    assert "damaged or truncated" in capsys.readouterr().err


@pytest.mark.shared
def test_a_released_layout_at_full_size(golden, tmp_path: Path) -> None:
    vectors = golden("ma_forward")
    state = {key: torch.from_numpy(array) for key, array in vectors.group("sd/").items()}
    names = {"audio": "audio", "visual": "visual", "motion": "visual_st"}
    batch = {ours: vectors.given(f"in/{theirs}") for ours, theirs in names.items()}
    expected = vectors["out/frame_prob"]
    torch.save(state, tmp_path / "ma.pt")
    assert (
        main(["convert", "ma", str(tmp_path / "ma.pt"), "--out", str(tmp_path / "ma.safetensors")])
        == 0
    )
    with torch.no_grad():
        out = load_run(tmp_path / "ma.safetensors").copies["main"](
            **{key: torch.from_numpy(value) for key, value in batch.items()}
        )
    np.testing.assert_allclose(out.segment_prob.numpy(), expected, atol=1e-5)
