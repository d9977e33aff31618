"""What goes between the decoding process and ours: a clip to do, its pieces, its outcome.

Here each is a dataclass; on its way (`pipe`) it is a JSON object with arrays beside it.  What a
decoding process sends was made from a stranger's file, so it is checked field by field when it
arrives: see `read_piece` and `read_outcome`.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.files import Json
from seehear.media.container import MAX_PIXELS
from seehear.streaming.pipe import Array, MessageError
from seehear.time import TRACKS, TimeGrid
from seehear.time.spans import Span

CHUNK = 10  # segments in a piece, at most
_MOST_SEGMENTS = 10_000_000  # of a clip: 116 days of seconds
_MOST_ROWS = 1000 * _MOST_SEGMENTS
_MOST_S = 1e9
_STATES = [(track, state) for track in TRACKS for state in ("present", "absent")]


@dataclass(frozen=True)
class ClipJob:
    """One clip to do.

    Args:
        name: the clip's name, unique.
        id: stem of its media file.
        source: path or fsspec URL; None: there is no media file.
        grid: segments; None: as many as the clip's length needs.
        audio_stream: which of several audio streams, counted from 1; None: see
            `seehear.media.probe`.
        max_pixels: of a frame; larger ones are not decoded.
        absent: why there is no media file, where that is known.
        content: size in bytes and hash of a file that was copied from an address.
    """

    name: str
    id: str
    source: str | None
    grid: TimeGrid | None = None
    audio_stream: int | None = None
    max_pixels: int = MAX_PIXELS
    absent: str = ""
    content: tuple[int, str] | None = None


@dataclass(frozen=True)
class Piece:
    """Input of one call of one encoder.

    Args:
        encoder: identifier.
        rows: (n,), the places of these rows in the clip: segments for audio, frames for images.
        data: (n, ...), as the encoder's `encode` takes it.
        segments: (n,), the segment of each row.
    """

    encoder: str
    rows: NDArray[np.int64]
    data: NDArray[Any]
    segments: NDArray[np.int64]


@dataclass
class ClipOutcome:
    """What is known of a clip after its last piece.

    Args:
        segments: how many it has; 0: it could not be opened.
        duration_s: its length in seconds; None: likewise.
        tracks: `present` or `absent` by track, of those that were looked for.
        problems: what was wrong, a line each; with any, the clip is degraded or failed.
        warnings: what else was odd, a line each.
        parsed: stretches in seconds by track, see `parsed_spans`.
        frame_rate: frames a second of the visual track; None: none, or not known.
        start_timecode: see `seehear.media.MediaInfo`.
    """

    segments: int = 0
    duration_s: float | None = None
    tracks: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    parsed: dict[str, list[Span]] = field(default_factory=dict)
    frame_rate: float | None = None
    start_timecode: str | None = None


def job_value(job: ClipJob) -> dict[str, Json]:
    """Return a job as JSON holds it."""
    return dataclasses.asdict(job)


def read_job(value: dict[str, Json]) -> ClipJob:
    """Return the job that `job_value` wrote; not checked, as it comes from our main process."""
    grid = value["grid"]
    return ClipJob(**value | {"grid": None if grid is None else TimeGrid(**grid)})


def read_piece(value: dict[str, Json], arrays: Sequence[Array], known: Sequence[str]) -> Piece:
    """Return the piece that a decoding process sent.

    Args:
        value: `{"encoder": identifier}`.
        arrays: rows, data and segments.
        known: the encoders there are.

    Raises:
        MessageError: it is not a piece.
    """
    if value.get("encoder") not in known or len(arrays) != 3:
        raise MessageError("it is not a piece of a clip")
    rows, data, segments = arrays
    places = _places(rows, data, _MOST_ROWS), _places(segments, data, _MOST_SEGMENTS)
    return Piece(value["encoder"], places[0], data, places[1])


def _places(index: Array, data: Array, most: int) -> NDArray[np.int64]:
    """Return an index with a place, from 0 to below `most`, for each row of `data`.

    Raises:
        MessageError: it is something else.
    """
    if index.dtype == np.int64 and index.shape == data.shape[:1]:
        places = index.astype(np.int64)
        if ((places >= 0) & (places < most)).all():
            return places
    raise MessageError("it is not a piece of a clip")


def read_outcome(value: dict[str, Json]) -> ClipOutcome:
    """Return the outcome that a decoding process sent.

    Raises:
        MessageError: it is not an outcome.
    """
    if value.keys() != _OUTCOME.keys():
        raise MessageError("it is not an outcome of a clip")
    for name, right in _OUTCOME.items():
        if not right(value[name]):
            raise MessageError(f"it is not an outcome of a clip: {name}")
    stretches = {track: list(map(tuple, spans)) for track, spans in value["parsed"].items()}
    return ClipOutcome(**value | {"parsed": stretches})


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_length(value: Json) -> bool:
    return value is None or (type(value) in (int, float) and 0 <= value <= _MOST_S)


def _is_tracks(value: Json) -> bool:
    return isinstance(value, dict) and all(pair in _STATES for pair in value.items())


def _is_parsed(value: Json) -> bool:
    if not isinstance(value, dict) or not value.keys() <= set(TRACKS):
        return False
    return all(isinstance(spans, list) and all(map(_is_stretch, spans)) for spans in value.values())


def _is_stretch(value: Json) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(_is_length(end) and end is not None for end in value) and value[0] <= value[1]


_OUTCOME: dict[str, Callable[[Json], bool]] = {
    "segments": lambda value: type(value) is int and 0 <= value <= _MOST_SEGMENTS,
    "duration_s": _is_length,
    "tracks": _is_tracks,
    "problems": _is_texts,
    "warnings": _is_texts,
    "parsed": _is_parsed,
    "frame_rate": _is_length,
    "start_timecode": lambda value: value is None or (isinstance(value, str) and len(value) < 20),
}
