"""The engine of a cluster: the stages of the local engine as a Ray Data pipeline.

    clips -> decode (tasks, one CPU each; a child process does the decoding, as on one machine)
          -> encode (a pool of actors that hold the weights; a GPU each where the cluster has any)
          -> this process: rows into the journal, then the same store

Ray repeats what a lost node had in work.  Pieces are numbered, so a piece that comes twice counts
once, and each piece is encoded by itself, so features do not depend on who encoded it.  Tasks, not
actors, decode: when a node is lost, the encoders' claim for a new place is served as soon as any
decoding task ends.

What is pickled here was made by our own code of pieces that were checked as they left the process
that decodes (`streaming.worker`); that process pickles nothing.
"""

import logging
import os
import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seehear.encoders import AnyEncoder
from seehear.errors import MissingExtraError, SeehearError
from seehear.streaming.encode import ClipRows, FinishedClip, PieceRows, encode_piece
from seehear.streaming.local import EngineOptions, Times
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.streams import StreamSpec
from seehear.streaming.worker import Decoder, Front

_CLIPS_A_TASK = 16
_BLOCK_BYTES = 32 << 20  # of decoded frames handed on at a time


def run_ray(
    jobs: Sequence[ClipJob],
    front: Front,
    streams: Mapping[str, StreamSpec],
    options: EngineOptions,
    times: Times,
) -> Iterator[FinishedClip]:
    """Yield the clips as they get done, in no particular order; arguments as `run_local`.

    The cluster is the one of RAY_ADDRESS, else one running on this machine, else a new one for this
    call.  Every node needs seehear, the weights, and access to the media (a shared folder or fsspec
    URLs).

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError.of("ray[data]", "ray") from None
    if not jobs:
        return
    started = _connect(ray)
    try:
        rows = _pipeline(ray, jobs, front, options)
        yield from _collect(rows, jobs, streams, times)
    except ray.exceptions.RayTaskError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, SeehearError):
            raise cause from None
        raise
    finally:
        if started:
            ray.shutdown()


def _connect(ray: Any) -> bool:
    """Connect to a cluster; return whether this call began the connection and has to end it."""
    if ray.is_initialized():
        return False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # our own progress lines say what a user needs
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if os.environ.get("RAY_ADDRESS"):
        ray.init(**quiet)
        return True
    try:
        ray.init(address="auto", **quiet)
    except ConnectionError:  # none is running: start one, with room for a decoder beside an encoder
        ray.init(num_cpus=max(2, os.cpu_count() or 1), include_dashboard=False, **quiet)
    return True


def _pipeline(
    ray: Any, jobs: Sequence[ClipJob], front: Front, options: EngineOptions
) -> Iterator[dict[str, Any]]:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = _BLOCK_BYTES
    workers = options.workers
    gpus = int(ray.cluster_resources().get("GPU", 0))
    # without GPUs Ray makes one stage of both: fewer copies
    place = {"num_gpus": 1} if gpus else {"num_cpus": 1}
    tasks = max(4 * workers, -(-len(jobs) // _CLIPS_A_TASK))
    items = [{"index": index, "job": pickle.dumps(job)} for index, job in enumerate(jobs)]
    clips = ray.data.from_items(items, override_num_blocks=max(1, min(len(jobs), tasks)))
    pieces = clips.map_batches(
        _Decode(front, options.timeout_s),
        batch_size=1,
        num_cpus=1,
        compute=ray.data.TaskPoolStrategy(size=workers),
    )
    rows = pieces.map_batches(
        _Encode,
        fn_constructor_args=(front, options.keep_frames),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=gpus or workers),
        **place,
    )
    yield from rows.iter_rows()


@dataclass
class _Gathered:
    """What has come of one clip so far."""

    parts: dict[int, PieceRows] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    outcome: ClipOutcome | None = None
    pieces: int = -1

    @property
    def whole(self) -> bool:
        """Whether nothing is missing any more."""
        return self.outcome is not None and len(self.parts) + len(self.problems) == self.pieces

    def rows(self, streams: Mapping[str, StreamSpec]) -> ClipRows:
        """Return its rows, in the order of its pieces."""
        parts = [self.parts[number] for number in sorted(self.parts)]
        problems = [self.problems[number] for number in sorted(self.problems)]
        return ClipRows(streams, parts, problems)


def _collect(
    rows: Iterator[dict[str, Any]],
    jobs: Sequence[ClipJob],
    streams: Mapping[str, StreamSpec],
    times: Times,
) -> Iterator[FinishedClip]:
    """Put the pieces of each clip together, whatever order they come in."""
    clips: dict[int, _Gathered] = {}
    done: set[int] = set()
    for row in rows:
        index, number = int(row["index"]), int(row["number"])
        message = pickle.loads(row["message"])
        if index in done:
            continue  # a lost node's work, repeated
        clip = clips.setdefault(index, _Gathered())
        if isinstance(message, ClipOutcome):
            clip.outcome, clip.pieces = message, number
        elif isinstance(message, SeehearError):
            clip.problems[number] = str(message)
        else:
            if number not in clip.parts:
                times.encoding_s += row["seconds"]
            clip.parts[number] = message
        if clip.whole and clip.outcome is not None:
            done.add(index)
            del clips[index]
            yield clip.rows(streams).finish(jobs[index], clip.outcome)


class _Decode:
    """Decodes clips in a child process, which lives as long as the Ray worker it belongs to."""

    def __init__(self, front: Front, timeout_s: float) -> None:
        self.front, self.timeout_s = front, timeout_s

    def __call__(self, batch: dict[str, Any]) -> Iterator[dict[str, list[Any]]]:
        decoder = _decoder(self.front, self.timeout_s)
        for index, job in zip(batch["index"], batch["job"], strict=True):
            number = 0
            for message in decoder.run(pickle.loads(job)):
                yield {"index": [index], "number": [number], "message": [pickle.dumps(message)]}
                number += isinstance(message, Piece)


_DECODERS: dict[bytes, Decoder] = {}


def _decoder(front: Front, timeout_s: float) -> Decoder:
    """Return the decoder of this process.

    Starting one for each task would take longer than its clips.
    """
    key = pickle.dumps((front, timeout_s))
    if key not in _DECODERS:
        _DECODERS[key] = Decoder(front, timeout_s=timeout_s)
    return _DECODERS[key]


class _Encode:
    """Holds the encoders and encodes piece after piece."""

    def __init__(self, front: Front, keep_frames: bool) -> None:
        visual, audio = front.encoders()
        self.encoders: dict[str, AnyEncoder] = {**visual, **audio}
        self.keep_frames = keep_frames

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        messages, seconds = [], []
        for packed in batch["message"]:
            began = time.perf_counter()
            messages.append(pickle.dumps(self._encoded(pickle.loads(packed))))
            seconds.append(time.perf_counter() - began)
        return {
            "index": batch["index"],
            "number": batch["number"],
            "message": messages,
            "seconds": seconds,
        }

    def _encoded(self, message: Piece | ClipOutcome) -> PieceRows | ClipOutcome | SeehearError:
        if not isinstance(message, Piece):
            return message
        encoder = self.encoders[message.encoder]
        try:
            return encode_piece(encoder, message, keep_frames=self.keep_frames)
        except SeehearError as error:
            return error
