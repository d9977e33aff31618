"""ResNet-152 trained on ImageNet: the frame features LLP is published with.

Shorter side to 256 (Pillow's bilinear filter), central 224 x 224, ImageNet's mean and deviation;
the row is the pooled vector before the classifier.  Differs: the release wrote every frame as a
JPEG file first (AVVP-ECCV20, scripts/extract_frames.py, line 12); here they are encoded as decoded.

Source: He et al. 2016 (arXiv:1512.03385); torchvision's resnet152, weights IMAGENET1K_V1.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.checkpoint import Checkpoint, fill, state_dict
from seehear.encoders.pictures import normalised, resize_crop
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.errors import MissingExtraError

if TYPE_CHECKING:
    from torch import nn

SIDE, SHORT, DIM = 224, 256, 2048
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_BATCH = 16

CARD = EncoderCard(
    "resnet152",
    "visual",
    {"feature": DIM},
    ("resnet152",),
    "BSD-3-Clause",
    "He et al. 2016",
    "ResNet-152 pooled vector, 8 frames a second: the frame features of LLP",
    "vision",
)


class ResNet152:
    """Visual encoder `resnet152`; output of a frame: `feature` (2048).

    Args:
        fps: frames a second that are encoded.
        weights: the user's own file instead of the cache.
        device: None: a GPU if there is one.
    """

    card: ClassVar[EncoderCard] = CARD
    frames_per_row = 1

    def __init__(
        self, fps: int = 8, weights: str | Path | None = None, device: str | None = None
    ) -> None:
        self.fps = fps
        self.checkpoint = Checkpoint.of(CARD.id, weights)
        self._device = device
        self._net = Lazy(self._load)

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame (H, W, 3) as (224, 224, 3)."""
        return resize_crop(rgb, short=SHORT, crop=SIDE, bilinear=True)

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the rows (n, 2048) of prepared frames (n, 224, 224, 3)."""
        net, device = self._net.get()
        return {
            "feature": run_batches(
                net,
                frames,
                batch=_BATCH,
                device=device,
                prepare=lambda part: normalised(part, MEAN, STD),
            )
        }

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"fps": self.fps, "size": SIDE, "short": SHORT}

    def _load(self) -> "tuple[nn.Module, str]":
        try:
            import torch
            from torchvision.models import resnet152
        except ImportError:
            raise MissingExtraError.of("torchvision", "vision") from None
        device, path = pick_device(self._device), self.checkpoint.file()
        with torch.device("meta"):  # no random weights are drawn, as the file replaces them
            net = resnet152(weights=None)
        net = fill(net.to_empty(device="cpu"), state_dict(path), path, "ResNet-152")
        net.fc = torch.nn.Identity()
        return net.to(device), device
