"""The nine released evaluation loops, through our decoding options."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from seehear.metrics import FIGURE_KEYS, evaluate
from seehear.time import Decoding, decide

# which pooled probability gates a segment in each release
GATES = {
    "lsld": "own",
    "han": "joint",
    "ma": "own",
    "ma_step3": "own",
    "jomold": "own",
    "mgn": "joint",
    "mm_pyramid": "joint",
    "dhhn": "own",
    "dhhn_final": "own",
}


@pytest.fixture(scope="module")
def loops(shared: Path) -> dict[str, NDArray[np.generic]]:
    """Stored probabilities and what each release made of them."""
    with np.load(shared / "golden" / "metrics.npz") as file:
        return {
            key.removeprefix("eval/"): file[key] for key in file.files if key.startswith("eval/")
        }


def decided(loops, gate: str) -> NDArray[np.bool_]:
    segment = np.stack([loops["frame_a"], loops["frame_v"]], axis=2)
    track = np.stack([loops["video_a"], loops["video_v"]], axis=1)
    return decide(segment, track, loops["global"], decoding=Decoding(gate=gate))


def test_all_nine_are_there(loops) -> None:
    assert set(loops["repo_names"].tolist()) == set(GATES)


@pytest.mark.parametrize("name", list(GATES))
def test_decisions_and_printed_figures(loops, name: str) -> None:
    index = loops["repo_names"].tolist().index(name)
    on = decided(loops, GATES[name])
    np.testing.assert_array_equal(on[:, :, 0], loops["gated_pred_a"][index])
    np.testing.assert_array_equal(on[:, :, 1], loops["gated_pred_v"][index])
    figures = evaluate(on[:, :, 0], on[:, :, 1], loops["gt_a"], loops["gt_v"]).figures()
    assert [round(100 * figures[key], 1) for key in FIGURE_KEYS] == loops["overall_printed"][
        index
    ].tolist()


def test_the_gate_matters_here(loops) -> None:
    assert (decided(loops, "own") != decided(loops, "joint")).any()
    assert (decided(loops, "own") != decided(loops, "none")).any()
