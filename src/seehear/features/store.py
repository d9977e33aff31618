"""What every features folder offers: rows by stream and clip, how each clip went, what made them.

A *stream* is one output of one encoder, written `encoder/output`: `conse/feature` has a row for
each segment, `conse/frames` one for each sampled frame.  Three kinds of folder are read: our packed
store (`packed`), the folders of `.npy` files that published systems come with (`official`), and
AVE's HDF5 files (`ave_hdf5`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import FeatureError
from seehear.files import Json

State = Literal["ok", "degraded", "failed"]
Encoders = dict[str, dict[str, Json]]  # id -> `weights` digests, `preprocessing`, card, `source`

# what to do, in the words of every reader of features
WITHOUT_ROWS = (
    "delete the rows of such clips from their table, or mend the videos and extract them again"
)
BAD_ROWS = "take the clip out of the table, or remove the features folder and extract again"
DAMAGED = "the file is damaged: remove the features folder and extract again"


@dataclass(frozen=True)
class Stream:
    """One output of one encoder over all clips.

    Args:
        name: `encoder/output`.
        rows: how many rows a clip has; None: clips differ.
        dim: length of a row.
        dtype: as stored; arrays are always returned as float32.
        encoder: identifier of the encoder.
        provenance: what is known of how the rows were made (digests of weights, preprocessing, or
            the published folder).
    """

    name: str
    rows: int | None
    dim: int
    dtype: str
    encoder: str
    provenance: Mapping[str, Json] = field(default_factory=dict)


class ClipEntry(TypedDict):
    """What a features folder records about one clip; see `Status`."""

    name: str
    id: str
    state: State
    reason: NotRequired[str]
    warnings: NotRequired[list[str]]
    tracks: NotRequired[dict[str, str]]
    segments: NotRequired[int]
    duration_s: NotRequired[float]


@dataclass(frozen=True)
class Status:
    """How one clip went.

    Args:
        state: `ok`; `degraded`: some rows are zeros where media are missing, or were made from
            damaged media; `failed`: there are no rows.
        reason: why, in one line; empty for `ok`.
        warnings: what else was odd.
        tracks: `present` or `absent` by track, of the tracks that some encoder looked at.
    """

    state: State
    reason: str = ""
    warnings: tuple[str, ...] = ()
    tracks: Mapping[str, str] = field(default_factory=dict)


class FeatureStore(ABC):
    """An open features folder.

    Args:
        path: the folder.
        streams: by name.
    """

    path: Path
    streams: dict[str, Stream]

    @property
    def names(self) -> tuple[str, ...]:
        """Clips in stored order: names in our store, ids in an official folder."""
        return tuple(entry["name"] for entry in self.entries())

    @abstractmethod
    def rows(self, stream: str, name: str) -> NDArray[np.float32]:
        """Return the rows of one clip, (R, D).

        Args:
            stream: name of a stream of this folder.
            name: name or id of a clip.

        Raises:
            FeatureError: the folder has no such stream or clip, the clip failed, or its rows are
                damaged.
        """

    @abstractmethod
    def count(self, stream: str, name: str) -> int:
        """Return R, how many rows of a stream the clip has; 0 if it failed or is unknown."""

    @abstractmethod
    def entries(self) -> list[ClipEntry]:
        """Return what is known of each clip, in stored order."""

    def status(self, name: str) -> Status:
        """Return how a clip went.

        Raises:
            FeatureError: the folder has no such clip.
        """
        entry = self.entry(name)
        return Status(
            entry["state"],
            entry.get("reason", ""),
            tuple(entry.get("warnings", ())),
            entry.get("tracks", {}),
        )

    @abstractmethod
    def entry(self, name: str) -> ClipEntry:
        """Return the entry of a clip.

        Raises:
            FeatureError: the folder has no such clip.
        """

    @abstractmethod
    def encoders(self) -> Encoders:
        """Return what is known of each encoder."""

    def array(self, stream: str, names: Sequence[str], *, pad: bool = False) -> NDArray[np.float32]:
        """Return the rows of several clips as a new array, (N, R, D).

        Args:
            stream: name of a stream of this folder.
            names: clip names or ids.
            pad: fill shorter clips with rows of zeros up to the longest instead of refusing them.

        Raises:
            FeatureError: as `rows`; or the clips differ in their number of rows and `pad` is off.
        """
        return stack(stream, [(name, self.rows(stream, name)) for name in names], self, pad=pad)

    def stream(self, name: str) -> Stream:
        """Return a stream by its name.

        Raises:
            FeatureError: the folder has no such stream; it names those that it has.
        """
        if name not in self.streams:
            raise FeatureError(
                f"expected stream {name}, the folder has {', '.join(self.streams) or 'none'}",
                where=self.path,
                hint="extract with that encoder, or choose a recipe that reads these",
            )
        return self.streams[name]

    def __reduce__(self) -> tuple[object, ...]:  # another process opens its own memory maps
        return (type(self), (self.path,))


def stack(
    stream: str, clips: Iterable[tuple[str, NDArray[np.float32]]], store: FeatureStore, *, pad: bool
) -> NDArray[np.float32]:
    """Return clips of rows (R, D) as one array (N, R, D).

    Args:
        stream: the stream's name.
        clips: name and rows of each.
        store: where they come from.
        pad: fill shorter clips with rows of zeros up to the longest, instead of refusing them.

    Raises:
        FeatureError: the clips differ in R and `pad` is off.
    """
    clips = list(clips)
    longest = max((len(rows) for _, rows in clips), default=0)
    out = np.zeros((len(clips), longest, store.stream(stream).dim), np.float32)
    for index, (name, rows) in enumerate(clips):
        if len(rows) != longest and not pad:
            other = next(n for n, r in clips if len(r) == longest)
            raise FeatureError(
                f"{stream}: expected clips of equal length, got"
                f" {amount(len(rows), 'row')} in {name} and {longest} in {other}",
                where=store.path,
                hint="ask for clips of one length at a time",
            )
        out[index, : len(rows)] = rows
    return out


def bare_id(name: str) -> str:
    """Return the id in a clip name of LLP's form `ID_START_END`; any other name unchanged."""
    head, *times = name.rsplit("_", 2)
    timed = len(times) == 2 and all(time.replace(".", "", 1).isdigit() for time in times)
    return head if timed else name


def pool(frames: NDArray[np.floating[Any]], segments: int) -> NDArray[np.float32]:
    """Return the mean row of each segment's frames.

    Args:
        frames: (..., R, D) with R a multiple of `segments`; frame r belongs to segment r // (R /
            segments).
        segments: T.

    Returns:
        (..., T, D) float32.

    Raises:
        ValueError: R is not a multiple of T.
    """
    *lead, count, dim = frames.shape
    if segments <= 0 or count % segments:
        raise ValueError(f"expected a multiple of {segments} frames, got {count}")
    groups = np.asarray(frames, np.float32).reshape(*lead, segments, count // segments, dim)
    pooled: NDArray[np.float32] = groups.mean(axis=-2, dtype=np.float32)
    return pooled
