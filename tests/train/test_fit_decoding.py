"""A decoding fitted on held-out clips: never worse there, the recipe's own where all are equal."""

import numpy as np

from seehear.metrics import evaluate
from seehear.runs.predicted import Predicted
from seehear.time import Decoding, decide
from seehear.train.fit_decoding import fitted

PLAIN = Decoding(gate="none")


def predicted(prob):
    return Predicted(prob, prob.max(axis=1), prob.max(axis=(1, 2)))


def test_weak_ends_and_holes_are_filled_where_val_says_so():
    truth = np.zeros((12, 10, 2, 3), bool)
    truth[:, 2:8, :, 0] = True
    prob = np.where(truth, 0.35, 0.02)
    prob[:, 3, :, 0] = prob[:, 7, :, 0] = 0.9
    prob[:, 5, :, 0] = 0.05
    both = truth[:, :, 0], truth[:, :, 1]
    found = fitted(PLAIN, predicted(prob), both, 1.0)
    on = decide(prob, decoding=found)
    assert evaluate(on[:, :, 0], on[:, :, 1], *both).figures()["event/type"] == 1
    assert (found.keep_threshold, found.fill_gap_s, found.min_duration_s) == (0.3, 1.0, 0.0)


def test_of_equals_the_recipes_own_stays():
    truth = np.zeros((4, 10, 2, 2), bool)
    truth[:, 1:9, :, 1] = True
    own = Decoding(gate="none", keep_threshold=0.2, fill_gap_s=1.0)
    prob = truth.astype(float)
    assert fitted(own, predicted(prob), (truth[:, :, 0], truth[:, :, 1]), 1.0) == own
