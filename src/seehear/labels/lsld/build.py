"""LSLD on a dataset: features of a joint space in, segment labels and what changed out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from seehear._version import __version__
from seehear.amounts import amount
from seehear.data import Dataset, Split, Truth
from seehear.encoders import TextTowerLoader, load_text
from seehear.errors import DataError, FeatureError
from seehear.features import FeatureStore
from seehear.features.commands import extract_command
from seehear.features.reader import read_segments
from seehear.files import Json
from seehear.labels.lsld.contrast import contrast, in_context
from seehear.labels.lsld.denoising import denoise, prompt_similarity
from seehear.labels.lsld.descriptions import description_set
from seehear.labels.lsld.emptied import Emptied, advise, find_emptied, without_any
from seehear.labels.lsld.options import Denoising, factor_of, is_fitted
from seehear.labels.lsld.reweighting import class_similarity, reweight_by
from seehear.labels.lsld.scale import Scale, fit_scale
from seehear.labels.quality import changes, label_quality
from seehear.labels.rule import rule_encoders
from seehear.labels.similarity import EncodeOnce, Floats
from seehear.labels.space import find_space, read_space, text_tower
from seehear.labels.store import SegmentLabels
from seehear.time import TRACKS


@dataclass(frozen=True)
class Built:
    """What a denoising made.

    Args:
        labels: of every segment.
        hard: by track, (N, T, C) labels before the re-weighting.
        weak: (N, C).
        report: by track, what changed (`quality.changes`), and how: evidence, texts and how many of
            them were encoded, alpha and beta.
        warnings: classes that lost (almost) every label, and what to do about them.
    """

    labels: SegmentLabels
    hard: dict[str, Floats]
    weak: NDArray[np.generic]
    report: dict[str, dict[str, Json]]
    warnings: tuple[str, ...] = ()

    def quality(self, truth: Truth, *, joint: bool = False) -> dict[str, Json]:
        """Return the quality of each stage of the labels; see `quality.label_quality`.

        Args:
            truth: of the same clips.
            joint: whether the truth marks only what is heard and seen at once.
        """
        stages: dict[str, Mapping[str, Floats | None]] = {
            "weak": {},
            "denoised": self.hard,
            "re-weighted": {track: self.labels.get(track) for track in TRACKS},
        }
        return label_quality(stages, self.weak, truth, joint=joint)


def build_labels(
    dataset: Dataset,
    store: FeatureStore,
    options: Denoising,
    *,
    split: str = "train",
    names: Sequence[str] | None = None,
    load: TextTowerLoader = load_text,
) -> Built:
    """Return the segment labels of a split.

    Args:
        dataset: its weak labels are denoised; where each track has weak labels of its own, those
            are taken (`Dataset.without_track_labels` gives the dataset without them).
        store: holds the joint spaces that `options` names.
        options: every choice of the method.
        split: name of the split; the groups of the re-weighting are taken over all its clips.
        names: only these clips; None: all of the split.
        load: gives a text tower by id.

    Raises:
        SeehearError: see `space.read_space`, `descriptions.description_set` and `lsld.denoise`.
    """
    chosen = dataset.split(split)
    names = chosen.names if names is None else tuple(names)
    if not names:
        raise DataError(f"expected clips in split {split}, got none", where=dataset.root)
    row = {name: i for i, name in enumerate(chosen.names)}
    weak = chosen.weak[[row[name] for name in names]]
    if not weak.any():
        raise DataError(
            f"none of the {amount(len(names), 'clip')} of split {split} has a label",
            where=dataset.root,
            hint="its table names the classes of each clip in the column event_labels",
        )
    known = store.encoders()
    hard: dict[str, Floats] = {}
    soft: dict[str, Floats] = {}
    report: dict[str, dict[str, Json]] = {}
    made: dict[str, dict[str, Json]] = {}
    emptied: list[Emptied] = []
    advice: list[str] = []
    for track, encoder in rule_encoders(options).items():
        own = chosen.weak_of(track, names)
        one = _one_track(dataset, store, options, track, names, own, load)
        hard[track], soft[track], numbers = one.hard, one.soft, one.numbers
        gone = find_emptied(track, own, one.hard, dataset.vocabulary.names)
        emptied += gone
        advice += [one.advise(found) for found in gone]
        report[track] = {**changes(own, one.hard, one.soft), **numbers}
        made[track] = {**numbers, "weights": known.get(encoder, {}).get("weights")}
    provenance = {
        "rule": "lsld",
        "seehear": __version__,
        "options": asdict(options),
        "split": split,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "grid": dataset.parts()["grid"],
        },
        "tracks": made,
    }
    classes = dataset.vocabulary.names
    advice += without_any(weak, emptied, split, classes)
    if advice:
        provenance["warnings"] = advice
    labels = SegmentLabels(
        soft.get("audio"),
        soft.get("visual"),
        names,
        classes,
        provenance,
        weak=weak.astype(bool),
        hard={track: array >= 0.5 for track, array in hard.items()},
    )
    return Built(labels, hard, weak, report, tuple(advice))


@dataclass(frozen=True)
class _OneTrack:
    """The labels of one track.

    Args:
        hard: before the re-weighting.
        soft: as training takes them.
        numbers: how they were made: evidence, texts, alpha and beta.
        advise: says what to do about a class that has lost its labels.
    """

    hard: Floats
    soft: Floats
    numbers: dict[str, Json]
    advise: Callable[[Emptied], str]


def _one_track(
    dataset: Dataset,
    store: FeatureStore,
    options: Denoising,
    track: str,
    names: Sequence[str],
    weak: NDArray[np.generic],
    load: TextTowerLoader,
) -> _OneTrack:
    """Return the labels of one track."""
    encoder = rule_encoders(options)[track]
    evidence = options.evidence(track)
    command = extract_command(dataset, {track: [encoder]}, "FEATURES")
    segments = dataset.grid.count
    hard = np.repeat(weak[:, None], segments, axis=1).astype(np.float32)
    numbers: dict[str, Json] = {"evidence": evidence}
    if evidence != "language":
        stream = contrast_stream(store, encoder, command=command)
        rows = read_segments(store, stream, names, segments)
        prob = contrast(in_context(rows, options.context), weak)
        hard *= prob >= 0.5
        numbers["contrast"] = [stream]
    contrasted = hard
    if evidence == "contrast" and not options.reweights(track):
        return _OneTrack(hard, hard, numbers, str)
    features = read_space(store, encoder, names, segments, command=command)
    tower = text_tower(encoder, load)
    encode = EncodeOnce(tower.encode)
    texts, template = description_set(options.descriptions, dataset.vocabulary)
    if track == "audio":
        template = options.audio_template.replace("{}", template)

    def again(clips: NDArray[np.intp] | slice, words: Sequence[str]) -> Floats:
        """Return the hard labels of some clips with these texts for the classes."""
        said = denoise(
            features[clips],
            weak[clips],
            encode,
            list(words),
            nothing=options.nothing,
            template=template,
        )
        kept: Floats = contrasted[clips] * said
        return kept

    advise_on: Callable[[Emptied], str] = str
    if evidence != "contrast":
        hard = again(slice(None), texts)
        advise_on = partial(
            advise, weak=weak, texts=texts, vocabulary=dataset.vocabulary, again=again
        )
    numbers |= {"space": find_space(store, encoder), "text_tower": tower.id}
    numbers |= {"descriptions": texts, "template": template}
    soft = hard
    if options.reweights(track):
        words, pattern = description_set(options.text, dataset.vocabulary)
        numbers["text"] = [pattern.replace("{}", word) for word in words]
        if options.similarity == "softmax":
            sigma = prompt_similarity(
                features, weak, encode, words, nothing=options.nothing, template=template
            )
        else:
            sigma = class_similarity(features, encode(numbers["text"]))
        scale = _factors(options, hard, sigma)
        soft = reweight_by(
            hard, sigma, scale.alpha, scale.beta, mode=options.strategy, trim=options.trim
        )
        numbers |= scale._asdict()
    return _OneTrack(hard, soft, {**numbers, "texts_encoded": encode.count}, advise_on)


def _factors(options: Denoising, hard: Floats, sigma: Floats) -> Scale:
    """Return alpha and beta as asked for; `fit` is fitted to the similarities."""
    fitted = fit_scale(hard, sigma)
    return Scale(factor_of(options.alpha, fitted.alpha), factor_of(options.beta, fitted.beta))


def contrast_stream(store: FeatureStore, encoder: str, *, command: str) -> str:
    """Return the stream that the contrast reads: the features that networks are trained on.

    Args:
        store: an open features folder.
        encoder: its id.
        command: makes such features, for the error.

    Raises:
        FeatureError: the folder holds nothing of this encoder.
    """
    for stream in (f"{encoder}/feature", f"{encoder}/frames"):
        if stream in store.streams:
            return stream
    raise FeatureError(
        f"expected features of {encoder}, the folder holds {', '.join(sorted(store.streams))}",
        where=store.path,
        hint=f"make them with {command}, or name another encoder",
    )


def clips_with_features(
    split: Split, store: FeatureStore, options: Denoising
) -> tuple[list[str], list[str], list[str]]:
    """Return the clips that have all features needed, the other clips, and what is damaged.

    Args:
        split: whose clips are meant.
        store: an open features folder.
        options: say which spaces are needed.

    Returns:
        Names of the complete clips, names of the others, and a line for each of the others whose
        features are there but cannot be read.
    """
    spaces = [find_space(store, encoder) for encoder in rule_encoders(options).values()]
    streams = [stream for stream in spaces if stream is not None]
    complete: list[str] = []
    others: list[str] = []
    damaged: list[str] = []
    for name in split.names:
        has_all = all(store.count(stream, name) for stream in streams)
        if has_all and (fault := _fault(store, streams, name)):
            damaged.append(fault)
            has_all = False
        (complete if has_all else others).append(name)
    return complete, others, damaged


def _fault(store: FeatureStore, streams: Sequence[str], name: str) -> str | None:
    """Return why the features of a clip cannot be read, None where they can."""
    try:
        for stream in streams:
            store.rows(stream, name)
    except FeatureError as error:
        return str(error)
    return None


def with_encoders(
    options: Denoising,
    store: FeatureStore,
    *,
    keep: Sequence[str] = (),
) -> tuple[Denoising, list[str]]:
    """Return the options with offline encoders in place of published ones that the folder lacks.

    Similarities of the offline encoders have another scale, so alpha and beta are fitted.  The
    second value has notes for the user: what was exchanged, and what follows.

    Args:
        options: what was asked for.
        store: the features at hand.
        keep: options that the user named; they stay.
    """
    changed: dict[str, Json] = {}
    wanted = rule_encoders(options)
    for track, offline in (("visual", "conse"), ("audio", "yamnet")):
        if track not in wanted or track in keep or find_space(store, wanted[track]) is not None:
            continue
        if find_space(store, offline) is not None:
            changed[track] = offline
    fitted = [name for name in ("alpha", "beta") if name not in keep]
    if not changed:
        return options, []
    notes = [_exchanged(store, wanted, changed)]
    if fitted and not any(map(is_fitted, (options.alpha, options.beta))):
        changed |= dict.fromkeys(fitted, "fit")
        if any(map(options.reweights, TRACKS)):
            notes.append(
                f"{' and '.join(fitted)}, which say how far labels are lowered and raised, are"
                " fitted to these features, as the published values suit those of CLIP alone"
            )
    return replace(options, **changed), notes


def _exchanged(store: FeatureStore, wanted: Mapping[str, str], changed: Mapping[str, Json]) -> str:
    """Return the note that says which encoders are taken in place of which."""
    lacking = " and ".join(f"{wanted[track]} ({track})" for track in changed)
    taken = " and ".join(map(str, changed.values()))
    return (
        f"{store.path} has no features of {lacking}, the published choice: those of {taken} are"
        " taken instead; you need not do anything"
    )
