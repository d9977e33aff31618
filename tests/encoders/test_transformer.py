"""What is asked of a checkpoint of the transformers library before its rows are believed."""

import json

import numpy as np
import pytest

import tiny_checkpoints as tiny
from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.transformer import (
    Tokens,
    encode_by_length,
    expect_processor,
    load_transformer,
)
from seehear.errors import WeightsError


def test_texts_of_one_length_go_together_and_come_back_in_their_order():
    tokens = [[1, 2], [3], [4, 5], [6], [7, 8, 9]]
    calls = []

    def run(ids):
        calls.append(ids.shape)
        return ids.sum(axis=1, keepdims=True).astype(np.float32)

    out = encode_by_length(tokens, run, 1)
    np.testing.assert_array_equal(out[:, 0], [3, 3, 9, 6, 24])
    assert calls == [(2, 1), (2, 2), (1, 3)]


def test_many_texts_are_run_in_parts():
    calls = []

    def run(ids):
        calls.append(len(ids))
        return ids.astype(np.float32)

    out = encode_by_length([[k] for k in range(150)], run, 1)
    np.testing.assert_array_equal(out[:, 0], np.arange(150))
    assert calls == [64, 64, 22]


def test_a_folder_without_the_files(tmp_path):
    own = Checkpoint.of("clip-vit-b16", tmp_path)
    with pytest.raises(WeightsError, match=r"expected config\.json and model\.safetensors"):
        load_transformer("CLIPModel", own, "cpu")
    with pytest.raises(WeightsError, match=r"expected tokenizer\.json of clip-vit-b16"):
        Tokens(own, most=5)


def test_weights_that_are_not_whole_are_refused(tmp_path):
    from safetensors.torch import load_file, save_file

    tiny.clip(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    del state["text_projection.weight"]
    save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"the file lacks text_projection\.weight"):
        load_transformer(
            "CLIPTextModelWithProjection", Checkpoint.of("clip-vit-b16", tmp_path), "cpu"
        )


def test_another_front_end_is_refused_and_none_is_taken_as_it_is(tmp_path):
    own = Checkpoint.of("clap", tmp_path)
    expect_processor(own, {"hop_length": 480})
    file = tmp_path / "preprocessor_config.json"
    file.write_text(json.dumps({"hop_length": 480, "other": 1}))
    expect_processor(own, {"hop_length": 480, "unsaid": 3})
    with pytest.raises(WeightsError, match="clap: expected hop_length 320, got 480"):
        expect_processor(own, {"hop_length": 320})
    file.write_text("{")
    with pytest.raises(WeightsError, match="not JSON"):
        expect_processor(own, {})
