"""Segment labels made a second time, by three judges: prompts, contrast and a trained parser.

Several parsers are trained on the first labels, each without a part of the clips.  Every clip is
judged by the parser that was trained without it, so that no parser repeats its own labels.  A
segment of a track has a class of its clip's weak label where at least two of the judges say so.

Source: UWAV (CVPR 2025) found that better segment labels help more than changes of the network, and
learns its labels on another, fully annotated dataset; the vote of three judges is ours.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.data import Dataset
from seehear.errors import ConfigError
from seehear.features import FeatureStore
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import Denoising
from seehear.labels.similarity import Floats
from seehear.recipes import Recipe
from seehear.time import TRACKS
from seehear.train.loop import Learner, TrainingTask, reproducible
from seehear.train.networks import predict

PARTS = 3  # of the training clips; each is judged by a parser trained on the others
_AGREE = 2  # of the three judges


def second_round(task: TrainingTask, dataset: Dataset, store: FeatureStore) -> dict[str, Floats]:
    """Return the labels of each track's segments, (N, T, C), in the order of the training clips.

    Args:
        task: the training on the first labels.
        dataset, store: the dataset and features that the first labels were made of.

    Raises:
        ConfigError: the recipe's first labels are not denoised ones.
    """
    seen_by = parts(len(task.train))
    judged = np.zeros((len(task.train), task.segments, 2, task.train.weak.shape[1]), np.float32)
    for part in range(PARTS):
        judged[seen_by == part] = judge(task, seen_by == part)
    said = witnesses(task.recipe, dataset, store, task.train.names)
    weak = task.train.weak.cpu().numpy()
    made = {}
    for row, track in enumerate(TRACKS):
        made[track] = agreed(weak, [*(each[track] for each in said), judged[:, :, row]])
    return made


def parts(clips: int) -> NDArray[np.intp]:
    """Return which of the `PARTS` parts each clip is in, (N,), counted from 0."""
    return np.random.default_rng(0).permutation(clips) % PARTS


def judge(task: TrainingTask, held: NDArray[np.bool_]) -> Floats:
    """Return probabilities (n, T, 2, C) of held-out clips by a parser trained on the others.

    That of a segment is at most that of its track.

    Args:
        task: of all clips.
        held: (N,), True for the clips held out.
    """
    rows = torch.from_numpy(np.flatnonzero(held)).to(task.train.weak.device)
    rest = torch.from_numpy(np.flatnonzero(~held)).to(task.train.weak.device)
    targets: dict[str, Tensor] = {name: array[rest] for name, array in task.targets.items()}
    smaller = replace(task, train=task.train.select(rest), targets=targets)
    with reproducible(task.device):
        learner = Learner(smaller)
        while learner.counters.epoch < task.recipe.training.epochs:
            for _ in learner.steps():
                pass
            learner.end_epoch()
        copies = {}
        for name, weights in learner.best.items():
            copies[name] = copy.deepcopy(learner.nets["main"])
            copies[name].load_state_dict(weights)
        forward = task.recipe.network.forward
        found = predict(copies, task.train.select(rows), forward, task.device)
    return np.minimum(found.segment_prob, found.track_prob[:, None])


def witnesses(
    recipe: Recipe, dataset: Dataset, store: FeatureStore, names: Sequence[str]
) -> list[dict[str, Floats]]:
    """Return the hard labels of each track by prompts alone, and by contrast alone, (N, T, C).

    Raises:
        ConfigError: see `second_round`.
    """
    options = recipe.labels.segments
    if not isinstance(options, Denoising):
        raise ConfigError(
            f"a second round needs denoised labels, which recipe {recipe.name} does not have",
            hint="set labels.rounds=1",
        )
    options = replace(options, tracks="both", strategy="none")
    prompts = replace(options, visual_evidence="language", audio_evidence="language")
    against = replace(options, visual_evidence="contrast", audio_evidence="contrast")
    return [build_labels(dataset, store, one, names=names).hard for one in (prompts, against)]


def agreed(weak: NDArray[np.generic], said: Sequence[Floats]) -> Floats:
    """Return the labels (N, T, C) that at least two judges give, within the weak label.

    Args:
        weak: (N, C).
        said: labels or probabilities by each judge, (N, T, C).
    """
    votes = np.sum([each >= 0.5 for each in said], axis=0)
    label: Floats = ((votes >= _AGREE) & (np.asarray(weak)[:, None] > 0)).astype(np.float32)
    return label
