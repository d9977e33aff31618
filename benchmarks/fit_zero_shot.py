"""Fit the calibration of the preset `offline`, and see whether it holds on new clips and classes.

    python benchmarks/fit_zero_shot.py DATASET --features FEATURES [--fit val] [--test test]

Features: `seehear extract DATASET --visual conse --audio yamnet --out FEATURES`.  Prints the
numbers that stand in `seehear/parser/zero_shot/offline.py`, the figures on the split they were
fitted on, the same with each class left out of the fit once, the figures and confusion on the test
split, the same with less evidence, and what LLP's 25 classes give where only the dataset's own can
be right.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seehear.data import LLP_VOCABULARY, Dataset, Vocabulary, open_dataset
from seehear.features import FeatureStore, open_features
from seehear.metrics import evaluate
from seehear.parser.zero_shot.offline import PICTURE, SOUND, picture_evidence, sound_evidence

L2 = 1e-3  # on the weights, evidence unscaled
BINS = np.arange(-1.5, 1.51, 0.1)  # logits tried as threshold


def evidence(
    dataset: Dataset,
    store: FeatureStore,
    split: str,
    vocabulary: Vocabulary | None = None,
) -> tuple[Any, Any, Any, Any]:
    """Return full evidence (N, T, C, 6) of audio and visual, and the truth of each (N, T, C)."""
    names = dataset.split(split).names
    out = []
    for make in (sound_evidence, picture_evidence):
        judge, _ = make(vocabulary or dataset.vocabulary)
        arrays = {stream: store.array(stream, names) for stream in judge.streams}
        clips = [judge.of({k: v[i] for k, v in arrays.items()}) for i in range(len(names))]
        out.append(np.stack([judge.full(clip) for clip in clips]).astype(np.float64))
    truth = dataset.split(split).truth()
    return out[0], out[1], truth.audio, truth.visual


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and bias of a logistic regression by Newton's method; x (n, K), y (n,)."""
    x = np.c_[x, np.ones(len(x))]
    ridge = L2 * np.r_[np.ones(x.shape[1] - 1), 0]
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        step = np.linalg.solve(
            (x.T * (p * (1 - p))) @ x / len(y) + np.diag(2 * ridge + 1e-9),
            x.T @ (p - y) / len(y) + 2 * ridge * w,
        )
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    return w[:-1], float(w[-1])


