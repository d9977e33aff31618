"""What one track says to the other: by the two switches' table of four, and at the ends."""

import numpy as np

from seehear.parser.zero_shot.coupling import Coupling

NONE = (0.0, 0.0)


def logit(p):
    return np.log(p / (1 - p))


def both(audio, visual):
    return np.array([[[audio], [visual]]], np.float32)


def test_it_is_the_marginal_of_two_switches_that_pull_each_other():
    a, v, k = logit(0.3), logit(0.8), 2.0
    table = np.exp([[0, v], [a, a + v + k]])  # heard x seen
    heard = table[1].sum() / table.sum()
    found = Coupling((k, k), (0.15 * k, 0.15 * k)).prob(both(0.3, 0.8), (True, True))
    np.testing.assert_allclose(found[0, 0, 0], heard, atol=1e-5)
    np.testing.assert_allclose(found[0, 1, 0], table[:, 1].sum() / table.sum(), atol=1e-5)


def test_the_other_track_adds_at_most_its_pull():
    coupling = Coupling((1.0, 1.5), NONE)
    found = [coupling.prob(both(other, 0.5), (True, True))[0, 1, 0] for other in (1.0, 0.0)]
    sure, never = map(logit, found)
    np.testing.assert_allclose(sure - never, 1.5, atol=1e-4)


def test_a_clip_of_one_track_is_only_shifted():
    found = Coupling((1.0, 1.5), (0.2, -0.4)).prob(both(0.5, 0.5), (True, False))
    np.testing.assert_allclose(logit(found)[0, :, 0], [0.2, -0.4], atol=1e-5)


def test_certain_probabilities_stay_finite():
    found = Coupling((1.0, 1.5), NONE).prob(both(1.0, 0.0), (True, True))
    assert np.isfinite(found).all()
