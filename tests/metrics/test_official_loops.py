"""The nine released evaluation loops, through our decoding options."""

import numpy as np
import pytest

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
INPUTS = ("frame_a", "frame_v", "gt_a", "gt_v", "video_a", "video_v", "global")


@pytest.mark.shared
def test_decisions_and_printed_figures_of_all_nine(golden) -> None:
    vectors = golden("metrics")
    given = {name: vectors.given(f"eval/{name}") for name in INPUTS}
    segment = np.stack([given["frame_a"], given["frame_v"]], axis=2)
    track = np.stack([given["video_a"], given["video_v"]], axis=1)

    names = vectors.given("eval/repo_names").tolist()
    assert sorted(names) == sorted(GATES)
    audio, visual, printed = [], [], []
    for name in names:
        on = decide(segment, track, given["global"], decoding=Decoding(gate=GATES[name]))
        audio.append(on[:, :, 0])
        visual.append(on[:, :, 1])
        figures = evaluate(audio[-1], visual[-1], given["gt_a"], given["gt_v"]).figures()
        printed.append([round(100 * figures[key], 1) for key in FIGURE_KEYS])
    vectors.check("eval/gated_pred_a", np.stack(audio))
    vectors.check("eval/gated_pred_v", np.stack(visual))
    vectors.check("eval/overall_printed", np.array(printed))
    vectors.finish("eval/")


def test_the_gate_matters() -> None:
    # two clips of one segment and class: likely in the track but not in the clip, and the reverse
    segment = np.full((2, 1, 2, 1), 0.9)
    track, clip = np.array([[[0.9], [0.9]], [[0.1], [0.1]]]), np.array([[0.1], [0.9]])

    def decided(gate: str) -> list[bool]:
        on = decide(segment, track, clip, decoding=Decoding(gate=gate))
        return on[:, 0, 0, 0].tolist()

    assert decided("own") == [True, False]
    assert decided("joint") == [False, True]
    assert decided("none") == [True, True]
