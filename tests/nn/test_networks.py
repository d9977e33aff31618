"""Every network at sizes of its own: shapes, ranges, independence of clips, and what its options
promise.
"""

import pytest
import torch
from torch import nn

from seehear.errors import ConfigError
from seehear.nn import SYSTEMS, build
from seehear.nn.dhhn import DHHN
from seehear.nn.mgn import MGN, MGNOptions, assign_weights

PARSERS = [name for name in SYSTEMS if name not in ("dhhn_audionet", "dhhn_videonet", "ave_events")]
POOLED_SOFTMAX = (
    "han",
    "ma",
    "jomold",
    "lsld",
    "mm_pyramid",
    "dhhn",
)  # clip probability may exceed 1


def small(
    name: str, *, segments: int = 6, classes: int = 5, motion_dim: int | None = 9, **options
) -> nn.Module:
    """Return a network of small odd sizes."""
    torch.manual_seed(0)
    sizes = {
        "audio_dim": 7,
        "visual_dim": 11,
        "motion_dim": motion_dim,
        "classes": classes,
        "width": 16,
    }
    sizes |= {"segments": segments} if name == "mgn" else {}
    return build(name, **sizes, **options)


def batch(
    segments: int = 6, frames: int = 6, motion: bool = True, clips: int = 3
) -> dict[str, torch.Tensor | None]:
    random = torch.Generator().manual_seed(1)
    return {
        "audio": torch.randn(clips, segments, 7, generator=random),
        "visual": torch.randn(clips, frames, 11, generator=random),
        "motion": torch.randn(clips, segments, 9, generator=random) if motion else None,
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


# --- HAN


def test_repeated_stacking_counts_the_last_layer_only() -> None:
    def run(**options) -> torch.Tensor:
        net = small("han", layers=2, **options).eval()
        torch.manual_seed(3)
        for parameter in net.hat_encoder.layers[0].parameters():
            nn.init.normal_(parameter)
        return net(**batch()).segment_prob

    repeated, chained, audio_first = (
        run(stacking=stacking) for stacking in ("repeat", "chain", "audio_first")
    )
    single = (
        small("han", layers=1).eval()(**batch()).segment_prob
    )  # equal to the second layer: stacks start as copies
    assert torch.equal(repeated, single)
    assert not torch.allclose(chained, repeated, atol=1e-3)
    assert not torch.allclose(chained, audio_first, atol=1e-3)
    torch.testing.assert_close(
        small("han", stacking="repeat").eval()(**batch()).segment_prob,
        small("han", stacking="chain").eval()(**batch()).segment_prob,
    )


def test_audio_first_lets_visual_see_the_updated_audio() -> None:
    encoder = small("han", stacking="audio_first").eval().hat_encoder
    audio, visual = torch.randn(2, 6, 16), torch.randn(2, 6, 16)
    layer = encoder.layers[0]
    new_audio = layer(audio, visual)
    updated = encoder(audio, visual)
    torch.testing.assert_close(updated[0], new_audio)
    torch.testing.assert_close(updated[1], layer(visual, new_audio))


def test_without_cross_attention_tracks_do_not_mix() -> None:
    net, inputs = small("jomold").eval(), batch()
    other = {**inputs, "visual": torch.randn_like(inputs["visual"])}
    apart = [net(**x, cross_attention=False).segment_prob[:, :, 0] for x in (inputs, other)]
    mixed = [net(**x).segment_prob[:, :, 0] for x in (inputs, other)]
    assert torch.equal(*apart)
    assert not torch.allclose(*mixed, atol=1e-4)


def test_visual_dropout_touches_visual_features_only() -> None:
    net = small("jomold", dropout=0.0, visual_dropout=0.9).train()
    first, second = net(**batch()), net(**batch())
    assert torch.equal(first.segment_prob[:, :, 0], second.segment_prob[:, :, 0])
    assert not torch.equal(first.segment_prob[:, :, 1], second.segment_prob[:, :, 1])
    assert torch.equal(first.similarity, second.similarity)


def test_similarity_compares_what_the_system_says() -> None:
    for name, against in (("ma", "visual_embedding"), ("jomold", "visual_features")):
        out = small(name).eval()(**batch())
        expected = (
            torch.cosine_similarity(
                out.audio_features[:, :, None], getattr(out, against)[:, None], dim=-1
            )
            / 0.2
        )
        torch.testing.assert_close(out.similarity, expected)
    assert small("han").eval()(**batch()).similarity is None


def test_detach_cuts_every_field() -> None:
    out = small("ma").eval()(**batch()).detach()
    assert not any(value.requires_grad for value in vars(out).values() if value is not None)


# --- MGN


def test_mgn_released_timing_is_nearly_constant_and_mended_forms_are_not() -> None:
    inputs = batch(segments=10, frames=10)
    ratios = {}
    for timing in ("released", "article", "relative"):
        net = small("mgn", segments=10, classes=25, timing=timing).eval()
        out = net(**inputs)
        ratios[timing] = out.segment_prob / out.track_prob[:, None]
    assert 1.09 < ratios["released"].min()
    assert ratios["released"].max() < 1.11
    assert ratios["article"].max() < 1
    torch.testing.assert_close(ratios["relative"].amax(dim=1), torch.ones(3, 2, 25))


def test_mgn_hard_assignment_gives_each_segment_to_one_class() -> None:
    out = small("mgn", assignment="hard").eval()(**batch())
    share = out.segment_prob / out.track_prob[:, None]
    torch.testing.assert_close(share.sum(dim=-1), torch.ones(3, 6, 2))
    assert set(share.round(decimals=5).unique().tolist()) == {0.0, 1.0}


def test_mgn_straight_through_gradient() -> None:
    torch.manual_seed(0)
    scores = torch.randn(2, 4, 5, requires_grad=True)
    weights = assign_weights(scores, hard=True, training=True)
    assert set(weights.detach().round(decimals=5).unique().tolist()) == {0.0, 1.0}
    (weights * torch.randn(2, 4, 5)).sum().backward()
    assert scores.grad.abs().sum() > 0


def test_mgn_has_one_number_of_segments() -> None:
    with pytest.raises(ValueError, match="built for 6 segments, got 5: build it with segments=5"):
        small("mgn")(**batch(segments=5, frames=5))


def test_mgn_starts_with_zero_tokens_and_small_weights() -> None:
    net = MGN(MGNOptions(width=64, classes=3))
    assert not net.audio_token.any()
    assert not net.visual_token.any()
    assert 0.015 < net.fc_v.weight.std() < 0.025
    assert not net.fc_v.bias.any()


# --- MM-Pyramid


def test_pyramid_windows_bound_what_a_segment_sees() -> None:
    inputs = batch(segments=12, frames=12)
    changed = {**inputs, "audio": inputs["audio"].clone()}
    changed["audio"][:, 0] += 10
    for levels, reach in ((1, 2), (2, 2 + 4)):  # attention and convolution each look 2^i further
        net = small("mm_pyramid", levels=levels).eval()
        difference = (
            (net(**inputs).segment_prob - net(**changed).segment_prob).abs().amax(dim=(0, 2, 3))
        )
        assert (difference[: reach + 1] > 0).all()
        assert not difference[reach + 1 :].any()


def test_pyramid_swap_exchanges_the_tracks_only() -> None:
    released, mended = (
        small("mm_pyramid", swap_tracks=swap).eval()(**batch()) for swap in (True, False)
    )
    torch.testing.assert_close(released.segment_prob, mended.segment_prob.flip(2))
    torch.testing.assert_close(released.track_prob, mended.track_prob.flip(1))
    torch.testing.assert_close(released.clip_prob, mended.clip_prob)


# --- DHHN


def test_dhhn_scales() -> None:
    net = small("dhhn").eval()
    assert [scale(torch.randn(1, 10, 16)).shape[1] for scale in net.conv_x1] == [10, 5, 2]


def test_dhhn_copies_serve_their_tracks() -> None:
    audio_net, visual_net = small("dhhn").eval(), small("dhhn").eval()
    nn.init.zeros_(visual_net.fc_prob.weight)
    nn.init.zeros_(visual_net.fc_prob.bias)
    out = DHHN(audio_net, visual_net)(**batch())
    assert torch.equal(out.segment_prob[:, :, 0], audio_net(**batch()).segment_prob[:, :, 0])
    assert (out.segment_prob[:, :, 1] == 0.5).all()


def test_dhhn_helpers_take_one_track() -> None:
    inputs = batch(frames=24)
    heard = build("dhhn_audionet", audio_dim=7, classes=5, width=16).eval()(inputs["audio"])
    seen = build("dhhn_videonet", visual_dim=11, motion_dim=9, classes=5, width=16).eval()(
        inputs["visual"], inputs["motion"]
    )
    alone = build("dhhn_videonet", visual_dim=11, motion_dim=None, classes=5, width=16).eval()
    for out in (heard, seen, alone(inputs["visual"], segments=6)):
        assert out.track_prob.shape == (3, 5)
        assert out.segment_prob.shape == (3, 6, 5)
    assert alone(inputs["visual"]).segment_prob.shape == (3, 24, 5)


# --- AVE and AVSDN


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


def test_ave_attends_to_frames() -> None:
    net, inputs = small("ave").eval(), batch(frames=24)
    swapped = {**inputs, "visual": inputs["visual"].unflatten(1, (6, 4)).flip(2).flatten(1, 2)}
    pooled = {**inputs, "visual": inputs["visual"].unflatten(1, (6, 4)).mean(2)}
    out = net(**inputs).segment_prob
    torch.testing.assert_close(
        net(**swapped).segment_prob, out
    )  # their order within a second means nothing
    assert not torch.equal(
        net(**pooled).segment_prob, out
    )  # but each counts by how it goes with the audio


def test_ave_own_task_needs_as_many_regions_as_hidden_units() -> None:
    net = build("ave_events", audio_dim=7, region_dim=11, classes=4, width=16, regions=6, hidden=8)
    out = net(torch.randn(2, 3, 7), torch.randn(2, 3, 2, 3, 11))
    assert out.segment_score.shape == (2, 3, 4)
    torch.testing.assert_close(out.clip_prob.sum(-1), torch.ones(2))
    with pytest.raises(ValueError, match="needs 6 regions a segment, got 4"):
        net(torch.randn(2, 3, 7), torch.randn(2, 3, 2, 2, 11))


def test_ave_residual_fusion() -> None:
    net = build("ave_events", fusion="residual")
    assert len(net.state_dict()) == 33
    out = net(torch.randn(1, 10, 128), torch.randn(1, 10, 7, 7, 512))
    assert out.segment_prob.shape == (1, 10, 29)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("training", [True, False])
def test_what_networks_make_inside_lies_beside_their_inputs(name: str, training: bool) -> None:
    with torch.device("meta"):
        net, inputs = small(name).train(training), batch_like_meta()
    out = net(**inputs)  # a tensor made on the processor would not mix with these
    assert {value.device.type for value in vars(out).values() if value is not None} == {"meta"}


def batch_like_meta() -> dict[str, torch.Tensor]:
    return {
        "audio": torch.empty(3, 6, 7),
        "visual": torch.empty(3, 12, 11),
        "motion": torch.empty(3, 6, 9),
    }


def test_ave_with_the_released_attention_needs_as_many_frames_as_hidden_units() -> None:
    net = build(
        "ave",
        audio_dim=5,
        visual_dim=6,
        motion_dim=None,
        classes=3,
        width=8,
        hidden=4,
        attention=4,
        audio_along_regions=True,
    )
    assert net(torch.rand(2, 3, 5), torch.rand(2, 12, 6)).segment_prob.shape == (2, 3, 2, 3)
    with pytest.raises(ValueError, match="audio_along_regions needs 4 regions a segment, got 1"):
        net(torch.rand(2, 3, 5), torch.rand(2, 3, 6))
