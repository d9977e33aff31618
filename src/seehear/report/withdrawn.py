"""What a video-level denoiser leaves of a clip's labels, for comparison with labels of segments.

MA and DHHN withdraw labels once, before training; JoMoLD ranks the labels of every batch anew, so
what it withdraws depends on the batch.  Here the whole split is one batch, ranked by the trained
network, as at the end of the training.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.errors import ConfigError
from seehear.features import FeatureStore


def labels_left(
    path: Path,
    store: FeatureStore,
    dataset: Dataset,
    *,
    split: str = "train",
) -> dict[str, NDArray[np.bool_]]:
    """Return the labels each track keeps, `audio` and `visual` (N, C).

    Args:
        path: a run folder of ma, jomold or dhhn-refined.
        store, dataset: what it was trained on.
        split: the split that it was trained on.

    Raises:
        ConfigError: the run withdraws no labels.
        SeehearError: see `train.load_run`.
    """
    from seehear.train import RunFolder, load_run

    weak = dataset.split(split).weak.astype(bool)
    removals, ratios = (RunFolder(path).load_artefact(name) for name in ("removals", "ratios"))
    if isinstance(removals, Mapping):
        removed = [np.asarray(removals[track], np.bool_) for track in ("audio", "visual")]
        if removed[0].shape != weak.shape:
            raise ConfigError(
                f"the run withdrew labels of {amount(len(removed[0]), 'clip')}, split {split} has"
                f" {len(weak)}",
                where=path,
                hint="name the split it was trained on",
            )
    elif isinstance(ratios, Mapping):
        removed = _by_loss(load_run(path), ratios, store, dataset, split)
    else:
        raise ConfigError(
            "this run withdraws no labels of clips", where=path, hint="name a run of ma or jomold"
        )
    return {track: weak & ~mask for track, mask in zip(("audio", "visual"), removed, strict=True)}


def _by_loss(
    run: Any, ratios: Any, store: FeatureStore, dataset: Dataset, split: str
) -> list[NDArray[np.bool_]]:
    import torch

    from seehear.labels.removal import jomold
    from seehear.losses import clip_bce_elements
    from seehear.recipes import Labels
    from seehear.train.data import load_clips
    from seehear.train.targets import build_targets

    chosen = dataset.split(split)
    clips = load_clips(
        store, run.features, chosen.names, chosen.weak, dataset.grid.count, frames=run.frames
    )
    recipe = dict(run.about["recipe"])
    forward = {**recipe["network"]["forward"], "cross_attention": False}
    alone = dataclasses.replace(
        run,
        about={
            **run.about,
            "recipe": {**recipe, "network": {**recipe["network"], "forward": forward}},
        },
    )
    track_prob = torch.from_numpy(alone.predict(clips).track_prob)
    smooth = {key: recipe["labels"][key] for key in ("smooth_audio", "smooth_visual")}
    targets = build_targets(Labels(**smooth), clips.weak, {}, dataset.grid.count)
    audio_loss = clip_bce_elements(track_prob[:, 0], targets["audio"]).numpy()
    visual_loss = clip_bce_elements(track_prob[:, 1], targets["visual"]).numpy()
    noise = jomold.NoiseRatios(ratios["audio"], ratios["visual"])
    return list(jomold.removals(chosen.weak, audio_loss, visual_loss, noise))
