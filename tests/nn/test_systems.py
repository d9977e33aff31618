"""Every network at sizes of its own: what all of them keep, and how options are checked."""

import pytest
import torch
from torch import nn

from seehear.errors import ConfigError
from seehear.nn import build
from small_networks import PARSERS, batch, small

POOLED_SOFTMAX = (
    "han",
    "ma",
    "jomold",
    "lsld",
    "mm_pyramid",
    "dhhn",
)  # clip probability may exceed 1


# tensors that only a release stores, by hand: d^2 + d a linear layer, 2d a normalisation
D = 512


LINEAR, NORM = D * D + D, 2 * D


TRANSFORMER_LAYER = 4 * LINEAR + 2 * LINEAR + 2 * NORM


HAN_UNUSED = (
    3 * TRANSFORMER_LAYER + 2 * NORM + 2 * NORM
)  # three encoders, final norms of cmt_encoder and hat_encoder


MA_UNUSED = 2 * (4 * LINEAR + NORM) + (256 * 1024 + 256) + (2 * 256 + 2)


MM_UNUSED = (
    2 * (4 * LINEAR + NORM + 2 * LINEAR) + (3 * 4 + 2) * NORM
)  # two templates, a norm in every attention


def batch_like_meta() -> dict[str, torch.Tensor]:
    return {
        "audio": torch.empty(3, 6, 7),
        "visual": torch.empty(3, 12, 11),
        "motion": torch.empty(3, 6, 9),
    }


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    ("segments", "frames", "classes", "motion"),
    [(6, 6, 5, True), (1, 1, 1, False), (13, 39, 3, False)],
)
def test_shapes_and_ranges(
    name: str, segments: int, frames: int, classes: int, motion: bool
) -> None:
    net = small(name, segments=segments, classes=classes, motion_dim=9 if motion else None).eval()
    out = net(**batch(segments, frames, motion))
    assert out.clip_prob.shape == (3, classes)
    assert out.track_prob.shape == (3, 2, classes)
    assert out.segment_prob.shape == (3, segments, 2, classes)
    limit = {"mgn": 2.0}.get(name, 1.0)  # 1 + a softmax over time
    assert 0 < out.segment_prob.min()
    assert out.segment_prob.max() <= limit
    assert out.track_prob.max() <= 1 + 1e-6
    assert out.clip_prob.max() <= (2 if name in POOLED_SOFTMAX else 1) + 1e-6


