"""R(2+1)D-18 trained on Kinetics-400: a vector for the motion of each second, as LLP's features
were made.

Eight frames of a segment, each stretched to 112 x 112 (Pillow's bilinear filter, proportions not
kept), Kinetics' mean and deviation; the row is the pooled vector before the classifier.  Differs:
the release wrote every frame as a JPEG file first (AVVP-ECCV20, scripts/extract_frames.py, line 12,
read by extract_3D_feat.py, line 35); here frames are encoded as decoded, without that loss.

Source: Tran et al. 2018 (arXiv:1711.11248); torchvision's r2plus1d_18, weights KINETICS400_V1.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.checkpoint import Checkpoint, fill, state_dict
from seehear.encoders.pictures import normalised, stretch
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.errors import MissingExtraError

if TYPE_CHECKING:
    from torch import nn

SIDE, FRAMES, DIM = 112, 8, 512
MEAN, STD = (0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)
_BATCH = 2  # rows of eight frames

CARD = EncoderCard(
    "r2plus1d18",
    "visual",
    {"feature": DIM},
    ("r2plus1d18",),
    "BSD-3-Clause",
    "Tran et al. 2018",
    "R(2+1)D-18 pooled vector of 8 frames a second: the motion features of LLP",
    "vision",
)


class R2Plus1D18:
    """Visual encoder `r2plus1d18`; output of eight frames: `feature` (512).

    Args:
        weights: the user's own file instead of the cache.
        device: None: a GPU if there is one.
    """

    card: ClassVar[EncoderCard] = CARD
    fps = FRAMES
    frames_per_row = FRAMES

    def __init__(self, weights: str | Path | None = None, device: str | None = None) -> None:
        self.checkpoint = Checkpoint.of(CARD.id, weights)
        self._device = device
        self._net = Lazy(self._load)

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame (H, W, 3) as (112, 112, 3)."""
        return stretch(rgb, size=SIDE, bilinear=True)

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the rows (n, 512) of prepared frames (n, 8, 112, 112, 3)."""
        net, device = self._net.get()
        return {"feature": run_batches(net, frames, batch=_BATCH, device=device, prepare=_volumes)}

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"fps": FRAMES, "size": SIDE}

    def _load(self) -> "tuple[nn.Module, str]":
        try:
            import torch
            from torchvision.models.video import r2plus1d_18
        except ImportError:
            raise MissingExtraError.of("torchvision", "vision") from None
        device, path = pick_device(self._device), self.checkpoint.file()
        with torch.device("meta"):  # no random weights are drawn, as the file replaces them
            net = r2plus1d_18(weights=None)
        net = fill(net.to_empty(device="cpu"), state_dict(path), path, "R(2+1)D-18")
        net.fc = torch.nn.Identity()
        return net.to(device), device


def _volumes(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return normalised frames (n, 3, 8, 112, 112) of prepared ones (n, 8, 112, 112, 3)."""
    return np.ascontiguousarray(normalised(frames, MEAN, STD).transpose(0, 2, 1, 3, 4))
