"""LFAV's snippet mAP: how well probabilities rank the seconds of all clips.

For each class the segments of all clips are one list, ranked by probability; a segment is right
where the class is on.  The figure of a track is the mean of the average precisions of its classes.
Audio-visual probabilities are the product of those of the tracks, and so is the audio-visual truth.
The mean of the three figures is what LFAV calls the average.

LFAV's event F is that of `seehear.metrics.evaluate` on whole clips, with the same rules
(src/utils/eval_metrics.py:33-286).  LFAV chooses its models by the mean of two numbers: the
average above, and the mean of event F over the three streams.

Source: GeWu-Lab/LFAV e17ad4d, src/utils/eval_metrics.py:289-320, src/tools/evaluation.py:182-235.

Differs:
    A class that is on nowhere has no average precision and is left out; in LFAV's code it makes the
        whole figure NaN.  In LFAV's val and test every class is on somewhere.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.metrics.ranked import average_precision, by_score

TRACKS = ("audio", "visual", "audio_visual")


def snippet_precisions(
    probs: Sequence[NDArray[np.floating]], truths: Sequence[NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """Return the average precision of every track and class, (3, C); NaN where nothing is on.

    Args:
        probs: of each clip, (T, 2, C), any T.
        truths: of each clip, (T, 2, C).

    Raises:
        ValueError: no clip, or shapes that differ.
    """
    shapes = [prob.shape for prob in probs]
    if not probs or shapes != [truth.shape for truth in truths]:
        raise ValueError("expected the probabilities and the truth of the same clips, one at least")
    prob, true = np.concatenate(probs), np.concatenate(truths)
    classes = prob.shape[2]
    out = np.full((len(TRACKS), classes), np.nan)
    for c in range(classes):
        for track, (of_track, on) in enumerate(_streams(prob[:, :, c], true[:, :, c])):
            positives = int(on.sum())
            if positives:
                out[track, c] = average_precision(on[by_score(of_track)], positives)
    return out


def snippet_map(
    probs: Sequence[NDArray[np.floating]], truths: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Return the mAP of audio, visual and audio_visual, and their `mean`; NaN where no class is on.

    Arguments as for `snippet_precisions`.

    Examples:
        >>> heard = np.array([[0.9, 0.0], [0.2, 0.0], [0.8, 0.0]])[:, :, None]  # one class
        >>> on = np.array([[1, 1], [0, 1], [1, 1]], bool)[:, :, None]
        >>> snippet_map([heard], [on])["audio"]
        1.0
    """
    precisions = snippet_precisions(probs, truths)
    out = {track: _mean(row) for track, row in zip(TRACKS, precisions, strict=True)}
    out["mean"] = sum(out.values()) / len(TRACKS)
    return out


def _streams(
    prob: NDArray[np.floating], true: NDArray[np.bool_]
) -> list[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
    """Return probability and truth of audio, visual and audio-visual segments of one class."""
    joint = prob[:, 0] * prob[:, 1]
    return [(prob[:, 0], true[:, 0]), (prob[:, 1], true[:, 1]), (joint, true[:, 0] & true[:, 1])]


def _mean(row: NDArray[np.float64]) -> float:
    there = row[~np.isnan(row)]
    return float(there.mean()) if there.size else float("nan")
