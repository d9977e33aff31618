"""Encoders whose rows say what went in, and media whose content says when, to check by hand."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

BANANA, CRASH, HANG = (
    (255, 255, 0),
    (255, 0, 0),
    (0, 0, 255),
)  # colours that make a decoding process misbehave


@dataclass(frozen=True)
class Card:
    id: str
    track: str
    outputs: dict[str, int]
    weights: tuple[str, ...] = ()
    language: str | None = None
    licence: str = "none"
    paper: str = ""


@dataclass
class Eye:
    """Mean colour of each frame; with `crash`, red frames kill their process, blue ones hang it."""

    card: Card = field(default_factory=lambda: Card("eye", "visual", {"feature": 3, "space": 1}))
    fps: int = 8
    frames_per_row: int = 1
    crash: bool = False
    slow_s: float = 0.0

    def prepare(self, rgb):
        if self.crash:
            colour = rgb.reshape(-1, 3).mean(axis=0)
            if np.abs(colour - CRASH).max() < 40:
                os._exit(7)
            if np.abs(colour - HANG).max() < 40:
                time.sleep(3600)
        return rgb[:8, :8].copy()

    def encode(self, frames):
        time.sleep(self.slow_s)
        rows = frames.reshape(len(frames), -1, 3).mean(axis=1, dtype=np.float32)
        return {"feature": rows, "space": rows[:, :1] * 2}

    def preprocessing(self):
        return {"crop": 8}


@dataclass
class Cube(Eye):
    """First and last frame of each row of eight: a network over time."""

    card: Card = field(default_factory=lambda: Card("cube", "visual", {"feature": 2}))
    frames_per_row: int = 8

    def encode(self, frames):
        assert frames.shape[1] == 8
        return {"feature": frames[:, [0, 7]][..., 0].mean(axis=(2, 3), dtype=np.float32)}


@dataclass
class Ear:
    """Loudness of the first, middle and last tenth of each piece of sound."""

    card: Card = field(default_factory=lambda: Card("ear", "audio", {"feature": 3}))
    rate_hz: int = 16000
    context_s: float = 0.0

    def encode(self, pieces):
        tenth = pieces.shape[1] // 10
        parts = [pieces[:, :tenth], pieces[:, 4 * tenth : 5 * tenth], pieces[:, -tenth:]]
        return {
            "feature": (
                np.stack([np.abs(part).mean(axis=1) for part in parts], axis=1).astype(np.float32)
            )
        }

    def preprocessing(self):
        return {}


def load(name):
    """Return a fake encoder by identifier."""
    return {
        "eye": Eye,
        "cube": Cube,
        "ear": Ear,
        "wide": lambda: Ear(Card("wide", "audio", {"feature": 3}), rate_hz=8000, context_s=0.5),
        "fragile": lambda: Eye(Card("fragile", "visual", {"feature": 3, "space": 1}), crash=True),
        "slow": lambda: Eye(Card("slow", "visual", {"feature": 3, "space": 1}), slow_s=0.15),
    }[name]()


def load_on(name, precision="full", device=None, fps=None):
    """Return a fake encoder the way the command asks for one."""
    return load(name)


def make_clip(
    path: Path, seconds=10, *, fps=8, audio=True, visual=True, colours=None, loudness=None
):
    """Write a clip: second k is grey 20 k + 20 (or `colours[k]`) at amplitude (k + 1) / 20.

    Args:
        path: .mp4, .mkv, .wav, ...
        seconds: length; may be a fraction.
        loudness: amplitude of each second.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        if visual:
            picture = container.add_stream(
                "libx264", rate=fps, options={"crf": "12", "preset": "ultrafast"}
            )
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        if audio:
            sound = container.add_stream(
                "pcm_s16le" if path.suffix in (".wav", ".mkv") else "aac", rate=16000
            )
            sound.layout = "mono"
        for k in range(round(seconds * fps) if visual else 0):
            second = int(k / fps)
            colour = colours[second] if colours else (20 * second + 20,) * 3
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), colour, np.uint8), "rgb24")
            frame.pts = k
            container.mux(picture.encode(frame))
        if visual:
            container.mux(picture.encode())
        if audio:
            time_s = np.arange(round(seconds * 16000)) / 16000
            level = np.array(loudness if loudness is not None else (np.arange(60) + 1) / 20)[
                time_s.astype(int)
            ]
            wave = (
                (level * np.sin(2 * np.pi * 440 * time_s) * 32767)
                .clip(-32767, 32767)
                .astype(np.int16)
            )
            for start in range(0, len(wave), 1024):
                frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], "s16", "mono")
                frame.sample_rate, frame.pts = 16000, start
                container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path


def make_dataset(folder: Path, lengths, **options):
    """Write a dataset of clips c0, c1, ... of these lengths in seconds; None: no media file."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"c{i}" for i in range(len(lengths))]
    (folder / "dataset.toml").write_text(
        'name = "made"\nmedia = "videos"\n[vocabulary]\nDog = "Dog"\n[splits.train]\nclips ='
        ' "train.csv"\n'
    )
    (folder / "train.csv").write_text(
        "filename\tevent_labels\n" + "".join(f"{name}_0_10\tDog\n" for name in names)
    )
    (folder / "videos").mkdir(exist_ok=True)
    for name, seconds in zip(names, lengths, strict=True):
        if seconds is not None:
            make_clip(folder / "videos" / f"{name}.mp4", seconds, **options)
    return folder
