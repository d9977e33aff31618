"""LSLD on a dataset: features of a joint space in, segment labels and a report of what changed out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear._version import __version__
from seehear.data import Dataset
from seehear.errors import DataError
from seehear.features import FeatureStore
from seehear.labels.descriptions import description_set
from seehear.labels.lsld import denoise, prompt_similarity
from seehear.labels.options import Denoising
from seehear.labels.quality import changes, label_quality
from seehear.labels.reweight import class_similarity, reweight_by
from seehear.labels.scale import Scale, fit_scale
from seehear.labels.similarity import Encode, EncodeOnce, Floats
from seehear.labels.space import Loader, find_space, load_text, read_space, text_tower
from seehear.labels.store import TRACKS, SegmentLabels

STAGES = ("weak", "denoised", "re-weighted")


@dataclass(frozen=True)
class Built:
    """What a denoising made.

    Args:
        labels: of every segment.
        hard: by track, (N, T, C) labels before the re-weighting.
        weak: (N, C).
        report: by track, what changed (`quality.changes`), how many texts were encoded, alpha and beta.
    """

    labels: SegmentLabels
    hard: dict[str, Floats]
    weak: NDArray[np.generic]
    report: dict[str, dict[str, Any]]

    def quality(self, truth: Any) -> dict[str, Any]:
        """Return the label quality of each stage against the truth of the same clips; see `quality.label_quality`."""
        arrays = {"weak": dict.fromkeys(TRACKS), "denoised": {t: self.hard.get(t) for t in TRACKS},
                  "re-weighted": {t: self.labels.get(t) for t in TRACKS}}
        return label_quality(arrays, self.weak, truth)


def build_labels(dataset: Dataset, store: FeatureStore, options: Denoising, *, split: str = "train",
                 names: Sequence[str] | None = None, load: Loader = load_text) -> Built:
    """Return the segment labels of a split.

    Args:
        dataset: whose weak labels are denoised.
        store: holds the joint spaces that `options` names.
        options: every choice.
        split: its name; all groups of the re-weighting are taken over its clips.
        names: only these clips; None: all of the split.
        load: gives a text tower by id.

    Raises:
        SeehearError: see `space.read_space`, `descriptions.description_set` and `lsld.denoise`.
    """
    chosen = dataset.split(split)
    row = {clip.name: i for i, clip in enumerate(chosen.clips)}
    names = tuple(row) if names is None else tuple(names)
    if not names:
        raise DataError(f"expected clips in split {split}, got none", where=dataset.root)
    weak = chosen.weak[[row[name] for name in names]]
    hard, soft, report, made = {}, dict.fromkeys(TRACKS), {}, {}
    for track in TRACKS:
        if options.has(track):
            hard[track], soft[track], numbers = _one_track(dataset, store, options, track, names, weak, load)
            report[track] = {**changes(weak, hard[track], soft[track]), **numbers}
            made[track] = {**numbers, "weights": store.encoders().get(getattr(options, track), {}).get("weights")}
    provenance = {"rule": "lsld", "seehear": __version__, "options": asdict(options), "split": split,
                  "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint()}, "tracks": made}
    labels = SegmentLabels(soft["audio"], soft["visual"], names, dataset.vocabulary.names, provenance)
    return Built(labels, hard, weak, report)


def _one_track(dataset: Dataset, store: FeatureStore, options: Denoising, track: str, names: Sequence[str],
               weak: NDArray[np.generic], load: Loader) -> tuple[Floats, Floats, dict[str, Any]]:
    """Return hard labels, final labels, and the numbers behind them."""
    encoder = getattr(options, track)
    features = read_space(store, encoder, names, dataset.grid.count)
    tower = text_tower(encoder, load)
    encode = EncodeOnce(tower.encode)
    texts, template = description_set(options.descriptions, dataset.vocabulary)
    if track == "audio":
        template = options.audio_template.replace("{}", template)
    asked: dict[str, Any] = {"nothing": options.nothing, "template": template}
    hard = denoise(features, weak, encode, texts, **asked)
    numbers: dict[str, Any] = {"space": find_space(store, encoder), "text_tower": tower.id}
    soft = hard
    if options.reweights(track):
        sigma = _similarity(dataset, options, features, weak, encode, asked)
        scale = fit_scale(hard, sigma)
        scale = Scale(*(fitted if given == "fit" else float(given)
                        for given, fitted in zip((options.alpha, options.beta), scale, strict=True)))
        soft = reweight_by(hard, sigma, *scale, mode=options.strategy, trim=options.trim)
        numbers |= scale._asdict()
    return hard, soft, {**numbers, "texts_encoded": encode.count}


def _similarity(dataset: Dataset, options: Denoising, features: Floats, weak: NDArray[np.generic], encode: Encode,
                asked: dict[str, Any]) -> Floats:
    words, template = description_set(options.text, dataset.vocabulary)
    if options.similarity == "softmax":
        out: Floats = prompt_similarity(features, weak, encode, words, **asked)
        return out
    return class_similarity(features, encode([template.replace("{}", word) for word in words]))


def with_encoders(options: Denoising, store: FeatureStore) -> Denoising:
    """Return the options with the offline encoders in place of published ones that the folder does not hold.

    Their similarities have another scale, so factors left at the paper's are fitted.
    """
    changed = {track: name for track, name in (("visual", "conse"), ("audio", "yamnet"))
               if options.has(track) and find_space(store, getattr(options, track)) is None
               and find_space(store, name) is not None}
    if "visual" in changed and (options.alpha, options.beta) == (Denoising.alpha, Denoising.beta):
        changed |= {"alpha": "fit", "beta": "fit"}
    return replace(options, **changed)  # type: ignore[arg-type]
