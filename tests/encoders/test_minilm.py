"""MiniLM in numpy is the network of its library."""

import json

import numpy as np
import pytest

from seehear.encoders import load_text
from seehear.encoders.minilm import MiniLM
from seehear.errors import WeightsError
from seehear.weights import locate


@pytest.mark.weights
def test_minilm_is_the_network_of_its_library():
    """Against the BERT of the transformers library on the same files."""
    transformers = pytest.importorskip("transformers")
    import torch
    from tokenizers import Tokenizer

    folder = locate("minilm")
    texts = ["dog", "a dog barks", "playing the acoustic guitar", "", "ünïcödé 🐕", "word " * 400]
    config = transformers.BertConfig(**json.loads((folder / "config.json").read_text()))
    net = transformers.BertModel(config, add_pooling_layer=False).eval()
    from safetensors.torch import load_file

    state = load_file(folder / "model.safetensors")
    lacking, _ = net.load_state_dict(
        {k: v for k, v in state.items() if not k.startswith("pooler.")}, strict=False
    )
    assert not lacking
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    expected = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.tensor([tokenizer.encode(text).ids])
            mean = net(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(
                dim=1
            )
            expected.append(torch.nn.functional.normalize(mean, dim=-1)[0].numpy())
    got = load_text("minilm").encode(texts)
    assert got.shape == (6, 384)
    np.testing.assert_allclose(got, np.array(expected), atol=2e-6)


@pytest.mark.weights
def test_sentences_alike_are_close():
    tower = load_text("minilm")
    rows = tower.encode(
        ["a dog is barking", "the dog barks", "an orchestra plays", "a barking dog"]
    )
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    similarity = rows @ rows.T
    assert similarity[0, 1] > 0.8
    assert similarity[0, 3] > 0.8
    assert similarity[0, 2] < 0.3
    np.testing.assert_allclose(tower.encode(["a barking dog"])[0], rows[3], atol=2e-6)
    assert tower.encode([]).shape == (0, 384)


def test_damaged_weights_are_one_line(tmp_path):
    for name in ("tokenizer.json", "config.json", "model.safetensors"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not weights" * 20)
    with pytest.raises(WeightsError) as caught:
        MiniLM(tmp_path).encode(["dog"])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
