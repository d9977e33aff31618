"""CLAP of LAION: sounds and sentences in one space; the checkpoint without fusion.

A segment is repeated until it fills ten seconds at 48 kHz (as the release does with short clips),
turned into 1001 x 64 decibels, and embedded; vectors have length 1, as the release gives them.  A
segment longer than ten seconds is cut, where the reference draws a random part.

Front end: periodic Hann window of 1024 samples every 480, reflected at the ends; power; 64
triangles of equal width on Slaney's mel scale between 50 and 14000 Hz, each scaled to equal area as
Slaney does; 10 log10, floor 1e-10.

Source: Wu et al. 2023 (arXiv:2211.06687); laion/clap-htsat-unfused; Slaney 1998, Auditory Toolbox.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs, unit
from seehear.encoders.checkpoint import Checkpoint
from seehear.encoders.text_tower import TextNetwork
from seehear.encoders.torch_run import pick_device, run_batches
from seehear.encoders.transformer import TransformerNet, expect, expect_processor, load_transformer

RATE_HZ, LENGTH_S = 48000, 10
DIM, TOKENS = 512, 512
FFT, HOP, BANDS = 1024, 480, 64
LOW_HZ, HIGH_HZ = 50.0, 14000.0
_BATCH = 5
# our front end in the words of preprocessor_config.json
_PROCESSOR = {
    "sampling_rate": RATE_HZ,
    "max_length_s": LENGTH_S,
    "fft_window_size": FFT,
    "hop_length": HOP,
    "feature_size": BANDS,
    "frequency_min": LOW_HZ,
    "frequency_max": HIGH_HZ,
    "padding": "repeatpad",
    "truncation": "rand_trunc",
}

CARD = EncoderCard(
    "clap",
    "audio",
    {"feature": DIM},
    ("clap",),
    "Apache-2.0",
    "Wu et al. 2023",
    "CLAP HTS-AT vector of each second, length 1; shares its space with language",
    "clip",
    "clap",
)


class Clap:
    """Audio encoder `clap`; output of a segment: `feature` (512), scaled to length 1.

    Args:
        weights: the user's own folder (config.json, model.safetensors) instead of the cache.
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
        """Return the rows (n, 512) of segments (n, samples), mono at 48 kHz."""
        net, device = self._net.get()
        mel = np.stack([decibels(ten_seconds(piece)) for piece in pieces])[:, None]
        rows = run_batches(
            lambda x: net(input_features=x).audio_embeds, mel, batch=_BATCH, device=device
        )
        return {"feature": unit(rows)}

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {"rate_hz": self.rate_hz, "fill_s": LENGTH_S}

    def _load(self) -> tuple[TransformerNet, str]:
        device = pick_device(self._device)
        net = load_transformer("ClapAudioModelWithProjection", self.checkpoint, device)
        other = "take laion/clap-htsat-unfused"
        expect(self.checkpoint, "fusion", False, net.config.enable_fusion, other)
        expect(self.checkpoint, "mel bands", BANDS, net.config.num_mel_bins)
        expect(self.checkpoint, "projection to", DIM, net.config.projection_dim)
        expect_processor(self.checkpoint, _PROCESSOR)
        return net, device


TEXT = TextNetwork(
    CARD.id,
    "ClapTextModelWithProjection",
    dim=DIM,
    width=("projection to", "projection_dim"),
    output="text_embeds",
    tokens=TOKENS,
    first_place=2,  # RoBERTa counts positions from the one after its padding token
)


def ten_seconds(piece: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a piece of sound (samples,) as exactly ten seconds.

    A shorter piece is repeated as a whole, then followed by silence; of a longer one the first ten
    seconds are taken.
    """
    length = RATE_HZ * LENGTH_S
    whole = np.tile(piece, max(1, length // max(1, len(piece))))[:length]
    return np.pad(whole, (0, length - len(whole)))


def decibels(wave: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the mel spectrogram in dB, (1 + samples // 480, 64), of a mono wave at 48 kHz."""
    frames = sliding_window_view(np.pad(wave, FFT // 2, mode="reflect"), FFT)[::HOP]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)).astype(wave.dtype)
    spectrum = np.fft.rfft(frames * hann)
    power = spectrum.real**2 + spectrum.imag**2
    return (10 * np.log10(np.maximum(power @ mel_matrix(), 1e-10))).astype(np.float32)


@lru_cache(maxsize=1)
def mel_matrix() -> NDArray[np.float64]:
    """Return the triangular filters, (513, 64): frequency bins to mel bands."""
    edges = _hz(np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), BANDS + 2))
    bins = np.linspace(0, RATE_HZ / 2, FFT // 2 + 1)[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(
        0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    )
    return triangles * 2 / (high - low)


def _mel(hz: float) -> float:
    """Slaney's scale: linear up to 1000 Hz (15 mel), then 27 mel for a factor of 6.4."""
    return 3 * hz / 200 if hz < 1000 else 15 + 27 * float(np.log(hz / 1000)) / float(np.log(6.4))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, 200 * mel / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
