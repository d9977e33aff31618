"""Extraction on a Ray cluster: what an actor does with the clips that it is given.

It sends the rows of each clip to this process, which writes them into the journal.  Where every
node shares the features folder, it can write them into a part of its own instead, and only sends
the clip's record.
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from seehear.addresses import place_of
from seehear.encoders import AnyEncoder
from seehear.errors import ConfigError
from seehear.extraction.journal import Journal
from seehear.extraction.parts import WrittenClip, part_folder
from seehear.files import Json
from seehear.streaming.cluster import ClusterOptions, run_on_cluster
from seehear.streaming.encode import ClipRows, FinishedClip
from seehear.streaming.local import EngineOptions, Times
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.streams import StreamSpec
from seehear.streaming.worker import Front


@dataclass(frozen=True)
class Shared:
    """A features folder that every node reaches.

    Args:
        folder: where it is.
        asked: what this extraction is to make.
        streams: name -> (dim, dtype) of every stream.
    """

    folder: Path
    asked: Mapping[str, Json]
    streams: Mapping[str, tuple[int, str]]


def run_ray(
    jobs: Sequence[ClipJob],
    front: Front,
    streams: Mapping[str, StreamSpec],
    options: EngineOptions,
    times: Times,
    shared: Shared | None = None,
) -> Iterator[FinishedClip]:
    """Yield the clips as they get done, in no particular order.

    Args:
        jobs, front, streams, options, times: see `run_local`.
        shared: where actors write parts of their own; None: they send their rows.

    Raises:
        MissingExtraError: Ray is not installed.
        UnreachableError: the cluster is lost, or media cannot be reached.
        ConfigError: a node does not share the folder.
    """
    make = partial(_Extracting, front, dict(streams), options.keep_frames, shared)
    used = ClusterOptions(options.workers, options.timeout_s)
    # a whole path: an actor works in another folder
    placed = [(replace(job, source=job.source and place_of(job.source)), None) for job in jobs]
    for number, found in run_on_cluster(placed, front, make, used):
        assert isinstance(found, tuple)
        finished, seconds = found
        times.encoding_s += seconds
        if shared is not None:
            _check_shared(shared.folder, finished)
        yield replace(finished, job=jobs[number])


class _Extracting:
    """Extracts clips in an actor."""

    def __init__(
        self,
        front: Front,
        streams: Mapping[str, StreamSpec],
        keep_frames: bool,
        shared: Shared | None,
    ) -> None:
        visual, audio = front.encoders()
        self.encoders: dict[str, AnyEncoder] = {**visual, **audio}
        self.streams, self.keep_frames = streams, keep_frames
        self.part, self.journal = secrets.token_hex(8), None
        if shared is not None:
            self.journal = Journal(shared.folder, shared.asked, shared.streams, part=self.part)

    def begin(self, job: ClipJob, note: object) -> "_Clip":
        """Begin a clip."""
        return _Clip(self)


class _Clip:
    """A clip that an actor extracts."""

    def __init__(self, work: _Extracting) -> None:
        self._work, self._rows, self._seconds = work, ClipRows(work.streams), 0.0

    def add(self, piece: Piece) -> None:
        """Encode a piece."""
        began = time.perf_counter()
        encoder = self._work.encoders[piece.encoder]
        self._rows.encode(encoder, piece, keep_frames=self._work.keep_frames)
        self._seconds += time.perf_counter() - began

    def finish(self, job: ClipJob, outcome: ClipOutcome) -> tuple[FinishedClip, float]:
        """Return the clip, and how long encoding it took."""
        finished = self._rows.finish(job, outcome)
        journal = self._work.journal
        if journal is None:
            return finished, self._seconds
        record = journal.add(finished.entry(), finished.rows)
        return WrittenClip(job, outcome, {}, self._work.part, record), self._seconds


def _check_shared(folder: Path, clip: FinishedClip) -> None:
    """Refuse a part that another machine wrote where this one does not see it.

    Raises:
        ConfigError: it did.
    """
    if isinstance(clip, WrittenClip) and not part_folder(folder, clip.part).is_dir():
        raise ConfigError(
            "a part was written on another machine's own disk",
            where=folder,
            hint="choose a folder that every node shares, or leave `parts` out",
            parameter="out",
        )
