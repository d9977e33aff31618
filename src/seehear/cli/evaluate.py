"""`seehear evaluate`: the ten figures of a prediction, the counts behind them, the setting."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.cli.console import print_json, warn
from seehear.closest import shown
from seehear.data import (
    READINGS,
    Dataset,
    Predictions,
    Split,
    Truth,
    open_dataset,
    read_predictions,
    read_scores,
)
from seehear.data.scored import caution, choose_split
from seehear.errors import ConfigError, DataError
from seehear.features import open_features
from seehear.features.windowed import lengths_of
from seehear.files import check_file
from seehear.metrics import (
    FIGURE_KEYS,
    Report,
    best_thresholds,
    compare,
    evaluate,
    evaluate_exclusive,
    exclusive_figures,
    intervals,
)
from seehear.metrics.own_figures import Given, official_figures
from seehear.metrics.told import told
from seehear.share.bundle import is_model
from seehear.time import GATES, TRACKS, Decoding, Event, decide

if TYPE_CHECKING:
    from seehear.runs.split import SplitPrediction

# of segments (N, T, 2, C), of tracks (N, 2, C), of clips (N, C)
Probabilities = tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]
_DECODING = ("gate", "threshold", "visual_threshold", "gate_threshold", "visual_gate_threshold")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "dataset",
        type=Path,
        metavar="DATASET",
        help="a folder with dataset.toml, or with the tables of a benchmark",
    )
    add(
        "--split",
        metavar="NAME",
        help="split to score (default: test, else another that has truth)",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--model",
        metavar="MODEL",
        help=(
            "a run folder, model file, or the address of a shared model "
            "(hf://owner/name, s3://...); needs --features"
        ),
    )
    source.add_argument(
        "--predictions",
        type=Path,
        metavar="PATH",
        help=(
            "folder of *.timeline.json, a tab-separated "
            "file (filename track onset offset event_label), or an .npz of arrays"
        ),
    )
    add(
        "--features",
        type=Path,
        metavar="FEATURES",
        help="features folder of the dataset, for --model",
    )
    add(
        "--prior",
        metavar="NAME",
        help=(
            "with --model, how the zero-shot preset helps it, as in parse: support, language, "
            "likeness or none (default: the recipe's choice)"
        ),
    )
    add("--device", metavar="NAME", default="cpu", help="where --model computes (default: cpu)")
    add(
        "--truth",
        choices=READINGS,
        help="how the truth tables are read (default: literal; LFAV's: inclusive)",
    )
    add(
        "--missing",
        choices=("error", "empty"),
        default="error",
        help=(
            "clips without a prediction (or features, for --model): an error (default), or scored"
            " as empty"
        ),
    )
    add(
        "--extra",
        choices=("error", "ignore"),
        default="error",
        help="predictions for clips that are not in the split: an error (default), or left out",
    )
    add(
        "--gate",
        choices=GATES,
        help="which pooled probability gates a segment (default: the model's own gate)",
    )
    add("--threshold", type=float, metavar="P", help="threshold of segments, audio and visual")
    add(
        "--visual-threshold",
        type=float,
        metavar="P",
        help="threshold of visual segments, if not --threshold",
    )
    add("--gate-threshold", type=float, metavar="P", help="threshold of the gate, audio and visual")
    add(
        "--visual-gate-threshold",
        type=float,
        metavar="P",
        help="threshold of the visual gate, if not --gate-threshold",
    )
    add(
        "--tune",
        metavar="SPLIT",
        help="choose the best threshold per class and track on this split (needs probabilities)",
    )
    add(
        "--compare",
        type=Path,
        metavar="PATH",
        help="other predictions, or another RUN, to compare with, clip by clip",
    )
    add("--per-class", action="store_true", help="also show a table by class")
    add(
        "--per-clip",
        type=Path,
        metavar="FILE",
        help="write every clip's scores to a tab-separated file",
    )
    add("--json", action="store_true", help="print one JSON object on stdout instead of tables")


def run(args: argparse.Namespace) -> int:
    """Score and show."""
    if args.per_clip is not None:
        check_file(args.per_clip, parameter="per_clip")
    dataset = open_dataset(args.dataset)
    chosen = choose_split(dataset, args.split)
    split, args.split = chosen.split, chosen.name
    truth = None if split.exact else split.truth(args.truth)
    warnings = [*_warnings(args, dataset), *_interrupted(args)]
    given = {"model": args.model} if args.model is not None else {"predictions": args.predictions}
    made = _decisions(args, dataset, split, **given)
    seeds = 1 if args.model and args.compare else None  # a run against another
    report = None
    if truth is not None:
        report = evaluate(made.audio, made.visual, truth.audio, truth.visual)
    result: dict[str, Any] = {
        **_figures(dataset, made, truth, report),
        "warnings": warnings,
        "setting": {
            **_setting(dataset, split, truth),
            "split_chosen": chosen.why,
            **made.about,
        },
        "note": caution(clips=len(split), seeds=seeds),
        "official": _official(dataset, split, truth, made),
    }
    compared: dict[str, Any] = {}
    if args.compare is not None:
        kind = "model" if is_model(args.compare) else "predictions"
        other = _decisions(args, dataset, split, **{kind: args.compare})
        compared = other.about
        changes = _changes(dataset, other, truth, report)
        result["comparison"] = {"with": compared, "figures": changes}
    if args.per_clip is not None:
        _write_per_clip(args.per_clip, split, report)
    if args.json:
        print_json(result)
    else:
        warn(warnings)
        from seehear.cli.figures import show_evaluation

        show_evaluation(result, per_class=args.per_class)
    unread = [*made.about.get("unread", ()), *compared.get("unread", ())]
    return 1 if unread else 0


def _figures(
    dataset: Dataset, made: "_Decisions", truth: Truth | None, report: Report | None
) -> dict[str, Any]:
    """Return our figures; None for those that the truth of the dataset cannot decide."""
    if truth is None or report is None:
        nothing = dict.fromkeys(FIGURE_KEYS)
        return {**nothing, "figures": nothing}
    exclusive = evaluate_exclusive(
        made.audio, made.visual, truth.audio, truth.visual, unparsed=made.unparsed
    )
    kept = _told(dataset)
    figures = kept(report.figures())
    bounds = {key: [i.low, i.high] for key, i in intervals(report).items()}
    return {
        **figures,  # the ten keys, at the top where a script looks first
        "figures": figures,
        "intervals": kept(bounds),
        "exclusive": kept(exclusive_figures(exclusive)),
        "exclusive_intervals": kept(_exclusive_intervals(exclusive)),
        "pooled": kept(_pooled(report)),
        "per_class": {
            name: kept(of_class)
            for name, of_class in _per_class(report, dataset.vocabulary.names).items()
        },
    }


def _told(dataset: Dataset) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a function that puts None for figures that the truth cannot decide: those of one
    track, where the truth holds only what is heard and seen at once.
    """
    return partial(told, joint=dataset.joint)


