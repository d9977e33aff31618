"""Synthesised sounds that an AudioSet network recognises.

Each takes a random generator and a length in seconds, and returns mono sound, (samples,) float32 in
[-1, 1], at 16 kHz.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16000

Sound = Callable[[np.random.Generator, float], NDArray[np.float32]]


def _times(duration_s: float) -> NDArray[np.float64]:
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def _level(wave: NDArray[np.floating], peak: float = 0.5) -> NDArray[np.float32]:
    return (wave * (peak / max(1e-9, float(np.abs(wave).max())))).astype(np.float32)


def _add(wave: NDArray[np.floating], piece: NDArray[np.floating], start_s: float) -> None:
    """Add `piece` to `wave` from `start_s` on; what runs past the end is cut off."""
    part = wave[int(start_s * RATE_HZ) :][: len(piece)]
    part += piece[: len(part)]


def _band(noise: NDArray[np.floating], low_hz: float, high_hz: float) -> NDArray[np.floating]:
    """Keep the part of `noise` between two frequencies (a soft filter in the frequency domain)."""
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    gain = 1 / (1 + (low_hz / np.maximum(hz, 1)) ** 6) / (1 + (hz / high_hz) ** 6)
    return np.fft.irfft(spectrum * gain, len(noise))


def telephone_ring(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Two tones that swell 20 times a second, as a bell struck by a hammer does."""
    t = _times(duration_s)
    base = rng.uniform(0.97, 1.03)
    tone = np.sin(2 * np.pi * 1800 * base * t) + 0.8 * np.sin(2 * np.pi * 2200 * base * t)
    tone += 0.35 * np.sin(2 * np.pi * 3600 * base * t)
    return _level(tone * (0.5 + 0.5 * np.sin(2 * np.pi * 20 * t)), rng.uniform(0.35, 0.6))


def clock_tick(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Sharp clicks, alternating tick and tock."""
    wave = np.zeros(len(_times(duration_s)))
    period, ring_hz = rng.uniform(0.2, 0.225), rng.uniform(3600, 4400)
    for index, start_s in enumerate(np.arange(rng.uniform(0, 0.1), duration_s, period)):
        t = _times(0.05)
        hz = ring_hz if index % 2 else ring_hz * 0.78
        click = (
            np.sin(2 * np.pi * hz * t)
            + 0.6 * np.sin(2 * np.pi * 1.73 * hz * t)
            + 0.5 * rng.normal(size=len(t))
        )
        _add(wave, np.exp(-t * 220) * click, start_s)
    return _level(wave + 0.0015 * rng.normal(size=len(wave)), rng.uniform(0.4, 0.7))


def smoke_alarm(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Piercing beeps at 3.1 kHz."""
    t = _times(duration_s)
    hz, period = 3100 * rng.uniform(0.98, 1.02), rng.uniform(0.28, 0.34)
    tone = np.sin(2 * np.pi * hz * t) + 0.2 * np.sin(4 * np.pi * hz * t)
    return _level(tone * ((t % period) < period * 0.6), rng.uniform(0.35, 0.6))


def plucked_strings(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """A guitar's open strings, a few a second: noise that circles in a loop and softens.

    Source: Karplus and Strong 1983, "Digital Synthesis of Plucked-String and Drum Timbres".
    """
    wave = np.zeros(len(_times(duration_s)))
    for start_s in np.arange(0, duration_s, rng.uniform(0.18, 0.26)):
        loop = rng.uniform(
            -1, 1, round(RATE_HZ / float(rng.choice([82.4, 110, 146.8, 164.8, 196, 246.9, 329.6])))
        )
        turns = []
        for _ in range(round(1.8 * RATE_HZ / len(loop))):
            turns.append(loop)
            loop = 0.998 * (loop + np.roll(loop, 1)) / 2
        _add(wave, np.concatenate(turns), start_s)
    return _level(wave, rng.uniform(0.4, 0.7))


def rain(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Steady bright noise with many small drops."""
    n = len(_times(duration_s))
    wave = 0.25 * _band(rng.normal(size=n), 800, 7000)
    for start_s in rng.uniform(0, duration_s, int(duration_s * 180)):
        t = _times(0.006)
        drop = np.exp(-t * 700) * np.sin(2 * np.pi * rng.uniform(2000, 6000) * t)
        _add(wave, rng.exponential(0.25) * drop, start_s)
    return _level(wave, rng.uniform(0.25, 0.45))


def room(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """The faint hiss of a quiet room: what is there when nothing sounds."""
    return (0.0012 * rng.normal(size=len(_times(duration_s)))).astype(np.float32)


SOUNDS: dict[str, Sound] = {
    "clock_tick": clock_tick,
    "telephone_ring": telephone_ring,
    "plucked_strings": plucked_strings,
    "smoke_alarm": smoke_alarm,
    "rain": rain,
}
