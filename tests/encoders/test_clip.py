"""CLIP: the rows are those of transformers' own pipeline, and checkpoints that would give other
rows are refused.
"""

import os

import numpy as np
import pytest
import torch
import transformers as tr
from torchvision import transforms

import tiny_checkpoints as tiny
from seehear.encoders import card, load_encoder, load_text
from seehear.encoders.clip import MEAN, STD
from seehear.encoders.pictures import normalised
from seehear.encoders.provenance import provenance
from seehear.errors import WeightsError


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    return folder, tiny.clip(folder)


def pictures(*sizes):
    rng = np.random.default_rng(0)
    out = []
    for height, width in sizes:
        small = rng.integers(
            0, 256, (7, 9, 3), np.uint8
        )  # soft shapes with some grain, as photographs have
        image = np.asarray(
            transforms.functional.resize(
                torch.from_numpy(small).permute(2, 0, 1), [height, width], antialias=True
            ).permute(1, 2, 0)
        )
        out.append(np.clip(image + rng.integers(-9, 10, image.shape), 0, 255).astype(np.uint8))
    return out


def assert_same_picture(ours, theirs):
    """Normalised pictures (3, h, w) are equal but for a grey level of 255 in one value of two
    hundred at most.
    """
    apart = np.abs(ours - theirs) * 255 * np.array(STD)[:, None, None]
    assert apart.max() < 1.001
    assert (apart > 0.001).mean() < 0.005


# sides whose square lies the same way in both rules (see the module): every difference would be a
# fault
SIZES = [(360, 640), (224, 224), (480, 270), (100, 150), (224, 400)]


@pytest.mark.parametrize("size", SIZES)
def test_a_prepared_frame_is_that_of_the_library(size):
    [image] = pictures(size)
    ours = normalised(load_encoder("clip-vit-b16").prepare(image)[None], MEAN, STD)
    theirs = tr.CLIPImageProcessorPil()(image, return_tensors="np")["pixel_values"]
    assert_same_picture(ours[0], theirs[0])
    # the processor that works on tensors rounds its filter otherwise: at most two grey levels of
    # 255
    fast = tr.CLIPImageProcessor()(image, return_tensors="pt")["pixel_values"].numpy()
    assert np.abs(ours - fast).max() <= 2.01 / 255 / min(STD)


@pytest.mark.parametrize("size", [*SIZES, (224, 399), (360, 639), (333, 517), (231, 224)])
def test_a_prepared_frame_is_that_of_the_original_transforms(size):
    from PIL import Image

    [image] = pictures(size)
    original = transforms.Compose(
        [
            transforms.Resize(224, transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    ours = normalised(load_encoder("clip-vit-b16").prepare(image)[None], MEAN, STD)[0]
    assert_same_picture(ours, original(Image.fromarray(image)).numpy())


def test_rows_are_the_projected_vectors_of_the_library_not_scaled(checkpoint):
    folder, net = checkpoint
    encoder = load_encoder("clip-vit-b16", weights=folder)
    images = pictures((360, 640), (224, 400), (300, 300)) * 7  # more than one batch
    with torch.no_grad():
        expected = net.get_image_features(
            **tr.CLIPImageProcessorPil()(images, return_tensors="pt")
        ).pooler_output
    rows = encoder.encode(np.stack([encoder.prepare(image) for image in images]))["feature"]
    assert rows.shape == (21, 512)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, expected.numpy(), atol=2e-5)
    assert np.abs(rows[0] - rows[1]).max() > 1e-3  # pictures differ by more than the tolerance
    assert np.linalg.norm(rows, axis=1).min() > 2
    assert card("clip-vit-b16").language == "clip-vit-b16"


def test_texts_are_the_vectors_of_the_library_scaled_to_one(checkpoint):
    folder, net = checkpoint
    texts = ["dog", "a photo of a Cat playing", "", "the sound of a dog and a cat", "dog " * 100]
    tokenizer = tr.CLIPTokenizer.from_pretrained(folder)
    inputs = tokenizer(texts, padding=True, truncation=True, max_length=77, return_tensors="pt")
    with torch.no_grad():
        expected = torch.nn.functional.normalize(
            net.get_text_features(**inputs).pooler_output, dim=-1
        ).numpy()
    tower = load_text("clip-vit-b16", weights=folder)
    np.testing.assert_allclose(tower.encode(texts), expected, atol=2e-5)
    np.testing.assert_allclose(tower.encode(texts[:1]), tower.encode(["dog", "a"])[:1], atol=1e-6)
    assert tower.encode([]).shape == (0, 512)


def test_weights_of_the_cache_are_found_after_fetching_them_from_a_folder(
    checkpoint, tmp_path, monkeypatch
):
    folder, _ = checkpoint
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path))
    frames = np.zeros((1, 224, 224, 3), np.uint8)
    with pytest.raises(WeightsError, match="seehear models fetch clip-vit-b16"):
        load_encoder("clip-vit-b16").encode(frames)
    tiny.fetch(monkeypatch, "clip-vit-b16", folder)
    rows = load_encoder("clip-vit-b16").encode(frames)["feature"]
    np.testing.assert_array_equal(
        rows, load_encoder("clip-vit-b16", weights=folder).encode(frames)["feature"]
    )


