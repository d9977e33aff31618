"""SigLIP 2 of Google: images and sentences in one space, trained with a sigmoid loss.

Preprocessing as in the release: the frame stretched to 224 x 224 (no crop), values to [-1, 1];
texts in lower case, always padded to 64 tokens, because the text vector is read at the last one.

Resizing uses the filter that the checkpoint's preprocessor_config.json names, bilinear where it
names none.

Source: Tschannen et al. 2025 (arXiv:2502.14786); google/siglip2-base-patch16-224.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.pictures import normalised, stretch
from seehear.encoders.text_tower import TextNetwork
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.encoders.transformer import TransformerNet, expect, load_transformer
from seehear.errors import WeightsError
from seehear.foreign.forms import record, whole
from seehear.foreign.texts import read_json

SIDE, DIM, TOKENS = 224, 768, 64
MEAN = STD = (0.5, 0.5, 0.5)
_BATCH = 16
_FILTERS = {2: "bilinear", 3: "bicubic"}  # Pillow's numbers

CARD = EncoderCard(
    "siglip2-b16",
    "visual",
    {"feature": DIM},
    ("siglip2-b16",),
    "Apache-2.0",
    "Tschannen et al. 2025",
    "SigLIP 2 B/16 image vector, 8 frames a second; shares its space with language",
    "clip",
    "siglip2-b16",
)


class Siglip2B16:
    """Visual encoder `siglip2-b16`; output of a frame: `feature` (768), not scaled to length 1.

    Args:
        fps: frames a second that are encoded.
        weights: the user's own folder (config.json, model.safetensors) instead of the cache.
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
        return stretch(rgb, size=SIDE, bilinear=self.resample == "bilinear")

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the rows (n, 768) of prepared frames (n, 224, 224, 3)."""
        net, device = self._net.get()
        return {
            "feature": run_batches(
                lambda x: net(pixel_values=x).pooler_output,
                frames,
                batch=_BATCH,
                device=device,
                prepare=lambda part: normalised(part, MEAN, STD),
            )
        }

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"fps": self.fps, "size": SIDE, "resample": self.resample}

    @cached_property
    def resample(self) -> str:
        """The filter for resizing, `bilinear` or `bicubic`, as the checkpoint says."""
        return _filter(self.checkpoint)

    def _load(self) -> tuple[TransformerNet, str]:
        device = pick_device(self._device)
        net = load_transformer("SiglipVisionModel", self.checkpoint, device)
        expect(self.checkpoint, "patches of", 16, net.config.patch_size)
        expect(self.checkpoint, "images of", SIDE, net.config.image_size)
        expect(self.checkpoint, "vectors of", DIM, net.config.hidden_size)
        return net, device


TEXT = TextNetwork(
    CARD.id,
    "SiglipTextModel",
    dim=DIM,
    width=("vectors of", "projection_size"),
    output="pooler_output",
    tokens=TOKENS,
    lower=True,
    fill=True,
)


def _filter(checkpoint: Checkpoint) -> str:
    path = checkpoint.path() / "preprocessor_config.json"
    number = 2
    if path.is_file():
        form = record({}, {"resample": whole()})
        number = read_json(path, form, kind=WeightsError).get("resample", number)
    if number not in _FILTERS:
        raise WeightsError(
            f"{checkpoint.id}: expected resample 2 (bilinear) or 3 (bicubic), got {number}",
            where=path,
        )
    return _FILTERS[number]
