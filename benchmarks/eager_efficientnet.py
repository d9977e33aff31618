"""EfficientNet-Lite2 as a release of its time runs it: eager, batch normalisation and all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.efficientnet import strides

_EPS = 1e-3


class EagerEfficientNet:
    """The network of `conse` from the same checkpoint, for prepared frames (n, 260, 260, 3)."""

    def __init__(self) -> None:
        import torch

        from seehear.weights.cache import locate

        path = locate("efficientnet-lite2") / "model.pth"
        state = torch.load(path, map_location="cpu", weights_only=True)
        # as `load_state_dict` would place them: the checkpoint's own are transposed views, which
        # convolve at half speed
        self._state: dict[str, Any] = {
            name: value.contiguous().clone() for name, value in state.items()
        }

    def features(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the pooled activations (n, 1280)."""
        import torch

        with torch.no_grad():
            pixels = (torch.from_numpy(frames).permute(0, 3, 1, 2).float().contiguous() - 127) / 128
            x = self._block(pixels, "_conv_stem", "_bn0", stride=2)
            for index, stride in enumerate(strides()):
                at, before = f"_blocks.{index}.", x
                if at + "_expand_conv.weight" in self._state:
                    x = self._block(x, at + "_expand_conv", at + "_bn0")
                x = self._block(x, at + "_depthwise_conv", at + "_bn1", stride=stride)
                x = self._block(x, at + "_project_conv", at + "_bn2", relu=False)
                if stride == 1 and x.shape == before.shape:
                    x = x + before
            x = self._block(x, "_conv_head", "_bn1")
            return x.mean((2, 3)).numpy()

    def _block(self, x: Any, conv: str, norm: str, *, stride: int = 1, relu: bool = True) -> Any:
        from torch.nn import functional

        weight = self._state[conv + ".weight"]
        kernel, side = weight.shape[-1], x.shape[-1]
        pad = max((-(-side // stride) - 1) * stride + kernel - side, 0)  # TensorFlow's `same`
        if pad:
            x = functional.pad(x, (pad // 2, pad - pad // 2, pad // 2, pad - pad // 2))
        x = functional.conv2d(
            x, weight, stride=stride, groups=x.shape[1] if weight.shape[1] == 1 else 1
        )
        x = functional.batch_norm(
            x,
            *(
                self._state[f"{norm}.{name}"]
                for name in ("running_mean", "running_var", "weight", "bias")
            ),
            eps=_EPS,
        )
        return functional.relu6(x) if relu else x
