"""Synthesised sounds that an AudioSet network recognises, mono, float32 in [-1, 1]."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16000

Sound = Callable[[np.random.Generator, float], NDArray[np.float32]]


def _times(duration_s: float) -> NDArray[np.float64]:
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def _level(wave: NDArray[np.floating], peak: float = 0.5) -> NDArray[np.float32]:
    return (wave * (peak / max(1e-9, float(np.abs(wave).max())))).astype(np.float32)


def _band(noise: NDArray[np.floating], low_hz: float, high_hz: float) -> NDArray[np.floating]:
    """Keep the part of `noise` between two frequencies (a soft filter in the frequency domain)."""
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    gain = 1 / (1 + (low_hz / np.maximum(hz, 1)) ** 6) / (1 + (hz / high_hz) ** 6)
    return np.fft.irfft(spectrum * gain, len(noise))


def telephone_ring(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Two tones gated at 20 Hz, like a bell struck by a hammer."""
    t = _times(duration_s)
    base = rng.uniform(0.94, 1.06)
    tone = np.sin(2 * np.pi * 1000 * base * t) + 0.8 * np.sin(2 * np.pi * 1250 * base * t)
    tone += 0.35 * np.sin(2 * np.pi * 2480 * base * t)
    return _level(tone * (np.sin(2 * np.pi * 20 * t) > -0.2), rng.uniform(0.35, 0.6))


def clock_tick(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Sharp clicks, alternating tick and tock."""
    wave = np.zeros(len(_times(duration_s)))
    period, ring_hz = rng.uniform(0.24, 0.3), rng.uniform(2200, 3000)
    for index, start_s in enumerate(np.arange(rng.uniform(0, 0.1), duration_s, period)):
        t = _times(0.05)
        click = np.exp(-t * 220) * (
            np.sin(2 * np.pi * (ring_hz if index % 2 else ring_hz * 0.78) * t) + 0.5 * rng.normal(size=len(t))
        )
        first = int(start_s * RATE_HZ)
        part = wave[first : first + len(t)]
        part += click[: len(part)]
    return _level(wave + 0.0015 * rng.normal(size=len(wave)), rng.uniform(0.4, 0.7))


def smoke_alarm(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Piercing beeps at 3.1 kHz."""
    t = _times(duration_s)
    hz, period = 3100 * rng.uniform(0.98, 1.02), rng.uniform(0.28, 0.34)
    tone = np.sin(2 * np.pi * hz * t) + 0.2 * np.sin(4 * np.pi * hz * t)
    return _level(tone * ((t % period) < period * 0.6), rng.uniform(0.35, 0.6))


def fire_crackle(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Random pops over a low rumble."""
    n = len(_times(duration_s))
    wave = 0.06 * _band(rng.normal(size=n), 60, 900)
    for first in rng.integers(0, n, int(duration_s * rng.uniform(30, 45))):
        t = _times(rng.uniform(0.002, 0.012))
        part = wave[first : first + len(t)]
        part += (rng.exponential(0.35) * np.exp(-t * 500) * rng.normal(size=len(t)))[: len(part)]
    return _level(np.tanh(wave), rng.uniform(0.4, 0.7))


def piano_notes(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Struck strings: decaying harmonics, a few notes a second."""
    wave = np.zeros(len(_times(duration_s)))
    for start_s in np.arange(0, duration_s, rng.uniform(0.22, 0.3)):
        hz = 261.63 * 2 ** (int(rng.choice([-5, -3, 0, 2, 4, 5, 7, 9, 12])) / 12)
        t = _times(min(1.6, duration_s - start_s))
        note = sum(
            np.exp(-t * (1.8 + 0.9 * k)) / k**1.4 * np.sin(2 * np.pi * hz * k * np.sqrt(1 + 3e-4 * k * k) * t)
            for k in range(1, 11)
        )
        first = int(start_s * RATE_HZ)
        part = wave[first : first + len(t)]
        part += (note * np.minimum(1, t * 250))[: len(part)]
    return _level(wave, rng.uniform(0.4, 0.7))


def rain(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """Steady bright noise with many small drops."""
    n = len(_times(duration_s))
    wave = 0.25 * _band(rng.normal(size=n), 800, 7000)
    for first in rng.integers(0, n, int(duration_s * 180)):
        t = _times(0.006)
        part = wave[first : first + len(t)]
        part += (rng.exponential(0.25) * np.exp(-t * 700) * np.sin(2 * np.pi * rng.uniform(2000, 6000) * t))[
            : len(part)
        ]
    return _level(wave, rng.uniform(0.25, 0.45))


def room(rng: np.random.Generator, duration_s: float) -> NDArray[np.float32]:
    """The faint hiss of a quiet room: what is there when nothing sounds."""
    return (0.0012 * rng.normal(size=len(_times(duration_s)))).astype(np.float32)


SOUNDS: dict[str, Sound] = {
    "telephone_ring": telephone_ring,
    "clock_tick": clock_tick,
    "smoke_alarm": smoke_alarm,
    "fire_crackle": fire_crackle,
    "piano_notes": piano_notes,
    "rain": rain,
}
