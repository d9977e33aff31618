"""`seehear denoise`: weak labels to labels of segments, with a report of what changed."""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.amounts import amount
from seehear.cli.console import print_json, table, warn
from seehear.cli.figures import percent
from seehear.errors import ConfigError, FeatureError

if TYPE_CHECKING:
    from seehear.data import Dataset, Split
    from seehear.features import FeatureStore
    from seehear.labels.lsld.build import Built
    from seehear.labels.lsld.options import Denoising
    from seehear.labels.store import SegmentLabels

_TRACKS = ("none", "audio", "visual", "both")
_DECIDED = {  # what decides about a label, in words
    "language": "sentences",
    "contrast": "contrast with clips that lack the class",
    "both": "sentences and contrast with clips that lack the class, which must agree",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "dataset", metavar="DATASET", help="dataset folder (dataset.toml, or LLP's official tables)"
    )
    add(
        "--features",
        required=True,
        metavar="FEATURES",
        help="folder of seehear extract, or of published features",
    )
    add("--out", required=True, metavar="LABELS", type=Path, help="labels folder to write")
    add(
        "--profile",
        choices=("paper", "release", "plus"),
        default="paper",
        help=(
            "all choices at once: paper (as printed: visual), release (as released: audio, too) "
            "or plus (ours, with evidence from contrast); the options below change single ones "
            "(default: paper)"
        ),
    )
    add(
        "--split",
        metavar="NAME",
        default="train",
        help="split whose clips are denoised (default: train)",
    )
    add(
        "--tracks",
        choices=_TRACKS,
        help="which tracks get segment labels (default: visual; release, plus: both)",
    )
    add(
        "--visual",
        metavar="ID",
        help=(
            "encoder whose picture vectors can be compared with sentences (default: the profile's,"
            " or conse where the folder has no other)"
        ),
    )
    add(
        "--audio",
        metavar="ID",
        help=(
            "encoder whose sound vectors can be compared with sentences (default: the profile's,"
            " or yamnet where the folder has no other)"
        ),
    )
    add(
        "--descriptions",
        metavar="SET",
        help=(
            "words for the classes in prompts: original, playing, photo, playing-photo, person, "
            "or a file of lines 'class = words' (default: playing)"
        ),
    )
    add(
        "--nothing",
        metavar="NAME",
        help=(
            "prompt for a segment with none of the classes: other, none, not-class, "
            "not-class-spelled, or word:TEXT (default: other)"
        ),
    )
    add(
        "--audio-template",
        metavar="TEXT",
        help="sentence for every audio prompt, with {} where the prompt goes (default: This is a "
        "sound of {})",
    )
    for track in ("visual", "audio"):
        add(
            f"--{track}-evidence",
            choices=("language", "contrast", "both"),
            help=(
                f"what decides {track} labels: prompts, a scorer that tells clips with the class"
                " from clips without it (contrast), or both must agree (default: language; see"
                " --profile)"
            ),
        )
    add(
        "--strategy",
        choices=("dynamic", "with-event", "without-event", "stable", "none"),
        help=(
            "which labels the re-weighting softens: dynamic (positives and negatives), "
            "with-event (positives), without-event (negatives), stable (both, by constants) or "
            "none (default: dynamic; plus: none)"
        ),
    )
    add(
        "--context",
        type=int,
        metavar="SEGMENTS",
        help="neighbouring segments on each side that the contrast also looks at (default: 0)",
    )
    add("--reweight", choices=_TRACKS, help="which tracks are re-weighted (default: visual)")
    add(
        "--similarity",
        choices=("cosine", "softmax"),
        help="what alpha and beta multiply (default: cosine)",
    )
    add(
        "--text",
        metavar="SET",
        help="words for the classes in the re-weighting, as --descriptions (default: original)",
    )
    add(
        "--alpha",
        metavar="N",
        help=(
            "an unreliable positive label becomes N times the similarity of its segment to the "
            "class; fit takes N from the similarities themselves, fit*0.75 three quarters of "
            "that (default: 4; for offline encoders fit)"
        ),
    )
    add(
        "--beta",
        metavar="N",
        help="likewise for unreliable negatives (default: 0.4; for offline encoders fit)",
    )
    add(
        "--trim",
        metavar="P",
        type=float,
        help="share of each group that is left out as outliers (default: 0, as published)",
    )
    add(
        "--window",
        type=int,
        metavar="SEGMENTS",
        help=(
            "where clips differ in length: length of the windows they are cut into, as by train; "
            "labels belong to windows (default: 60 segments)"
        ),
    )
    add(
        "--track-labels",
        action="store_true",
        help="denoise each track's own weak labels, where the dataset has them (LFAV)",
    )
    add(
        "--skip-missing",
        action="store_true",
        help="leave out clips without features instead of refusing",
    )
    add(
        "--against",
        metavar="LABELS",
        type=Path,
        help=(
            "compare with these labels: a folder made by denoise, or an .npz of LSLD's "
            "repository (seehear fetch llp --only LSLD-labels)"
        ),
    )
    add("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Denoise, save, report."""
    from seehear.data.dataset import without_labels
    from seehear.labels.agreement import agreement
    from seehear.labels.lsld.build import build_labels, with_encoders
    from seehear.labels.store import save
    from seehear.lock import owned

    options, given = _options(args)
    dataset, store = _opened(args)
    options, notes = with_encoders(options, store, keep=given)
    for note in notes:
        _say(note)
    split = dataset.split(args.split)
    unlabelled = without_labels(split)
    if unlabelled is not None:
        _say(unlabelled)
    truth = split.truth() if split.has_truth else None  # what is wrong with it is told first
    warnings = split.warnings()
    warn(warnings)
    against = _others(args.against, dataset, args.split)
    names, damaged = _kept(split, store, options) if args.skip_missing else (None, [])
    with owned(args.out):
        built = build_labels(dataset, store, options, split=args.split, names=names)
        save(built.labels, args.out)
    warn(built.warnings)
    warnings += built.warnings
    quality = None
    if truth is not None:
        quality = built.quality(truth.select(built.labels.names), joint=dataset.joint)
    compared = None if against is None else agreement(built.labels, against)
    if args.json:
        print_json(
            {
                "labels": str(args.out),
                "provenance": dict(built.labels.provenance),
                "classes": list(dataset.vocabulary.names),
                "changes": built.report,
                "quality": quality,
                "against": compared,
                "warnings": warnings,
                "failed": damaged,
            }
        )
    else:
        _show(built, dataset.vocabulary.names, quality)
        _show_against(compared or {}, str(args.against), dataset.vocabulary.names)
        print(args.out)
    return 1 if damaged else 0


def _opened(args: argparse.Namespace) -> "tuple[Dataset, FeatureStore]":
    """Return dataset and features, in windows where clips differ in length."""
    from seehear.data import open_dataset
    from seehear.data.dataset import no_track_labels
    from seehear.features import open_features
    from seehear.features.windowed import in_windows, window_length

    dataset, store = open_dataset(args.dataset), open_features(args.features)
    split = dataset.split(args.split)
    if not args.track_labels:
        dataset = dataset.without_track_labels()
    elif split.track_weak is None:
        raise no_track_labels(dataset)
    if dataset.varies:
        length = window_length(args.window)
        dataset, store = in_windows(dataset, store, length, splits=(args.split,))
        _say(f"clips differ in length: labels are of {dataset.grid_from}")
    return dataset, store


def _options(args: argparse.Namespace) -> "tuple[Denoising, tuple[str, ...]]":
    """Return the choices, and the names of those that were given.

    Raises:
        ConfigError: a choice has a value that it does not take.
    """
    from seehear.labels.lsld.options import PROFILES, Denoising

    values = {field.name: getattr(args, field.name) for field in dataclasses.fields(Denoising)}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return dataclasses.replace(PROFILES[args.profile], **given), tuple(given)
    except ValueError as error:
        name, _, text = str(error).partition(": ")
        raise ConfigError(text, where=f"--{name.replace('_', '-')}") from None


def _others(path: Path | None, dataset: "Dataset", split: str) -> "SegmentLabels | None":
    """Return the labels to compare with, if any."""
    from seehear.labels.released import released_labels
    from seehear.labels.store import load

    if path is None:
        return None
    return released_labels(dataset, path, split=split) if path.suffix == ".npz" else load(path)


def _kept(
    split: "Split", store: "FeatureStore", options: "Denoising"
) -> tuple[list[str], list[str]]:
    """Return the clips with features, and a line for each whose features cannot be read."""
    from seehear.features.reader import of_other_clips
    from seehear.labels.lsld.build import clips_with_features

    names, missing, damaged = clips_with_features(split, store, options)
    if not names and not damaged:
        raise FeatureError(
            f"none of the {amount(len(split), 'clip')} of split {split.name} has features",
            where=store.path,
            hint=of_other_clips(store),
        )
    for line in damaged:
        _say(f"seehear: {line}")
    if missing:
        _say(
            f"left out: {len(missing)} of {amount(len(split), 'clip')}, without features that can"
            f" be read (first: {missing[0]})"
        )
    return names, damaged


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(built: "Built", names: tuple[str, ...], quality: dict[str, Any] | None) -> None:
    for track, report in built.report.items():
        _show_changes(track, report, names)
    if not built.report:
        _say("no track gets segment labels; both keep their weak labels")
    if quality is not None:
        _show_quality(list(built.report), names, quality)


def _show_changes(track: str, report: dict[str, Any], names: tuple[str, ...]) -> None:
    rows = []
    for c, name in enumerate(names):
        of_class = {key: column[c] for key, column in report["per_class"].items()}
        rows.append(_changes(name, of_class))
    rows.append(_changes("all", report))
    numbers = [f"decided by: {_DECIDED[report['evidence']]}"]
    if "texts_encoded" in report:
        numbers.append(
            f"every segment ({report['space']}) compared with its clip's sentences"
            f" ({report['texts_encoded']} in all, read by {report['text_tower']})"
        )
    if "alpha" in report:
        numbers.append(
            f"alpha {report['alpha']:.3g}, beta {report['beta']:.3g}: lowered and raised count"
            " the segments of all clips whose label became soft, re-weighted is their share"
        )
    note = " · ".join(numbers)
    if (lost := _mostly_lost(track, report["per_class"], names)) is not None:
        note += f"\n{lost}"
    table(
        f"What changed: {track} labels",
        (
            "class",
            "clips",
            "clips left without the class",
            "segments",
            "removed",
            "lowered",
            "raised",
            "re-weighted",
        ),
        rows,
        note=note,
    )


def _mostly_lost(track: str, per_class: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """Return which classes most of their clips have lost in a track; None if none has."""
    counts = zip(names, per_class["clips_removed"], per_class["clips"], strict=True)
    lost = [f"{name} ({gone} of {clips})" for name, gone, clips in counts if 2 * gone > clips]
    if not lost:
        return None
    there = "heard" if track == "audio" else "seen"
    return (
        f"In most of its clips no {track} label is left of {', '.join(lost)}: look at some of these"
        f" clips; where it is {there}, describe it in other words"
    )


def _show_quality(tracks: list[str], names: tuple[str, ...], quality: dict[str, Any]) -> None:
    from seehear.labels.quality import SEGMENT_KEYS

    rows = []
    for stage, figures in quality.items():
        rows.append([stage, *(percent(figures[key]) for key in SEGMENT_KEYS)])
    table(
        "Label quality against the truth (segment level, percent)",
        ("labels", "audio", "visual", "audio-visual", "type", "event"),
        rows,
        note="the clips' own weak labels go into these figures: they rate labels, not a parser",
    )
    for track in tracks:
        rows = []
        for c, name in enumerate(names):
            rows.append([name, *(percent(q["per_class"][track][c]) for q in quality.values())])
        table(
            f"Label quality per class: {track} (F, percent)",
            ("class", *quality),
            rows,
        )


def _show_against(compared: dict[str, Any], other: str, names: tuple[str, ...]) -> None:
    for track, report in compared.items():
        rows = []
        for c, name in enumerate(names):
            of_class = {key: column[c] for key, column in report["per_class"].items()}
            if of_class["segments"]:
                rows.append(_agreed(name, of_class))
        rows.append(_agreed("all", report))
        soft = report["soft"]
        table(
            f"Ours against {other}: {track} labels of the segments of"
            f" {amount(report['clips'], 'clip')}",
            ("class", "segments", "both keep", "ours alone", "theirs alone", "neither", "alike"),
            rows,
            note=(
                f"{amount(report['clips_alike'], 'clip')} without a difference · of all values"
                f" {100 * soft['apart']:.2f} % differ by more than a thousandth, on average by"
                f" {soft['mean']:.4f}"
            ),
        )


def _agreed(name: str, report: dict[str, Any]) -> tuple[object, ...]:
    counted = ("segments", "both", "ours", "theirs", "neither")
    alike = report["both"] + report["neither"]
    share = f"{100 * alike / report['segments']:.1f} %" if report["segments"] else "-"
    return (name, *(report[key] for key in counted), share)


def _changes(name: str, row: dict[str, Any]) -> tuple[object, ...]:
    share = f"{100 * row['segments_removed'] / row['segments']:.0f} %" if row["segments"] else "-"
    return (
        name,
        row["clips"],
        row["clips_removed"],
        row["segments"],
        share,
        row["lowered"],
        row["raised"],
        f"{100 * row['share_reweighted']:.1f} %",
    )
