"""JoMoLD's removal of labels: those that one track learns easily and the other does not.

A label that is right for the clip but not for a track shows in the losses of a network without
cross-modal attention: the track that has the event learns it (small loss), the other does not
(large loss).  How many labels of a class are noise in a track is estimated once, over the training
set; which ones they are is decided in every batch.

Noise ratio of class c, where μ_c is the mean of the track's probability over all clips and s the
value that a positive label is trained towards:

    ρ_c = share, among the clips labelled c, of those with s p_c / μ_c < threshold

Removal in a batch with n_c clips labelled c:

    visual loses: the k smallest audio losses  ∩  the k largest visual losses   k = floor(ρ^v_c n_c)
    audio loses:  the k largest audio losses   ∩  the k smallest visual losses  k = floor(ρ^a_c n_c)

Source: Cheng et al., "Joint-Modal Label Denoising for Weakly-Supervised Audio-Visual Video
Parsing", ECCV 2022; released as MCG-NJU/JoMoLD.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

AUDIO_THRESHOLD, VISUAL_THRESHOLD = 0.6, 1.8
AUDIO_TARGET, VISUAL_TARGET = 1.0, 0.95  # values that a positive label is trained towards
WarmUp = Literal["released", "linear"]


@dataclass(frozen=True)
class NoiseRatios:
    """Share of each class's labels that is noise in a track.

    Args:
        audio, visual: (classes,) float64 in [0, 1]; 0 for a class without a labelled clip.
    """

    audio: NDArray[np.float64]
    visual: NDArray[np.float64]


def noise_ratio(
    prob: ArrayLike, label: ArrayLike, threshold: float, *, target: float, batch: int | None = 128
) -> NDArray[np.float64]:
    """Return the noise ratio of every class in one track.

    Args:
        prob: (clips, classes) track probabilities without cross-modal attention, in the order they
            were computed.
        label: (clips, classes) weak labels.
        threshold: a label counts as noise where s p_c / μ_c is below this.
        target: value a positive label is trained towards.
        batch: μ_c is the mean of the means of batches of so many clips, as in the release, where a
            short last batch weighs as much as a full one; None: the plain mean over clips.

    Returns:
        (classes,), float64 in [0, 1].
    """
    values = np.asarray(prob, np.float64)
    given = np.asarray(label) > 0.5
    step = batch or len(values)
    means = [values[start : start + step].mean(axis=0) for start in range(0, len(values), step)]
    mean = np.mean(means, axis=0)
    noisy = given & (target * values < threshold * mean)
    ratio: NDArray[np.float64] = noisy.sum(axis=0) / np.maximum(given.sum(axis=0), 1)
    return ratio


def noise_ratios(
    audio_prob: ArrayLike,
    visual_prob: ArrayLike,
    label: ArrayLike,
    *,
    batch: int | None = 128,
    audio_threshold: float = AUDIO_THRESHOLD,
    visual_threshold: float = VISUAL_THRESHOLD,
) -> NoiseRatios:
    """Return the noise ratios of both tracks, by default with the published thresholds.

    Args:
        audio_prob, visual_prob, label, batch: see `noise_ratio`.
        audio_threshold, visual_threshold: `threshold` of each track.
    """
    return NoiseRatios(
        audio=noise_ratio(audio_prob, label, audio_threshold, target=AUDIO_TARGET, batch=batch),
        visual=noise_ratio(visual_prob, label, visual_threshold, target=VISUAL_TARGET, batch=batch),
    )


def warm_up(epoch: int, step: int, steps: int, length: float, form: WarmUp = "released") -> float:
    """Return the factor on the noise ratios at one training step.

    Args:
        epoch: 0 for the first.
        step: within the epoch, 0 for the first.
        steps: of an epoch.
        length: of the warm-up in epochs; 0 is none.
        form: "linear" grows from 0 to 1 over `length`, as the paper describes.  "released" follows
            the code, which reduces the ratio again at every step and starts anew in each epoch: it
            is 0 in the whole first epoch, and falls within each later epoch until `length` has
            passed.  At JoMoLD's length of 0.9 it is 0 in the first epoch and 1 after it.
    """
    if length <= 0:
        return 1.0
    total = length * steps
    if form == "linear":
        return min(1.0, (epoch * steps + step) / total)
    so_far = epoch * steps + np.arange(step + 1)
    return float(np.minimum(1.0, so_far / total).prod())


def removals(
    label: ArrayLike,
    audio_loss: ArrayLike,
    visual_loss: ArrayLike,
    ratios: NoiseRatios,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which labels of a batch to withdraw from audio, and which from visual.

    Both are (batch, classes) bool.

    Args:
        label: (batch, classes) weak labels.
        audio_loss, visual_loss: (batch, classes) element-wise losses of a pass without cross-modal
            attention.
        ratios: noise ratios, times the factor of the warm-up.
    """
    given = np.asarray(label) > 0.5
    count = given.sum(axis=0)
    audio, visual = np.asarray(audio_loss), np.asarray(visual_loss)

    def lowest(values: NDArray[np.floating], ratio: NDArray[np.float64]) -> NDArray[np.bool_]:
        unlabelled_last = np.where(given, values, np.inf)
        order = unlabelled_last.argsort(axis=0, kind="stable")
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(len(order))[:, None], axis=0)
        chosen: NDArray[np.bool_] = given & (rank < np.floor(ratio * count))
        return chosen

    return (
        lowest(-audio, ratios.audio) & lowest(visual, ratios.audio),
        lowest(audio, ratios.visual) & lowest(-visual, ratios.visual),
    )
