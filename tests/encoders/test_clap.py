"""CLAP: front end and rows are those of transformers' own pipeline."""

import numpy as np
import pytest
import torch

import tiny_checkpoints as tiny
from seehear.encoders import card, load_encoder, load_text
from seehear.encoders.clap import decibels, mel_matrix, ten_seconds
from seehear.errors import WeightsError


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clap")
    return folder, *tiny.clap(folder)


def sounds(count, samples=48000):
    rng = np.random.default_rng(0)
    time = np.arange(samples) / 48000
    tones = np.sin(2 * np.pi * rng.uniform(100, 9000, (count, 1)) * time)
    level = 0.02 + 0.05 * np.arange(count)[:, None]
    return (level * tones + 0.05 * rng.normal(size=(count, samples))).astype(np.float32)


@pytest.mark.parametrize("samples", [48000, 24000, 33333, 480000, 100])
def test_the_front_end_is_that_of_the_library(checkpoint, samples):
    extractor = checkpoint[3]
    np.testing.assert_allclose(mel_matrix(), extractor.mel_filters_slaney, atol=1e-12)
    wave = sounds(1, samples)[0]
    theirs = extractor(wave, sampling_rate=48000, return_tensors="np")["input_features"][0, 0]
    ours = decibels(ten_seconds(wave))
    assert ours.shape == theirs.shape == (1001, 64)
    # decibels of float32 sound; the library's own transform is in double precision
    np.testing.assert_allclose(ours, theirs, atol=2e-2)
    np.testing.assert_allclose(decibels(ten_seconds(wave.astype(np.float64))), theirs, atol=1e-3)


def test_silence_is_the_floor():
    assert (decibels(ten_seconds(np.zeros(48000, np.float32))) == -100).all()


def test_ten_rows_of_512_a_clip_equal_to_the_library(checkpoint):
    folder, net, _, extractor = checkpoint
    pieces = sounds(10)
    inputs = extractor(list(pieces), sampling_rate=48000, return_tensors="pt")
    with torch.no_grad():
        expected = net.get_audio_features(**inputs).pooler_output.numpy()
    rows = load_encoder("clap", weights=folder).encode(pieces)["feature"]
    assert rows.shape == (10, 512)
    np.testing.assert_allclose(rows, expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.abs(rows[0] - rows[1]).max() > 3e-4  # sounds differ by more than the tolerance
    assert card("clap").language == "clap"


def test_texts_are_the_vectors_of_the_library(checkpoint):
    folder, net, tokenizer, _ = checkpoint
    texts = ["dog", "the sound of a dog", "", "zebra and cat", "dog " * 100]
    inputs = tokenizer(texts, padding=True, truncation=True, max_length=38, return_tensors="pt")
    with torch.no_grad():
        expected = net.get_text_features(
            inputs["input_ids"], inputs["attention_mask"]
        ).pooler_output.numpy()
    np.testing.assert_allclose(load_text("clap", weights=folder).encode(texts), expected, atol=2e-5)


def test_other_front_ends_and_fusion_are_refused_by_name(checkpoint, tmp_path):
    import shutil

    folder = tmp_path / "other"
    shutil.copytree(checkpoint[0], folder)
    tiny.edit_json(folder / "preprocessor_config.json", truncation="fusion")
    with pytest.raises(WeightsError, match="clap: expected truncation rand_trunc, got fusion"):
        load_encoder("clap", weights=folder).encode(sounds(1))
    tiny.clap(tmp_path / "fusion", fusion=True)
    with pytest.raises(WeightsError, match=r"clap: expected fusion False, config\.json says True"):
        load_encoder("clap", weights=tmp_path / "fusion").encode(sounds(1))
