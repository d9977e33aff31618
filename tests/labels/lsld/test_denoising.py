"""LSLD's labels: the released arrays, and the checks that any implementation must pass."""

import numpy as np
import pytest
import torch

from seehear.data import LLP_VOCABULARY
from seehear.errors import ConfigError, DataError, FeatureError, WeightsError
from seehear.labels import lsld
from seehear.labels.lsld.reweighting import reweight_by, unreliable
from seehear.labels.store import SegmentLabels
from seehear.nn.embedding import pool_frames

WORDS = ["Speeching", "Car", "Cheering", "Dog", "Cat"]


def encoder(texts, dim=6):
    """Return a unit vector a text, from the text alone."""
    rows = [
        np.random.default_rng(sum(map(ord, t)) + 31 * len(t)).standard_normal(dim) for t in texts
    ]
    return np.stack(rows).astype(np.float32)


def case(clips=12, segments=4, seed=0, most=3):
    rng = np.random.default_rng(seed)
    weak = np.stack(
        [
            np.isin(np.arange(5), rng.choice(5, rng.integers(1, most + 1), replace=False))
            for _ in range(clips)
        ]
    ).astype(np.uint8)
    return rng.standard_normal((clips, segments, 6)).astype(np.float32), weak


GIVE = pytest.mark.parametrize("give", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])

# how the release words a class, by track
ASKED = {"visual": ("clip", "{}"), "audio": ("clap", "This is a sound of {}")}


def released_texts(vectors, track):
    """Return the text encoder of one track: a look-up in what the release asked for."""
    prefix, _ = ASKED[track]
    names = vectors.given(f"{prefix}_prompts").tolist()
    known = dict(zip(names, vectors.given(f"{prefix}_prompt_feats"), strict=True))
    if track == "visual":
        # some strings are a prompt and a class name ("Car"): the released run saw the name's vector
        classes = vectors.given("category_names").tolist()
        known |= dict(zip(classes, vectors.given("category_feats"), strict=True))
    return lambda texts: np.stack([known[text] for text in texts])


@pytest.mark.shared
@GIVE
def test_the_released_labels(golden, give):
    vectors = golden("lsld_denoise")
    weak = vectors.given("labels")

    hard = {}
    for track, features in (("visual", "video_pooled"), ("audio", "audio")):
        _, template = ASKED[track]
        hard[track] = lsld.denoise(
            give(vectors.given(features)),
            give(weak),
            released_texts(vectors, track),
            LLP_VOCABULARY,
            template=template,
        )
        vectors.check(f"denoised_{track[0]}", hard[track])
    vectors.check("final_a", hard["audio"])  # audio is never re-weighted

    soft = lsld.reweight(
        give(vectors["denoised_v"]),
        give(vectors.given("video_pooled")),
        give(vectors.given("category_feats")),
        alpha=float(vectors.given("alpha")),
        beta=float(vectors.given("beta")),
    )
    assert isinstance(soft, torch.Tensor) == (give is torch.from_numpy)
    vectors.check("final_v", soft, atol=1e-5)

    frames = vectors.given("video").astype(np.float32)
    pooled = pool_frames(torch.from_numpy(frames), vectors["video_pooled"].shape[1])
    vectors.check("video_pooled", pooled, atol=1e-6)
    vectors.check("n_prompts", [len(asked) for asked in prompts_by_clip(weak, "{}")])
    vectors.check("category_names", LLP_VOCABULARY.names)
    labels = SegmentLabels(
        np.asarray(hard["audio"]),
        np.asarray(soft),
        tuple(vectors["names"].tolist()),
        LLP_VOCABULARY.names,
    )
    vectors.check("names", labels.names)
    assert {len(name) for name in labels.names} == {11}
    vectors.finish()


def prompts_by_clip(weak, template):
    return [lsld.prompts(np.flatnonzero(row), LLP_VOCABULARY, template=template) for row in weak]


@pytest.mark.shared
@pytest.mark.parametrize("track", ["audio", "visual"])
def test_the_released_prompts_are_those_we_ask_for(golden, track):
    vectors = golden("lsld_denoise")
    prefix, template = ASKED[track]
    asked = {text for clip in prompts_by_clip(vectors["labels"], template) for text in clip}
    assert asked == set(vectors[f"{prefix}_prompts"].tolist())


def test_prompts_of_one_to_four_labels_in_the_stated_order():
    assert lsld.prompts([0, 3], WORDS) == ["Speeching and Dog", "Speeching", "Dog", "other"]
    assert lsld.prompts([3], WORDS) == ["Dog", "other"]
    assert lsld.prompts([4, 0, 3], WORDS) == [
        "Speeching and Dog and Cat",
        "Speeching",
        "Dog",
        "Cat",
        "Speeching and Dog",
        "Speeching and Cat",
        "Dog and Cat",
        "other",
    ]
    assert len(lsld.prompts([0, 1, 2, 3], WORDS)) == 16
    assert lsld.prompts([0, 3], WORDS, nothing="not-class")[-1] == "not Speeching and not Dog"
    assert lsld.prompts([0, 3], WORDS, nothing="not-class-spelled")[1] == "Speeching and not Dog"
    assert lsld.prompts([3], WORDS, template="a photo of {}") == [
        "a photo of Dog",
        "a photo of other",
    ]
    with pytest.raises(DataError, match="label 7 is outside the vocabulary"):
        lsld.prompts([7], WORDS)
    with pytest.raises(ConfigError, match="nothing: expected"):
        lsld.prompts([0], WORDS, nothing="nought")