def _changes(
    dataset: Dataset, other: "_Decisions", truth: Truth | None, report: Report | None
) -> dict[str, Any]:
    """Return what is better and worse than other predictions, by figure."""
    if truth is None or report is None:
        return {}
    differences = compare(evaluate(other.audio, other.visual, truth.audio, truth.visual), report)
    changes = _told(dataset)({key: vars(change) for key, change in differences.items()})
    return {key: change for key, change in changes.items() if change is not None}


def _official(
    dataset: Dataset, split: Split, truth: Truth | None, made: "_Decisions"
) -> dict[str, Any] | None:
    """Return the benchmark's own figures, as JSON has them."""
    given = Given(made.audio, made.visual, made.probs, made.events, made.lengths)
    found = official_figures(dataset, split, truth, given)
    if found is None:
        return None
    figures = {}
    for key, value in found.figures.items():
        figures[key] = None if value is None else _number(value)
    return {"benchmark": found.benchmark, "figures": figures, "notes": found.notes}


def _warnings(args: argparse.Namespace, dataset: Dataset) -> list[str]:
    """Return warnings about rows of truth that are left out, of each split that is used."""
    splits = dict.fromkeys((args.split, args.tune or args.split))
    return [text for name in splits for text in dataset.split(name).warnings(args.truth)]


