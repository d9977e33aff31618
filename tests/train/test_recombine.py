"""Sounds beside other clips' pictures: each track brings its labels; the unknown is left out."""

import pytest
import torch

from seehear.errors import ConfigError
from seehear.train.recombine import clip_targets, doubled, recombined

ORDER = torch.tensor([1, 0])
SOUND, PICTURE = torch.tensor([[[1.0]], [[2.0]]]), torch.tensor([[[3.0]], [[4.0]]])


def test_what_is_of_the_picture_goes_with_the_picture():
    prior = torch.stack([SOUND, PICTURE], dim=2)
    batch = {"audio": SOUND, "visual": PICTURE, "motion": PICTURE, "prior": prior, "clip": SOUND}
    new = recombined(batch, ORDER)
    assert new["audio"].flatten().tolist() == [1, 2]
    assert new["visual"].flatten().tolist() == new["motion"].flatten().tolist() == [4, 3]
    assert new["prior"][:, 0, :, 0].tolist() == [[1, 4], [2, 3]]
    assert "clip" not in new


def test_the_label_is_what_the_tracks_show_and_an_unfound_class_is_unknown():
    audio = torch.tensor([[[1.0, 0, 0]], [[0, 0, 0]]])
    visual = torch.tensor([[[0, 1.0, 0]], [[0, 0, 0]]])
    weak = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])
    label, known = clip_targets(audio, visual, weak, ORDER)
    assert label.tolist() == [[1, 1, 0], [0, 0, 0]]
    # the second has a sound labelled 1 and a picture of a clip labelled 0, and neither is shown
    assert known.tolist() == [[1, 1, 1], [0, 0, 1]]


def test_recombined_clips_follow_the_batch():
    inputs = {"audio": SOUND, "visual": PICTURE, "motion": None}
    segments = torch.tensor([[[1.0, 0]], [[0, 1.0]]])
    weak = segments[:, 0]
    targets = {"audio": weak, "visual": weak, "clip": weak}
    targets |= {
        f"{track}_{kind}": segments
        for track in ("audio", "visual")
        for kind in ("segments", "weights")
    }
    torch.manual_seed(0)
    new_inputs, new, new_weak = doubled(inputs, targets, weak)
    assert new_inputs["audio"].flatten().tolist() == [1, 2, 1, 2]
    assert sorted(new_inputs["visual"].flatten()[2:].tolist()) == [3, 4]
    assert new_inputs["motion"] is None
    assert {len(array) for array in (*new.values(), new_weak)} == {4}
    assert new["clip_known"].tolist() == [[1, 1]] * 4
    with pytest.raises(ConfigError, match="segment labels"):
        doubled(inputs, {"clip": weak}, weak)
