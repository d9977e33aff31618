"""Features into memory: which set, pooled, checked, standardised; and the targets made of
labels.
"""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seehear.data import Vocabulary
from seehear.errors import ConfigError, DataError, FeatureError
from seehear.recipes import FEATURES, RECIPES
from seehear.recipes.contract import Clips
from seehear.runs.inputs import find_stream
from seehear.train.data import (
    choose_features,
    load_clips,
    standardise,
    statistics,
)
from small_world import SEGMENTS, write_world

HAN = RECIPES["han"]


DATASET = SimpleNamespace(root="mydata", vocabulary=Vocabulary.parse("Dog,Car"))


def choose(store, asked=None):
    return choose_features(HAN, store, asked, dataset=DATASET)


def folder(*streams):
    return SimpleNamespace(path="feats", streams=dict.fromkeys(streams))


def test_the_first_allowed_set_that_the_folder_holds_is_taken():
    everything = folder(
        "vggish/feature", "resnet152/frames", "r2plus1d18/feature", "clip-vit-b16/frames"
    )
    assert choose(everything).name == "paper"
    assert choose(everything, "clip").name == "clip"
    assert choose(folder("vggish/feature", "clip-vit-b16/feature")).name == "clip"
    assert choose(folder("conse/feature", "yamnet/feature", "yamnet/logits")).name == "offline"


def test_features_of_another_encoder_are_refused_in_one_line_that_helps():
    with pytest.raises(
        FeatureError,
        match=r"clip.*needs vggish/feature, clip-vit-b16/feature; the folder holds "
        r"conse/feature.*run: seehear extract mydata --visual clip-vit-b16 --audio vggish --out",
    ):
        choose(folder("conse/feature", "yamnet/feature", "yamnet/logits"), "clip")
    with pytest.raises(FeatureError, match=r"needs yamnet/logits; the folder holds"):
        choose(folder("conse/feature", "yamnet/feature"))
    with pytest.raises(ConfigError, match=r"runs on paper, clip.*got nonsense"):
        choose(folder(), "nonsense")


def test_a_stream_may_be_stored_per_frame():
    assert find_stream("resnet152/feature", folder("resnet152/frames")) == "resnet152/frames"
    both = folder("resnet152/frames", "resnet152/feature")
    assert find_stream("resnet152/feature", both) == "resnet152/feature"
    assert find_stream("resnet152/feature", both, frames=True) == "resnet152/frames"
    assert find_stream("conse/space", folder("conse/frames")) is None


def write_official(root, clips, rng):
    for name, shape in (("vggish", (10, 128)), ("res152", (80, 2048)), ("r2plus1d_18", (10, 512))):
        (root / name).mkdir(parents=True)
        for clip in clips:
            np.save(root / name / f"{clip}.npy", rng.standard_normal(shape, np.float32))


def test_frames_are_pooled_to_the_mean_of_eight_or_left_alone(tmp_path):
    from seehear.features import open_features

    write_official(tmp_path, ["a0000000001", "a0000000002"], np.random.default_rng(0))
    store = open_features(tmp_path)
    weak = np.zeros((2, 25), np.uint8)
    clips = load_clips(store, FEATURES["paper"], ["a0000000002", "a0000000001"], weak, 10)
    frames = np.load(tmp_path / "res152" / "a0000000002.npy")
    np.testing.assert_allclose(
        clips.visual[0], frames.reshape(10, 8, 2048).mean(1), rtol=1e-6, atol=1e-7
    )
    assert (clips.audio.shape, clips.motion.shape) == ((2, 10, 128), (2, 10, 512))
    single = load_clips(store, FEATURES["paper"], ["a0000000002"], weak[:1], 10, frames=True)
    np.testing.assert_array_equal(single.visual[0], frames)
    (tmp_path / "vggish" / "a0000000001.npy").unlink()
    with pytest.raises(
        FeatureError,
        match=r"1 of 2 clips without vggish/feature, first a0000000001.*delete the rows",
    ):
        load_clips(store, FEATURES["paper"], ["a0000000002", "a0000000001"], weak, 10)


def test_streams_of_a_role_stand_side_by_side_in_their_order(tmp_path):
    dataset, store = write_world(tmp_path)
    split = dataset.split("val")
    clips = load_clips(store, FEATURES["offline"], split.names, split.weak, SEGMENTS)
    assert (clips.audio.shape, clips.visual.shape, clips.motion) == ((8, 4, 9), (8, 4, 6), None)
    np.testing.assert_array_equal(clips.audio[:, :, 5:], store.array("yamnet/logits", split.names))
    np.testing.assert_array_equal(clips.weak, split.weak)


def test_standardised_dimensions_have_mean_0_and_deviation_1_over_the_training_clips(tmp_path):
    dataset, store = write_world(tmp_path)
    load = {
        s: load_clips(
            store, FEATURES["offline"], dataset.split(s).names, dataset.split(s).weak, SEGMENTS
        )
        for s in ("train", "val")
    }
    raw = load["val"].audio.numpy().copy()
    load["train"].visual[:, :, 2] = 7.0  # a dimension that never changes stays harmless
    numbers = statistics(load["train"])
    rows = standardise(load["train"], numbers).audio.reshape(-1, 9).double()
    np.testing.assert_allclose(rows.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(rows.std(0, correction=0), 1, atol=1e-6)
    assert (load["train"].visual[:, :, 2] == 0).all()
    expected = (raw - numbers["audio.mean"].numpy()) / numbers["audio.deviation"].numpy()
    np.testing.assert_allclose(
        standardise(load["val"], numbers).audio, expected, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinite_features_name_their_clip(tmp_path, value):
    dataset, store = write_world(tmp_path, bad=("conse/feature", "train07", value))
    split = dataset.split("train")
    with pytest.raises(FeatureError, match="clip train07: conse/feature holds NaN or infinite"):
        load_clips(store, FEATURES["offline"], split.names, split.weak, SEGMENTS)


def test_features_on_another_grid_and_no_clips_at_all(tmp_path):
    dataset, store = write_world(tmp_path)
    split = dataset.split("train")
    with pytest.raises(FeatureError, match="expected a multiple of 3 rows a clip, got 4"):
        load_clips(store, FEATURES["offline"], split.names, split.weak, 3)
    with pytest.raises(DataError, match="at least one clip, got none"):
        load_clips(store, FEATURES["offline"], (), split.weak[:0], SEGMENTS)


def test_batches_are_taken_by_index():
    clips = Clips(
        ("a", "b", "c"), torch.eye(3), torch.arange(6.0).view(3, 1, 2), torch.zeros(3, 1, 2)
    )
    inputs = clips.inputs(torch.tensor([2, 0]))
    assert inputs["audio"].flatten().tolist() == [4, 5, 0, 1]
    assert inputs["motion"] is None