def _interrupted(args: argparse.Namespace) -> list[str]:
    """Return a line for each run named whose training was interrupted."""
    from seehear.runs.interrupted import interrupted

    named = [args.model, args.compare if args.model is not None else None]
    found = [interrupted(model) for model in named if model is not None]
    return [text for text in found if text is not None]


def _setting(dataset: Dataset, split: Split, truth: Truth | None) -> dict[str, Any]:
    """Return what every figure rests on, whatever made the predictions."""
    return {
        "dataset": dataset.name,
        "split": split.name,
        "clips": len(split),
        "segments": dataset.grid.count,
        "segment_s": dataset.grid.step_s,
        "grid_from": dataset.grid_from,
        "classes": list(dataset.vocabulary.names),
        **_of_truth(truth),
        "annotation": dataset.annotation,
    }


def _of_truth(truth: Truth | None) -> dict[str, Any]:
    """Return how the truth was read."""
    if truth is None:
        return {"truth": "of clips, without times", "rows_dropped_or_changed": 0}
    return {"truth": truth.reading, "rows_dropped_or_changed": len(truth.issues)}


def _exclusive_intervals(exclusive: Report) -> dict[str, list[float]]:
    """Return the bounds of the figures of what is only heard or only seen."""
    found = intervals(exclusive)
    keys = ("segment/audio", "segment/visual", "event/audio", "event/visual")
    return {f"{key}_only": [found[key].low, found[key].high] for key in keys}


def _pooled(report: Report) -> dict[str, dict[str, float | int | None]]:
    return {
        key: {
            "precision": _number(p.precision),
            "recall": _number(p.recall),
            "f1": _number(p.f1),
            "predicted": int(p.predicted),
            "true": int(p.true),
        }
        for key, p in report.pooled().items()
    }


@dataclass(frozen=True)
class _Decisions:
    """Decisions about N clips of T segments and C classes.

    Args:
        audio: (N, T, C).
        visual: (N, T, C).
        about: what the setting says about them.
        unparsed: (2, N, T), which segments were not parsed; None: all were.
        probs: of each clip (T, 2, C), where there are any.
        events: of each clip, where there are any.
        lengths: segments of each clip; None or left out: those of the grid.
    """

    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]
    about: dict[str, Any]
    unparsed: NDArray[np.bool_] | None = None
    probs: Sequence[NDArray[np.floating]] | None = None
    events: Sequence[Sequence[Event]] | None = None
    lengths: Sequence[int | None] = ()


def _decisions(
    args: argparse.Namespace,
    dataset: Dataset,
    split: Split,
    *,
    model: str | Path | None = None,
    predictions: Path | None = None,
) -> "_Decisions":
    """Return the decisions of a model, or those made elsewhere."""
    if model is not None:
        judged, told = _predicted(args, model, dataset, split.name)
        scores, decoding = _probabilities(judged), judged.decoding
        about: dict[str, Any] = {"model": str(model), "features": str(args.features), **told}
    else:
        assert predictions is not None
        if args.prior is not None:
            raise ConfigError("works only with a model", parameter="prior", hint="leave it out")
        about = {"predictions": str(predictions)}
        found = (
            read_scores(predictions, split, dataset.vocabulary, dataset.grid)
            if predictions.suffix == ".npz" and predictions.is_file()
            else None
        )
        if found is None:
            return _decided(args, predictions, dataset, split, about)
        scores, decoding = found, Decoding()
    decoding = replace(decoding, **_given_decoding(args))
    if args.tune is not None:
        decoding = _tuned(args, model, dataset, scores, decoding)
        about["thresholds_chosen_on"] = args.tune
    _check_shape(scores[0], dataset, split, model or predictions)
    lengths = [] if model is None else lengths_of(open_features(args.features), dataset, split)
    on = decide(*scores, decoding=decoding, step_s=dataset.grid.step_s)
    on[np.isin(split.names, about.get("scored_as_empty", []))] = False  # whatever the thresholds
    about["decoding"] = decoding.to_dict()
    return _Decisions(on[:, :, 0], on[:, :, 1], about, probs=list(scores[0]), lengths=lengths)


