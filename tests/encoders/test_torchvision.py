"""ResNet-152 and R(2+1)D-18: rows and preprocessing equal torchvision's own."""

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision import models, transforms
from torchvision.models.feature_extraction import create_feature_extractor

from seehear.encoders import load_encoder
from seehear.encoders.pictures import normalised
from seehear.encoders.resnet152 import MEAN, STD
from seehear.errors import WeightsError

RESNET = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ]
)
MOTION = transforms.Compose(
    [
        transforms.Resize((112, 112)),
        transforms.ToTensor(),
        transforms.Normalize((0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)),
    ]
)


def pictures(count, seed=0):
    rng = np.random.default_rng(seed)
    return [
        rng.integers(0, 256, (int(rng.integers(90, 400)), int(rng.integers(90, 400)), 3), np.uint8)
        for _ in range(count)
    ]


def alive(net):
    """Return the network with weights that neither die out nor explode over its depth, and no
    trivial statistics.
    """
    generator = torch.Generator().manual_seed(0)
    for name, tensor in net.state_dict().items():
        if tensor.dim() > 1:
            tensor.copy_(
                torch.randn(tensor.shape, generator=generator) * (2 / tensor[0].numel()) ** 0.5
            )
        elif tensor.dtype == torch.float32:
            tensor.copy_(
                0.3 + 0.4 * torch.rand(tensor.shape, generator=generator)
                if name.endswith(("weight", "var"))
                else 0.1 * torch.randn(tensor.shape, generator=generator)
            )
    return net.eval()


def test_resnet152(tmp_path):
    net = alive(models.resnet152(weights=None))
    torch.save(net.state_dict(), tmp_path / "resnet152-394f9c45.pth")
    images = pictures(2)
    encoder = load_encoder("resnet152", weights=tmp_path)
    frames = np.stack([encoder.prepare(image) for image in images])
    theirs = torch.stack([RESNET(Image.fromarray(image)) for image in images])
    # equal but for a grey level in one value of a hundred at most (see resize_crop)
    apart = (
        np.abs(normalised(frames, MEAN, STD) - theirs.numpy()) * 255 * np.array(STD)[:, None, None]
    )
    assert apart.max() < 1.001
    assert (apart > 0.001).mean() < 0.01
    with torch.no_grad():
        given = torch.from_numpy(normalised(frames, MEAN, STD))
        expected = create_feature_extractor(net, {"flatten": "pooled"})(given)["pooled"].numpy()
    rows = encoder.encode(frames)["feature"]
    assert rows.shape == (2, 2048)
    np.testing.assert_allclose(rows, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    assert np.abs(rows[0] - rows[1]).max() > 1e-2 * np.abs(expected).max()
    torch.save(models.resnet18().state_dict(), tmp_path / "resnet152-394f9c45.pth")
    with pytest.raises(WeightsError, match="expected the weights of ResNet-152; the file lacks"):
        load_encoder("resnet152", weights=tmp_path).encode(frames)


def test_r2plus1d18(tmp_path):
    net = alive(models.video.r2plus1d_18(weights=None))
    save_file(net.state_dict(), tmp_path / "r2plus1d_18.safetensors")  # the same weights, converted
    images = pictures(16, seed=1)
    encoder = load_encoder("r2plus1d18", weights=tmp_path)
    frames = np.stack([encoder.prepare(image) for image in images]).reshape(2, 8, 112, 112, 3)
    theirs = torch.stack([MOTION(Image.fromarray(image)) for image in images])
    theirs = theirs.reshape(2, 8, 3, 112, 112).permute(0, 2, 1, 3, 4)
    with torch.no_grad():
        expected = create_feature_extractor(net, {"flatten": "pooled"})(theirs)["pooled"].numpy()
    rows = encoder.encode(frames)["feature"]
    assert rows.shape == (2, 512)
    np.testing.assert_allclose(rows, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    assert np.abs(rows[0] - rows[1]).max() > 1e-2 * np.abs(expected).max()
    assert (encoder.fps, encoder.frames_per_row) == (8, 8)
