"""Linear scorers from corrections: better where rows tell, silent where nobody spoke."""

from pathlib import Path

import numpy as np

from seehear.teach.evidence import ClipEvidence, ParsedAs
from seehear.teach.lesson import Known, decided
from seehear.teach.refit import Refitting, refit
from seehear.teach.rows import reduced_by
from seehear.time import Decoding

PARSED = ParsedAs(("Dog", "Car"), Decoding(gate="none"), {})


def clip(number: int, *, told: bool = True, noise: float = 1.0) -> tuple[ClipEvidence, tuple]:
    """Return a clip whose dog the margins do not tell, and whose rows do."""
    rng = np.random.default_rng(number)
    truth = np.zeros((8, 2, 2), bool)
    truth[:, :, 0] = rng.random((8, 2)) < 0.4
    margins = rng.normal(-0.5, noise, truth.shape)
    rows = rng.normal(0, 0.1, (2, 8, 6)).astype(np.float32)
    rows[..., 0] += np.where(truth[:, :, 0].T, 1, 0)
    rows[..., 1] += np.where(truth[:, :, 0].T, 0, 1)
    known = np.zeros_like(truth)
    known[:, :, 0] = told
    evidence = ClipEvidence(str(number), margins, truth & known, known, np.ones((8, 2), bool))
    return evidence, tuple(rows)


def test_rows_tell_what_margins_do_not_and_nothing_is_said_of_what_nobody_reviewed() -> None:
    pairs = [clip(number, told=number < 10) for number in range(14)]
    rows = {evidence.name: part for evidence, part in pairs}
    reviewed, others = ([e for e, _ in part] for part in (pairs[:10], pairs[10:]))
    reduced = reduced_by(
        lambda one: rows[one.name], Known(PARSED, reviewed, others=others), ("a/f", "v/f"), Path()
    )
    lesson = refit(reduced)
    assert lesson.better
    assert lesson.before["segment/type"] < 0.6 < 0.9 < lesson.after["segment/type"]
    assert not lesson.learnt.weights[:, :, 1].any(), "nobody said anything of cars"
    # the weights of whole rows say what those of reduced rows do
    one = reduced.known.clips[0]
    added = lesson.learnt.moved(one) - lesson.adjustment.of(one.margins)
    for track in range(2):
        whole = lesson.linear.of(track, rows[one.name][track])
        length = np.linalg.norm(rows[one.name][track], axis=1)
        assert length.min() > 0
        again = reduced.directions[track].reduced(rows[one.name][track] / length[:, None])
        both = again @ lesson.learnt.weights[track, :-1] + lesson.learnt.weights[track, -1]
        np.testing.assert_allclose(whole, both, atol=1e-4)
    assert added.shape == (8, 2, 2)
    assert decided(one, lesson.learnt, PARSED).any()


def test_a_scorer_held_hard_adds_next_to_nothing() -> None:
    pairs = [clip(number) for number in range(4)]
    rows = {evidence.name: part for evidence, part in pairs}
    known = Known(PARSED, [evidence for evidence, _ in pairs])
    reduced = reduced_by(lambda one: rows[one.name], known, ("a/f", "v/f"), Path())
    soft, hard = (Refitting(held)(reduced.known.clips, 2).weights for held in (0.3, 1e6))
    assert np.abs(hard[:, :-1]).max() < 1e-3 < np.abs(soft[:, :-1]).max()
