"""Evidence from contrast: what clips labelled with a class show and the other clips do not.

Weak labels say something even without language: a clip that is not labelled with a class has it in
no segment of either track.  So a linear scorer for each track and class learns to give a low
probability to every segment of the clips without the class, and a high one to at least one segment
of each clip with it.  Segments are pooled by linear softmax:

    p_t = sigmoid(w . x_t + b)      q = sum_t p_t^2 / sum_t p_t
    loss = mean over clips of [-log q if labelled, else -mean_t log(1 - p_t)] + penalty |w|^2

Where a track does not show a class, no scorer can find it there: on clips that it was not fitted to
its probability stays low, and the label is removed.  So every clip is scored by scorers that were
fitted to other clips (folds).

This is not part of LSLD.  It learns from the training labels, so it gets better with more clips;
language needs none.  The pooling is that of Wang, Li and Metze 2019 (arXiv:1810.09050), who compare
five for sound events.
"""

import numpy as np
from numpy.typing import NDArray

from seehear.arrays import Array
from seehear.labels.similarity import Floats, to_numpy

FOLDS = 5
PENALTY = 0.01
STEPS = 150
RATE = 0.02  # at the first step; it falls along a cosine
_LEAST = 1e-6


def contrast(
    features: Array,
    weak: Array,
    *,
    folds: int = FOLDS,
    penalty: float = PENALTY,
    steps: int = STEPS,
    seed: int = 0,
) -> Floats:
    """Return the probability (N, T, C) of each class, by scorers that have not seen the clip.

    Args:
        features: (N, T, D), of one track; each dimension is standardised here.
        weak: (N, C), 0 or 1.
        folds: each clip is scored by a scorer fitted to the other folds; at most N.
        penalty: weight of the squared norm; larger is more cautious.
        steps: number of optimiser steps (Adam), each over all clips.
        seed: decides which clip is in which fold.

    Raises:
        ValueError: shapes that do not fit, or fewer than two clips.
    """
    values, labels = np.asarray(to_numpy(features), np.float32), to_numpy(weak).astype(bool)
    if values.ndim != 3 or labels.shape[:1] != values.shape[:1] or len(values) < 2:
        raise ValueError(
            "expected features (N, T, D) and weak labels (N, C) of at least two clips, got "
            f"{values.shape} and {labels.shape}"
        )
    values = standardised(values)
    fold = np.random.default_rng(seed).permutation(len(values)) % min(folds, len(values))
    out = np.empty((*values.shape[:2], labels.shape[1]), np.float32)
    for k in range(fold.max() + 1):
        rest, held = fold != k, fold == k
        weights, bias = fit_scorer(values[rest], labels[rest], penalty=penalty, steps=steps)
        out[held] = _sigmoid(values[held] @ weights + bias)
    return out


def in_context(features: Floats, reach: int) -> Floats:
    """Return the features of each segment joined to those of its neighbours.

    At the ends of a clip its first or last segment is repeated.

    Args:
        features: (N, T, D).
        reach: neighbours on each side.

    Returns:
        (N, T, D * (2 * reach + 1)).

    Source: UWAV (CVPR 2025) found that labels gain from what lies around a segment, and trains a
    transformer on another dataset to use it; joining the features of neighbours is ours.
    """
    segments = features.shape[1]
    places = np.arange(segments)
    shifted = []
    for offset in range(-reach, reach + 1):
        shifted.append(features[:, np.clip(places + offset, 0, segments - 1)])
    beside: Floats = np.concatenate(shifted, axis=2)
    return beside


def standardised(values: Floats) -> Floats:
    """Return (N, T, D) with mean 0 and deviation 1 in each dimension; constant dimensions are 0."""
    mean, deviation = values.mean(axis=(0, 1)), values.std(axis=(0, 1))
    scaled: Floats = (values - mean) / np.where(deviation > _LEAST, deviation, np.float32(1))
    return scaled


def fit_scorer(
    values: Floats, labels: NDArray[np.bool_], *, penalty: float = PENALTY, steps: int = STEPS
) -> tuple[Floats, Floats]:
    """Return weights (D, C) and bias (C,) of the linear scorers of all classes.

    Args:
        values: (N, T, D), standardised.
        labels: (N, C).
        penalty, steps: see `contrast`.
    """
    clips, segments, dim = values.shape
    rows = values.reshape(-1, dim)
    parameters = np.zeros((dim + 1, labels.shape[1]), np.float32)  # the last row is the bias
    first, second = np.zeros_like(parameters), np.zeros_like(parameters)
    for step in range(1, steps + 1):
        prob = _sigmoid((rows @ parameters[:-1] + parameters[-1]).reshape(clips, segments, -1))
        slope = pooled_slope(prob, labels).reshape(len(rows), -1)
        gradient = np.concatenate(
            [rows.T @ slope + 2 * penalty * parameters[:-1], slope.sum(axis=0, keepdims=True)]
        )
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        parameters -= (
            rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        )
    return parameters[:-1], parameters[-1]


def pooled_slope(prob: Floats, labels: NDArray[np.bool_]) -> Floats:
    """Return the derivative of the loss by the logits, (N, T, C), without the penalty.

    Args:
        prob: (N, T, C).
        labels: (N, C).
    """
    total = np.maximum(prob.sum(axis=1, keepdims=True), _LEAST)
    pooled = np.maximum((prob**2).sum(axis=1, keepdims=True) / total, _LEAST)
    present = -(2 * prob - pooled) / total / pooled * prob * (1 - prob)
    slope = np.where(labels[:, None], present, prob / prob.shape[1]).astype(np.float32)
    mean: Floats = slope / np.float32(len(prob))
    return mean


def _sigmoid(values: Floats) -> Floats:
    out: Floats = (1 / (1 + np.exp(-np.clip(values, -60, 60)))).astype(np.float32)
    return out