def test_the_manifest_names_the_users_own_weights(checkpoint):
    folder, _ = checkpoint
    entry = provenance(load_encoder("clip-vit-b16", weights=folder, fps=2))
    assert entry["preprocessing"] == {"fps": 2, "size": 224}
    assert len(entry["weights"]["clip-vit-b16"]) == 64


@pytest.mark.parametrize("tower", ["image", "text"])
def test_gelu_where_these_weights_need_quick_gelu_is_refused_by_name(tmp_path, tower):
    tiny.clip(tmp_path, act="gelu")
    encoder, given = (
        (load_encoder, np.zeros((1, 224, 224, 3), np.uint8))
        if tower == "image"
        else (load_text, ["dog"])
    )
    with pytest.raises(
        WeightsError, match=r"expected activation quick_gelu, config\.json says gelu; these weights"
    ):
        encoder("clip-vit-b16", weights=tmp_path).encode(given)


def test_another_clip_is_refused_by_name(checkpoint, tmp_path):
    frames = np.zeros((1, 224, 224, 3), np.uint8)
    with pytest.raises(
        WeightsError, match=r"clip-vit-b32: expected patches of 32, config\.json says 16"
    ):
        load_encoder("clip-vit-b32", weights=checkpoint[0]).encode(frames)
    tiny.clip(tmp_path / "b32", patch=32)
    assert load_encoder("clip-vit-b32", weights=tmp_path / "b32").encode(frames)[
        "feature"
    ].shape == (1, 512)
    tiny.clip(tmp_path / "wide", projection=640)
    with pytest.raises(WeightsError, match=r"expected projection to 512, config\.json says 640"):
        load_encoder("clip-vit-b16", weights=tmp_path / "wide").encode(frames)


def test_a_checkpoint_that_lacks_a_tensor_is_refused_not_filled_with_noise(checkpoint, tmp_path):
    import shutil

    from safetensors.torch import load_file, save_file

    shutil.copytree(checkpoint[0], tmp_path, dirs_exist_ok=True)
    state = load_file(tmp_path / "model.safetensors")
    del state["visual_projection.weight"]
    save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"lacks visual_projection\.weight"):
        load_encoder("clip-vit-b16", weights=tmp_path).encode(np.zeros((1, 224, 224, 3), np.uint8))


class Evil:
    def __reduce__(self):
        return os.system, ("touch " + os.environ["EVIL"],)


def test_a_pickle_is_read_for_tensors_only(checkpoint, tmp_path, monkeypatch):
    import shutil

    from safetensors.torch import load_file

    folder = tmp_path / "bin"
    shutil.copytree(checkpoint[0], folder)
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    frames = np.full((1, 224, 224, 3), 90, np.uint8)
    np.testing.assert_array_equal(
        load_encoder("clip-vit-b16", weights=folder).encode(frames)["feature"],
        load_encoder("clip-vit-b16", weights=checkpoint[0]).encode(frames)["feature"],
    )
    monkeypatch.setenv("EVIL", str(tmp_path / "ran"))
    torch.save({**state, "x": Evil()}, folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match="cannot be loaded"):
        load_encoder("clip-vit-b16", weights=folder).encode(frames)
    tiny.edit_json(folder / "config.json", auto_map={"AutoModel": "evil.Model"})
    (folder / "evil.py").write_text("import os\nos.system('touch ' + os.environ['EVIL'])\n")
    torch.save(state, folder / "pytorch_model.bin")
    load_encoder("clip-vit-b16", weights=folder).encode(frames)
    assert not (tmp_path / "ran").exists()