@pytest.mark.parametrize("name", PARSERS)
def test_clips_of_a_batch_do_not_see_each_other(name: str) -> None:
    net, whole = small(name).eval(), batch(clips=4)
    out = net(**whole)
    for clip in range(4):
        alone = net(**{key: value[clip : clip + 1] for key, value in whole.items()})
        torch.testing.assert_close(alone.segment_prob[0], out.segment_prob[clip], atol=1e-6, rtol=0)
        torch.testing.assert_close(alone.clip_prob[0], out.clip_prob[clip], atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", PARSERS)
def test_every_parameter_learns(name: str) -> None:
    options = {"visual_dropout": 0.0} if name in ("jomold", "lsld") else {}
    net = small(name, **options, **({"layers": 2, "stacking": "chain"} if name == "han" else {}))
    if name == "mgn":  # the class tokens start at zero, as released
        nn.init.normal_(net.audio_token)
        nn.init.normal_(net.visual_token)
    out = net(**batch(frames=12))
    loss = (
        out.segment_prob.square().sum()
        + out.clip_prob.square().sum()
        + out.track_prob.square().sum()
    )
    for extra in (out.similarity, out.class_logits, out.joint_segment_prob):
        loss = loss if extra is None else loss + extra.square().sum()
    loss.backward()
    unused = [key for key, value in net.named_parameters() if value.grad is None]
    assert not unused


@pytest.mark.parametrize("name", PARSERS)
def test_evaluation_is_repeatable_and_training_is_not(name: str) -> None:
    net, inputs = small(name).eval(), batch()
    assert torch.equal(net(**inputs).segment_prob, net(**inputs).segment_prob)
    if name not in ("ave", "avsdn"):  # the reconstructions have no dropout
        net.train()
        first, second = net(**inputs).segment_prob, net(**inputs).segment_prob
        assert not torch.equal(first, second)


@pytest.mark.parametrize("name", ["han", "jomold", "mm_pyramid", "dhhn"])
def test_all_dropout_can_be_switched_off(name: str) -> None:
    off = {
        "han": {},
        "jomold": {"visual_dropout": 0.0},
        "mm_pyramid": {"attention_dropout": 0.0},
        "dhhn": {},
    }[name]
    net, inputs = small(name, dropout=0.0, **off).train(), batch()
    assert torch.equal(net(**inputs).segment_prob, net(**inputs).segment_prob)


@pytest.mark.parametrize(
    ("name", "options", "released", "unused"),
    [
        ("han", {}, 9_307_723, HAN_UNUSED),
        ("ma", {}, 11_673_933, HAN_UNUSED + MA_UNUSED),
        ("jomold", {}, 4_571_723, 2 * NORM),
        ("lsld", {"audio_dim": 512, "layers": 4}, 11_080_267, 2 * NORM),
        ("mgn", {}, 4_366_065, 0),
        ("mm_pyramid", {}, 43_995_725, MM_UNUSED),
        ("dhhn", {}, 9_296_459, 2 * NORM),
        ("ave_events", {}, 1_335_246, 0),
    ],
)
def test_parameter_counts_of_the_releases(
    name: str, options: dict, released: int, unused: int
) -> None:
    with torch.device("meta"):
        net = build(name, **options)
    assert sum(parameter.numel() for parameter in net.parameters()) == released - unused


@pytest.mark.parametrize("name", [name for name in PARSERS if name != "ave"])
def test_frames_may_come_pooled(name: str) -> None:
    net, inputs = small(name).eval(), batch(frames=24)
    pooled = inputs["visual"].unflatten(1, (6, 4)).mean(2)
    torch.testing.assert_close(
        net(**inputs).segment_prob,
        net(**{**inputs, "visual": pooled}).segment_prob,
        atol=1e-5,
        rtol=0,
    )


@pytest.mark.parametrize("name", PARSERS)
def test_frames_that_do_not_divide(name: str) -> None:
    with pytest.raises(ValueError, match="multiple of the 6 audio rows, got 10"):
        small(name)(**batch(frames=10))


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("wanted", [True, False])
def test_motion_missing_or_not_wanted(name: str, wanted: bool) -> None:
    with pytest.raises(ValueError, match=f"with{'' if wanted else 'out'} a motion stream"):
        small(name, motion_dim=9 if wanted else None)(**batch(motion=not wanted))


def test_unknown_network_and_option() -> None:
    with pytest.raises(ConfigError, match=r"no network is called 'hann'; did you mean han\?"):
        build("hann")
    with pytest.raises(ConfigError, match=r"han has no option 'droput'; did you mean dropout\?"):
        build("han", droput=0.1)
    with pytest.raises(
        ConfigError,
        match="expected contrast of ma to be one of embedding, encoded, None, got 'none'",
    ):
        build("ma", contrast="none")


def test_shapes_are_checked_while_tests_run() -> None:
    inputs = batch()
    with pytest.raises(TypeError, match="batch"):
        small("han")(inputs["audio"], inputs["visual"][:2], inputs["motion"])


@pytest.mark.parametrize("name", ["ave", "avsdn"])
@pytest.mark.parametrize("pooling", ["max", "mean", "attention"])
def test_pooling_of_the_reconstructions(name: str, pooling: str) -> None:
    out = small(name, pooling=pooling).eval()(**batch())
    pooled = {"max": out.segment_prob.amax(dim=1), "mean": out.segment_prob.mean(dim=1)}.get(
        pooling
    )
    if pooled is not None:
        torch.testing.assert_close(out.track_prob, pooled)
    low, high = out.segment_prob.amin(dim=1), out.segment_prob.amax(dim=1)
    assert ((low <= out.track_prob) & (out.track_prob <= high)).all()
    assert out.joint_segment_prob.shape == (3, 6, 5)
    with pytest.raises(
        ConfigError,
        match=f"expected pooling of {name} to be one of max, mean, attention, got 'best'",
    ):
        small(name, pooling="best")


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("training", [True, False])
def test_what_networks_make_inside_lies_beside_their_inputs(name: str, training: bool) -> None:
    with torch.device("meta"):
        net, inputs = small(name).train(training), batch_like_meta()
    out = net(**inputs)  # a tensor made on the processor would not mix with these
    assert {value.device.type for value in vars(out).values() if value is not None} == {"meta"}
