"""Only heard and only seen."""

import numpy as np
import pytest

from helpers import row
from seehear.metrics import EXCLUSIVE_KEYS, evaluate_exclusive, exclusive_figures


def test_what_is_heard_and_seen_at_once_is_neither() -> None:
    audio, visual = np.zeros((1, 10, 1), bool), np.zeros((1, 10, 1), bool)
    audio[0, :, 0], visual[0, :, 0] = row("######...."), row("....######")
    only = audio.copy()
    only[0, :, 0] = row("####......")
    report = evaluate_exclusive(only, np.zeros_like(visual), audio, visual)
    figures = exclusive_figures(report)
    assert list(figures) == list(EXCLUSIVE_KEYS)
    assert figures["segment/audio_only"] == 1.0  # true Ao is ####......
    assert figures["segment/visual_only"] == 0.0
    whole = exclusive_figures(evaluate_exclusive(audio, visual, audio, visual))
    assert set(whole.values()) == {1.0}


def test_nothing_is_only_heard_where_the_picture_was_not_parsed() -> None:
    heard, nothing = np.zeros((1, 10, 1), bool), np.zeros((1, 10, 1), bool)
    heard[0, :, 0] = row("########..")
    unparsed = np.zeros((2, 1, 10), bool)
    unparsed[1, 0] = row("....######")
    truth = np.zeros((1, 10, 1), bool)
    truth[0, :, 0] = row("####......")
    report = evaluate_exclusive(heard, nothing, truth, nothing, unparsed=unparsed)
    assert exclusive_figures(report)["segment/audio_only"] == 1.0
    assert exclusive_figures(evaluate_exclusive(heard, nothing, truth, nothing)) != (
        exclusive_figures(report)
    )


def test_wrong_shapes_are_named_there_too() -> None:
    good = np.ones((2, 10, 3))
    with pytest.raises(ValueError, match="pred_visual: expected the shape of true_audio"):
        evaluate_exclusive(good, good[:, :5], good, good)
