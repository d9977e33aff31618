"""From pieces to the rows of a clip: run the encoder, take the mean over each segment's frames, put
rows in place.

Every piece is encoded by itself: a clip's rows never depend on which clips were in work beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import FeatureError
from seehear.streaming.decode import Job, Outcome, Piece


@dataclass(frozen=True)
class Spec:
    """What a stream of this extraction looks like.

    Args:
        encoder: identifier.
        dim: numbers a row.
        rows: rows a segment: 1, or the frames a segment where single frames are kept.
    """

    encoder: str
    dim: int
    rows: int = 1


@dataclass(frozen=True)
class Rows:
    """Rows of one piece.

    Args:
        values: stream -> (n, D).
        places: stream -> (n,) which rows of the clip these are.
    """

    values: Mapping[str, NDArray[np.float32]]
    places: Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Finished:
    """One clip, done: its outcome and the rows of each stream (none when it failed)."""

    job: Job
    outcome: Outcome
    rows: dict[str, NDArray[np.float32]]

    def entry(self) -> dict[str, Any]:
        """Return what the manifest says of the clip.

        `failed`: no track asked for gave a row.  `degraded`: some did not, or something was wrong
        with one.
        """
        out = self.outcome
        state = "failed" if not self.rows else "degraded" if out.problems else "ok"
        entry: dict[str, Any] = {
            "name": self.job.name,
            "id": self.job.id,
            "state": state,
            "segments": out.segments if self.rows else 0,
        }
        if out.problems:
            entry["reason"] = "; ".join(out.problems)
        if out.warnings:
            entry["warnings"] = list(dict.fromkeys(out.warnings))
        if out.duration_s is not None:
            entry["duration_s"] = round(out.duration_s, 3)
        return {**entry, "tracks": out.tracks}


@dataclass
class ClipRows:
    """The rows of one clip as they come in; rows no piece speaks of stay zero."""

    streams: Mapping[str, Spec]
    parts: list[Rows] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def encode(self, encoder: Any, piece: Piece, *, keep_frames: bool) -> None:
        """Encode a piece; what the encoder makes of it that is no number is the clip's problem."""
        try:
            self.parts.append(encode_piece(encoder, piece, keep_frames=keep_frames))
        except FeatureError as error:
            self.problems.append(str(error))

    def finish(self, job: Job, outcome: Outcome) -> Finished:
        """Return the finished clip."""
        outcome.problems += self.problems
        if self.problems or "present" not in outcome.tracks.values():
            return Finished(job, outcome, {})
        out = {
            stream: np.zeros((outcome.segments * spec.rows, spec.dim), np.float32)
            for stream, spec in self.streams.items()
        }
        for part in self.parts:
            for stream, values in part.values.items():
                out[stream][part.places[stream]] = values
        return Finished(job, outcome, out)


def encode_piece(encoder: Any, piece: Piece, *, keep_frames: bool = False) -> Rows:
    """Return the rows of one piece.

    Args:
        encoder: the encoder the piece was made for.
        piece: its input.
        keep_frames: keep the rows of single frames of output `feature`, too (image encoders only).

    Raises:
        FeatureError: the encoder gave NaN, infinity, or another number of rows than it was given.
    """
    outputs = {
        name: np.asarray(rows, np.float32) for name, rows in encoder.encode(piece.data).items()
    }
    for name, rows in outputs.items():
        if len(rows) != len(piece.data) or not np.isfinite(rows).all():
            raise FeatureError(
                f"expected {len(piece.data)} finite rows of {name}, got "
                f"{'NaN or infinity' if len(rows) == len(piece.data) else rows.shape}",
                where=f"encoder {piece.encoder}",
            )
    segments, first = np.unique(piece.segments, return_index=True)
    values = {f"{piece.encoder}/{name}": _means(rows, first) for name, rows in outputs.items()}
    places = dict.fromkeys(values, segments)
    if keep_frames and keeps_frames(encoder):
        values[f"{piece.encoder}/frames"], places[f"{piece.encoder}/frames"] = (
            outputs["feature"],
            piece.rows,
        )
    return Rows(values, places)


def keeps_frames(encoder: Any) -> bool:
    """Return whether an encoder sees single frames, so that a stream of frames makes sense."""
    return getattr(encoder, "frames_per_row", 0) == 1 and "feature" in encoder.card.outputs


def _means(rows: NDArray[np.float32], first: NDArray[np.intp]) -> NDArray[np.float32]:
    if len(first) == len(rows):
        return rows
    return np.stack([part.mean(axis=0, dtype=np.float32) for part in np.split(rows, first[1:])])