@pytest.mark.parametrize("most", [3, 5])
def test_hard_labels_are_binary_and_inside_the_weak_label(most):
    features, weak = case(most=most)
    hard = lsld.denoise(features, weak, encoder, WORDS)
    assert set(np.unique(hard)) <= {0, 1}
    assert not hard[np.repeat(weak[:, None] == 0, 4, axis=1)].any()


def test_hard_labels_do_not_depend_on_scale_order_or_company():
    features, weak = case()
    hard = lsld.denoise(features, weak, encoder, WORDS)
    np.testing.assert_array_equal(lsld.denoise(features * 7, weak, encoder, WORDS), hard)
    np.testing.assert_array_equal(
        lsld.denoise(features, weak, lambda t: 3 * encoder(t), WORDS), hard
    )
    order = np.random.default_rng(1).permutation(12)
    np.testing.assert_array_equal(
        lsld.denoise(features[order], weak[order], encoder, WORDS), hard[order]
    )
    alone = np.concatenate(
        [lsld.denoise(features[i : i + 1], weak[i : i + 1], encoder, WORDS) for i in range(12)]
    )
    np.testing.assert_array_equal(alone, hard)


def test_results_are_of_the_kind_of_the_features():
    features, weak = case()
    for label in (lsld.denoise, lsld.prompt_similarity):
        found = label(features, weak, encoder, WORDS)
        assert found.dtype == np.float32
        torches = label(torch.from_numpy(features), weak, encoder, WORDS)
        assert torches.dtype == torch.float32
        np.testing.assert_array_equal(torches.numpy(), found)


@pytest.mark.parametrize("label", [lsld.denoise, lsld.prompt_similarity])
def test_nothing_and_template_word_the_prompts_that_are_encoded(label):
    features, weak = case()
    asked = []

    def encode(texts):
        asked.extend(texts)
        return encoder(texts)

    label(features, weak, encode, WORDS, nothing="not-class", template="a sound of {}")
    sets = {tuple(np.flatnonzero(row)) for row in weak}
    wording = {"nothing": "not-class", "template": "a sound of {}"}
    assert set(asked) == {text for some in sets for text in lsld.prompts(some, WORDS, **wording)}
    assert any("not " in text for text in asked)


def test_every_distinct_prompt_is_encoded_once():
    features, weak = case(clips=200)
    asked = []
    lsld.denoise(features, weak, lambda texts: asked.append(list(texts)) or encoder(texts), WORDS)
    assert len(asked) == 1
    assert len(set(asked[0])) == len(asked[0])


def test_a_silent_segment_and_a_clip_without_label_are_nothing():
    features, weak = case()
    features[0, 1] = 0
    weak[3] = 0
    hard = lsld.denoise(features, weak, encoder, WORDS)
    assert not hard[0, 1].any()
    assert not hard[3].any()


def test_limits_and_order_of_the_reweighting():
    features, weak = case(clips=40)
    texts = encoder(WORDS)
    hard = lsld.denoise(features, weak, encoder, WORDS)
    sigma = (
        np.abs(np.random.default_rng(2).standard_normal(hard.shape)).astype(np.float32) * 0.1 + 0.05
    )
    np.testing.assert_array_equal(reweight_by(hard, sigma, 1e9, 0), hard)
    soft = reweight_by(hard, sigma, 4, 0.4)
    region = unreliable(hard > 0.5, sigma)
    same = np.full(hard.shape, 0.2, np.float32)
    level = reweight_by(hard, np.where(region.positive | region.negative, sigma, same), 4, 0.4)
    assert level[hard > 0.5].min() > level[hard < 0.5].max() * 0.1
    assert np.all((soft >= 0) & (soft <= 1))
    for mode, changed in (("with-event", hard > 0.5), ("without-event", hard < 0.5)):
        moved = reweight_by(hard, sigma, 4, 0.4, mode=mode) != hard
        assert moved.any()
        assert not moved[~changed].any()
    stable = reweight_by(hard, sigma, 4, 0.4, mode="stable")
    assert set(np.unique(stable)) <= {0, np.float32(0.1), np.float32(0.9), 1}
    np.testing.assert_array_equal(lsld.reweight(hard, features, texts, mode="none"), hard)
    with pytest.raises(ConfigError, match="expected dynamic"):
        reweight_by(hard, sigma, 4, 0.4, mode="some")


def test_wrong_inputs_are_told():
    features, weak = case()
    bad = features.copy()
    bad[2, 1, 0] = np.nan
    with pytest.raises(FeatureError, match=r"segment features: NaN .* at index \[2, 1\]"):
        lsld.denoise(bad, weak, encoder, WORDS)
    with pytest.raises(ValueError, match=r"^expected weak labels of 0 and 1$"):
        lsld.denoise(features, weak * 2, encoder, WORDS)
    with pytest.raises(ValueError, match="expected features"):
        lsld.denoise(features, weak[:5], encoder, WORDS)
    with pytest.raises(WeightsError, match="same joint space"):
        lsld.denoise(features, weak, lambda t: encoder(t, dim=5), WORDS)
