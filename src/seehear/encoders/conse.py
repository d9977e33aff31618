"""ConSE: a joint image-text space from an ImageNet classifier and a sentence encoder.

EfficientNet-Lite2 gives probabilities of 1000 classes.  The MiniLM vectors of the names of the ten
best classes, averaged with these probabilities as weights, place the picture among sentences.  The
network runs through ONNX Runtime.

Source: Norouzi et al. 2014 (arXiv:1312.5650); Tan and Le 2019 (arXiv:1905.11946).
"""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.onnx_session import Session, session, thread_count
from seehear.encoders.pictures import resize_crop
from seehear.encoders.stills import stand_ins

CLASSES, FEATURE, SPACE = 1000, 1280, 384
_SIZE, _TOP = 260, 10  # pixels of the input's side; classes that are averaged

CARD = EncoderCard(
    "conse",
    "visual",
    {"feature": FEATURE, "logits": CLASSES, "space": SPACE},
    ("efficientnet-lite2", "minilm"),
    "Apache-2.0",
    "Norouzi et al. 2014; Tan and Le 2019",
    "ImageNet network; space: MiniLM average of its best classes",
    "offline",
    "minilm",
)


class ConSE:
    """Visual encoder `conse`.

    Outputs of a frame: `feature` (1280) the pooled activations, `logits` (1000), `space` (384).

    Args:
        fps: frames a second that are encoded.
        threads: how many frames are encoded at once; None: `SEEHEAR_THREADS`, else all cores.
    """

    card = CARD
    frames_per_row = 1

    def __init__(self, fps: int = 2, threads: int | None = None) -> None:
        self.fps = fps
        self._threads = threads
        self._net = Lazy(self._load)

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame as (260, 260, 3): shorter side 297 by bicubic filter, centre crop."""
        return resize_crop(rgb, short=round(_SIZE / 0.875), crop=_SIZE)

    def encode(self, frames: NDArray[np.uint8]) -> Outputs:
        """Return the rows of prepared frames (n, 260, 260, 3)."""
        net, pool = self._net.get()
        # of frames that look the same, only the first is encoded
        looked_at, back = np.unique(stand_ins(frames), return_inverse=True)

        def run(frame: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
            return net.run(["feature", "logits"], {"pixels": _pixels(frame[None])})

        # one frame a thread: activations stay in the core's cache (a quarter faster than batches of
        # eight), and no thread waits for another inside the network
        feature, logits = map(np.concatenate, zip(*pool.map(run, frames[looked_at]), strict=True))
        feature, logits = feature[back], logits[back]
        return {"feature": feature, "logits": logits, "space": language_space(logits)}

    def load(self) -> None:
        """Read the weights, unless they have been read."""
        self._net.get()

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"fps": self.fps, "size": _SIZE, "space_top": _TOP}

    def _load(self) -> tuple[Session, ThreadPoolExecutor]:
        from seehear.weights.cache import derived, digest

        path = derived(f"efficientnet-lite2-{digest('efficientnet-lite2')[:16]}-1.onnx", _write)
        threads = thread_count(self._threads)
        return session(path, 1), ThreadPoolExecutor(threads, thread_name_prefix="seehear-conse")


def _write(path: Path) -> None:
    from seehear.encoders.efficientnet import write_onnx
    from seehear.weights import locate

    write_onnx(locate("efficientnet-lite2") / "model.pth", path)


def language_space(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ConSE vectors (n, 384) of class logits (n, 1000)."""
    from seehear.encoders.minilm import class_embeddings

    prob = posteriors(logits)
    best = np.partition(prob, -_TOP, axis=-1)[:, -_TOP, None]
    weight = np.where(prob >= best, prob, 0)
    names = class_embeddings(imagenet_classes())
    space: NDArray[np.float32] = weight @ names / weight.sum(-1, keepdims=True)
    return space.astype(np.float32)


def posteriors(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax over the last axis."""
    power = np.exp(logits - logits.max(axis=-1, keepdims=True))
    prob: NDArray[np.float32] = (power / power.sum(axis=-1, keepdims=True)).astype(np.float32)
    return prob


@lru_cache(maxsize=1)
def imagenet_classes() -> tuple[str, ...]:
    """Return the 1000 class names in the network's order."""
    file = files("seehear.encoders").joinpath("data/imagenet_classes.txt")
    return tuple(file.read_text("utf-8").splitlines())


def _pixels(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    # channels go first while values are still bytes, because transposing is the slow part
    pixels = np.ascontiguousarray(frames.transpose(0, 3, 1, 2)).astype(np.float32)
    pixels -= 127
    pixels /= 128
    return pixels