def left_out(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return logits (N, T, C), each class judged by a fit on the others."""
    out = np.zeros(y.shape)
    for c in range(y.shape[-1]):
        rest = np.arange(y.shape[-1]) != c
        w, b = fit(x[:, :, rest].reshape(-1, x.shape[-1]), y[:, :, rest].reshape(-1))
        out[:, :, c] = x[:, :, c] @ w + b
    return out


def figures(audio: np.ndarray, visual: np.ndarray, truth: Sequence[np.ndarray]) -> dict[str, float]:
    """Return the ten figures of decisions."""
    return dict(evaluate(audio, visual, *truth).figures())


def thresholds(
    audio: np.ndarray, visual: np.ndarray, truth: Sequence[np.ndarray]
) -> tuple[float, float]:
    """Return the logits (audio, visual) of the best segment Type, the mean of near ties (0.002)."""
    grid = {
        (a, v): figures(audio >= a, visual >= v, truth)["segment/type"] for a in BINS for v in BINS
    }
    best = max(grid.values())
    near = [pair for pair, value in grid.items() if value >= best - 0.002]
    a, v = np.mean(near, axis=0)
    return float(a), float(v)


def show(label: str, values: dict[str, float]) -> None:
    """Print one line of the table: segment A V AV Type Event, then event."""
    print(f"{label:28s}", " ".join(f"{100 * values[k]:5.1f}" for k in values), flush=True)


def confusion(on: np.ndarray, truth: np.ndarray, names: Sequence[str]) -> None:
    """Print per class: true segments, precision, recall, and what stood there when it was wrong."""
    for c, name in enumerate(names):
        hit, false = (on[..., c] & truth[..., c]).sum(), on[..., c] & ~truth[..., c]
        instead = {
            other: int(truth[false][:, k].sum())
            for k, other in enumerate(names)
            if truth[false][:, k].any()
        }
        instead["nothing"] = int((~truth[false].any(axis=-1)).sum())
        shown = ", ".join(
            f"{k} {v}" for k, v in sorted(instead.items(), key=lambda i: -i[1])[:3] if v
        )
        print(
            f"  {name:22s} true {int(truth[..., c].sum()):4d}  precision"
            f" {hit / max(1, hit + false.sum()):.2f}  recall"
            f" {hit / max(1, truth[..., c].sum()):.2f}  false at: {shown or '-'}"
        )


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset")
    parser.add_argument("--features", required=True)
    parser.add_argument("--fit", default="val")
    parser.add_argument("--test", default="test")
    args = parser.parse_args()
    dataset, store = open_dataset(args.dataset), open_features(args.features)
    audio, visual, *truth = evidence(dataset, store, args.fit)
    parts = [
        fit(x.reshape(-1, 6), y.reshape(-1)) for x, y in ((audio, truth[0]), (visual, truth[1]))
    ]
    logits = [x @ w + b for x, (w, b) in zip((audio, visual), parts, strict=True)]
    cuts = thresholds(*logits, truth)
    for name, before, (w, b), cut in zip(
        ("SOUND", "PICTURE"), (SOUND, PICTURE), parts, cuts, strict=True
    ):
        fitted = replace(
            before, weights=tuple(round(float(x), 2) for x in w), bias=round(b - cut, 2)
        )
        print(f"{name}: {fitted.names}\n  weights {fitted.weights} bias {fitted.bias}")
    print(
        f"\n{'segment, then event':28s}",
        " ".join(f"{k:>5s}" for k in ("A", "V", "AV", "Type", "Event") * 2),
    )
    show(args.fit, figures(logits[0] >= cuts[0], logits[1] >= cuts[1], truth))
    show(
        f"{args.fit}, class left out",
        figures(left_out(audio, truth[0]) >= cuts[0], left_out(visual, truth[1]) >= cuts[1], truth),
    )
    less = {args.fit: (audio, visual, truth)}
    audio, visual, *truth = evidence(dataset, store, args.test)
    less[args.test] = (audio, visual, truth)
    on = [x @ w + b >= cut for x, (w, b), cut in zip((audio, visual), parts, cuts, strict=True)]
    show(args.test, figures(*on, truth))
    for track, decided, true in zip(("audio", "visual"), on, truth, strict=True):
        print(f"{args.test}, {track}")
        confusion(decided, true, dataset.vocabulary.names)
    print("less evidence, each with its own best threshold on", args.fit)
    for label, track, columns in (
        ("the words' own scores", 0, [0]),
        ("and all the rest", 0, range(6)),
        ("joint space alone", 1, [2, 3]),
        ("ImageNet classes alone", 1, [0]),
        ("and all the rest", 1, range(6)),
    ):
        alone(label, track, list(columns), less)
    wide(dataset, store, args.test, parts, cuts)


def alone(label: str, track: int, columns: list[int], splits: dict[str, Any]) -> None:
    """Print a track's segment figure on both splits with some of the evidence."""
    key, values, cut = ("segment/audio", "segment/visual")[track], [], None
    for *both, truth in splits.values():
        x, y = both[track][..., columns], truth[track]
        if cut is None:
            w, b = fit(x.reshape(-1, len(columns)), y.reshape(-1))
        logits = x @ w + b

        def score(limit: float, logits: np.ndarray = logits, truth: Any = truth) -> float:
            on = [np.zeros(logits.shape, bool)] * 2
            on[track] = logits >= limit
            return figures(on[0], on[1], truth)[key]

        cut = max(BINS, key=score) if cut is None else cut
        values.append(score(cut))
    print(
        f"  {('audio', 'visual')[track]:7s} {label:24s}",
        " ".join(f"{name} {100 * v:.1f}" for name, v in zip(splits, values, strict=True)),
    )


def wide(dataset: Dataset, store: FeatureStore, split: str, parts: Any, cuts: Any) -> None:
    """Print how often LLP's other classes are found on a dataset that has none of them."""
    audio, visual, *_ = evidence(dataset, store, split, LLP_VOCABULARY)
    others = [c for c, name in enumerate(LLP_VOCABULARY.names) if name not in dataset.vocabulary]
    for track, x, (w, b), cut in zip(
        ("audio", "visual"), (audio, visual), parts, cuts, strict=True
    ):
        found = (x @ w + b >= cut)[..., others]
        counts = {LLP_VOCABULARY.names[c]: int(found[..., i].sum()) for i, c in enumerate(others)}
        shown = ", ".join(f"{k} {v}" for k, v in sorted(counts.items(), key=lambda i: -i[1]) if v)
        print(
            f"LLP's other {len(others)} classes on {split}, {track}: in"
            f" {found.any(axis=-1).mean():.1%} of segments ({shown or 'none'})"
        )


if __name__ == "__main__":
    main()
