"""Weak labels, segment labels and withdrawn labels to the arrays that losses compare with."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from seehear.recipes._recipe import Labels


def build_targets(labels: Labels, weak: Tensor, artefacts: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the training targets of every clip.

        clip   = y                       audio, visual = s*y + (1-s)/2, then 0 where a label was withdrawn

    Args:
        labels: the recipe's slot.
        weak: (N, C), 0 or 1.
        artefacts: `labels` (audio, visual: (N, T, C) float or None) and `removals` (audio, visual:
            (N, C) bool), as far as the stage needs them.

    Returns:
        `clip`, `audio`, `visual` (N, C) and, with segment labels, `audio_segments`,
        `visual_segments` (N, T, C).
    """
    weak = weak.to(torch.float32)
    targets = {
        "clip": weak.clone(),
        "audio": _smooth(weak, labels.smooth_audio),
        "visual": _smooth(weak, labels.smooth_visual),
    }
    if labels.removals:
        removed = {
            track: torch.as_tensor(artefacts["removals"][track]).bool()
            for track in ("audio", "visual")
        }
        targets["audio"][removed["audio"]] = 0.0
        targets["visual"][removed["visual"]] = 0.0
        if (
            labels.alias_audio_target
        ):  # the releases share one array between the audio target and the clip's
            targets["clip"][removed["audio"]] = 0.0
    if labels.segments is not None:
        given = artefacts["labels"]
        segments = next((array.shape[1] for array in given.values() if array is not None), None)
        for track in ("audio", "visual"):
            array = given.get(track)
            if array is not None:
                targets[f"{track}_segments"] = torch.as_tensor(array, dtype=torch.float32)
            elif (
                segments is not None
            ):  # a track that was not denoised: its weak label in every segment
                targets[f"{track}_segments"] = weak[:, None].expand(-1, segments, -1)
    return targets


def _smooth(weak: Tensor, keep: float) -> Tensor:
    return keep * weak + (1.0 - keep) * 0.5
