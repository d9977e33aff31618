"""A benchmark's own figures of predictions, by hand on small folders of each layout."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_ave, write_lfav, write_unav, write_vggsounder
from llp_like import write_llp
from seehear.data import open_dataset
from seehear.metrics.own_figures import Given, official_figures
from seehear.time import Event


def perfect(dataset, split, *, probs: bool = True) -> Given:
    """Predictions that are the truth, at a probability of .9."""
    truth = split.truth()
    both = np.stack([truth.audio, truth.visual], axis=2)
    rows = [
        0.9 * of_clip[:length]
        for of_clip, length in zip(both, lengths(dataset, split), strict=True)
    ]
    return Given(truth.audio.copy(), truth.visual.copy(), rows if probs else None)


def lengths(dataset, split) -> list[int]:
    return list(split.lengths) or [dataset.grid.count] * len(split)


def figures(dataset, split, given) -> dict[str, float | None]:
    truth = None if split.exact else split.truth()
    return official_figures(dataset, split, truth, given).figures


def test_lfav(tmp_path: Path) -> None:
    lfav = open_dataset(write_lfav(tmp_path))
    test = lfav.splits["test"]
    found = figures(lfav, test, perfect(lfav, test))
    assert {found[f"snippet_map/{track}"] for track in ("audio", "visual")} == {1.0}
    assert found["event_f/mean"] == 1.0
    # clips end with their own length: what is predicted behind it does not count
    given = perfect(lfav, test)
    given.audio[1, 6:, 0] = given.visual[1, 6:, 0] = True
    assert figures(lfav, test, given)["event_f/mean"] == 1.0
    longer = Given(given.audio, given.visual, given.probs, lengths=[12, 8])
    assert figures(lfav, test, longer)["event_f/audio"] == 0.5
    without = official_figures(lfav, test, test.truth(), perfect(lfav, test, probs=False))
    assert without.figures["snippet_map/mean"] is without.figures["selection"] is None
    assert without.notes[0].startswith("snippet mAP needs probabilities")


def test_ave(tmp_path: Path) -> None:
    ave = open_dataset(write_ave(tmp_path))
    split = ave.splits["all"]
    assert figures(ave, split, perfect(ave, split)) == {"segment_accuracy": 1.0}
    given = perfect(ave, split)
    given.audio[0] = False  # ten seconds of bells are missed
    assert figures(ave, split, given)["segment_accuracy"] == pytest.approx(20 / 30)


def test_unav(tmp_path: Path) -> None:
    unav = open_dataset(write_unav(tmp_path))
    split = unav.splits["test"]
    # events from probabilities; the true event 12-21.5 is cut at the clip's end, on the grid
    assert figures(unav, split, perfect(unav, split))["map/mean"] == pytest.approx(1.0)
    # events as a timeline has them, finer than the grid
    dog, car = Event(0, 9.6, "audio_visual", "dog", 0.9), Event(12, 16, "audio_visual", "car", 0.4)
    given = Given(*(perfect(unav, split).audio,) * 2, events=[[dog, car], []])
    found = figures(unav, split, given)
    assert (found["map/0.9"], found["map/0.5"]) == (0.5, 1.0)
    unscored = perfect(unav, split, probs=False)
    assert figures(unav, split, unscored) == {"map/mean": None}


def test_vggsounder(tmp_path: Path) -> None:
    dataset = open_dataset(write_vggsounder(tmp_path))
    split = dataset.splits["test"]
    prob = np.zeros((2, 10, 2, 3))
    prob[0, 2, 0, 2], prob[0, 4, 0, 1], prob[0, :, 1, 1] = 0.9, 0.8, 0.7  # hears music, sees a dog
    prob[1, :, 1, 1] = 0.6  # sees a dog where a car is
    on = prob >= 0.5
    found = figures(dataset, split, Given(on[:, :, 0], on[:, :, 1], list(prob)))
    assert (found["a/hit@1"], found["v/hit@1"], found["av/hit@1"]) == (1.0, 0.5, 1.0)
    assert (found["a only/hit@1"], found["v only/hit@1"]) == (1.0, 0.0)
    assert found["a/f1"] == 1.0  # decided: dog and music
    assert found["a/mu"] == 0.0


def test_only_a_benchmark_has_figures_of_its_own(tmp_path: Path) -> None:
    llp = open_dataset(write_llp(tmp_path))
    test = llp.splits["test"]
    assert official_figures(llp, test, test.truth(), perfect(llp, test)) is None
