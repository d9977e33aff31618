"""What a denoiser saw and did: similarities and labels of segments, before and after."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.data import Dataset
from seehear.encoders import TextTower, TextTowerLoader, load_text
from seehear.errors import ConfigError, DataError
from seehear.features import FeatureStore
from seehear.labels.lsld.build import Built, build_labels, clips_with_features, with_encoders
from seehear.labels.lsld.combinations import build_prompts
from seehear.labels.lsld.descriptions import description_set
from seehear.labels.lsld.options import Denoising
from seehear.labels.lsld.reweighting import class_similarity
from seehear.labels.similarity import encode_texts, unit_rows
from seehear.labels.space import read_space, text_tower
from seehear.labels.store import is_labels, load

WORDS = {"audio": "heard", "visual": "seen"}


class NothingComparedError(ConfigError):
    """The labels are whole, but no prompt decided about them: there is nothing to show."""


@dataclass(frozen=True, eq=False)
class DenoisedTrack:
    """Everything behind the denoised labels of one track of a split.

    Args:
        built: the labels, hard and soft.
        options: how they were made.
        track: `audio` or `visual`.
        names: N clip names.
        features: (N, T, D) in the space shared with language.
        store: where they come from.
        tower: text tower of that space.
        texts, template: words for the classes in prompts, and what is put around a prompt.
        class_texts: words for the classes in the re-weighting.
    """

    built: Built
    options: Denoising
    track: str
    names: tuple[str, ...]
    features: NDArray[np.float32]
    store: FeatureStore
    tower: TextTower
    texts: list[str]
    template: str
    class_texts: list[str]

    @property
    def encoder(self) -> str:
        """The encoder of the space."""
        return str(getattr(self.options, self.track))

    @property
    def hard(self) -> NDArray[np.float32]:
        """(N, T, C) labels before the re-weighting."""
        return self.built.hard[self.track]

    @property
    def soft(self) -> NDArray[np.float32]:
        """(N, T, C) labels as training takes them."""
        labels = self.built.labels.get(self.track)
        assert labels is not None
        return labels

    @cached_property
    def sigma(self) -> NDArray[np.float32]:
        """(N, T, C) similarity of each segment to each class."""
        return class_similarity(self.features, self.tower.encode(self.class_texts))

    def groups(self, column: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the similarities to one class: of the segments labelled with it, of all others."""
        on = self.hard[..., column] > 0.5
        values = self.sigma[..., column]
        return values[on], values[~on]

    def prompts(self, row: int) -> tuple[list[str], NDArray[np.float32]]:
        """Return the prompts of a clip and their similarity to its segments, (N, T)."""
        classes = np.flatnonzero(self.built.weak[row]).tolist()
        asked = build_prompts(
            classes, self.texts, nothing=self.options.nothing, template=self.template
        )
        vectors = encode_texts(self.tower.encode, asked, self.features.shape[2])
        return asked, vectors @ unit_rows(self.features[row], "segment features").T

    def row(self, name: str) -> int:
        """Return the row of a clip.

        Raises:
            DataError: the clip has no labels.
        """
        if name not in self.names:
            raise DataError(f"no segment labels for clip {name}")
        return self.names.index(name)


def read_options(path: Path, store: FeatureStore) -> Denoising:
    """Return how the labels of a run or a labels folder were made.

    A run without labels of segments: the paper's way, on these features.

    Raises:
        DataError, WeightsError: neither a run nor labels.
        NothingComparedError: labels of a rule without prompts.
    """
    from seehear.train import RunFolder

    run = RunFolder(path)
    if is_labels(path):
        made = load(path).provenance
    elif is_labels(run.labels):
        made = load(run.labels).provenance
    elif run.finished:
        made = run.record().get("labels") or {}
    else:
        raise DataError("expected a run folder, or labels of seehear denoise", where=path)
    if not made:
        return with_encoders(Denoising(), store)[0]
    if made.get("rule") != "lsld":
        raise NothingComparedError(
            f"labels of rule {made.get('rule')}, which compares no prompts",
            where=path,
            hint="name a run of lsld, or labels of seehear denoise",
        )
    return Denoising(**made["options"])


def read_denoised(
    path: Path,
    store: FeatureStore,
    dataset: Dataset,
    *,
    split: str = "train",
    track: str = "visual",
    load_tower: TextTowerLoader = load_text,
) -> DenoisedTrack:
    """Return what stands behind the labels of a run; the labels are made again from the features.

    Args:
        path: a run folder, or a labels folder.
        store: features, with the space shared with language.
        dataset: whose clips.
        split: all its clips with features are looked at.
        track: `audio` or `visual`.
        load_tower: gives a text tower by id.

    Raises:
        NothingComparedError: no prompt decided about the labels of that track.
        SeehearError: see `labels.lsld.build.build_labels`.
    """
    options = read_options(path, store)
    if not options.has(track):
        raise NothingComparedError(
            f"the {track} track of this run keeps its weak labels, nothing was compared",
            where=path,
            hint=f"denoised: {options.tracks}",
        )
    if options.evidence(track) == "contrast":
        raise NothingComparedError(
            f"the {track} labels of this run come from contrast with other clips, no prompt was"
            " compared",
            where=path,
            hint="name a run whose evidence is language, or the other track",
        )
    encoder = getattr(options, track)
    names = tuple(clips_with_features(dataset.split(split), store, options)[0])
    built = build_labels(dataset, store, options, split=split, names=names, load=load_tower)
    texts, template = description_set(options.descriptions, dataset.vocabulary)
    words, around = description_set(options.text, dataset.vocabulary)
    if track == "audio":
        template = options.audio_template.replace("{}", template)
    return DenoisedTrack(
        built,
        options,
        track,
        names,
        read_space(store, encoder, names, dataset.grid.count),
        store,
        text_tower(encoder, load_tower),
        texts,
        template,
        [around.replace("{}", word) for word in words],
    )
