"""Second threshold, gaps and least duration of events, fitted on clips that were held out.

Source: events found by what scores do over time, not by one threshold, are SEBBs' idea (Ebbers et
al., Interspeech 2024); three numbers of the decoding that we have, over a small grid, are ours.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from seehear.metrics import evaluate
from seehear.runs.predicted import Predicted
from seehear.time import Decoding, decide
from seehear.train.loop import Truth

KEEP = (None, 0.3, 0.2, 0.1)
GAPS_S = (0.0, 1.0, 2.0)
LEAST_S = (0.0, 2.0)
BY = ("segment/type", "event/type")  # their mean decides


def fitted(decoding: Decoding, predicted: Predicted, truth: Truth, step_s: float) -> Decoding:
    """Return the decoding that serves held-out clips best; its own numbers if none is better.

    Args:
        decoding: of the recipe.
        predicted: probabilities of the clips.
        truth: what is heard and seen in them.
        step_s: length of a segment.
    """
    best, most = decoding, -1.0
    for tried in (decoding, *_grid(decoding)):
        on = decide(*predicted, decoding=tried, step_s=step_s)
        figures = evaluate(on[:, :, 0], on[:, :, 1], *truth).figures()
        value = sum(figures[key] for key in BY)
        if value > most:
            best, most = tried, value
    return best


def _grid(decoding: Decoding) -> Iterator[Decoding]:
    """Return every decoding that is tried."""
    for keep, gap, least in product(KEEP, GAPS_S, LEAST_S):
        yield replace(decoding, keep_threshold=keep, fill_gap_s=gap, min_duration_s=least)
