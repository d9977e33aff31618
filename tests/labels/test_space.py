"""The space that segments share with language, found and read."""

from types import SimpleNamespace

import numpy as np
import pytest

from seehear.errors import ConfigError, FeatureError
from seehear.features import open_features
from seehear.labels.space import find_space, read_space, text_tower


@pytest.mark.parametrize(
    ("encoder", "held", "found"),
    [
        ("conse", ["conse/feature", "conse/space"], "conse/space"),
        ("conse", ["conse/feature"], None),  # its features are not the shared space
        ("clip-vit-b16", ["clip-vit-b16/frames", "clip-vit-b16/feature"], "clip-vit-b16/feature"),
        ("clip-vit-b16", ["clip-vit-b16/frames"], "clip-vit-b16/frames"),
        ("of-elsewhere", ["of-elsewhere/frames"], "of-elsewhere/frames"),
    ],
)
def test_where_the_space_of_an_encoder_stands(encoder, held, found):
    assert find_space(SimpleNamespace(streams=dict.fromkeys(held)), encoder) == found


def test_frames_are_averaged_to_segments(tmp_path):
    (tmp_path / "clip_16").mkdir()
    frames = np.random.default_rng(0).standard_normal((80, 512)).astype(np.float32)
    np.save(tmp_path / "clip_16" / "a.npy", frames)
    store = open_features(tmp_path)
    read = read_space(store, "clip-vit-b16", ["a"], 10, command="")
    np.testing.assert_allclose(read[0], frames.reshape(10, 8, 512).mean(axis=1), atol=1e-6)
    told = r"a space of conse .* holds clip-vit-b16/frames; make it with seehear extract x, or"
    with pytest.raises(FeatureError, match=told):
        read_space(store, "conse", ["a"], 10, command="seehear extract x")


def test_the_tower_of_an_encoder_is_asked_for_by_its_language():
    assert text_tower("conse", lambda id_: id_) == "minilm"
    assert text_tower("of-elsewhere", lambda id_: id_) == "of-elsewhere"
    with pytest.raises(ConfigError, match="vggish shares no space with language"):
        text_tower("vggish", lambda id_: id_)
