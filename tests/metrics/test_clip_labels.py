"""VGGSounder's measures: a literal evaluation, clip by clip, and a worked example."""

import numpy as np
import pytest

from seehear.metrics import clip_figures, decided_figures
from seehear.metrics.clip_labels import FIRST, SUBSETS, first, labels_of


def literal(predicted: list[set[int]], true: list[set[int]], classes: int) -> dict[str, float]:
    """The figures of sets of classes; clips without a true one are left out."""
    pairs = [(p, t) for p, t in zip(predicted, true, strict=True) if t]
    tp = [sum(c in p and c in t for p, t in pairs) for c in range(classes)]
    fp = [sum(c in p and c not in t for p, t in pairs) for c in range(classes)]
    fn = [sum(c not in p and c in t for p, t in pairs) for c in range(classes)]
    each = [
        2 * a / (2 * a + b + c) if a + b + c else 0.0 for a, b, c in zip(tp, fp, fn, strict=True)
    ]
    right, wrong, missed = sum(tp), sum(fp), sum(fn)
    return {
        "hit": sum(bool(p & t) for p, t in pairs) / len(pairs),
        "f1": 2 * right / (2 * right + wrong + missed),
        "f1_macro": sum(each) / classes,
        "precision": right / (right + wrong),
        "recall": right / (right + missed),
        "jaccard": right / (right + wrong + missed),
    }


def sets(rows) -> list[set[int]]:
    return [set(np.flatnonzero(row).tolist()) for row in rows]


@pytest.mark.parametrize(("clips", "classes"), [(1, 10), (40, 12), (15, 30)])
def test_equal_to_the_literal_evaluation(clips: int, classes: int) -> None:
    rng = np.random.default_rng(clips)
    heard, seen = rng.random((2, clips, classes)) > 0.6
    heard[0, :2], seen[0, 1:3] = (True, True), (True, False)  # every subset has a clip
    seen[0, 0], seen[0, 2], heard[0, 2] = False, True, False
    scores = {name: rng.random((clips, classes)) for name in ("a", "v", "av")}
    figures = clip_figures(scores, heard, seen)
    decided = decided_figures({n: s > 0.5 for n, s in scores.items()}, heard, seen)
    for subset, labels in labels_of(heard, seen).items():
        of = scores[SUBSETS[subset]]
        for k in FIRST:
            tops = [set(np.argsort(-row, kind="stable")[:k].tolist()) for row in of]
            for key, value in literal(tops, sets(labels), classes).items():
                assert figures[f"{subset}/{key}@{k}"] == pytest.approx(value, abs=1e-9)
        for key, value in literal(sets(of > 0.5), sets(labels), classes).items():
            assert decided[f"{subset}/{key}"] == pytest.approx(value, abs=1e-9)
    every = sets(heard | seen)
    best = {name: row.argmax(axis=1) for name, row in scores.items()}
    confused = {"a": 0, "v": 0, "av": 0}
    there = [i for i in range(clips) if every[i]]
    for i in there:
        hit = {name: int(best[name][i]) in every[i] for name in best}
        if not hit["av"]:
            confused["a"] += hit["a"]
            confused["v"] += hit["v"]
            confused["av"] += hit["a"] and hit["v"]
    for name, count in confused.items():
        assert figures[f"{name}/mu"] == pytest.approx(count / len(there), abs=1e-9)


def test_worked_example() -> None:
    # clip 0: dog heard and seen, music heard only; clip 1: car seen only
    heard = np.array([[1, 1, 0], [0, 0, 0]], bool)
    seen = np.array([[1, 0, 0], [0, 0, 1]], bool)
    a = np.array([[0.2, 0.9, 0.1], [0.5, 0.3, 0.2]])  # hears the music first
    v = np.array([[0.8, 0.1, 0.1], [0.3, 0.1, 0.6]])  # sees both
    av = np.array([[0.1, 0.2, 0.7], [0.2, 0.1, 0.7]])  # takes clip 0 for a car
    figures = clip_figures({"a": a, "v": v, "av": av}, heard, seen)
    assert figures["a/hit@1"] == figures["a only/hit@1"] == 1.0  # clip 0 alone has a heard label
    assert figures["v/hit@1"] == figures["v only/hit@1"] == 1.0
    assert figures["av/hit@1"] == 0.0
    assert figures["a/f1@1"] == pytest.approx(2 / 3)  # one right, none wrong, one missed
    assert figures["v/f1_macro@1"] == pytest.approx(2 / 3)  # dog 1, car 1, music never: 0
    assert (figures["a/mu"], figures["v/mu"], figures["av/mu"]) == (0.5, 0.5, 0.5)


def test_first_takes_the_greatest_scores_and_shapes_are_held() -> None:
    assert first(np.array([[0.1, 0.9, 0.5]]), 2).tolist() == [[False, True, True]]
    with pytest.raises(ValueError, match="v: expected"):
        clip_figures({"v": np.zeros((1, 2))}, np.zeros((1, 3), bool), np.zeros((1, 3), bool))
