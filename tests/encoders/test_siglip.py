"""SigLIP 2: the rows are those of transformers' own pipeline."""

import numpy as np
import pytest
import torch
import transformers as tr

import tiny_checkpoints as tiny
from seehear.encoders import card, load_encoder, load_text
from seehear.encoders.pictures import normalised
from seehear.encoders.siglip import MEAN, STD
from seehear.errors import WeightsError


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("siglip2")
    return folder, *tiny.siglip2(folder)


def pictures():
    rng = np.random.default_rng(1)
    return [
        rng.integers(0, 256, size, np.uint8)
        for size in ((100, 150, 3), (224, 224, 3), (301, 207, 3))
    ]


def test_a_prepared_frame_is_that_of_the_library(checkpoint):
    encoder = load_encoder("siglip2-b16", weights=checkpoint[0])
    for image in pictures():
        ours = normalised(encoder.prepare(image)[None], MEAN, STD)
        theirs = tr.SiglipImageProcessorPil.from_pretrained(checkpoint[0])(
            image, return_tensors="np"
        )["pixel_values"]
        np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_the_filter_is_the_one_the_checkpoint_names(checkpoint, tmp_path):
    import shutil

    shutil.copytree(checkpoint[0], tmp_path, dirs_exist_ok=True)
    tiny.edit_json(tmp_path / "preprocessor_config.json", resample=3)
    encoder = load_encoder("siglip2-b16", weights=tmp_path)
    image = pictures()[0]
    theirs = tr.SiglipImageProcessorPil(resample=3)(image, return_tensors="np")["pixel_values"]
    np.testing.assert_allclose(
        normalised(encoder.prepare(image)[None], MEAN, STD), theirs, atol=2e-6
    )
    assert encoder.preprocessing()["resample"] == "bicubic"
    tiny.edit_json(tmp_path / "preprocessor_config.json", resample=1)
    with pytest.raises(WeightsError, match=r"expected resample 2 .* or 3 .*, got 1"):
        load_encoder("siglip2-b16", weights=tmp_path).prepare(image)


def test_rows_are_the_vectors_of_the_library(checkpoint):
    folder, net, _ = checkpoint
    encoder = load_encoder("siglip2-b16", weights=folder)
    inputs = tr.SiglipImageProcessorPil.from_pretrained(folder)(pictures(), return_tensors="pt")
    with torch.no_grad():
        expected = net.get_image_features(**inputs).pooler_output.numpy()
    rows = encoder.encode(np.stack([encoder.prepare(image) for image in pictures()]))["feature"]
    np.testing.assert_allclose(rows, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    assert np.abs(rows[0] - rows[1]).max() > 1e-2 * np.abs(expected).max()
    assert card("siglip2-b16").language == "siglip2-b16"


def test_texts_are_lower_case_and_filled_to_64_tokens(checkpoint):
    folder, net, tokenizer = checkpoint
    texts = ["dog", "A Photo of a CAT", "x" * 200]
    inputs = tokenizer(
        [text.lower() for text in texts],
        padding="max_length",
        truncation=True,
        max_length=64,
        return_tensors="pt",
    )
    assert inputs["input_ids"].shape == (3, 64)
    with torch.no_grad():
        rows = net.get_text_features(input_ids=inputs["input_ids"]).pooler_output
    expected = torch.nn.functional.normalize(rows, dim=-1).numpy()
    np.testing.assert_allclose(
        load_text("siglip2-b16", weights=folder).encode(texts), expected, atol=2e-5
    )
