"""VGGish: one vector of 128 numbers for each second of sound, as LLP's features were made.

Each segment is taken by itself: 16-bit samples at 16 kHz, 98 log-mel frames of which the first 96
(0.96 s) go through the network; the row is what the last layer gives after its ReLU.  No PCA, no
whitening, no 8-bit values.

A segment shorter than 0.96 s is padded with silence; of a longer one all whole patches are
averaged.  Differs: here channels are averaged before the samples are rounded to 16 bits, in the
release's code afterwards; a sample differs by half a step at most.

Source: Hershey et al. 2017 (arXiv:1609.09430); names of the tensors as in the public torchvggish
port.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.checkpoint import Checkpoint, fill, state_dict
from seehear.encoders.logmel import BANDS, HOP, RATE_HZ, WINDOW, log_mel
from seehear.encoders.torch_run import pick_device, run_batches

if TYPE_CHECKING:
    from torch import nn

DIM, PATCH = 128, 96  # length of a row; frames of 10 ms in a patch
_BATCH = 16
_WIDTHS = (64, None, 128, None, 256, 256, None, 512, 512, None)  # None: halve the picture

CARD = EncoderCard(
    "vggish",
    "audio",
    {"feature": DIM},
    ("vggish",),
    "Apache-2.0",
    "Hershey et al. 2017",
    "VGGish, the audio features of LLP",
    "vision",
)


class VGGish:
    """Audio encoder `vggish`; output of a segment: `feature` (128), never negative.

    Args:
        weights: the user's own file instead of the cache.
        device: None: a GPU if there is one.
    """

    card: ClassVar[EncoderCard] = CARD
    rate_hz = RATE_HZ
    context_s = 0.0

    def __init__(self, weights: str | Path | None = None, device: str | None = None) -> None:
        self.checkpoint = Checkpoint.of(CARD.id, weights)
        self._device = device
        self._net = Lazy(self._load)

    def encode(self, pieces: NDArray[np.float32]) -> Outputs:
        """Return the rows (n, 128) of segments (n, samples), mono at 16 kHz."""
        net, device = self._net.get()
        patches = mel_patches(pieces)  # (n, p, 96, 64)
        count = patches.shape[1]
        rows = run_batches(net, patches.reshape(-1, 1, PATCH, BANDS), batch=_BATCH, device=device)
        return {"feature": rows.reshape(len(pieces), count, DIM).mean(axis=1)}

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"rate_hz": self.rate_hz, "patch": PATCH}

    def _load(self) -> "tuple[nn.Module, str]":
        device, path = pick_device(self._device), self.checkpoint.file()
        return fill(vggish_net(), state_dict(path), path, "VGGish").to(device), device


def mel_patches(pieces: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-mel patches (n, p, 96, 64) of segments (n, samples) at 16 kHz.

    The number of patches p is 1 for segments of a second.
    """
    pcm = np.clip(np.rint(pieces * 32768.0), -32768, 32767) / 32768
    needed = (PATCH - 1) * HOP + WINDOW
    mel = log_mel(np.pad(pcm, ((0, 0), (0, max(0, needed - pcm.shape[1])))), offset=0.01)
    count = mel.shape[1] // PATCH
    return mel[:, : count * PATCH].reshape(len(pieces), count, PATCH, BANDS)


def vggish_net() -> "nn.Module":
    """Return the network, (b, 1, 96, 64) -> (b, 128), with torchvggish's names of the tensors."""
    from torch import Tensor, nn

    class VGGishNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            wide = 1
            for width in _WIDTHS:
                if width is None:
                    layers.append(nn.MaxPool2d(2))
                else:
                    layers += [nn.Conv2d(wide, width, 3, padding=1), nn.ReLU(inplace=True)]
                    wide = width
            self.features = nn.Sequential(*layers)
            self.embeddings = nn.Sequential(
                nn.Linear(512 * 6 * 4, 4096),
                nn.ReLU(),
                nn.Linear(4096, 4096),
                nn.ReLU(),
                nn.Linear(4096, DIM),
                nn.ReLU(),
            )

        def forward(self, mel: Tensor) -> Tensor:
            # the original (TensorFlow) flattens time, band, channel in this order
            out: Tensor = self.embeddings(self.features(mel).permute(0, 2, 3, 1).flatten(1))
            return out

    return VGGishNet()
