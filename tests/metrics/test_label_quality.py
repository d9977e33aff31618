"""What segment labels are worth."""

from pathlib import Path

import numpy as np
import pytest

from helpers import row
from seehear.data import open_dataset
from seehear.metrics import label_quality


def test_label_quality_by_hand() -> None:
    truth, labels, weak = np.zeros((1, 4, 3), bool), np.zeros((1, 4, 3)), np.array([[1, 1, 0]])
    truth[0, :, 0], truth[0, :, 2] = row("##.."), row("#...")
    labels[0, :, 0], labels[0, :, 1] = [1, 0.5, 0.4, 0], [0.9, 0, 0, 0]
    quality = label_quality(labels, truth, weak)
    # of 2 classes x 4 segments, only class 1's first is wrong
    assert quality.noise == pytest.approx(1 / 8)
    np.testing.assert_allclose(quality.noise_per_class, [0, 1 / 4, np.nan])
    assert quality.error == pytest.approx((0.5 + 0.4 + 0.9) / 8)
    assert quality.outside == pytest.approx(1 / 3)
    assert quality.clip_mean == pytest.approx((1 + 0 + 0) / 3)
    assert float(quality.pooled.precision) == pytest.approx(2 / 3)
    assert float(quality.pooled.recall) == pytest.approx(2 / 3)


def test_weak_labels_everywhere_are_as_noisy_as_known(shared: Path) -> None:
    splits = [open_dataset(shared / "llp").splits[name] for name in ("val", "test")]
    weak = np.concatenate([split.weak for split in splits])
    everywhere = np.repeat(weak[:, None], 10, axis=1)
    for track, noise in (("audio", 0.332), ("visual", 0.474)):
        truth = np.concatenate([getattr(split.truth(), track) for split in splits])
        quality = label_quality(everywhere, truth, weak)
        assert round(quality.noise, 3) == noise
        assert quality.error == quality.noise


@pytest.mark.parametrize("change", [lambda a: a[:, :3], lambda a: a + 0.5, lambda a: a * np.nan])
def test_label_quality_refuses(change) -> None:
    with pytest.raises(ValueError, match=r"expected"):
        label_quality(change(np.ones((2, 4, 3))), np.ones((2, 4, 3)), np.ones((2, 3)))
