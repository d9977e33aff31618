"""Second threshold, longest gap and shortest event, fitted on clips that were not trained on.

Source: to find events by how scores rise and fall, instead of by one threshold, is the idea of
SEBBs (Ebbers et al., Interspeech 2024).  Choosing these three numbers from a small grid is ours.
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
BY = ("segment/type", "event/type")  # the setting with the highest mean of these wins


def fitted(decoding: Decoding, predicted: Predicted, truth: Truth, step_s: float) -> Decoding:
    """Return the decoding with the best figures on held-out clips; `decoding` if none is better.

    Args:
        decoding: of the recipe.
        predicted: probabilities of N clips, see `Predicted`.
        truth: (audio, visual) boolean (N, T, C).
        step_s: length of a segment in seconds.
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
    """Yield every decoding of the grid."""
    for keep, gap, least in product(KEEP, GAPS_S, LEAST_S):
        yield replace(decoding, keep_threshold=keep, fill_gap_s=gap, min_duration_s=least)
