"""CLIP of OpenAI: images and sentences in one space.

The row of a frame is the projected image vector as the network gives it, not scaled to length 1
(as in the published `clip_16` features).  Extraction averages it over the frames of a segment.

Preprocessing is OpenAI's: shorter side to 224 by Pillow's bicubic filter, central square, CLIP's
mean and deviation.

Differs: LSLD's release wrote every frame as a JPEG file first (ffmpeg's usual quality;
scripts/extract_frames.py, line 17, and extract_clip_feat.py, line 57); here frames are encoded as
decoded, so features extracted here have none of that loss.  The transformers library cuts the
square at floor((side - 224) / 2); OpenAI's code and ours round to the nearest pixel, which for one
side length in four is one pixel further.

Source: Radford et al. 2021 (arXiv:2103.00020); openai/CLIP, clip/clip.py.
"""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.pictures import normalised, resize_crop
from seehear.encoders.text_tower import TextNetwork, expect_quick_gelu
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.encoders.transformer import TransformerNet, expect, load_transformer

SIDE, DIM, TOKENS = 224, 512, 77
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_BATCH = 16


def _card(id_: str, patch: int) -> EncoderCard:
    summary = f"CLIP ViT-B/{patch} image vector, 8 frames a second; shares its space with language"
    return EncoderCard(
        id_, "visual", {"feature": DIM}, (id_,), "MIT", "Radford et al. 2021", summary, "clip", id_
    )


class ClipB16:
    """Visual encoder `clip-vit-b16`; output of a frame: `feature` (512).

    Args:
        fps: frames a second that are encoded.
        weights: the user's own folder (config.json, model.safetensors) instead of the cache.
        device: None: a GPU if there is one.
    """

    card: ClassVar[EncoderCard] = _card("clip-vit-b16", 16)
    patch: ClassVar[int] = 16
    frames_per_row = 1

    def __init__(
        self, fps: int = 8, weights: str | Path | None = None, device: str | None = None
    ) -> None:
        self.fps = fps
        self.checkpoint = Checkpoint.of(self.card.id, weights)
        self._device = device
        self._net = Lazy(self._load)

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame (H, W, 3) as (224, 224, 3)."""
        return resize_crop(rgb, short=SIDE, crop=SIDE)

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the rows (n, 512) of prepared frames (n, 224, 224, 3)."""
        net, device = self._net.get()
        return {
            "feature": run_batches(
                lambda x: net(pixel_values=x).image_embeds,
                frames,
                batch=_BATCH,
                device=device,
                prepare=lambda part: normalised(part, MEAN, STD),
            )
        }

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"fps": self.fps, "size": SIDE}

    def _load(self) -> tuple[TransformerNet, str]:
        device = pick_device(self._device)
        net = load_transformer("CLIPVisionModelWithProjection", self.checkpoint, device)
        expect_quick_gelu(self.checkpoint, net)
        expect(self.checkpoint, "patches of", self.patch, net.config.patch_size)
        expect(self.checkpoint, "images of", SIDE, net.config.image_size)
        expect(self.checkpoint, "projection to", DIM, net.config.projection_dim)
        return net, device


class ClipB32(ClipB16):
    """Visual encoder `clip-vit-b32`, as `ClipB16`."""

    card: ClassVar[EncoderCard] = _card("clip-vit-b32", 32)
    patch: ClassVar[int] = 32


def _text(id_: str) -> TextNetwork:
    return TextNetwork(
        id_,
        "CLIPTextModelWithProjection",
        dim=DIM,
        width=("projection to", "projection_dim"),
        output="text_embeds",
        tokens=TOKENS,
        quick_gelu=True,
    )


TEXT_B16, TEXT_B32 = _text("clip-vit-b16"), _text("clip-vit-b32")
