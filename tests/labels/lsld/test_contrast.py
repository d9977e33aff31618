"""Evidence from contrast: the slope is the loss's, a class that a track does not carry goes."""

import numpy as np

from seehear.labels.lsld.contrast import contrast, in_context, pooled_slope


def test_the_slope_is_that_of_the_loss():
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((3, 4, 2)), rng.random((3, 2)) < 0.5

    def loss(z):  # as the module's docstring writes it, summed over classes
        prob = 1 / (1 + np.exp(-z))
        pooled = (prob**2).sum(axis=1) / prob.sum(axis=1)
        absent = -np.log(1 - prob).mean(axis=1)
        return np.where(labels, -np.log(pooled), absent).sum() / len(z)

    slope = pooled_slope(1 / (1 + np.exp(-logits)), labels)
    for at in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[at] = 1e-5
        assert abs((loss(logits + step) - loss(logits - step)) / 2e-5 - slope[at]) < 1e-6


def test_it_finds_the_segments_of_a_class_and_drops_one_that_the_track_does_not_carry():
    rng = np.random.default_rng(1)
    weak = rng.random((120, 2)) < 0.4
    on = (rng.random((120, 6)) < 0.5) & weak[:, :1]
    on[weak[:, 0], 0] = True
    features = rng.standard_normal((120, 6, 8)).astype(np.float32)
    features[..., 0] += 6 * on  # only class 0 shows in these features
    prob = contrast(features, weak)
    found = (prob[..., 0] >= 0.5) & weak[:, None, 0]
    assert (found == on).mean() > 0.95
    assert (
        prob[weak[:, 1], :, 1] >= 0.5
    ).mean() < 0.3  # of labels that would all be kept as they are


def test_a_segment_is_seen_beside_its_neighbours_and_a_clip_ends_in_its_last_one():
    features = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    assert in_context(features, 1)[0].tolist() == [
        [0, 1, 0, 1, 2, 3],
        [0, 1, 2, 3, 4, 5],
        [2, 3, 4, 5, 4, 5],
    ]
    assert np.array_equal(in_context(features, 0), features)
