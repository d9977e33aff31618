"""Losses: stored values of the released code, known special cases, gradients, extremes."""

import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.nn import functional as F

from seehear.losses import (
    class_token_ce,
    clip_bce,
    clip_bce_elements,
    contrast_tracks,
    expected_contrast,
    follow,
    segment_bce,
    smooth,
    smoothed_contrast,
)


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


RELEASED = [
    ("ma_step1", smoothed_contrast, 1),
    ("ma_step3", smoothed_contrast, 1),
    ("jomold_estimator", expected_contrast, 1),
    ("jomold_denoise", expected_contrast, 2),
]


@pytest.mark.shared
@pytest.mark.parametrize(("case", "contrast", "audio_weight"), RELEASED)
def test_terms_of_the_releases(golden, case: str, contrast, audio_weight: int) -> None:
    vectors = golden("train_step")
    given = {name: torch.from_numpy(x) for name, x in vectors.group("given/in/").items()}
    segments = given["sims"].shape[-1]
    terms = {
        "audio": clip_bce(given["a_prob"], given["pa"]),
        "visual": clip_bce(given["v_prob"], given["pv"]),
        "video": clip_bce(given["global_prob"], given["label"]),
        "nce": contrast(given["sims"].unflatten(0, (-1, segments))),
    }
    terms["total"] = audio_weight * terms["audio"] + terms["visual"] + terms["video"] + terms["nce"]
    names = vectors.given("given/loss_names").tolist()
    assert sorted(names) == sorted(terms)
    losses = [float(terms[name]) for name in names]
    vectors.check(f"given/{case}/losses", losses, atol=1e-5)
    vectors.finish("given/in/", "given/loss_names", f"given/{case}/")


@pytest.mark.shared
def test_every_released_term_has_its_case(golden) -> None:
    cases = {key.split("/")[0] for key in golden("train_step").under("given/")}
    assert cases == {"in", "loss_names", *(case for case, _, _ in RELEASED)}


def test_smoothing() -> None:
    label = torch.tensor([[1.0, 0.0]])
    torch.testing.assert_close(smooth(label, 0.9), torch.tensor([[0.95, 0.05]]), atol=0, rtol=0)
    unchanged = smooth(label, 1.0)
    assert torch.equal(unchanged, label)
    assert unchanged.data_ptr() != label.data_ptr(), (
        "a target must never share memory with the label"
    )


def test_clip_bce_by_hand() -> None:
    prob, label = torch.tensor([[0.5, 0.25]]), torch.tensor([[1.0, 0.0]])
    assert clip_bce(prob, label).item() == pytest.approx(
        (math.log(2) - math.log(0.75)) / 2, abs=1e-6
    )


def test_clip_bce_clamps_what_pooling_may_exceed() -> None:
    prob = torch.tensor([[1.38, -0.2, 0.5]], requires_grad=True)
    label = torch.tensor([[1.0, 0.0, 1.0]])
    loss = clip_bce(prob, label)
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2) / 3, abs=1e-6)
    assert prob.grad.tolist()[0][:2] == [0, 0], "no gradient beyond the clamp"
    wrong = clip_bce_elements(torch.tensor([[2.0]]), torch.tensor([[0.0]])).item()
    assert wrong == pytest.approx(
        -math.log(torch.finfo(torch.float32).eps), rel=1e-6
    )  # 1 - 1e-7 is 1 - eps in float32


def test_clip_bce_is_finite_for_extreme_logits() -> None:
    prob = torch.sigmoid(torch.tensor([[100.0, -100.0]], requires_grad=True))
    for label in ([[1.0, 0.0]], [[0.0, 1.0]]):
        assert torch.isfinite(clip_bce(prob, torch.tensor(label)))


def test_segment_bce_is_the_mean_over_every_element() -> None:
    prob, label = random(3, 4, 5), random(3, 4, 5, seed=1)
    by_clip = torch.stack(
        [F.binary_cross_entropy(p, y) for p, y in zip(prob, label, strict=True)]
    ).mean()
    torch.testing.assert_close(segment_bce(prob, label), by_clip)


