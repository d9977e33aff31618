"""Which streams of rows a set of encoders gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from seehear.encoders import AnyEncoder, VisualEncoder
from seehear.streaming.sampling import PAPER_FPS, Sampling, frames_a_segment
from seehear.time import TimeGrid


@dataclass(frozen=True)
class StreamSpec:
    """What a stream looks like.

    Args:
        encoder: identifier.
        dim: length of a row.
        rows: in each segment: 1, or the number of frames where single frames are kept.
    """

    encoder: str
    dim: int
    rows: int = 1


def stream_specs(
    encoders: Mapping[str, AnyEncoder], sampling: Sampling, step_s: float, *, keep_frames: bool
) -> dict[str, StreamSpec]:
    """Return every stream that encoders give.

    Args:
        encoders: by identifier.
        sampling: which frames are looked at.
        step_s: length of a segment, in seconds.
        keep_frames: whether rows of single frames are kept beside those of segments.
    """
    specs = {}
    for name, encoder in encoders.items():
        for output, dim in encoder.card.outputs.items():
            specs[f"{name}/{output}"] = StreamSpec(name, dim)
        if keep_frames and keeps_frames(encoder):
            fps = PAPER_FPS if sampling == "paper" else encoder.fps
            rows = frames_a_segment(TimeGrid(1, step_s), fps)
            specs[f"{name}/frames"] = StreamSpec(name, encoder.card.outputs["feature"], rows)
    return specs


def keeps_frames(encoder: AnyEncoder) -> TypeGuard[VisualEncoder]:
    """Return whether an encoder sees single frames, so that a stream of frames makes sense."""
    return getattr(encoder, "frames_per_row", 0) == 1 and "feature" in encoder.card.outputs
