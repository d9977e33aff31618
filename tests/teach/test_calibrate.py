"""Calibration: moves answers to where people say, and nowhere where they say little."""

import numpy as np

from seehear.parser.adjusted import Adjustment
from seehear.teach.calibrate import calibrate
from seehear.teach.evidence import ClipEvidence


def clip(margins, truth, *, known=True, weak=None) -> ClipEvidence:
    """Return a clip of one class, seen never."""
    heard = np.asarray(margins, float)
    both = np.stack([heard, np.full_like(heard, -5.0)], 1)[..., None]
    there = np.stack([np.asarray(truth, bool), np.zeros(len(heard), bool)], 1)[..., None]
    return ClipEvidence(
        "a", both, there & known, np.full(both.shape, known), np.ones(both.shape[:2], bool), weak
    )


def test_nothing_known_moves_nothing() -> None:
    assert calibrate([], 3) == Adjustment.none(3)
    assert calibrate([clip([1, 2], [0, 0], known=False)], 1) == Adjustment.none(1)


def test_a_parser_that_is_shy_by_as_much_everywhere_is_moved_by_that() -> None:
    margins = np.linspace(-4, 2, 60)
    got = calibrate([clip(margins, margins > -1)] * 20, 1)
    heard = got.of(np.stack([margins, margins], 1)[..., None])[:, 0, 0]
    assert np.array_equal(heard > 0, margins > -1)


def test_few_corrections_move_little_where_many_clips_are_not_spoken_of() -> None:
    others = [clip([-1.0] * 10, [0] * 10, known=False)] * 20
    shifts = []
    for number in (1, 4, 16):
        told = [clip([-1.0] * 10, [1] * 10)] * number
        shifts.append(calibrate([*told, *others], 1).shift[0][0])
    assert 0 < shifts[0] < shifts[1] < shifts[2]
    assert -1 + shifts[0] < 0 < -1 + shifts[2], "one clip alone does not turn an answer over"


def test_a_class_that_a_catalogue_never_names_is_heard_less() -> None:
    there, absent = np.array([True]), np.array([False])
    silent = [clip([1.0, -3.0], [0, 0], known=False, weak=absent)] * 30
    got = calibrate(silent, 1)
    assert got.of(np.full((1, 2, 1), 1.0))[0, 0, 0] < 0
    named = [clip([-1.0, -3.0], [0, 0], known=False, weak=there)] * 30
    got = calibrate(named, 1)
    assert got.of(np.full((1, 2, 1), -1.0))[0, 0, 0] > 0, "it is on the track that is surer"
    assert got.of(np.full((1, 2, 1), -5.0))[0, 1, 0] < 0
