"""Every network's ONNX graph gives what the network gives, at any size."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from seehear.nn import SYSTEMS, build
from seehear.nn.graph import OPSET, OUTPUTS, to_onnx
from seehear.nn.output import Output

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

CLASSES = 5
PARSERS = [name for name in SYSTEMS if name not in ("dhhn_audionet", "dhhn_videonet", "ave_events")]
WIDTHS = {"audio": 7, "visual": 11, "motion": 9}
TOLERANCE = 1e-5
FEWER = {  # of layers that are alike: the time goes into writing them all out
    "mm_pyramid": {"levels": 2},
    "mgn": {"depths": (1, 1, 2)},
}


def network(name: str, *, seed: int = 0, motion: bool = True) -> nn.Module:
    torch.manual_seed(seed)
    sizes = {"audio_dim": 7, "visual_dim": 11, "motion_dim": 9 if motion else None}
    if name == "mgn":
        sizes["segments"] = 10
    sizes |= FEWER.get(name, {})
    return build(name, **sizes, classes=CLASSES, width=16).eval()


def inputs(clips: int, segments: int, frames: int, *, motion: bool) -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(clips * 100 + segments)
    given = {
        "audio": torch.randn(clips, segments, 7, generator=random),
        "visual": torch.randn(clips, segments * frames, 11, generator=random),
    }
    if motion:
        given["motion"] = torch.randn(clips, segments, 9, generator=random)
    return given


def run(graph: bytes, given: dict[str, torch.Tensor]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(list(OUTPUTS), {name: value.numpy() for name, value in given.items()})


@pytest.mark.parametrize("frames", [False, True], ids=["rows", "frames and motion"])
@pytest.mark.parametrize("name", PARSERS)
def test_the_graph_is_the_network(name: str, frames: bool) -> None:
    net = network(name, motion=frames)
    widths = WIDTHS if frames else {**WIDTHS, "motion": None}
    graph = to_onnx({"main": net}, widths, classes=CLASSES, segments=10, frames=frames)
    lengths = (10,) * 3 if name == "mgn" else (10, 7, 23)
    for clips, segments, rows in zip((1, 3, 2), lengths, (4, 1, 8), strict=True):
        given = inputs(clips, segments, rows if frames else 1, motion=frames)
        with torch.no_grad():
            wanted = net(**given)
        for key, got in zip(OUTPUTS, run(graph, given), strict=True):
            np.testing.assert_allclose(got, getattr(wanted, key).numpy(), atol=TOLERANCE, rtol=0)


def test_two_copies_share_the_answer() -> None:
    copies = {"main": network("dhhn"), "visual": network("dhhn", seed=1)}
    given = inputs(2, 10, 1, motion=True)
    clip, track, segment = run(to_onnx(copies, WIDTHS, classes=CLASSES, segments=10), given)
    with torch.no_grad():
        main, other = copies["main"](**given), copies["visual"](**given)
    np.testing.assert_allclose(clip, main.clip_prob.numpy(), atol=TOLERANCE)
    np.testing.assert_allclose(track[:, 0], main.track_prob[:, 0].numpy(), atol=TOLERANCE)
    np.testing.assert_allclose(track[:, 1], other.track_prob[:, 1].numpy(), atol=TOLERANCE)
    np.testing.assert_allclose(
        segment[:, :, 1], other.segment_prob[:, :, 1].numpy(), atol=TOLERANCE
    )


@pytest.mark.parametrize("share", [False, 0.0, 0.3])
def test_options_of_the_forward_pass_are_part_of_the_graph(share: float | bool) -> None:
    net, given = network("han"), inputs(2, 10, 1, motion=True)
    graph = to_onnx(
        {"main": net}, WIDTHS, classes=CLASSES, segments=10, forward={"cross_attention": share}
    )
    with torch.no_grad():
        apart, together = net(**given, cross_attention=share), net(**given)
    got = run(graph, given)[2]
    np.testing.assert_allclose(got, apart.segment_prob.numpy(), atol=TOLERANCE)
    assert not np.allclose(got, together.segment_prob.numpy(), atol=1e-3)


class Told(nn.Module):
    """A network that starts from what a zero-shot parser thinks."""

    takes_prior = True

    def __init__(self) -> None:
        super().__init__()
        self.net = network("han")

    def forward(self, audio, visual, motion=None, prior=None) -> Output:
        out = self.net(audio, visual, motion)
        return replace(out, segment_prob=torch.sigmoid(torch.logit(out.segment_prob) + prior))


def test_a_network_may_take_what_a_zero_shot_parser_thinks() -> None:
    net = Told()
    graph = to_onnx({"main": net}, WIDTHS, classes=CLASSES, segments=10)
    for segments in (10, 3):
        given = inputs(2, segments, 1, motion=True)
        given["prior"] = torch.randn(2, segments, 2, CLASSES)
        with torch.no_grad():
            wanted = net(**given)
        np.testing.assert_allclose(run(graph, given)[2], wanted.segment_prob, atol=TOLERANCE)


def test_equal_networks_give_equal_bytes_and_keep_their_mode() -> None:
    net = network("lsld")
    first = to_onnx({"main": net}, WIDTHS, classes=CLASSES, segments=10)
    assert first == to_onnx({"main": network("lsld")}, WIDTHS, classes=CLASSES, segments=10)
    assert not net.training


def test_the_opset_is_pinned() -> None:
    onnx = pytest.importorskip("onnx")
    graph = to_onnx({"main": network("han")}, WIDTHS, classes=CLASSES, segments=10)
    assert [used.version for used in onnx.load_from_string(graph).opset_import] == [OPSET]
