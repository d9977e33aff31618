"""mAP of events in time: a literal evaluation on random events, and worked examples."""

import numpy as np
import pytest

from seehear.metrics import detection_map
from seehear.metrics.detection import THRESHOLDS, without_repeats
from seehear.time import Event, Track

AV = Track.AUDIO_VISUAL


def event(start: float, end: float, label: str = "dog", score: float | None = None) -> Event:
    return Event(start, end, AV, label, score)


def overlap(one: Event, other: Event) -> float:
    common = max(0.0, min(one.end_s, other.end_s) - max(one.start_s, other.start_s))
    return common / (one.end_s - one.start_s + other.end_s - other.start_s - common)


def literal(predicted, true, threshold: float) -> float:
    """The mean over classes, each prediction matched by hand."""
    labels = {e.label for events in true for e in events}
    of_classes = []
    for label in labels:
        free = {(i, j) for i, events in enumerate(true) for j, e in enumerate(events)}
        free = {(i, j) for i, j in free if true[i][j].label == label}
        there, hits, heights, rights = len(free), 0, [], []
        ranked = [(e.score, i, e) for i, of in enumerate(predicted) for e in of if e.label == label]
        for place, (_, clip, found) in enumerate(sorted(ranked, key=lambda r: -r[0]), 1):
            near = [(overlap(found, true[i][j]), j) for i, j in free if i == clip]
            best = max(near, default=(0.0, -1))
            right = best[0] >= threshold
            if right:
                free.remove((clip, best[1]))
            hits += right
            heights.append(hits / place)
            rights.append(right)
        area = sum(max(heights[place:]) for place, right in enumerate(rights) if right)
        of_classes.append(area / there)
    return sum(of_classes) / len(of_classes)


def random_events(rng, count: int, *, scored: bool) -> list[Event]:
    out = []
    for _ in range(count):
        start = rng.random() * 50
        score = float(rng.random()) if scored else None
        label = "abcd"[rng.integers(4)]
        out.append(event(start, start + 1 + rng.random() * 20, label, score))
    return out


@pytest.mark.parametrize("clips", [1, 4, 12])
def test_equal_to_the_literal_evaluation(clips: int) -> None:
    rng = np.random.default_rng(clips)
    true = [random_events(rng, int(rng.integers(1, 7)), scored=False) for _ in range(clips)]
    predicted = [random_events(rng, int(rng.integers(0, 12)), scored=True) for _ in range(clips)]
    figures = detection_map(predicted, true).figures()
    slow = {f"{t:g}": literal(predicted, true, t) for t in THRESHOLDS}
    slow["mean"] = sum(slow.values()) / len(THRESHOLDS)
    assert figures == pytest.approx(slow, abs=1e-9)


def test_worked_example() -> None:
    true = [[event(0, 10), event(20, 30)]]
    predicted = [[event(0, 8, score=0.9), event(1, 10, score=0.8), event(20, 25, score=0.7)]]
    score = detection_map(predicted, true)
    assert score.classes == ("dog",)
    figures = score.figures()
    # up to .5: right, wrong (taken), right: (1 + 2/3) / 2; from .6 the last fails as well
    assert figures["0.5"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["0.6"] == pytest.approx(0.5)
    # at .9 the first fails (.8) and the second fits: (1/2) / 2
    assert figures["0.9"] == pytest.approx(0.25)


def test_repeats_of_the_truth_count_once_and_other_classes_for_nothing() -> None:
    assert len(without_repeats([event(1, 2), event(1.0005, 2), event(1.002, 2)])) == 2
    for a_thousandth in (event(0.001, 2), event(0, 2.0005)):
        assert len(without_repeats([event(0, 2), a_thousandth])) == 1
    assert len(without_repeats([event(0, 0.002), event(0, 0.001)])) == 1
    assert len(without_repeats([event(0, 2), event(0, 2, "cat"), event(0, 2.002)])) == 3
    true = [[event(1, 2), event(1, 2)]]
    predicted = [[event(1, 2, score=0.5), event(1, 2, "cat", 0.9)]]
    assert detection_map(predicted, true).figures()["mean"] == 1.0


@pytest.mark.parametrize(
    ("predicted", "true", "told"),
    [
        ([[]], [[]], "^expected at least one true event, got none$"),
        ([[]], [], "expected 0 clips"),
        ([[event(0, 1)]], [[event(0, 1)]], "expected a score"),
    ],
)
def test_what_cannot_be_measured_is_refused(predicted, true, told) -> None:
    with pytest.raises(ValueError, match=told):
        detection_map(predicted, true)
