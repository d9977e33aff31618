"""VGGSounder's measures: which classes are heard and seen in a clip, without times.

Five subsets of the labels, each with the clips that have one of them:

- `a`: heard, whether seen or not; `v`: seen; `av`: heard and seen;
- `a only`: heard and not seen; `v only`: seen and not heard.

Each clip's k classes of highest score are compared with its labels: `hit@k` counts a clip where one
of the k is right; `f1@k`, `precision@k`, `recall@k` and `jaccard@k` add the counts of all clips and
classes; `f1_macro@k` is the mean over all classes, with 0 for one that is neither true nor
predicted.  Decisions are compared likewise, without `@k`.  Scores of `a` serve `a only`, those of
`v` serve `v only`.

Modality confusion `mu` is the share of clips in which the first class of one track alone is right
and the first class of both tracks together is not: `a` by sound alone, `v` by picture alone, `av`
by each of the two.  It counts all clips that have a label.

Source: Bizilizi/VGGSounder 5a91bf6, vggsounder/benchmark.py:198-263 (decisions), 266-365 (scores),
452-537 (confusion), 667-770 (which scores are compared with which labels).

Differs:
    The areas under curves are not computed.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.floating]
FIRST = (1, 3, 5, 10)
# subset: the scores that are compared with it
SUBSETS = {"a": "a", "v": "v", "av": "av", "a only": "a", "v only": "v"}


def labels_of(heard: Bools, seen: Bools) -> dict[str, Bools]:
    """Return the labels of every subset, (N, C) each."""
    return {
        "a": heard,
        "v": seen,
        "av": heard & seen,
        "a only": heard & ~seen,
        "v only": seen & ~heard,
    }


def clip_figures(scores: Mapping[str, Floats], heard: Bools, seen: Bools) -> dict[str, float]:
    """Return the figures of scores, `a/hit@1` and so on, and `a/mu`, `v/mu`, `av/mu`.

    Args:
        scores: (N, C) of what is heard (`a`), of what is seen (`v`), and of both together (`av`).
        heard: (N, C), the labels of what is heard.
        seen: (N, C), the labels of what is seen.

    Raises:
        ValueError: shapes differ.
    """
    _check(scores, heard, seen)
    out: dict[str, float] = {}
    for subset, labels in labels_of(heard, seen).items():
        rows = labels.any(axis=1)
        for k in FIRST:
            predicted = first(scores[SUBSETS[subset]][rows], k)
            for key, value in _compared(predicted, labels[rows]).items():
                out[f"{subset}/{key}@{k}"] = value
    tops = {name: first(of_name, 1) for name, of_name in scores.items()}
    return {**out, **confusion(tops, heard | seen)}


def decided_figures(decided: Mapping[str, Bools], heard: Bools, seen: Bools) -> dict[str, float]:
    """Return the figures of decisions, `a/hit` and so on.

    Arguments and errors are those of `clip_figures`, with decisions in place of scores.
    """
    _check(decided, heard, seen)
    out: dict[str, float] = {}
    for subset, labels in labels_of(heard, seen).items():
        rows = labels.any(axis=1)
        figures = _compared(decided[SUBSETS[subset]][rows], labels[rows])
        out.update({f"{subset}/{key}": value for key, value in figures.items()})
    return out


def confusion(predicted: Mapping[str, Bools], labels: Bools) -> dict[str, float]:
    """Return the modality confusion, `a/mu`, `v/mu` and `av/mu`.

    Args:
        predicted: of `a`, `v` and `av`, (N, C): True for the classes taken.
        labels: (N, C), what is heard or seen.
    """
    rows = labels.any(axis=1)
    hits = {name: _any((of & labels)[rows]) for name, of in predicted.items()}
    alone = {"a": hits["a"], "v": hits["v"], "av": hits["a"] & hits["v"]}
    return {f"{name}/mu": _share(hit & ~hits["av"]) for name, hit in alone.items()}


def first(scores: Floats, k: int) -> Bools:
    """Return which k classes of each clip have the highest scores, (N, C)."""
    out = np.zeros(scores.shape, np.bool_)
    np.put_along_axis(out, np.argsort(scores, axis=1)[:, -k:], True, axis=1)
    return out


def _check(given: Mapping[str, NDArray[np.generic]], heard: Bools, seen: Bools) -> None:
    for name, array in {**given, "seen": seen}.items():
        if array.shape != heard.shape:
            raise ValueError(
                f"{name}: expected (clips, classes) = {heard.shape}, got {array.shape}"
            )


def _compared(predicted: Bools, true: Bools) -> dict[str, float]:
    tp = (predicted & true).sum(axis=0)
    fp = (predicted & ~true).sum(axis=0)
    fn = (~predicted & true).sum(axis=0)
    each = np.divide(2 * tp, 2 * tp + fp + fn, out=np.zeros(len(tp)), where=tp + fp + fn > 0)
    right, wrong, missed = (int(counts.sum()) for counts in (tp, fp, fn))
    return {
        "hit": _share(_any(predicted & true)),
        "f1": _ratio(2 * right, 2 * right + wrong + missed),
        "f1_macro": float(each.mean()),
        "precision": _ratio(right, right + wrong),
        "recall": _ratio(right, right + missed),
        "jaccard": _ratio(right, right + wrong + missed),
    }


def _any(right: Bools) -> Bools:
    """Return the clips of which any class is right, (N,)."""
    found: Bools = np.any(right, axis=1)
    return found


def _share(hits: Bools) -> float:
    return float(hits.mean()) if hits.size else float("nan")


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