def test_segment_bce_takes_probabilities_beyond_one_only_when_clamping() -> None:
    prob, label = torch.full((1, 2, 3), 1.05), torch.ones(1, 2, 3)
    assert segment_bce(prob, label, clamp=True).item() == pytest.approx(0, abs=1e-6)
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        segment_bce(prob, label)


@pytest.mark.parametrize("contrast", [smoothed_contrast, expected_contrast])
def test_contrast_without_smoothing_is_cross_entropy(contrast) -> None:
    similarity = 5 * random(4, 10, 10)
    expected = F.cross_entropy(similarity.flatten(0, 1), torch.arange(10).repeat(4))
    torch.testing.assert_close(contrast(similarity, smoothing=0.0), expected)


def test_contrast_smoothing_shares_among_the_other_segments() -> None:
    similarity = torch.log(torch.tensor([[[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]]]))
    rows = [(0.7, 0.2, 0.1), (0.8, 0.1, 0.1), (0.4, 0.3, 0.3)]
    cross_entropy = (
        sum(-0.9 * math.log(a) - 0.05 * (math.log(b) + math.log(c)) for a, b, c in rows) / 3
    )
    expected_log = sum(-math.log(0.9 * a + 0.05 * (b + c)) for a, b, c in rows) / 3
    assert smoothed_contrast(similarity).item() == pytest.approx(cross_entropy, abs=1e-6)
    assert expected_contrast(similarity).item() == pytest.approx(expected_log, abs=1e-6)


@pytest.mark.parametrize("contrast", [smoothed_contrast, expected_contrast])
def test_contrast_of_a_single_segment_is_nothing(contrast) -> None:
    assert contrast(torch.full((2, 1, 1), 3.0)).item() == 0


@pytest.mark.parametrize("contrast", [smoothed_contrast, expected_contrast])
def test_contrast_is_finite_for_extreme_similarities(contrast) -> None:
    assert torch.isfinite(contrast(200 * random(1, 4, 4) - 100))


def test_a_teacher_gets_no_gradient() -> None:
    prob, teacher = (random(2, 3, seed=seed).requires_grad_() for seed in range(2))
    follow(prob, teacher).backward()
    assert teacher.grad is None
    torch.testing.assert_close(prob.grad, (prob - teacher).detach() / 3)


def test_tracks_are_driven_apart() -> None:
    one, other = (random(2, 3, seed=seed).requires_grad_() for seed in range(2))
    loss = contrast_tracks(one, other)
    loss.backward()
    assert -1 <= loss.item() < 0
    torch.testing.assert_close(one.grad, -other.grad)
    assert contrast_tracks(one, one).item() == 0


def test_class_tokens_must_recognise_themselves() -> None:
    assert class_token_ce(100 * torch.eye(5)).item() == pytest.approx(0, abs=1e-6)
    assert class_token_ce(torch.zeros(25, 25)).item() == pytest.approx(math.log(25), abs=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: clip_bce(x, random(2, 3, seed=9, dtype=torch.float64)),
        lambda x: segment_bce(x[:, None], random(2, 1, 3, seed=9, dtype=torch.float64)),
        lambda x: smoothed_contrast(x[:, :, None] - x[:, None]),
        lambda x: expected_contrast(x[:, :, None] - x[:, None]),
        lambda x: follow(x, random(2, 3, seed=9, dtype=torch.float64)),
        lambda x: contrast_tracks(x, random(2, 3, seed=9, dtype=torch.float64)),
    ],
)
def test_gradients(loss) -> None:
    x = (0.1 + 0.8 * random(2, 3, dtype=torch.float64)).requires_grad_()
    assert gradcheck(loss, (x,))


def test_weights_count_before_the_mean():
    prob, label = torch.tensor([[[0.8, 0.4]]]), torch.tensor([[[1.0, 0.0]]])
    weight = torch.tensor([[[3.0, 0.5]]])
    each = -torch.log(torch.tensor([0.8, 0.6]))
    expected = (3.0 * each[0] + 0.5 * each[1]) / 2
    torch.testing.assert_close(segment_bce(prob, label, weight=weight), expected)
    torch.testing.assert_close(clip_bce(prob[0], label[0], weight=weight[0]), expected)
