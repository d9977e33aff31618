"""From pieces to the rows of a clip: encode, average over each segment's frames, put in place.

Every piece is encoded by itself, so a clip's rows do not depend on the other clips in work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.encoders import AnyEncoder
from seehear.encoders.base import is_visual
from seehear.encoders.stills import stand_ins
from seehear.errors import FeatureError
from seehear.files import Json
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.streams import StreamSpec, keeps_frames


@dataclass(frozen=True)
class PieceRows:
    """The rows that were made of one piece.

    Args:
        values: stream -> (n, D).
        places: stream -> (n,), which rows of the clip they are, counted from 0.
    """

    values: Mapping[str, NDArray[np.float32]]
    places: Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True)
class FinishedClip:
    """A clip that is done: its outcome, and rows (R, D) by stream (none when it failed)."""

    job: ClipJob
    outcome: ClipOutcome
    rows: dict[str, NDArray[np.float32]]

    @property
    def state(self) -> str:
        """`failed`: no track asked for gave a row; `degraded`: something was wrong; else `ok`."""
        if not self.rows:
            return "failed"
        return "degraded" if self.outcome.problems else "ok"

    def entry(self) -> dict[str, Json]:
        """Return what the manifest says of the clip."""
        outcome = self.outcome
        entry: dict[str, Json] = {
            "name": self.job.name,
            "id": self.job.id,
            "state": self.state,
            "segments": outcome.segments if self.rows else 0,
        }
        if outcome.problems:
            entry["reason"] = "; ".join(outcome.problems)
        if outcome.warnings:
            entry["warnings"] = list(dict.fromkeys(outcome.warnings))
        if outcome.duration_s is not None:
            entry["duration_s"] = round(outcome.duration_s, 3)
        return {**entry, "tracks": outcome.tracks}


@dataclass
class ClipRows:
    """The rows of one clip as they come in; rows that no piece gives stay zero."""

    streams: Mapping[str, StreamSpec]
    parts: list[PieceRows] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def encode(self, encoder: AnyEncoder, piece: Piece, *, keep_frames: bool) -> None:
        """Encode a piece; if the encoder gives bad rows (see `encode_piece`), the clip fails."""
        try:
            self.parts.append(encode_piece(encoder, piece, keep_frames=keep_frames))
        except FeatureError as error:
            self.problems.append(str(error))

    def finish(self, job: ClipJob, outcome: ClipOutcome) -> FinishedClip:
        """Return the finished clip."""
        outcome.problems += self.problems
        if self.problems or "present" not in outcome.tracks.values():
            return FinishedClip(job, outcome, {})
        rows = {
            stream: np.zeros((outcome.segments * spec.rows, spec.dim), np.float32)
            for stream, spec in self.streams.items()
        }
        for part in self.parts:
            for stream, values in part.values.items():
                rows[stream][part.places[stream]] = values
        return FinishedClip(job, outcome, rows)


def encode_piece(
    encoder: AnyEncoder, piece: Piece, *, keep_frames: bool = False, still: float | None = None
) -> PieceRows:
    """Return the rows of one piece.

    Args:
        encoder: the encoder the piece was made for.
        piece: its input.
        keep_frames: keep the rows of single frames of output `feature`, too (image encoders only).
        still: encode only one of frames that differ by no more grey levels than this, see
            `seehear.encoders.stills` (image encoders only); None: every frame is encoded.

    Raises:
        FeatureError: the encoder gave NaN, infinity, or another number of rows than it was given.
    """
    outputs = {}
    data = piece.data
    back: slice | NDArray[np.intp] = slice(None)
    if still is not None and is_visual(encoder) and encoder.frames_per_row == 1:
        looked_at, back = np.unique(stand_ins(piece.data, still), return_inverse=True)
        data = piece.data[looked_at]
    for name, rows in encoder.encode(data).items():
        outputs[name] = np.asarray(rows, np.float32)
        _check(outputs[name], name, piece.encoder, len(data))
        outputs[name] = outputs[name][back]
    segments, first = np.unique(piece.segments, return_index=True)
    values = {f"{piece.encoder}/{name}": _means(rows, first) for name, rows in outputs.items()}
    places = dict.fromkeys(values, segments)
    if keep_frames and keeps_frames(encoder):
        frames = f"{piece.encoder}/frames"
        values[frames] = outputs["feature"]
        places[frames] = piece.rows
    return PieceRows(values, places)


def _check(rows: NDArray[np.float32], name: str, encoder: str, count: int) -> None:
    if len(rows) != count:
        got = str(rows.shape)
    elif not np.isfinite(rows).all():
        got = "NaN or infinity"
    else:
        return
    raise FeatureError(
        f"expected {amount(count, 'finite row')} of {name}, got {got}", where=f"encoder {encoder}"
    )


def _means(rows: NDArray[np.float32], first: NDArray[np.intp]) -> NDArray[np.float32]:
    if len(first) == len(rows):
        return rows
    parts = np.split(rows, first[1:])
    return np.stack([part.mean(axis=0, dtype=np.float32) for part in parts])
