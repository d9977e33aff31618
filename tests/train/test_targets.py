"""Targets made of weak labels, segment labels and withdrawn labels."""

import numpy as np
import pytest
import torch

from seehear.recipes import Labels
from seehear.train.targets import build_targets

WEAK = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


def test_targets_of_weak_labels_are_smoothed_on_the_visual_track_only():
    targets = build_targets(Labels(), WEAK, {}, 4)
    assert torch.equal(targets["clip"], WEAK)
    assert torch.equal(targets["audio"], WEAK)
    np.testing.assert_allclose(
        targets["visual"], [[0.95, 0.05, 0.95], [0.05, 0.95, 0.05]], rtol=1e-6
    )
    assert set(targets) == {"clip", "audio", "visual"}


@pytest.mark.parametrize("alias", [True, False])
def test_withdrawn_labels_become_0_and_reach_the_clip_target_only_as_released(alias):
    removals = {
        "audio": np.array([[1, 0, 0], [0, 0, 0]], bool),
        "visual": np.array([[0, 0, 1], [0, 0, 0]], bool),
    }
    targets = build_targets(
        Labels(removals=True, alias_audio_target=alias), WEAK, {"removals": removals}, 4
    )
    assert targets["audio"].tolist() == [[0, 0, 1], [0, 1, 0]]
    assert targets["visual"][0].tolist() == pytest.approx([0.95, 0.05, 0.0])
    assert targets["clip"].tolist() == ([[0, 0, 1], [0, 1, 0]] if alias else WEAK.tolist())
    assert WEAK[0, 0] == 1  # the labels themselves are never touched


def test_segment_labels_are_taken_for_the_tracks_that_have_them():
    labels = {"audio": None, "visual": np.full((2, 4, 3), 0.5, np.float32)}
    targets = build_targets(Labels(segments=object()), WEAK, {"labels": labels}, 4)
    assert targets["visual_segments"].shape == (2, 4, 3)
    assert (
        targets["audio_segments"].tolist() == WEAK[:, None].expand(-1, 4, -1).tolist()
    )  # its weak label everywhere


def test_where_no_track_has_segment_labels_every_segment_has_the_weak_one():
    nothing = {"audio": None, "visual": None}
    targets = build_targets(Labels(segments=object()), WEAK, {"labels": nothing}, 4)
    for track in ("audio", "visual"):
        assert targets[f"{track}_segments"].tolist() == WEAK[:, None].expand(-1, 4, -1).tolist()


def test_balance_weighs_the_classes_of_a_clip_against_all_others():
    labels = np.zeros((2, 4, 3), np.float32)
    labels[0, :2, 0] = 1  # a quarter of all segments have class 0, and an eighth class 1
    labels[1, 0, 1] = 1
    artefacts = {"labels": {"audio": labels, "visual": None}}
    targets = build_targets(Labels(segments=object(), balance=0.5), WEAK, artefacts, 4)
    share = 2 / 8 + 1 / 8
    often = (3 - share) * 0.5
    assert targets["audio_weights"].shape == (2, 1, 3)
    assert targets["audio_weights"][:, 0].tolist() == [
        pytest.approx([often, share, often]),
        pytest.approx([share, often, share]),
    ]
    # a track without labels of its own has its weak ones: half of the elements are positive
    assert targets["visual_weights"][0, 0, 0] == pytest.approx((3 - 1.5) * 0.5)
    assert "audio_weights" not in build_targets(Labels(segments=object()), WEAK, artefacts, 4)
