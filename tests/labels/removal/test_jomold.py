"""JoMoLD's noise ratios, warm-up and removal: the stored decisions, and the rules case by case."""

import numpy as np
import pytest
import torch

from seehear.labels.removal import jomold
from seehear.losses import clip_bce, clip_bce_elements

# case: length of the warm-up in epochs, and the epoch run
RELEASED = {
    "nowarm": (0, 0),
    "warm0.9_epoch1": (0.9, 0),
    "warm0.9_epoch2": (0.9, 1),
    "warm3_epoch2": (3, 1),
    "warm2_epoch2": (2, 1),
}
SHIFT = 3  # rows by which the release moved the batch from step to step
BATCH = 32  # of the release's estimate of the ratios


def follow_the_release(vectors, case: str) -> None:
    """Check the ratios, targets and losses of every step of one case."""
    length, epoch = RELEASED[case]
    steps = len(vectors[f"{case}/Pa"])
    label = vectors.given("label")
    given = {track: torch.from_numpy(vectors.given(f"P{track}")) for track in "av"}
    trained = {track: torch.from_numpy(vectors.given(f"ca_{track}_prob")) for track in "av"}
    loss = {}
    for track in "av":
        alone = torch.from_numpy(vectors.given(f"noca_{track}_prob"))
        loss[track] = clip_bce_elements(alone, given[track])

    effective, targets, losses = {"a": [], "v": []}, {"a": [], "v": []}, {"a": [], "v": []}
    for step in range(steps):
        factor = jomold.warm_up(epoch, step, steps, length)
        ratios = jomold.NoiseRatios(
            factor * vectors.given("noise_ratio_a"), factor * vectors.given("noise_ratio_v")
        )
        order = np.roll(np.arange(len(label)), -SHIFT * step)  # as the release saw the rows
        removed = jomold.removals(label[order], loss["a"][order], loss["v"][order], ratios)
        for track, gone, ratio in zip("av", removed, (ratios.audio, ratios.visual), strict=True):
            kept = np.ones_like(label)
            kept[order] = ~gone
            target = torch.from_numpy(kept) * given[track]
            effective[track].append(ratio)
            targets[track].append(target.numpy())
            losses[track].append(clip_bce(trained[track], target).item())

    for track, name in (("a", "audio"), ("v", "visual")):
        vectors.check(f"{case}/P{track}", np.stack(targets[track]))
        vectors.check(f"{case}/loss_{name}", losses[track], atol=1e-5)
        if f"{case}/effective_ratio_{track}" in vectors:
            key = f"{case}/effective_ratio_{track}"
            vectors.check(key, np.stack(effective[track]), atol=1e-12)


@pytest.mark.shared
def test_removal_and_noise_ratios_of_the_release(golden) -> None:
    vectors = golden("jomold_noise")
    for case in RELEASED:
        follow_the_release(vectors, case)
    ratio = vectors.group("ratio/")
    found = jomold.noise_ratios(ratio["a_prob"], ratio["v_prob"], ratio["label"], batch=BATCH)
    vectors.check("ratio/noise_ratio_a", found.audio, atol=1e-12)
    vectors.check("ratio/noise_ratio_v", found.visual, atol=1e-12)
    vectors.finish()


def test_noise_ratio_by_hand() -> None:
    prob = np.array([[0.2, 0.5], [0.6, 0.5], [0.4, 0.5], [0.4, 0.5]])  # means 0.4 and 0.5
    label = np.array([[1, 0], [1, 0], [0, 0], [1, 0]])
    np.testing.assert_allclose(
        jomold.noise_ratio(prob, label, 0.6, target=1.0, batch=None), [1 / 3, 0]
    )
    np.testing.assert_allclose(
        jomold.noise_ratio(prob, label, 0.6, target=0.5, batch=None), [2 / 3, 0]
    )
    # batches of 3: means of (0.4, 0.4); of 1: the last clip counts as much as any
    np.testing.assert_allclose(
        jomold.noise_ratio(prob, label, 1.1, target=1.0, batch=3), [2 / 3, 0]
    )


def test_warm_up_forms() -> None:
    linear = [
        jomold.warm_up(epoch, step, 4, 1.5, "linear") for epoch in range(2) for step in range(4)
    ]
    assert linear == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1])
    released = [jomold.warm_up(epoch, step, 4, 1.5) for epoch in range(2) for step in range(4)]
    assert released == pytest.approx(
        [0, 0, 0, 0, 4 / 6, 4 / 6 * 5 / 6, 4 / 6 * 5 / 6, 4 / 6 * 5 / 6]
    )
    assert {jomold.warm_up(epoch, 3, 79, 0.9) for epoch in range(1, 25)} == {1.0}
    assert jomold.warm_up(0, 0, 4, 0) == 1


def test_removal_needs_both_tracks_to_agree() -> None:
    label = np.array([[1.0], [1], [1], [1], [0]])
    audio_loss = np.array([[0.1], [0.2], [3.0], [4.0], [0.0]])
    visual_loss = np.array([[2.0], [0.1], [3.0], [0.2], [9.0]])
    half = np.array([0.5])
    audio, visual = jomold.removals(label, audio_loss, visual_loss, jomold.NoiseRatios(half, half))
    assert visual[:, 0].tolist() == [
        True,
        False,
        False,
        False,
        False,
    ]  # heard easily, not learnt by sight
    assert audio[:, 0].tolist() == [False, False, False, True, False]
    none = jomold.NoiseRatios(np.array([0.24]), np.array([0.24]))  # floor(0.24 * 4) = 0
    assert not any(gone.any() for gone in jomold.removals(label, audio_loss, visual_loss, none))


def test_removal_of_a_class_without_clips() -> None:
    ones = np.ones(3)
    audio, visual = jomold.removals(
        np.zeros((4, 3)), np.zeros((4, 3)), np.zeros((4, 3)), jomold.NoiseRatios(ones, ones)
    )
    assert not audio.any()
    assert not visual.any()
    assert jomold.noise_ratio(np.ones((4, 3)), np.zeros((4, 3)), 0.6, target=1.0).tolist() == [
        0,
        0,
        0,
    ]
