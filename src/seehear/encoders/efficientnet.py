"""EfficientNet-Lite2 as an ONNX graph, built from the released checkpoint.

Batch normalisation is folded into the convolutions.

The checkpoint is read without PyTorch, and no code in it runs.  Parsing then needs ONNX Runtime
alone.

Source: Tan and Le 2019, with the changes of the Lite family: no squeeze-and-excite, ReLU6, fixed
stem and head.
"""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import onnx_file
from seehear.encoders.onnx_file import GraphField
from seehear.encoders.torch_file import read_tensors
from seehear.errors import WeightsError

# of each stage: number of blocks at depth 1, stride of the first block
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
_DEPTH, _EPS, _INPUT = 1.2, 1e-3, 260


def strides() -> list[int]:
    """Return the stride of each of the 21 blocks.

    First and last stage keep their depth (the Lite rule).
    """
    out = []
    for index, (blocks, stride) in enumerate(_STAGES):
        count = blocks if index in (0, len(_STAGES) - 1) else math.ceil(blocks * _DEPTH)
        out += [stride] + [1] * (count - 1)
    return out


def write_onnx(checkpoint: Path, target: Path) -> None:
    """Write the network of `checkpoint` to `target`.

    It takes `pixels` (n, 3, 260, 260) and gives `feature` (n, 1280) and `logits` (n, 1000).

    Raises:
        WeightsError: not a checkpoint of this network.
    """
    tensors = read_tensors(checkpoint)
    state = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    try:
        model = build(_folded(state))
    except KeyError as error:
        raise WeightsError(
            f"not an EfficientNet-Lite2 checkpoint: it lacks {error}", where=checkpoint
        ) from None
    target.write_bytes(model)


def _folded(state: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Return convolution weights and biases with each batch normalisation multiplied in."""
    pairs = {"_conv_stem": "_bn0", "_conv_head": "_bn1"}
    for index in range(len(strides())):
        at = f"_blocks.{index}."
        pairs |= {at + "_expand_conv": at + "_bn0", at + "_depthwise_conv": at + "_bn1"}
        pairs[at + "_project_conv"] = at + "_bn2"
    out = {"_fc.weight": state["_fc.weight"], "_fc.bias": state["_fc.bias"]}
    for conv, norm in pairs.items():
        if conv + ".weight" not in state:
            continue
        deviation = np.sqrt(state[norm + ".running_var"] + _EPS)
        scale = state[norm + ".weight"].astype(np.float64) / deviation
        kernels = state[conv + ".weight"] * scale[:, None, None, None]
        bias = state[norm + ".bias"] - state[norm + ".running_mean"] * scale
        out[conv + ".weight"] = kernels.astype(np.float32)
        out[conv + ".bias"] = bias.astype(np.float32)
    return out


def build(weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the ONNX model, as bytes, of weights and biases by convolution (`_folded`).

    Raises:
        KeyError: a tensor is missing.
    """
    nodes: list[bytes] = []

    def add(kind: str, inputs: list[str], name: str, **attributes: int | list[int]) -> str:
        nodes.append(onnx_file.write_node(kind, inputs, [name], attributes, name=name))
        return name

    def conv(
        x: str, name: str, side: int, stride: int = 1, *, relu: bool = True
    ) -> tuple[str, int]:
        kernel, groups = weights[name + ".weight"].shape[-1], 1
        if name.endswith("_depthwise_conv"):
            groups = len(weights[name + ".weight"])
        out = -(-side // stride)
        # TensorFlow's `same`: the odd pixel goes to the end
        pad = max((out - 1) * stride + kernel - side, 0)
        y = add(
            "Conv",
            [x, name + ".weight", name + ".bias"],
            name,
            kernel_shape=[kernel, kernel],
            group=groups,
            strides=[stride, stride],
            pads=[pad // 2, pad // 2, pad - pad // 2, pad - pad // 2],
        )
        if relu:
            y = add("Clip", [y, "zero", "six"], name + ".relu")
        return y, out

    x, side = conv("pixels", "_conv_stem", _INPUT, 2)
    for index, stride in enumerate(strides()):
        at, before = f"_blocks.{index}.", x
        if at + "_expand_conv.weight" in weights:
            x, side = conv(x, at + "_expand_conv", side)
        x, side = conv(x, at + "_depthwise_conv", side, stride)
        x, side = conv(x, at + "_project_conv", side, relu=False)
        narrow = weights[at + "_project_conv.weight"].shape[0]
        if index:
            wide = weights[at + "_expand_conv.weight"].shape[1]
        else:  # the first block has no expansion
            wide = weights[at + "_depthwise_conv.weight"].shape[0]
        if stride == 1 and wide == narrow:
            x = add("Add", [x, before], at + "sum")
    x, side = conv(x, "_conv_head", side)
    pooled = add("GlobalAveragePool", [x], "pooled")
    add("Flatten", [pooled], "feature")
    add("Gemm", ["feature", "_fc.weight", "_fc.bias"], "logits", transB=1)
    constants = {**weights, "zero": np.zeros(1, np.float32), "six": np.full(1, 6, np.float32)}
    tensors: list[bytes | str] = [onnx_file.write_tensor(*item) for item in constants.items()]
    graph: dict[int, list[bytes | str]] = {
        GraphField.NODE: [*nodes],
        GraphField.NAME: ["efficientnet-lite2"],
        GraphField.INITIALIZER: tensors,
        GraphField.INPUT: [onnx_file.write_place("pixels", ["n", 3, _INPUT, _INPUT])],
        GraphField.OUTPUT: [
            onnx_file.write_place("feature", ["n", 1280]),
            onnx_file.write_place("logits", ["n", 1000]),
        ],
    }
    return onnx_file.write_model(graph, opset=17)
