"""From weak labels, segment labels and withdrawn labels to the targets of the losses."""

from collections.abc import Mapping

import torch
from torch import Tensor

from seehear.recipes import Labels
from seehear.recipes.contract import Arrays


def build_targets(
    labels: Labels,
    weak: Tensor,
    artefacts: Mapping[str, Arrays],
    segments: int,
    *,
    tracks: Tensor | None = None,
) -> dict[str, Tensor]:
    """Return the training targets of every clip.

        clip          = y, the weak label
        audio, visual = s*y + (1-s)/2, then 0 where a label was withdrawn

    Args:
        labels: the recipe's slot.
        weak: (N, C), 0 or 1.
        artefacts: `labels` (audio, visual: (N, T, C) float or None) and `removals` (audio, visual:
            (N, C) bool), as far as the stage needs them.
        segments: T.
        tracks: (N, 2, C), weak labels of the audio and of the visual track, used in place of y for
            the tracks; None: the dataset has labels of clips alone.

    Returns:
        `clip`, `audio`, `visual` (N, C) and, with segment labels, `audio_segments`,
        `visual_segments` (N, T, C); where `labels.balance` is set, also `audio_weights` and
        `visual_weights` (N, 1, C).
    """
    weak = weak.to(torch.float32)
    heard_weak = seen_weak = weak
    if tracks is not None:
        heard_weak, seen_weak = tracks.to(torch.float32).unbind(dim=1)
    targets = {
        "clip": weak.clone(),
        "audio": _smooth(heard_weak, labels.smooth_audio),
        "visual": _smooth(seen_weak, labels.smooth_visual),
    }
    if labels.removals:
        removals = artefacts["removals"]
        heard, seen = (torch.as_tensor(removals[track]).bool() for track in ("audio", "visual"))
        targets["audio"][heard] = 0.0
        targets["visual"][seen] = 0.0
        if labels.alias_audio_target:
            # in the releases the audio target and the clip's target are one array
            targets["clip"][heard] = 0.0
    if labels.segments is not None:
        of_tracks = {"audio": heard_weak, "visual": seen_weak}
        targets |= _segment_targets(of_tracks, artefacts["labels"], segments)
        if labels.balance:
            for track, weak in of_tracks.items():
                share = _positive_share(targets[f"{track}_segments"])
                targets[f"{track}_weights"] = balanced(weak, share, labels.balance)
    return targets


def _positive_share(labels: Tensor) -> float:
    """Return the sum, over the classes, of the share of segments that have the class."""
    return float((labels >= 0.5).float().mean(dim=(0, 1)).sum())


def balanced(weak: Tensor, share: float, balance: float) -> Tensor:
    """Return loss weights (N, 1, C) of a track's segments that give rare positives more weight.

    An element whose class is in the clip's weak label weighs `(C - share) * balance`, any other
    `share`.  Source: UWAV (CVPR 2025), where `balance` is 0.5.

    Args:
        weak: (N, C), 0 or 1.
        share: sum, over the classes, of the share of positive segments.
        balance: factor on the weight of classes in the weak label.
    """
    often = (weak.shape[1] - share) * balance
    return torch.where(weak > 0, often, share)[:, None].to(torch.float32)


def _segment_targets(
    of_tracks: Mapping[str, Tensor], given: Arrays, segments: int
) -> dict[str, Tensor]:
    """Return the segment targets; a track without segment labels gets its weak labels."""
    targets = {}
    for track, weak in of_tracks.items():
        array = given.get(track)
        if array is not None:
            targets[f"{track}_segments"] = torch.as_tensor(array, dtype=torch.float32)
        else:
            targets[f"{track}_segments"] = weak[:, None].expand(-1, segments, -1)
    return targets


def _smooth(weak: Tensor, keep: float) -> Tensor:
    return keep * weak + (1.0 - keep) * 0.5
