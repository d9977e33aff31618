"""One palette: the colours of heard, seen and both mean nothing else, also to colour-blind eyes."""

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest

from seehear.export import palette

TRACKS = ("heard", "seen", "both")
# how red-blind and green-blind eyes see linear red, green and blue (Machado and others 2009)
EYES = (
    np.eye(3),
    np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
)
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(colour: str, eye: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(XYZ @ np.clip(eye @ linear(colour), 0, 1) / XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one: str, other: str) -> float:
    """Return how far two colours are apart (Lab), to the eye that sees them closest."""
    return min(float(np.linalg.norm(lab(one, eye) - lab(other, eye))) for eye in EYES)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return high / low


@pytest.mark.parametrize("scheme", palette.palettes(), ids=["light", "dark"])
def test_what_is_heard_and_seen_shares_its_colours_with_nothing(scheme: dict[str, str]) -> None:
    series = [name for name in scheme if name.startswith("series-")]
    assert len(series) == len(palette.SERIES) == 5
    for one, other in itertools.combinations((*TRACKS, *series), 2):
        far = apart(scheme[one], scheme[other])
        assert far > (9 if one in TRACKS else 8), f"{one} and {other} are {far:.1f} apart"
    for track, name in itertools.product(TRACKS, ("accent", "problem")):
        assert np.linalg.norm(lab(scheme[track], EYES[0]) - lab(scheme[name], EYES[0])) > 30
    for name in (*TRACKS, *series):
        assert contrast(scheme[name], scheme["surface"]) >= 3, name
    for name in (*TRACKS, "accent", "problem", "muted"):  # these are read as words
        assert contrast(scheme[name], scheme["surface"]) >= 4.5, name


def test_the_colours_of_the_tracks_are_written_for_tracks_alone() -> None:
    """No rule of a style sheet but those of a track, a lane or their legend uses them."""
    used = re.compile(r"var\(--(heard|seen|both)(-soft)?\)")
    for package, name in (
        *(("seehear.export", name) for name in ("theme.css", "lanes.css", "clip.css", "run.css")),
        ("seehear.web", "app.css"),
    ):
        text = files(package).joinpath("static", name).read_text("utf-8")
        for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            for track, _ in used.findall(rule[1]):
                word = dict(zip(TRACKS, ("audio", "visual", "audio_visual"), strict=True))[track]
                assert f".{word}" in rule[0], (
                    f"{name}: {rule[0].strip()} uses the colour of {track}"
                )
