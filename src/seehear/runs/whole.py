"""A trained parser over whole clips of any length, by their features.

The network sees windows as long as those it was trained on, each half a window after the one
before; the last one ends with the clip.  A segment's probability is the mean over the windows that
hold it.  The probabilities of a track and of the clip, which gates read, are the highest of any
window.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.features import FeatureStore
from seehear.features.windowed import Window, WindowedStore, windows_of
from seehear.runs.description import TrainedRun
from seehear.runs.inputs import PRIOR, read_inputs
from seehear.runs.language import LOWEST
from seehear.runs.predicted import Predicted

_CLIPS = 16  # at a time


def predict_whole(
    run: TrainedRun,
    store: FeatureStore,
    names: Sequence[str],
    longest: int,
    *,
    prior: NDArray[np.float32] | None = None,
) -> Predicted:
    """Return the probabilities of clips, (N, T, 2, C), (N, 2, C) and (N, C); T is `longest`.

    Segments after a clip's end are 0, and segments after the first T are left out.

    Args:
        run: a trained parser.
        store: an open features folder.
        names: of the clips.
        longest: T.
        prior: logits of a zero-shot parser, (N, T, 2, C), for a network that starts from them.

    Raises:
        FeatureError: a clip has no features, or damaged ones.
    """
    classes = len(run.vocabulary)
    shape = (len(names), longest, 2, classes)
    out = Predicted(
        np.zeros(shape, np.float32),
        np.zeros((len(names), 2, classes), np.float32),
        np.zeros((len(names), classes), np.float32),
    )
    length = run.grid.count
    for first in range(0, len(names), _CLIPS):
        windows: list[Window] = []
        for name in names[first : first + _CLIPS]:
            windows += windows_of(store, name, length, length // 2)
        seen = WindowedStore(store, windows)
        of_windows = tuple(window.name for window in windows)
        inputs = read_inputs(seen, run.features, of_windows, length, frames=run.frames)
        if prior is not None:
            of_clip = dict(zip(names[first : first + _CLIPS], prior[first:], strict=False))
            inputs[PRIOR] = np.stack([_cut(of_clip[window.clip], window) for window in windows])
        _add(out, names[first : first + _CLIPS], first, windows, run.predict_arrays(inputs))
    return out


def _cut(prior: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
    """Return the logits of a window; after the clip's end they are the lowest."""
    some = prior[window.start : window.start + window.length]
    out = np.full((window.length, *prior.shape[1:]), LOWEST, np.float32)
    out[: len(some)] = some
    return out


def _add(
    out: Predicted, names: Sequence[str], first: int, windows: Sequence[Window], found: Predicted
) -> None:
    """Put what was found in the windows of some clips, rows from `first`, into `out`."""
    place = {name: first + index for index, name in enumerate(names)}
    longest = out.segment_prob.shape[1]
    times = np.zeros((len(names), longest, 1, 1), np.float32)
    for index, window in enumerate(windows):
        row = place[window.clip]
        inside = min(window.length, window.count - window.start, longest - window.start)
        if inside > 0:
            span = slice(window.start, window.start + inside)
            out.segment_prob[row, span] += found.segment_prob[index, :inside]
            times[row - first, span] += 1
        np.maximum(out.track_prob[row], found.track_prob[index], out=out.track_prob[row])
        np.maximum(out.clip_prob[row], found.clip_prob[index], out=out.clip_prob[row])
    out.segment_prob[first : first + len(names)] /= np.maximum(times, 1)
