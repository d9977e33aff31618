"""Frames resized and cropped with Pillow, as the papers' code does; runs in decoding processes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MissingExtraError

if TYPE_CHECKING:
    from PIL import Image as PillowImage

_LONGEST = 10  # times the shorter side: what is longer is cut before it is resized


def resize_crop(
    rgb: NDArray[np.uint8], *, short: int, crop: int, bilinear: bool = False
) -> NDArray[np.uint8]:
    """Return the central square (crop, crop, 3) of a frame (H, W, 3) scaled to a shorter side.

    Of a wide frame only the square's columns are computed, which saves up to half of the work.  The
    pixels are the same as if it were resized first and then cropped, except that a few in a
    thousand differ by one grey level (Pillow holds a box in single precision).  A tall frame is
    resized whole: with a box, Pillow would do its two passes in the other order and round
    differently.

    Args:
        rgb: the frame.
        short: pixels of its shorter side after resizing.
        crop: pixels of the square's side.
        bilinear: whether to use Pillow's bilinear filter instead of its bicubic one.

    Raises:
        MissingExtraError: Pillow is not installed.
    """
    image = _image(_without_ends(rgb))
    width, height = image.size
    # the longer side is rounded down, as in torchvision and transformers
    if width <= height:
        size = (short, max(1, short * height // width))
    else:
        size = (max(1, short * width // height), short)
    left, top = round((size[0] - crop) / 2), round((size[1] - crop) / 2)
    if width <= height:
        image = image.resize(size, _filter(bilinear))
        return np.asarray(image.crop((left, top, left + crop, top + crop)))
    a_pixel = width / size[0]  # columns of the frame that make one column of the picture
    box = (left * a_pixel, 0, min(width, (left + crop) * a_pixel), height)
    image = image.resize((crop, short), _filter(bilinear), box=box)
    return np.asarray(image.crop((0, top, crop, top + crop)))


def _without_ends(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a very tall or very wide frame without its ends, which the crop drops anyway.

    Resized whole, such a frame would take too much memory.
    """
    height, width = rgb.shape[:2]
    most = _LONGEST * min(height, width)
    top, left = max(0, (height - most) // 2), max(0, (width - most) // 2)
    return rgb[top : top + most, left : left + most]


def stretch(rgb: NDArray[np.uint8], *, size: int, bilinear: bool = False) -> NDArray[np.uint8]:
    """Return the frame resized to (size, size, 3) without keeping its aspect ratio."""
    return np.asarray(_image(rgb).resize((size, size), _filter(bilinear)))


def normalised(
    frames: NDArray[np.uint8], mean: tuple[float, ...], std: tuple[float, ...]
) -> NDArray[np.float32]:
    """Return frames (..., h, w, 3) as float32 with channels first, (value / 255 - mean) / std."""
    scale = (1 / (255 * np.array(std))).astype(np.float32)
    shift = (np.array(mean) / np.array(std)).astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(frames.astype(np.float32) * scale - shift, -1, -3))


def _image(rgb: NDArray[np.uint8]) -> "PillowImage.Image":
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtraError.of("Pillow", "media") from None
    return Image.fromarray(rgb)


def _filter(bilinear: bool) -> "PillowImage.Resampling":
    from PIL import Image

    return Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC
