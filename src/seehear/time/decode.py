"""From scores to decisions: thresholds, gate, gap filling, shortest event.

This is the only place where decisions are made.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seehear.files import Json
from seehear.time.extent import Extent
from seehear.time.kept import Kept
from seehear.time.raster import runs
from seehear.time.scores import TRACKS, Scores
from seehear.time.spans import joined
from seehear.time.timeline import Timeline

Gate = Literal["joint", "own", "or", "none"]
GATES: tuple[Gate, ...] = ("joint", "own", "or", "none")
# how a search for "heard but not seen" reads scores (`seehear.library`): a class counts as absent
# only where its score stays below the first number; a second is found only where all conditions
# together are at least as sure as the second number; both were chosen on restaged's folds
ABSENT_BELOW, SURE = 0.25, 0.4
Threshold = float | tuple[float, ...]


@dataclass(frozen=True)
class Decoding:
    """How probabilities become decisions; printed beside every table made with it.

    A segment is on where its probability is at least `threshold` and its gate is at least the gate
    threshold.

    Args:
        threshold: of audio segments and, unless `visual_threshold` is given, visual ones; a number
            or one per class.
        visual_threshold: of visual segments.
        gate: `joint` gates both tracks by the clip's pooled probability (HAN, MGN, MM-Pyramid);
            `own` each track by its own (LSLD, MA, JoMoLD, DHHN); `or` both by either track's own
            (LEAP); `none` does not gate.
        gate_threshold: of the audio gate (and the joint one) and, unless `visual_gate_threshold` is
            given, the visual.
        visual_gate_threshold: of the visual gate.
        keep_threshold: a second, lower threshold (hysteresis): an event is widened on both sides
            for as long as segments reach this one; None: there is none.
        fill_gap_s: pauses inside an event no longer than this are filled.
        min_duration_s: events shorter than this are dropped (after filling).

    Raises:
        ValueError: no such gate.
    """

    threshold: Threshold = 0.5
    visual_threshold: Threshold | None = None
    gate: Gate = "own"
    gate_threshold: Threshold = 0.5
    visual_gate_threshold: Threshold | None = None
    keep_threshold: float | None = None
    fill_gap_s: float = 0.0
    min_duration_s: float = 0.0

    def __post_init__(self) -> None:
        if self.gate not in GATES:
            raise ValueError(f"gate: expected one of {', '.join(GATES)}, got {self.gate!r}")

    def to_dict(self) -> dict[str, Json]:
        """Return the settings as plain JSON values."""
        values = asdict(self)
        for key, value in values.items():
            if isinstance(value, tuple):
                values[key] = list(value)
        return values


def decide(
    segment_prob: NDArray[np.floating],
    track_prob: NDArray[np.floating] | None = None,
    clip_prob: NDArray[np.floating] | None = None,
    *,
    decoding: Decoding,
    step_s: float = 1.0,
) -> NDArray[np.bool_]:
    """Return the decisions of many clips at once.

    Args:
        segment_prob: (..., T, 2, C).
        track_prob: (..., 2, C); needed by the gates `own` and `or`.
        clip_prob: (..., C); needed by the gate `joint`.
        decoding: the settings.
        step_s: length of a segment, needed to read `fill_gap_s` and `min_duration_s`.

    Returns:
        Boolean array of the shape of `segment_prob`.

    Raises:
        ValueError: the gate's probabilities are missing, or thresholds are given class by class
            and there are more or fewer than classes.
    """
    classes = segment_prob.shape[-1]
    limits = per_track(decoding.threshold, decoding.visual_threshold, classes)
    on: NDArray[np.bool_] = segment_prob >= limits
    if decoding.keep_threshold is not None:
        on = spread(on, on | (segment_prob >= decoding.keep_threshold))
    if decoding.gate != "none":
        on = on & _open_gates(track_prob, clip_prob, decoding, classes)[..., None, :, :]
    if decoding.fill_gap_s > 0 or decoding.min_duration_s > 0:
        gap, shortest = decoding.fill_gap_s / step_s, decoding.min_duration_s / step_s
        on = _smooth(on, round(gap, 6), round(shortest, 6))
    return on


def spread(on: NDArray[np.bool_], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return `on` widened to every run of `kept` that it touches.

    Args:
        on: (..., T, 2, C).
        kept: likewise; true wherever `on` is.
    """
    out = on.copy()
    count = out.shape[-3]
    for t in range(1, count):
        out[..., t, :, :] |= out[..., t - 1, :, :] & kept[..., t, :, :]
    for t in range(count - 2, -1, -1):
        out[..., t, :, :] |= out[..., t + 1, :, :] & kept[..., t, :, :]
    return out


def _open_gates(
    track_prob: NDArray[np.floating] | None,
    clip_prob: NDArray[np.floating] | None,
    decoding: Decoding,
    classes: int,
) -> NDArray[np.bool_]:
    """Return which gates are open, (..., 2, C)."""
    limits = per_track(decoding.gate_threshold, decoding.visual_gate_threshold, classes)
    if decoding.gate == "joint":
        if clip_prob is None:
            raise ValueError("gate 'joint' needs clip_prob")
        together: NDArray[np.bool_] = clip_prob[..., None, :] >= limits
        return together
    if track_prob is None:
        raise ValueError(f"gate {decoding.gate!r} needs track_prob")
    own: NDArray[np.bool_] = track_prob >= limits
    if decoding.gate == "or":
        return np.broadcast_to(own.any(axis=-2, keepdims=True), own.shape)
    return own


def decode_scores(
    scores: Scores,
    decoding: Decoding,
    *,
    tracks: Mapping[str, Extent] | None = None,
    **fields: Any,
) -> Timeline:
    """Return the timeline of one clip.

    Args:
        scores: of the clip.
        decoding: the settings.
        tracks: which seconds of each track were parsed; None: all of those that are present. What
            the scores say of other seconds opens no gate and is not an event.
        fields: source, duration_s, parser, warnings and media, which go into the timeline as they
            are.

    Returns:
        A timeline that keeps the scores (`Timeline.kept`).

    Raises:
        ValueError: as `decide`.
    """
    known = {}
    for track, there in zip(TRACKS, scores.present, strict=True):
        given = (tracks or {}).get(track)
        if not there:
            known[track] = Extent()
        elif given is not None:
            known[track] = given
    mask = _mask(known, scores)
    if not mask.all():
        scores = replace(scores, segment_prob=np.where(mask, scores.segment_prob, 0))
    track_prob, clip_prob = scores.pooled()
    if track_prob.ndim == 3 or clip_prob.ndim == 2:
        on = _decide_gated_by_segment(scores, track_prob, clip_prob, decoding)
    else:
        on = decide(
            scores.segment_prob, track_prob, clip_prob, decoding=decoding, step_s=scores.grid.step_s
        )
    return Timeline.from_arrays(
        on[:, 0],
        on[:, 1],
        grid=scores.grid,
        vocabulary=scores.vocabulary,
        audio_prob=scores.segment_prob[:, 0],
        visual_prob=scores.segment_prob[:, 1],
        tracks=known,
        kept=Kept.of(scores),
        **fields,
    )


def _mask(known: Mapping[str, Extent], scores: Scores) -> NDArray[np.bool_]:
    """Return which segments of each track were parsed, (T, 2, 1)."""
    mask = np.ones((scores.grid.count, len(TRACKS), 1), np.bool_)
    for index, track in enumerate(TRACKS):
        if track in known:
            mask[:, index, 0] = known[track].segments(scores.grid)
    return mask


def _decide_gated_by_segment(
    scores: Scores,
    track_prob: NDArray[np.floating],
    clip_prob: NDArray[np.floating],
    decoding: Decoding,
) -> NDArray[np.bool_]:
    """Return the decisions of one clip whose gates change with time.

    Each segment is gated alone, then all are smoothed together.
    """
    alone = replace(decoding, keep_threshold=None, fill_gap_s=0.0, min_duration_s=0.0)
    shape = scores.segment_prob.shape
    track = np.broadcast_to(track_prob, shape)
    clip = np.broadcast_to(clip_prob, (shape[0], shape[2]))
    on = decide(scores.segment_prob[:, None], track, clip, decoding=alone)[:, 0]
    if decoding.keep_threshold is not None:
        low = replace(alone, threshold=decoding.keep_threshold, visual_threshold=None)
        kept = decide(scores.segment_prob[:, None], track, clip, decoding=low)[:, 0]
        on = spread(on, on | kept)
    smooth = replace(
        decoding, gate="none", threshold=0.5, visual_threshold=None, keep_threshold=None
    )
    return decide(on.astype(np.float64), decoding=smooth, step_s=scores.grid.step_s)


def per_track(audio: Threshold, visual: Threshold | None, classes: int) -> NDArray[np.float64]:
    """Return the thresholds of both tracks, (2, C); a visual one of None is that of audio.

    Raises:
        ValueError: a threshold is neither a number nor one number per class.
    """
    rows = []
    for value in (audio, audio if visual is None else visual):
        row = np.asarray(value, np.float64)
        if row.ndim and row.shape != (classes,):
            raise ValueError(
                f"threshold: expected a number or {classes} numbers (one per class), got {row.size}"
            )
        rows.append(np.broadcast_to(row, (classes,)))
    return np.stack(rows)


def _smooth(on: NDArray[np.bool_], gap: float, shortest: float) -> NDArray[np.bool_]:
    out = np.moveaxis(on, -3, -1).copy()  # time last
    for row in out.reshape(-1, out.shape[-1]):
        if not row.any():
            continue
        spans = joined(runs(row), gap=gap)
        row[:] = False
        for start, end in spans:
            row[start:end] = end - start >= shortest
    return np.ascontiguousarray(np.moveaxis(out, -1, -3))
