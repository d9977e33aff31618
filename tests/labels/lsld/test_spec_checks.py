"""The eight checks that an implementation of LSLD must pass, then what else the method states.

Most tests work in a space whose cosines are chosen: every prompt is an axis, a segment's coordinate
on that axis is its cosine with the prompt, and one more axis fills the segment up to length 1.
What must come out is worked out here in plain loops, from the method's text, not from the code.
"""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seehear.data import open_dataset
from seehear.errors import DataError
from seehear.features import open_features, reader
from seehear.labels import lsld
from seehear.labels.lsld.build import build_labels
from seehear.labels.lsld.options import PROFILES
from seehear.labels.lsld.reweighting import reweight_by
from seehear.labels.store import load, save
from seehear.losses import segment_bce
from seehear.recipes import RECIPES, differences, resolve
from seehear.train.targets import build_targets

WORDS = ["ant", "bee", "cow", "dog"]
# every prompt that clips of four classes can have -> the classes it names; its place is its axis
PROMPTS = {
    " and ".join(WORDS[c] for c in some): some
    for size in range(1, 5)
    for some in itertools.combinations(range(4), size)
} | {"other": ()}
AXIS = {text: axis for axis, text in enumerate(PROMPTS)}


def encode(texts):
    """Return one axis a prompt."""
    return np.eye(17, dtype=np.float32)[[AXIS[text] for text in texts]]


def segments(cosines):
    """Return features (N, T, 17) of length 1 with the given cosines to the 16 prompts."""
    rest = np.sqrt(1 - (cosines**2).sum(axis=2, keepdims=True))
    return np.concatenate([cosines, rest], axis=2).astype(np.float32)


