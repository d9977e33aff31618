"""Known predictions on LLP's own tables score what they are known to score."""

from pathlib import Path

import numpy as np
import pytest

from seehear.data import Dataset, open_dataset
from seehear.metrics import FIGURE_KEYS, evaluate


@pytest.fixture(scope="module")
def llp(shared: Path) -> Dataset:
    """LLP from its official tables."""
    return open_dataset(shared / "llp")


def predictions(dataset: Dataset, split: str, reading: str = "literal"):
    """Return truth and named predictions of a split, each (audio, visual)."""
    clips = dataset.splits[split]
    truth = clips.truth(reading)
    audio, visual, nothing = truth.audio, truth.visual, np.zeros_like(truth.audio)
    weak = np.repeat(clips.weak[:, None] == 1, audio.shape[1], axis=1)
    speech = dataset.vocabulary.index("Speech")
    only_speech, without = nothing.copy(), weak.copy()
    only_speech[:, :, speech], without[:, :, speech] = True, False
    return (audio, visual), {
        "nothing": (nothing, nothing),
        "speech in audio": (only_speech, nothing),
        "weak label, audio only": (weak, nothing),
        "weak label": (weak, weak),
        "weak label, no visual speech": (weak, without),
        "label of each track": tuple(
            np.broadcast_to(t.any(axis=1, keepdims=True), t.shape) for t in (audio, visual)
        ),
        "audio truth in both": (audio, audio),
        "truth within the weak label": (audio & weak, visual & weak),
        "truth": (audio, visual),
    }


# A, V, AV, Type, Event at segment level, then at event level, as the official functions print them
TEST = {
    "nothing": (0.50, 10.08, 14.50, 8.36, 0.00, 0.50, 10.08, 14.50, 8.36, 0.00),
    "speech in audio": (16.56, 10.08, 14.50, 13.72, 14.41, 9.31, 10.08, 14.50, 11.30, 7.72),
    "weak label, audio only": (
        76.12,
        10.08,
        14.50,
        33.57,
        58.59,
        63.03,
        10.08,
        14.50,
        29.20,
        46.45,
    ),
    "weak label": (76.12, 60.35, 52.61, 63.03, 71.73, 63.03, 55.75, 44.69, 54.49, 61.60),
    "weak label, no visual speech": (
        76.12,
        72.50,
        61.52,
        70.05,
        75.40,
        63.03,
        68.55,
        52.56,
        61.38,
        62.98,
    ),
    "label of each track": (80.14, 89.80, 82.78, 84.24, 81.96, 66.11, 83.69, 71.41, 73.74, 68.27),
    "audio truth in both": (100, 57.40, 63.89, 73.76, 81.36, 100, 52.85, 62.62, 71.82, 79.87),
    "truth within the weak label": (
        99.08,
        98.83,
        99.36,
        99.09,
        98.83,
        99.08,
        98.83,
        99.36,
        99.09,
        98.83,
    ),
    "truth": (100,) * 10,
}
VAL = {
    "nothing": (0.62, 10.79, 14.33, 8.58, 0.00, 0.62, 10.79, 14.33, 8.58, 0.00),
    "weak label": (77.07, 58.65, 52.07, 62.60, 71.53, 63.85, 53.48, 44.15, 53.82, 61.12),
    "label of each track": (81.10, 89.35, 83.25, 84.57, 82.58, 67.12, 82.35, 71.83, 73.77, 68.49),
}


@pytest.mark.parametrize(("split", "name"), [("test", n) for n in TEST] + [("val", n) for n in VAL])
def test_reference_row(llp: Dataset, split: str, name: str) -> None:
    truth, known = predictions(llp, split)
    figures = evaluate(*known[name], *truth).figures()
    expected = (TEST if split == "test" else VAL)[name]
    assert [round(100 * figures[key], 2) for key in FIGURE_KEYS] == list(expected)


def test_older_audio_table(llp: Dataset) -> None:
    truth, known = predictions(llp, "test", "legacy")
    figures = evaluate(*known["weak label"], *truth).figures()
    assert [round(100 * figures[f"segment/{k}"], 2) for k in ("audio", "type", "event")] == [
        76.08,
        63.01,
        71.70,
    ]
    now, _ = predictions(llp, "test")
    between = evaluate(*now, *truth).figures()
    assert round(100 * between["segment/audio"], 3) == 99.955
    assert round(100 * between["event/audio"], 2) == 99.95
