"""Fit the calibration of the preset `offline`, and see whether it holds on new clips and classes.

    python benchmarks/fit_zero_shot.py FOLD... --features FEATURES [--json FILE]

FOLD: datasets whose `test` splits share no source; features of all their clips: `seehear extract
FOLD --visual conse --audio yamnet --fps 2 --out FEATURES`.  Prints the numbers that stand in
`seehear/parser/zero_shot/offline.py`, fitted on all of them, and what they come to where neither
the class nor the fold that is judged was fitted on: each track alone, coupled, and with the second
threshold.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from seehear.data import Dataset, open_dataset
from seehear.features import FeatureStore, open_features
from seehear.metrics import evaluate
from seehear.parser.preset import OFFLINE_DECODING
from seehear.parser.zero_shot.offline import COUPLING, picture_evidence, sound_evidence
from seehear.time import Decoding, decide

L2 = 1e-3  # on the weights, evidence unscaled
LAST = "coupled, second threshold"  # what the preset does
BINS = np.arange(-2, 2.01, 0.1)  # logits tried as threshold of a track alone


def say(line: str) -> None:
    """Print a line beside the result, so that JSON on stdout stays whole."""
    print(line, file=sys.stderr, flush=True)


def evidence(dataset: Dataset, store: FeatureStore) -> list[np.ndarray]:
    """Return evidence (N, T, C, K) of audio and visual of the test split, and the truth of each."""
    names = dataset.split("test").names
    out = []
    for make in (sound_evidence, picture_evidence):
        judge, _ = make(dataset.vocabulary)
        arrays = {stream: store.array(stream, names) for stream in judge.streams}
        clips = [judge.of({k: v[i] for k, v in arrays.items()}) for i in range(len(names))]
        out.append(np.stack([judge.full(clip) for clip in clips]).astype(np.float64))
    truth = dataset.split("test").truth()
    return [*out, truth.audio, truth.visual]


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


def left_out(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return logits (N, T, C): each class and fold judged by a fit on the others."""
    out = np.zeros(y.shape)
    for k in np.unique(fold):
        for c in range(y.shape[-1]):
            rest = np.arange(y.shape[-1]) != c
            known = x[fold != k][:, :, rest].reshape(-1, x.shape[-1])
            w, b = fit(known, y[fold != k][:, :, rest].reshape(-1))
            out[fold == k, :, c] = x[fold == k, :, c] @ w + b
    return out


def threshold(logits: np.ndarray, truth: np.ndarray) -> float:
    """Return the logit of the best segment figure of one track alone."""
    empty = np.zeros_like(truth)

    def figure(cut: float) -> float:
        return evaluate(logits >= cut, empty, truth, empty).figures()["segment/audio"]

    return float(max(BINS, key=figure))


def decided(alone: np.ndarray, decoding: Decoding, *, coupled: bool) -> dict[str, Any]:
    """Return decisions (N, T, 2, C) of logits (N, T, 2, C) whose threshold is 0."""
    prob = 1 / (1 + np.exp(-alone))
    if coupled:
        prob = np.stack([COUPLING.prob(clip.astype(np.float32), (True, True)) for clip in prob])
    return decide(prob, decoding=decoding)


def fitted(folds: list[str], features: str) -> dict[str, dict[str, float]]:
    """Return the ten figures of each step, and print them and the weights of a fit on all folds."""
    store = open_features(features)
    parts = [evidence(open_dataset(folder), store) for folder in folds]
    fold = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    audio, visual, *truth = map(np.concatenate, zip(*parts, strict=True))
    alone = []
    for name, x, y in zip(("SOUND", "PICTURE"), (audio, visual), truth, strict=True):
        logits = left_out(x, y, fold)
        cut = threshold(logits, y)
        w, b = fit(x.reshape(-1, x.shape[-1]), y.reshape(-1))
        say(f"{name}: weights {tuple(w.round(2).tolist())} bias {b - cut:.2f}")
        alone.append(logits - cut)
    both = np.stack(alone, axis=2)
    plain = Decoding(threshold=0.5, gate="none")
    results = {}
    for label, decoding, coupled in (
        ("alone", plain, False),
        ("coupled", plain, True),
        (LAST, OFFLINE_DECODING, True),
    ):
        on = decided(both, decoding, coupled=coupled)
        report = evaluate(on[:, :, 0], on[:, :, 1], *truth)
        results[label] = {k: round(float(v), 4) for k, v in report.figures().items()}
        say(f"{label:28s}" + " ".join(f"{100 * v:5.1f}" for v in results[label].values()))
    return results


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folds", nargs="+")
    parser.add_argument("--features", required=True)
    parser.add_argument("--json")
    args = parser.parse_args()
    results = fitted(args.folds, args.features)
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
