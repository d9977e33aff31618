"""The same evaluation with timelines in place of arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.metrics.report import Report, evaluate
from seehear.time import Timeline


def evaluate_timelines(predicted: Sequence[Timeline], true: Sequence[Timeline]) -> Report:
    """Return how good predicted timelines are against true ones, pair by pair.

    Each pair is compared on the grid of the true timeline; clips may differ in length.

    Args:
        predicted: one timeline for each clip.
        true: likewise, in the same order; all have the same classes.

    Raises:
        ValueError: no or unequal numbers of timelines, true timelines with different classes, or a
            predicted event of a class that these do not have.
    """
    if not true or len(predicted) != len(true):
        raise ValueError(
            f"expected as many predicted as true timelines, at least one, got {len(predicted)} and "
            f"{len(true)}"
        )
    vocabulary = true[0].vocabulary
    longest = max(timeline.grid.count for timeline in true)
    # segments after a clip's end stay empty in prediction and truth, which adds nothing
    arrays = np.zeros((4, len(true), longest, len(vocabulary)), np.bool_)
    for index, (pred, real) in enumerate(zip(predicted, true, strict=True)):
        if real.vocabulary != vocabulary:
            raise ValueError(
                f"{real.source}: expected the classes of {true[0].source} in the same order"
            )
        count = real.grid.count
        arrays[2:, index, :count] = real.to_arrays()
        arrays[:2, index, :count] = reordered(pred, vocabulary, pred.to_arrays(real.grid))
    return evaluate(*arrays)


def reordered(
    timeline: Timeline,
    vocabulary: Sequence[str],
    arrays: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> NDArray[np.bool_]:
    """Return both tracks of a timeline, (2, T, C), with the classes of `vocabulary`.

    Raises:
        ValueError: the timeline has an event of another class.
    """
    column = {name: index for index, name in enumerate(vocabulary)}
    unknown = sorted({event.label for event in timeline} - column.keys())
    if unknown:
        raise ValueError(
            f"{timeline.source}: event of class {unknown[0]}, which the truth does not know"
        )
    out = np.zeros((2, len(arrays[0]), len(vocabulary)), np.bool_)
    for index, name in enumerate(timeline.vocabulary):
        if name in column:
            out[0, :, column[name]] = arrays[0][:, index]
            out[1, :, column[name]] = arrays[1][:, index]
    return out
