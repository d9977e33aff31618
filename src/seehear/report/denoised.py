"""What a denoiser saw and did: similarities and labels of segments, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.data.vocabulary import unlike
from seehear.encoders import TextTower, TextTowerLoader, load_text
from seehear.errors import ConfigError, DataError
from seehear.features import FeatureStore
from seehear.features.commands import extract_command
from seehear.features.windowed import in_windows, window_length
from seehear.files import Json
from seehear.foreign.forms import Wrong, record
from seehear.foreign.forms import made as form_of
from seehear.labels.lsld.build import Built, build_labels, clips_with_features, with_encoders
from seehear.labels.lsld.combinations import build_prompts
from seehear.labels.lsld.descriptions import description_set
from seehear.labels.lsld.options import Denoising
from seehear.labels.lsld.reweighting import class_similarity
from seehear.labels.quality import changes
from seehear.labels.similarity import encode_texts, unit_rows
from seehear.labels.space import find_space, read_space, text_tower
from seehear.labels.store import SegmentLabels, is_labels, load
from seehear.time import TRACKS

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
        dataset: whose clips they are, in windows where clips differ in length.
        tower: text tower of that space.
        texts, template: words for the classes in prompts, and what is put around a prompt.
        class_texts: words for the classes in the re-weighting.
        notes: what is not as it was when the labels were made.
    """

    built: Built
    options: Denoising
    track: str
    names: tuple[str, ...]
    features: NDArray[np.float32]
    store: FeatureStore
    dataset: Dataset
    tower: TextTower
    texts: list[str]
    template: str
    class_texts: list[str]
    notes: tuple[str, ...] = ()

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
        """Return the prompts of a clip and their similarity to its segments, (prompts, T)."""
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

    For a run without labels of segments, this is the paper's way, on these features.

    Raises:
        DataError, WeightsError: neither a run nor labels.
        NothingComparedError: labels of a rule without prompts.
    """
    return _options(path, store, _kept(path))


def _kept(path: Path) -> SegmentLabels | None:
    """Return the labels of a labels folder, or those that a run keeps; None if it keeps none.

    Raises:
        DataError: neither a run nor labels.
    """
    from seehear.train import RunFolder

    run = RunFolder(path)
    for folder in (path, run.labels):
        if is_labels(folder):
            return load(folder)
    if not run.finished:
        raise DataError("expected a run folder, or labels of seehear denoise", where=path)
    return None


def _options(path: Path, store: FeatureStore, kept: SegmentLabels | None) -> Denoising:
    from seehear.train import RunFolder

    made = RunFolder(path).record().get("labels") if kept is None else kept.provenance
    if not made:
        return with_encoders(Denoising(), store)[0]
    if made.get("rule") != "lsld":
        raise NothingComparedError(
            f"labels of rule {made.get('rule')}, which compares no prompts",
            where=path,
            hint="name a run of lsld, or labels of seehear denoise",
        )
    try:
        return _OPTIONS(made)["options"]  # type: ignore[no-any-return]
    except Wrong as wrong:
        raise DataError(
            f"damaged record of how labels were made ({wrong})",
            where=path,
            hint="run seehear denoise again",
        ) from None


_OPTIONS = record({"options": form_of(Denoising)})


def read_denoised(
    path: Path,
    store: FeatureStore,
    dataset: Dataset,
    *,
    split: str = "train",
    track: str = "visual",
    load_tower: TextTowerLoader = load_text,
) -> DenoisedTrack:
    """Return what stands behind the labels of a run, as it keeps them.

    Labels that keep nothing of how they were made (older ones), and those of another split, are
    made again from the features; a note says so.

    Args:
        path: a run folder, or a labels folder.
        store: features, with the space shared with language.
        dataset: whose clips.
        split: all its clips with features are looked at.
        track: `audio` or `visual`.
        load_tower: gives a text tower by id.

    Raises:
        NothingComparedError: no prompt decided about the labels of that track.
        DataError: labels of other classes.
        SeehearError: see `labels.lsld.build.build_labels`.
    """
    kept = _kept(path)
    options = _options(path, store, kept)
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
    if dataset.varies:
        length = window_length(None if kept is None else _segments(kept))
        dataset, store = in_windows(dataset, store, length, splits=(split,))
    encoder = getattr(options, track)
    command = extract_command(dataset, {track: [encoder]}, "FEATURES")
    built = None if kept is None else _as_it_was(kept, split)
    notes: list[str] = []
    if built is None:
        names = tuple(clips_with_features(dataset.split(split), store, options)[0])
        built = build_labels(dataset, store, options, split=split, names=names, load=load_tower)
        if kept is None or kept.provenance.get("split", split) == split:
            notes.append(
                f"{path} does not say how its labels were made: they are made again from "
                f"{store.path}"
            )
    elif built.labels.vocabulary != dataset.vocabulary.names:
        raise DataError(
            "the labels have other classes than the dataset;"
            f" {unlike(built.labels.vocabulary, dataset.vocabulary, 'the labels')}",
            where=path,
            hint="name the dataset that they were made of",
        )
    else:
        built, notes = _with_features(built, store, options, track)
    return DenoisedTrack(
        built,
        options,
        track,
        built.labels.names,
        read_space(store, encoder, built.labels.names, dataset.grid.count, command=command),
        store,
        dataset,
        text_tower(encoder, load_tower),
        *_words(built.labels.provenance["tracks"][track], options, dataset, track),
        tuple(notes),
    )


def _segments(labels: SegmentLabels) -> int | None:
    """Return how many segments the labels have; None if no track has labels."""
    arrays = (labels.get(track) for track in TRACKS)
    return next((array.shape[1] for array in arrays if array is not None), None)


def _words(
    made: Mapping[str, Json], options: Denoising, dataset: Dataset, track: str
) -> tuple[list[str], str, list[str]]:
    """Return class texts and template of the prompts, and class texts of the re-weighting."""
    if "descriptions" in made:
        texts, template = made["descriptions"], made["template"]
    else:
        texts, template = description_set(options.descriptions, dataset.vocabulary)
        if track == "audio":
            template = options.audio_template.replace("{}", template)
    if "text" in made:
        return texts, template, made["text"]
    words, around = description_set(options.text, dataset.vocabulary)
    return texts, template, [around.replace("{}", word) for word in words]


def _as_it_was(kept: SegmentLabels, split: str) -> Built | None:
    """Return how labels were built, as they record it; None if they do not."""
    tracks = [track for track in TRACKS if kept.get(track) is not None]
    if kept.weak is None or kept.provenance.get("split", split) != split:
        return None
    if any(track not in kept.hard for track in tracks):
        return None
    hard = {track: kept.hard[track].astype(np.float32) for track in tracks}
    return _built(kept, hard, kept.weak)


def _built(
    labels: SegmentLabels, hard: dict[str, NDArray[np.float32]], weak: NDArray[np.bool_]
) -> Built:
    report = {}
    for track, before in hard.items():
        soft = labels.get(track)
        assert soft is not None
        report[track] = {**changes(weak, before, soft), **labels.provenance["tracks"][track]}
    return Built(labels, hard, weak, report, tuple(labels.provenance.get("warnings", ())))


def _with_features(
    built: Built, store: FeatureStore, options: Denoising, track: str
) -> tuple[Built, list[str]]:
    """Return the labels of the clips that still have features, and what is not as it was."""
    notes = []
    encoder = getattr(options, track)
    stream = find_space(store, encoder)
    names = built.labels.names
    if stream is not None:
        there = [name for name in names if store.count(stream, name)]
        if len(there) < len(names):
            notes.append(
                f"left out of labels and strips: {len(names) - len(there)} of"
                f" {amount(len(names), 'clip')}, without features of {encoder} in {store.path} now"
            )
            labels = built.labels.select(there)
            weak = np.asarray(labels.weak)
            hard = {name: array.astype(np.float32) for name, array in labels.hard.items()}
            built = _built(labels, hard, weak)
    before = built.labels.provenance["tracks"][track].get("weights")
    now = store.encoders().get(encoder, {}).get("weights")
    if before and now and before != now:
        notes.append(
            f"the features in {store.path} were made with other weights of {encoder} than the "
            "labels: similarities are of the features, labels of the run"
        )
    return built, notes