@st.composite
def clips(draw, least=-8):
    """Cosines (N, T, 16) in steps of 1/64, so that ties are common, and weak labels (N, 4)."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 3)))
    steps = draw(arrays(np.int8, (*shape, 16), elements=st.integers(least, 8)))
    return steps / 64, draw(arrays(np.uint8, (shape[0], 4), elements=st.integers(0, 1)))


def best_prompts(cosines, weak):
    """Return the hard labels, segment by segment; of equal prompts the first one wins."""
    hard = np.zeros((*cosines.shape[:2], 4), np.float32)
    for clip, labels in enumerate(weak):
        classes = tuple(np.flatnonzero(labels))
        asked = [some for some in PROMPTS.values() if set(some) <= set(classes)]
        asked.sort(
            key=lambda some: (some != classes, not some, len(some))
        )  # all of them, the smaller ones, nothing
        for t, row in enumerate(cosines[clip]):
            score = [row[list(PROMPTS.values()).index(some)] for some in asked]
            hard[clip, t, list(asked[score.index(max(score))])] = 1
    return hard


@st.composite
def labelled(draw):
    """Hard labels (3, 4, 2), similarities in steps of 1/16: groups that meet and overlap."""
    hard = draw(arrays(np.bool_, (3, 4, 2), elements=st.booleans()))
    sigma = draw(arrays(np.int8, (3, 4, 2), elements=st.integers(-4, 12))) / 16
    return hard.astype(np.float32), sigma.astype(np.float32)


def equation_4(hard, sigma, alpha, beta, mode="dynamic"):
    """Return the soft labels of equation 4, one label after the other."""
    soft = hard.copy()
    for c in range(hard.shape[2]):
        positives, negatives = (sigma[..., c][hard[..., c] == on] for on in (1, 0))
        if not positives.size or not negatives.size or negatives.max() <= positives.min():
            continue
        for at in np.ndindex(hard.shape[:2]):
            value, on = sigma[at][c], hard[at][c] == 1
            if on and value < negatives.max() and mode in ("dynamic", "with-event", "stable"):
                changed = 0.9 if mode == "stable" else alpha * value
            elif (
                not on
                and value > positives.min()
                and mode in ("dynamic", "without-event", "stable")
            ):
                changed = 0.1 if mode == "stable" else beta * value
            else:
                continue
            if 0 < changed < 1:  # as released: otherwise the label stays
                soft[at][c] = changed
    return soft


# --- the eight checks


def test_check_1_every_subset_of_the_labels_has_a_prompt_and_so_has_nothing():
    assert lsld.prompts([2], WORDS) == ["cow", "other"]
    assert lsld.prompts([3, 0], WORDS) == ["ant and dog", "ant", "dog", "other"]
    assert lsld.prompts([0, 3, 2], WORDS) == [
        "ant and cow and dog",
        "ant",
        "cow",
        "dog",
        "ant and cow",
        "ant and dog",
        "cow and dog",
        "other",
    ]
    four = lsld.prompts(range(4), WORDS)
    assert len(four) == 16
    assert set(four) == set(PROMPTS)
    with pytest.raises(DataError, match="expected at most 10 labels a clip, got 11"):
        lsld.prompts(range(11), [str(c) for c in range(11)])


@given(clips())
def test_check_2_hard_labels_are_binary_and_never_outside_the_weak_label(case):
    cosines, weak = case
    hard = lsld.denoise(segments(cosines), weak, encode, WORDS)
    assert set(np.unique(hard)) <= {0, 1}
    assert not (hard * (1 - weak[:, None])).any()
    np.testing.assert_array_equal(hard, best_prompts(cosines, weak))


@given(clips(), st.floats(0.25, 1.25), st.floats(-0.05, 0.05))
def test_check_3_hard_labels_stay_under_a_temperature_or_a_constant(case, temperature, constant):
    cosines, weak = case
    hard = lsld.denoise(segments(cosines), weak, encode, WORDS)
    shift = (
        constant * np.arange(1, 1 + cosines.shape[1])[:, None] / cosines.shape[1]
    )  # another one for each segment
    moved = segments(temperature * cosines + shift)
    np.testing.assert_array_equal(lsld.denoise(moved, weak, encode, WORDS), hard)
    np.testing.assert_array_equal(
        lsld.denoise(7 * moved, weak, lambda texts: 3 * encode(texts), WORDS), hard
    )


@given(labelled(), st.sampled_from([0, 1 / 16, 1]))
def test_check_4_groups_that_do_not_overlap_and_empty_groups_are_left_alone(case, gap):
    hard, sigma = case
    overlapping = reweight_by(hard, sigma, 4, 0.4)
    on = hard[..., 0] == 1
    if (
        on.any() and not on.all()
    ):  # the least positive comes to lie `gap` above the greatest negative
        sigma[..., 0] += np.where(
            on, sigma[..., 0][~on].max() - sigma[..., 0][on].min() + np.float32(gap), 0
        )
    np.testing.assert_array_equal(reweight_by(hard, sigma, 4, 0.4)[..., 0], hard[..., 0])
    np.testing.assert_array_equal(
        reweight_by(hard, sigma, 4, 0.4)[..., 1], overlapping[..., 1]
    )  # classes are apart
    hard[..., 1] = 0
    np.testing.assert_array_equal(reweight_by(hard, sigma, 4, 0.4)[..., 1], 0)


@given(clips(least=1), st.sampled_from([64, 1e4, 1e9]))
def test_check_5_a_large_alpha_and_beta_0_give_the_hard_labels(case, alpha):
    cosines, weak = case
    features = segments(cosines)
    hard = lsld.denoise(features, weak, encode, WORDS)
    np.testing.assert_array_equal(
        lsld.reweight(hard, features, encode(WORDS), alpha=alpha, beta=0), hard
    )


def test_check_5_is_not_true_of_any_alpha_and_beta():
    cosines = np.random.default_rng(0).integers(1, 9, (6, 3, 16)) / 64
    features = segments(cosines)
    hard = lsld.denoise(features, np.ones((6, 4)), encode, WORDS)
    for alpha, beta in ((4, 0), (64, 0.4)):
        assert (lsld.reweight(hard, features, encode(WORDS), alpha=alpha, beta=beta) != hard).any()


@given(labelled(), st.floats(0, 3), st.floats(0.01, 3))
@example(
    (
        np.array([[[1], [1], [0], [0]]], np.float32),
        np.array([[[0.2], [0.1], [0.2], [0.3]]], np.float32),
    ),
    0.4,
    3.6,
)
def test_check_6_of_two_labels_of_equal_similarity_the_positive_one_stays_above(case, beta, more):
    hard, sigma = case
    soft = reweight_by(hard, sigma, beta + more, beta)
    for c, value in itertools.product(range(hard.shape[2]), np.unique(sigma)):
        same = sigma[..., c] == value
        positives, negatives = (soft[..., c][same & (hard[..., c] == on)] for on in (1, 0))
        assert positives.min(initial=1) >= negatives.max(initial=0)


def test_check_6_by_hand():
    hard = np.array([[[1], [1], [0], [0]]], np.float32)
    sigma = np.array(
        [[[0.2], [0.1], [0.2], [0.3]]], np.float32
    )  # groups from 0.1 to 0.2 and from 0.2 to 0.3
    np.testing.assert_allclose(
        reweight_by(hard, sigma, 4, 0.4)[0, :, 0], [0.8, 0.4, 0.08, 0.12], rtol=1e-6
    )


@given(clips(), st.randoms(use_true_random=False))
def test_check_7_hard_labels_do_not_depend_on_the_order_or_number_of_clips(case, random):
    cosines, weak = case
    features = segments(cosines)
    hard = lsld.denoise(features, weak, encode, WORDS)
    order = random.sample(range(len(weak)), len(weak))
    np.testing.assert_array_equal(
        lsld.denoise(features[order], weak[order], encode, WORDS), hard[order]
    )
    alone = [
        lsld.denoise(features[i : i + 1], weak[i : i + 1], encode, WORDS) for i in range(len(weak))
    ]
    np.testing.assert_array_equal(np.concatenate(alone), hard)


# names as LLP has them: an id of 11 characters, which may hold dashes and underscores, and two
# times
NAMES = (
    "-ab_c-d_EF0_101.8_111.8",
    "0123456789a_0_10",
    "_1_2_3_4_5__20_30",
    "zzzzzzzzzzz_5_15",
    "-----------_7_17",
)
LABELS = (("Dog",), ("Dog", "Cat"), ("Cat",), ("Dog", "Cat", "Car"), ("Car",))


class Tower:
    """Words with vectors made up from the words alone."""

    id = "made-up"

    def encode(self, texts):
        return np.stack(
            [np.random.default_rng(list(text.encode())).standard_normal(512) for text in texts]
        )


def llp_like(root, order):
    """Write a dataset with its rows in this order and published features (80, 512) named by id."""
    (root / "clip_16").mkdir(parents=True)
    for i in order:
        rng = np.random.default_rng(i)
        frames = rng.standard_normal((80, 512)) * rng.uniform(
            0.1, 5, (80, 1)
        )  # their lengths count in the mean
        np.save(root / "clip_16" / f"{NAMES[i].rsplit('_', 2)[0]}.npy", frames.astype(np.float32))
    rows = "".join(f"{NAMES[i]}\t{','.join(LABELS[i])}\n" for i in order)
    (root / "train.csv").write_text(f"filename\tevent_labels\n{rows}")
    (root / "dataset.toml").write_text(
        '[vocabulary]\nDog = "dog"\nCat = "cat"\nCar = "car"\n[grid]\ncount = 10\n'
        'step_s = 1.0\n[splits.train]\nclips = "train.csv"\n'
    )
    return open_dataset(root), open_features(root)


@pytest.mark.parametrize("chunk", [1, 2, 256])
@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (3, 1, 4, 0, 2)])
def test_check_7_labels_go_by_the_id_whatever_the_order_of_the_table(
    tmp_path, monkeypatch, order, chunk
):
    monkeypatch.setattr(reader, "CHUNK", chunk)
    dataset, store = llp_like(tmp_path, order)
    built = build_labels(dataset, store, PROFILES["paper"], load=lambda _: Tower())
    save(built.labels, tmp_path / "labels")
    ours = load(tmp_path / "labels").select(NAMES).visual

    pooled = np.stack(
        [
            np.load(tmp_path / "clip_16" / f"{name[:11]}.npy").reshape(10, 8, 512).mean(axis=1)
            for name in NAMES
        ]
    )  # the plain mean of 8 raw rows; normalised afterwards
    weak = np.array([[name in labels for name in ("Dog", "Cat", "Car")] for labels in LABELS])
    hard = lsld.denoise(pooled, weak, Tower().encode, ["dog", "cat", "car"])
    expected = lsld.reweight(
        hard, pooled, Tower().encode(["Dog", "Cat", "Car"]), alpha=4.0, beta=0.4
    )
    assert 0 < hard.sum() < 10 * weak.sum()
    assert (expected != hard).any()
    np.testing.assert_allclose(ours, expected, atol=1e-6)


@given(st.tuples(*[st.integers(1, 5)] * 3), st.integers(0, 2**32 - 1))
def test_check_8_the_segment_loss_is_the_mean_over_clips_segments_and_classes(shape, seed):
    rng = np.random.default_rng(seed)
    prob, label = rng.uniform(0.01, 0.99, shape), rng.random(shape)  # soft labels too
    each = [
        -(y * np.log(p) + (1 - y) * np.log(1 - p))
        for p, y in zip(prob.flat, label.flat, strict=True)
    ]
    given_, wanted = torch.from_numpy(prob).requires_grad_(), torch.from_numpy(label)
    loss = segment_bce(given_, wanted)
    assert loss.item() == pytest.approx(sum(each) / (shape[0] * shape[1] * shape[2]), rel=1e-9)
    by_clip = [segment_bce(given_[i : i + 1], wanted[i : i + 1]).item() for i in range(shape[0])]
    assert loss.item() == pytest.approx(sum(by_clip) / shape[0], rel=1e-9)
    loss.backward()  # every element pulls with the weight 1 / (B T C)
    np.testing.assert_allclose(
        given_.grad, (prob - label) / (prob * (1 - prob)) / prob.size, rtol=1e-9
    )


def test_check_8_each_track_is_compared_with_its_own_labels():
    rng = np.random.default_rng(0)
    prob = torch.from_numpy(rng.uniform(0.1, 0.9, (2, 3, 2, 4)))
    targets = {
        f"{track}_segments": torch.from_numpy(rng.random((2, 3, 4)))
        for track in ("audio", "visual")
    }
    step = SimpleNamespace(out=SimpleNamespace(segment_prob=prob, mixed_prob=None), targets=targets)
    terms = {term.name: term for term in RECIPES["lsld-release"].losses}
    for index, name in enumerate(targets):
        p, y = prob[:, :, index], targets[name]
        expected = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
        torch.testing.assert_close(terms[name].fn(step), expected)


# --- prompts


def test_a_clip_may_be_left_with_nothing():
    cosines = np.zeros((1, 10, 16))
    cosines[..., AXIS["other"]] = 0.1
    assert not lsld.denoise(segments(cosines), [[1, 0, 0, 1]], encode, WORDS).any()


def test_near_ties_are_no_ties():
    cosines = np.full((1, 1, 16), 0.1)
    cosines[..., AXIS["dog"]] += (
        1e-5  # half precision would not see it, and the first prompt would win
    )
    assert lsld.denoise(segments(cosines), [[1, 0, 0, 1]], encode, WORDS).tolist() == [
        [[0, 0, 0, 1]]
    ]


@given(clips())
def test_equation_3_is_a_softmax_over_the_prompts_of_the_clip(case):
    cosines, weak = case
    ours = lsld.prompt_similarity(segments(cosines), weak, encode, WORDS)
    for (clip, t, c), value in np.ndenumerate(ours):
        among = [
            np.exp(cosines[clip, t, axis])
            for axis, some in enumerate(PROMPTS.values())
            if set(some) <= set(np.flatnonzero(weak[clip]))
        ]
        expected = np.exp(cosines[clip, t, AXIS[WORDS[c]]]) / sum(among) if weak[clip, c] else 0
        assert value == pytest.approx(expected, abs=1e-6)


# --- re-weighting


@given(
    labelled(),
    st.floats(0, 6),
    st.floats(0, 2),
    st.sampled_from(["dynamic", "with-event", "without-event", "stable", "none"]),
)
def test_equation_4_and_the_variants_of_table_4b(case, alpha, beta, mode):
    hard, sigma = case
    alpha, beta = np.float32(alpha), np.float32(beta)
    np.testing.assert_allclose(
        reweight_by(hard, sigma, alpha, beta, mode=mode),
        equation_4(hard, sigma, alpha, beta, mode),
        rtol=1e-6,
    )


@given(labelled())
def test_the_order_of_classes_does_not_matter(case):
    hard, sigma = case
    np.testing.assert_array_equal(
        reweight_by(hard[..., ::-1], sigma[..., ::-1], 4, 0.4),
        reweight_by(hard, sigma, 4, 0.4)[..., ::-1],
    )


# --- training


def test_the_objective_of_the_two_editions():
    weights = {
        name: {term.name: term.weight for term in RECIPES[name].losses}
        for name in ("lsld", "lsld-release")
    }
    assert weights == {
        "lsld": {"audio": 1, "visual_segments": 1, "clip": 1},
        "lsld-release": {"audio_segments": 3, "visual_segments": 1, "clip": 1},
    }
    weak, soft = torch.tensor([[1.0, 0.0]]), np.array([[[0.8, 0.1], [0.0, 0.0]]], np.float32)
    targets = build_targets(
        RECIPES["lsld"].labels, weak, {"labels": {"audio": None, "visual": soft}}, 2
    )
    assert (
        targets["audio"].tolist() == targets["clip"].tolist() == weak.tolist()
    )  # neither is smoothed
    np.testing.assert_array_equal(targets["visual_segments"], soft)


def test_the_released_edition_differs_from_the_paper_where_it_is_known_to():
    paper, release = (resolve(name, "release") for name in ("lsld", "lsld-release"))
    assert {
        key: values
        for key, values in differences(paper.to_dict(), release.to_dict()).items()
        if not key.startswith("losses.")
    } == {
        "labels.segments.tracks": ("visual", "both"),
        "network.options.layers": (1, 4),
        "training.lr": (6e-4, 2e-4),
    }
    for recipe in (paper, release):
        training, decoding = recipe.training, recipe.decoding
        assert (training.epochs, training.batch, training.lr_every, training.lr_factor) == (
            20,
            32,
            6,
            0.25,
        )
        assert (training.optimiser, training.select, training.ties) == (
            "adam",
            "event/audio",
            "later",
        )
        assert (decoding.threshold, decoding.gate, decoding.gate_threshold) == (0.5, "own", 0.5)
        assert recipe.labels.segments.reweight == "visual"
