"""The ONNX graph of EfficientNet-Lite2 is the published network."""

import hashlib

import numpy as np
import pytest

from seehear.encoders.efficientnet import write_onnx
from seehear.errors import WeightsError
from seehear.weights import locate


@pytest.mark.weights
def test_the_graph_is_the_published_network(frames, seen):
    """Against torch, layer by layer from the checkpoint, with its batch normalisation as it
    stands.
    """
    import torch
    from torch.nn import functional as F

    w = torch.load(
        locate("efficientnet-lite2") / "model.pth", map_location="cpu", weights_only=True
    )

    def conv(x, name, norm, stride=1, *, depthwise=False, relu=True):
        weight = w[f"{name}.weight"]
        kernel, side = weight.shape[-1], x.shape[-1]
        pad = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        x = F.pad(x, (pad // 2, pad - pad // 2, pad // 2, pad - pad // 2))
        x = F.conv2d(x, weight, stride=stride, groups=len(weight) if depthwise else 1)
        x = F.batch_norm(
            x,
            w[f"{norm}.running_mean"],
            w[f"{norm}.running_var"],
            w[f"{norm}.weight"],
            w[f"{norm}.bias"],
            eps=1e-3,
        )
        return F.relu6(x) if relu else x

    first = {0, 1, 4, 7, 11, 15, 20}  # blocks that begin a stage: 1, 3, 3, 4, 4, 5, 1 blocks
    halve = {1, 4, 7, 15}
    x = (torch.from_numpy(frames[:2]).permute(0, 3, 1, 2).float() - 127) / 128
    x = conv(x, "_conv_stem", "_bn0", 2)
    for k in range(21):
        at, before = f"_blocks.{k}.", x
        if f"{at}_expand_conv.weight" in w:
            x = conv(x, f"{at}_expand_conv", f"{at}_bn0")
        x = conv(x, f"{at}_depthwise_conv", f"{at}_bn1", 2 if k in halve else 1, depthwise=True)
        x = conv(x, f"{at}_project_conv", f"{at}_bn2", relu=False)
        x = x if k in first else x + before
    assert f"{at}_project_conv.weight" in w
    assert "_blocks.21._project_conv.weight" not in w
    x = conv(x, "_conv_head", "_bn1").mean(dim=(2, 3))
    np.testing.assert_allclose(seen["feature"][:2], x.numpy(), atol=2e-4)
    np.testing.assert_allclose(
        seen["logits"][:2], F.linear(x, w["_fc.weight"], w["_fc.bias"]).numpy(), atol=1e-3
    )


@pytest.mark.weights
def test_the_file_is_the_one_that_published_figures_were_measured_with(tmp_path):
    write_onnx(locate("efficientnet-lite2") / "model.pth", tmp_path / "out.onnx")
    found = hashlib.sha256((tmp_path / "out.onnx").read_bytes()).hexdigest()
    assert found == "71e715f6ec22b639dbe012bfeae61afae6ee3d2a4c40e537ea6460b4490a3741"


def test_damaged_weights_are_one_line(tmp_path):
    (tmp_path / "model.pth").write_bytes(b"PK\x03\x04 not weights" * 20)
    with pytest.raises(WeightsError) as caught:
        write_onnx(tmp_path / "model.pth", tmp_path / "out.onnx")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "out.onnx").exists()