def _decided(
    args: argparse.Namespace,
    predictions: Path,
    dataset: Dataset,
    split: Split,
    about: dict[str, Any],
) -> "_Decisions":
    """Return decisions that were made elsewhere."""
    given = [_option(name) for name in (*_DECODING, "tune") if getattr(args, name) is not None]
    if given:
        raise ConfigError(
            f"{', '.join(given)}: these predictions are decided already",
            where=predictions,
            hint="give probabilities (--model, or an .npz with segment_prob), or drop the option",
        )
    found = read_predictions(
        predictions, split, dataset.vocabulary, dataset.grid, missing=args.missing, extra=args.extra
    )
    about = {
        **about,
        "scored_as_empty": list(found.missing),
        "left_out": found.extra,
        "outside_grid": found.outside_grid,
        "unread": list(found.unread),
        "unparsed": _unparsed(found, split),
    }
    _note_unparsed(predictions, about["unparsed"])
    for line in found.unread:
        print(f"seehear: {line}", file=sys.stderr)
    if found.outside_grid:
        print(
            f"seehear: note: {predictions}: not counted: {amount(found.outside_grid, 'event')}"
            " outside the clip; seconds run from the start of the clip",
            file=sys.stderr,
        )
    if found.made:
        about["made"] = dict(found.made)
    return _Decisions(
        found.audio,
        found.visual,
        about,
        found.unparsed,
        _every_score(found, dataset),
        found.events or None,
        found.lengths,
    )


def _every_score(found: Predictions, dataset: Dataset) -> list[NDArray[np.floating]] | None:
    """Return the probabilities of all clips, 0 for those scored as empty; None if some lack."""
    rows = [of_clip for of_clip in found.scores if of_clip is not None]
    if not rows or len(found.scores) - len(rows) > len(found.missing):
        return None
    empty = np.zeros((1, 2, len(dataset.vocabulary)), np.float32)
    out: list[NDArray[np.floating]] = []
    for of_clip in found.scores:
        out.append(empty if of_clip is None else of_clip)
    return out


def _note_unparsed(predictions: Path, unparsed: dict[str, Any]) -> None:
    """Say how many segments were not parsed, and how they count."""
    for track, gone in unparsed.items():
        if gone["segments"]:
            print(
                f"seehear: note: {predictions}: not parsed:"
                f" {amount(gone['segments'], f'{track} segment')} of"
                f" {amount(len(gone['clips']), 'clip')} ({shown(gone['clips'])}); what was not"
                " parsed counts as nothing found, and makes nothing only heard or only seen",
                file=sys.stderr,
            )


def _unparsed(found: Predictions, split: Split) -> dict[str, Any]:
    """Return for each track how many segments were not parsed, and in which clips."""
    told = {}
    for track in TRACKS:
        gone = np.zeros((len(split), 1), np.bool_)
        if found.unparsed is not None:
            gone = found.unparsed[TRACKS.index(track)]
        clips = [split.names[row] for row in np.flatnonzero(gone.any(axis=1))]
        told[track] = {"segments": int(gone.sum()), "clips": clips}
    return told


