"""LFAV's snippet mAP: a literal evaluation, a worked example, and one of the benchmark's quirks."""

import numpy as np
import pytest

from seehear.metrics import snippet_map
from seehear.metrics.snippets import snippet_precisions


def literal(probs, truths) -> dict[str, float]:
    """Every class and candidate one after the other, as the definition is told."""
    streams = {
        "audio": [(p[:, 0], t[:, 0]) for p, t in zip(probs, truths, strict=True)],
        "visual": [(p[:, 1], t[:, 1]) for p, t in zip(probs, truths, strict=True)],
        "audio_visual": [
            (p[:, 0] * p[:, 1], t[:, 0] * t[:, 1]) for p, t in zip(probs, truths, strict=True)
        ],
    }
    out = {}
    for name, clips in streams.items():
        of_classes = []
        for c in range(clips[0][0].shape[1]):
            ranked = sorted(
                (-prob[t, c], bool(true[t, c])) for prob, true in clips for t in range(len(prob))
            )
            there = sum(on for _, on in ranked)
            hits, heights, area = 0, [], 0.0
            for place, (_, on) in enumerate(ranked, 1):
                hits += on
                heights.append(hits / place)
            for place, (_, on) in enumerate(ranked):
                area += on * max(heights[place:])
            of_classes.append(area / there)
        out[name] = sum(of_classes) / len(of_classes)
    return {**out, "mean": sum(out.values()) / 3}


@pytest.mark.parametrize(("clips", "classes"), [(1, 1), (3, 4), (7, 2)])
def test_equal_to_the_literal_evaluation(clips: int, classes: int) -> None:
    rng = np.random.default_rng(clips)
    lengths = rng.integers(3, 40, clips)
    probs = [rng.random((t, 2, classes)) for t in lengths]
    truths = [rng.random((t, 2, classes)) > 0.4 for t in lengths]
    for truth in truths:
        truth[0] = True  # every class is somewhere
    ours, slow = snippet_map(probs, truths), literal(probs, truths)
    assert ours == pytest.approx(slow, abs=1e-9)


def test_worked_example() -> None:
    # heard: seconds by falling probability 0 1 2 3, on in 0 and 2: (1 + 2/3) / 2
    heard = np.array([0.9, 0.8, 0.7, 0.1])
    seen = np.array([0.5, 1.0, 0.1, 0.9])  # on in 1 and 3: found first and second
    # product .45 .8 .07 .09; on nowhere but in none: class of the joint stream is left out
    prob = np.stack([heard, seen], axis=1)[:, :, None]
    on = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], bool)[:, :, None]
    figures = snippet_map([prob], [on])
    assert figures["audio"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["visual"] == 1.0
    assert np.isnan(figures["audio_visual"])
    assert np.isnan(figures["mean"])
    assert np.isnan(snippet_precisions([prob], [on])[2, 0])


def test_clips_that_do_not_fit_are_refused() -> None:
    told = "^expected the probabilities and the truth of the same clips, one at least$"
    for prob, true in (
        ([np.zeros((3, 2, 1))], [np.zeros((4, 2, 1), bool)]),
        ([np.zeros((3, 2, 1))] * 2, [np.zeros((3, 2, 1), bool)]),
        ([], []),
    ):
        with pytest.raises(ValueError, match=told):
            snippet_map(prob, true)
