"""JoMoLD's noise ratios, warm-up and removal: the stored decisions, and the rules case by case."""

from pathlib import Path

import numpy as np
import pytest
import torch

from seehear.labels.removal import jomold
from seehear.losses import clip_bce, clip_bce_elements


@pytest.mark.shared
@pytest.mark.parametrize(
    ("case", "length", "epoch", "steps"),
    [
        ("nowarm", 0, 0, 2),
        ("warm0.9_epoch1", 0.9, 0, 3),
        ("warm0.9_epoch2", 0.9, 1, 3),
        ("warm3_epoch2", 3, 1, 3),
        ("warm2_epoch2", 2, 1, 3),
    ],
)
def test_removal_of_the_release(
    shared: Path, case: str, length: float, epoch: int, steps: int
) -> None:
    with np.load(shared / "golden" / "jomold_noise.npz") as golden:
        loss = {
            track: clip_bce_elements(
                torch.from_numpy(golden[f"noca_{track}_prob"]),
                torch.from_numpy(golden[f"P{track}"]),
            )
            for track in "av"
        }
        for step in range(steps):
            factor = jomold.warm_up(epoch, step, steps, length)
            ratios = jomold.NoiseRatios(
                factor * golden["noise_ratio_a"], factor * golden["noise_ratio_v"]
            )
            if case != "nowarm":
                np.testing.assert_allclose(
                    ratios.audio, golden[f"{case}/effective_ratio_a"][step], atol=1e-12
                )
                np.testing.assert_allclose(
                    ratios.visual, golden[f"{case}/effective_ratio_v"][step], atol=1e-12
                )
            order = np.roll(np.arange(64), -3 * step)  # as the release saw the rows
            removed = np.zeros((2, 64, 25), bool)
            removed[:, order] = jomold.removals(
                golden["label"][order], loss["a"][order], loss["v"][order], ratios
            )
            for track, name, gone in (("a", "audio", removed[0]), ("v", "visual", removed[1])):
                target = np.where(gone, np.float32(0), golden[f"P{track}"])
                np.testing.assert_array_equal(target, golden[f"{case}/P{track}"][step])
                value = clip_bce(
                    torch.from_numpy(golden[f"ca_{track}_prob"]), torch.from_numpy(target)
                )
                assert value.item() == pytest.approx(golden[f"{case}/loss_{name}"][step], abs=1e-5)


@pytest.mark.shared
def test_noise_ratios_of_the_release(shared: Path) -> None:
    with np.load(shared / "golden" / "jomold_noise.npz") as golden:
        ratios = jomold.noise_ratios(
            golden["ratio/a_prob"], golden["ratio/v_prob"], golden["ratio/label"], batch=32
        )
        np.testing.assert_allclose(ratios.audio, golden["ratio/noise_ratio_a"], atol=1e-12)
        np.testing.assert_allclose(ratios.visual, golden["ratio/noise_ratio_v"], atol=1e-12)
        plain = jomold.noise_ratios(
            golden["ratio/a_prob"], golden["ratio/v_prob"], golden["ratio/label"], batch=None
        )
        assert not np.array_equal(plain.visual, ratios.visual), (
            "the short last batch weighs more in the release"
        )


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