def _predicted(
    args: argparse.Namespace, model: str | Path, dataset: Dataset, split: str
) -> tuple["SplitPrediction", dict[str, Any]]:
    """Return what a trained parser says of a split, and how: `prior`, the rule that this is
    (`prior_rule`), and clips without features (`scored_as_empty`).
    """
    if args.features is None:
        raise ConfigError(
            "--model needs --features FEATURES", hint="make them with: seehear extract DATASET ..."
        )
    from seehear.parser.prior import rule_of
    from seehear.parser.stored import predict_beside
    from seehear.parser.trained import open_run
    from seehear.runs.inputs import find_missing

    trained, store = open_run(model, device=args.device), open_features(args.features)
    predicted, prior = predict_beside(
        trained, store, dataset, split, prior=args.prior, missing=args.missing
    )
    absent: Iterable[str] = ()
    if args.missing == "empty":
        absent = find_missing(store, trained.features, dataset.split(split).names)
    rule = rule_of(prior, measured=trained.likeness() is not None)
    return predicted, {"prior": prior, "prior_rule": rule, "scored_as_empty": list(absent)}


def _probabilities(predicted: "SplitPrediction") -> Probabilities:
    return predicted.segment_prob, predicted.track_prob, predicted.clip_prob


def _given_decoding(args: argparse.Namespace) -> dict[str, Any]:
    """Return the decoding settings that were given; one threshold for both tracks unless told."""
    given = {name: getattr(args, name) for name in _DECODING if getattr(args, name) is not None}
    for name, value in given.items():
        if name != "gate" and not 0 <= value <= 1:
            raise ConfigError(
                f"expected a probability between 0 and 1, got {value}", where=_option(name)
            )
    for name in ("threshold", "gate_threshold"):
        if name in given:
            given.setdefault(f"visual_{name}", None)
    return given


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _tuned(
    args: argparse.Namespace,
    model: str | Path | None,
    dataset: Dataset,
    scores: Probabilities,
    decoding: Decoding,
) -> Decoding:
    """Return the decoding with the best threshold per class and track on the split named."""
    split = dataset.scored(args.tune)
    if split.name != args.split:
        if model is None:
            raise ConfigError(
                f"the file holds probabilities of split {args.split} only",
                where="--tune",
                hint=f"use --model, or --tune {args.split}",
            )
        scores = _probabilities(_predicted(args, model, dataset, split.name)[0])
    truth = split.truth(args.truth)
    _check_shape(scores[0], dataset, split, model or args.predictions)
    segment_prob, track_prob, clip_prob = scores
    return best_thresholds(
        segment_prob, track_prob, clip_prob, truth.audio, truth.visual, decoding=decoding
    )


def _check_shape(
    segment_prob: NDArray[Any], dataset: Dataset, split: Split, where: str | Path | None
) -> None:
    clips, segments, classes = len(split), dataset.grid.count, len(dataset.vocabulary)
    if segment_prob.shape != (clips, segments, 2, classes):
        raise DataError(
            "expected probabilities (clips, segments, 2, classes) ="
            f" {(clips, segments, 2, classes)}, got {segment_prob.shape}",
            where=where,
            hint="was it trained on this dataset's grid and classes?",
        )


def _per_class(
    report: Report, names: tuple[str, ...]
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return class -> figure key -> precision, recall and F over the set, and mean of clips' F."""
    pooled, mean = report.per_class(), report.per_class_clip_mean()
    result: dict[str, dict[str, dict[str, float | None]]] = {}
    for c, name in enumerate(names):
        result[name] = {}
        for key, p in pooled.items():
            result[name][key] = {
                "precision": _number(p.precision[c]),
                "recall": _number(p.recall[c]),
                "f1": _number(p.f1[c]),
                "clip_mean": _number(mean[key][c]),
                "predicted": int(p.predicted[c]),
                "true": int(p.true[c]),
            }
    return result


def _number(value: Any) -> float | None:
    """Return a plain number, None (JSON's null) for a ratio that does not exist."""
    return None if np.isnan(value) else float(value)


def _write_per_clip(path: Path, split: Split, report: Report | None) -> None:
    from seehear.data.dialect import write_rows
    from seehear.files import write_text

    if report is None:
        raise ConfigError(
            f"split {split.name} has no truth in time, and so no figures of each clip",
            parameter="per_clip",
        )
    scores = report.per_clip()
    rows = [["filename", *scores]]
    for i, name in enumerate(split.names):
        rows.append([name, *(f"{column[i]:.6f}" for column in scores.values())])
    write_text(path, write_rows(rows))
