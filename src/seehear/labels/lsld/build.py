"""LSLD on a dataset: features of a joint space in, segment labels and a report of what changed
out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear._version import __version__
from seehear.data import Dataset, Split
from seehear.errors import DataError, FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import read_segments
from seehear.labels.lsld.contrast import contrast
from seehear.labels.lsld.denoising import denoise, prompt_similarity
from seehear.labels.lsld.descriptions import description_set
from seehear.labels.lsld.options import Denoising
from seehear.labels.lsld.reweighting import class_similarity, reweight_by
from seehear.labels.lsld.scale import Scale, fit_scale
from seehear.labels.quality import changes, label_quality
from seehear.labels.similarity import Encode, EncodeOnce, Floats
from seehear.labels.space import Loader, find_space, load_text, read_space, text_tower
from seehear.labels.store import SegmentLabels
from seehear.time import TRACKS

STAGES = ("weak", "denoised", "re-weighted")


@dataclass(frozen=True)
class Built:
    """What a denoising made.

    Args:
        labels: of every segment.
        hard: by track, (N, T, C) labels before the re-weighting.
        weak: (N, C).
        report: by track, what changed (`quality.changes`), how many texts were encoded, alpha and
            beta.
    """

    labels: SegmentLabels
    hard: dict[str, Floats]
    weak: NDArray[np.generic]
    report: dict[str, dict[str, Any]]

    def quality(self, truth: Any) -> dict[str, Any]:
        """Return the label quality of each stage against the truth of the same clips; see
        `quality.label_quality`.
        """
        arrays = {
            "weak": dict.fromkeys(TRACKS),
            "denoised": {t: self.hard.get(t) for t in TRACKS},
            "re-weighted": {t: self.labels.get(t) for t in TRACKS},
        }
        return label_quality(arrays, self.weak, truth)


def build_labels(
    dataset: Dataset,
    store: FeatureStore,
    options: Denoising,
    *,
    split: str = "train",
    names: Sequence[str] | None = None,
    load: Loader = load_text,
) -> Built:
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
    if not weak.any():
        raise DataError(
            f"none of the {len(names)} clips of split {split} has a label",
            where=dataset.root,
            hint="its table names the classes of each clip in the column event_labels",
        )
    hard, soft, report, made = {}, dict.fromkeys(TRACKS), {}, {}
    for track in TRACKS:
        if options.has(track):
            hard[track], soft[track], numbers = _one_track(
                dataset, store, options, track, names, weak, load
            )
            report[track] = {**changes(weak, hard[track], soft[track]), **numbers}
            made[track] = {
                **numbers,
                "weights": store.encoders().get(getattr(options, track), {}).get("weights"),
            }
    provenance = {
        "rule": "lsld",
        "seehear": __version__,
        "options": asdict(options),
        "split": split,
        "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint()},
        "tracks": made,
    }
    labels = SegmentLabels(
        soft["audio"], soft["visual"], names, dataset.vocabulary.names, provenance
    )
    return Built(labels, hard, weak, report)


def _one_track(
    dataset: Dataset,
    store: FeatureStore,
    options: Denoising,
    track: str,
    names: Sequence[str],
    weak: NDArray[np.generic],
    load: Loader,
) -> tuple[Floats, Floats, dict[str, Any]]:
    """Return hard labels, final labels, and the numbers behind them."""
    encoder, evidence, segments = (
        getattr(options, track),
        options.evidence(track),
        dataset.grid.count,
    )
    hard = np.repeat(weak[:, None], segments, axis=1).astype(np.float32)
    numbers: dict[str, Any] = {"evidence": evidence}
    if evidence != "language":
        streams = contrast_streams(store, encoder)
        prob = contrast(
            np.concatenate([read_segments(store, s, names, segments) for s in streams], axis=2),
            weak,
        )
        hard *= prob >= 0.5
        numbers["contrast"] = list(streams)
    if evidence == "contrast" and not options.reweights(track):
        return hard, hard, numbers
    features = read_space(store, encoder, names, segments)
    tower = text_tower(encoder, load)
    encode = EncodeOnce(tower.encode)
    texts, template = description_set(options.descriptions, dataset.vocabulary)
    if track == "audio":
        template = options.audio_template.replace("{}", template)
    asked: dict[str, Any] = {"nothing": options.nothing, "template": template}
    if evidence != "contrast":
        hard *= denoise(features, weak, encode, texts, **asked)
    numbers |= {"space": find_space(store, encoder), "text_tower": tower.id}
    soft = hard
    if options.reweights(track):
        sigma = _similarity(dataset, options, features, weak, encode, asked)
        scale = fit_scale(hard, sigma)
        scale = Scale(
            *(
                fitted if given == "fit" else float(given)
                for given, fitted in zip((options.alpha, options.beta), scale, strict=True)
            )
        )
        soft = reweight_by(hard, sigma, *scale, mode=options.strategy, trim=options.trim)
        numbers |= scale._asdict()
    return hard, soft, {**numbers, "texts_encoded": encode.count}


def _similarity(
    dataset: Dataset,
    options: Denoising,
    features: Floats,
    weak: NDArray[np.generic],
    encode: Encode,
    asked: dict[str, Any],
) -> Floats:
    words, template = description_set(options.text, dataset.vocabulary)
    if options.similarity == "softmax":
        out: Floats = prompt_similarity(features, weak, encode, words, **asked)
        return out
    return class_similarity(features, encode([template.replace("{}", word) for word in words]))


def contrast_streams(store: FeatureStore, encoder: str) -> tuple[str, ...]:
    """Return the streams in which clips are contrasted: what the encoder's networks are trained on.

    Raises:
        FeatureError: the folder holds nothing of this encoder.
    """
    held = [
        f"{encoder}/{name}"
        for name in ("feature", "frames")
        if f"{encoder}/{name}" in store.streams
    ][:1]
    if not held:
        raise FeatureError(
            f"expected features of {encoder}, the folder holds {', '.join(sorted(store.streams))}",
            where=store.path,
            hint="extract with that encoder, or name another one",
        )
    return tuple(held)


def clips_with_features(
    split: Split, store: FeatureStore, options: Denoising
) -> tuple[list[str], list[str]]:
    """Return the clips of a split that have all the features the options need, and the others."""
    streams = [
        stream
        for track in TRACKS
        if options.has(track)
        if (stream := find_space(store, getattr(options, track))) is not None
    ]
    have = [all(store.count(stream, name) for stream in streams) for name in split.names]
    return (
        [name for name, ok in zip(split.names, have, strict=True) if ok],
        [name for name, ok in zip(split.names, have, strict=True) if not ok],
    )


def with_encoders(
    options: Denoising,
    store: FeatureStore,
    *,
    keep: Sequence[str] = (),
) -> tuple[Denoising, list[str]]:
    """Return the options with offline encoders in place of published ones that the folder lacks,
    and what was said.

    Their similarities have another scale, so the factors are fitted.

    Args:
        options: what was asked for.
        store: the features at hand.
        keep: options that the user named; they stay.
    """
    changed: dict[str, Any] = {}
    notes = []
    for track, offline in (("visual", "conse"), ("audio", "yamnet")):
        asked = getattr(options, track)
        if (
            track not in keep
            and options.has(track)
            and find_space(store, asked) is None
            and find_space(store, offline) is not None
        ):
            changed[track] = offline
            notes.append(f"{track}: the folder has no {asked}, so {offline} is taken")
    if changed and "fit" not in (options.alpha, options.beta):
        fitted = [name for name in ("alpha", "beta") if name not in keep]
        changed |= dict.fromkeys(fitted, "fit")
        if fitted:
            notes.append(
                f"{' and '.join(fitted)} fitted to its similarities; the published ones belong to"
                " CLIP"
            )
    return replace(options, **changed), notes
