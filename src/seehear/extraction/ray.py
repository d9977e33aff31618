"""The engine of a cluster: the stages of the local engine as a Ray Data pipeline.

    clips -> decode (tasks, one CPU each; a child process does the decoding, as on one machine)
          -> encode (a pool of actors that hold the weights; a GPU each where the cluster has any)
          -> this process: rows into the journal, then the same store

Ray repeats what a lost node had in work.  Pieces are numbered, so a piece that comes twice counts
once, and each piece is encoded by itself, so features do not depend on who encoded it.  Tasks, not
actors, decode: when a node is lost, the encoders' claim for a new place is served as soon as any
decoding task ends.
"""

import logging
import os
import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seehear.errors import MissingExtraError, SeehearError
from seehear.streaming.decode import Job, Outcome, Piece
from seehear.streaming.encode import ClipRows, Finished, Rows, Spec, encode_piece
from seehear.streaming.local import Times
from seehear.streaming.worker import Decoder, Front

_CLIPS_A_TASK = 16
_BLOCK_BYTES = 32 << 20  # of decoded frames handed on at a time


def run_ray(
    jobs: Sequence[Job],
    front: Front,
    streams: Mapping[str, Spec],
    *,
    workers: int,
    timeout_s: float,
    keep_frames: bool,
    times: Times,
) -> Iterator[Finished]:
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
        yield from _collect(
            _pipeline(ray, jobs, front, workers, timeout_s, keep_frames), jobs, streams, times
        )
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
    os.environ.setdefault(
        "RAY_BACKEND_LOG_LEVEL", "fatal"
    )  # our own progress lines say what a user needs
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not os.environ.get("RAY_ADDRESS"):
        try:
            ray.init(address="auto", **quiet)
            return True
        except ConnectionError:
            pass  # none is running: start one, with room for a decoder beside an encoder
    new = (
        {}
        if os.environ.get("RAY_ADDRESS")
        else {"num_cpus": max(2, os.cpu_count() or 1), "include_dashboard": False}
    )
    ray.init(**new, **quiet)
    return True


def _pipeline(
    ray: Any, jobs: Sequence[Job], front: Front, workers: int, timeout_s: float, keep_frames: bool
) -> Iterator[dict[str, Any]]:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = _BLOCK_BYTES
    gpus = int(ray.cluster_resources().get("GPU", 0))
    place = (
        {"num_gpus": 1} if gpus else {"num_cpus": 1}
    )  # without GPUs Ray makes one stage of both: fewer copies
    blocks = max(1, min(len(jobs), max(4 * workers, -(-len(jobs) // _CLIPS_A_TASK))))
    items = [{"index": index, "job": pickle.dumps(job)} for index, job in enumerate(jobs)]
    clips = ray.data.from_items(items, override_num_blocks=blocks)
    pieces = clips.map_batches(
        _Decode(front, timeout_s),
        batch_size=1,
        num_cpus=1,
        compute=ray.data.TaskPoolStrategy(size=workers),
    )
    rows = pieces.map_batches(
        _Encode,
        fn_constructor_args=(front, keep_frames),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=gpus or workers),
        **place,
    )
    yield from rows.iter_rows()


@dataclass
class _Clip:
    """What has come of one clip so far."""

    parts: dict[int, Rows] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    outcome: Outcome | None = None
    pieces: int = -1

    @property
    def whole(self) -> bool:
        return self.outcome is not None and len(self.parts) + len(self.problems) == self.pieces


def _collect(
    rows: Iterator[dict[str, Any]], jobs: Sequence[Job], streams: Mapping[str, Spec], times: Times
) -> Iterator[Finished]:
    """Put the pieces of each clip together, whatever order they come in."""
    clips: dict[int, _Clip] = {}
    done: set[int] = set()
    for row in rows:
        index, number, message = int(row["index"]), int(row["number"]), pickle.loads(row["message"])
        if index in done:
            continue  # a lost node's work, repeated
        clip = clips.setdefault(index, _Clip())
        if isinstance(message, Outcome):
            clip.outcome, clip.pieces = message, number
        elif isinstance(message, SeehearError):
            clip.problems[number] = str(message)
        else:
            times.encoding_s += row["seconds"] if number not in clip.parts else 0.0
            clip.parts[number] = message
        if clip.whole and clip.outcome is not None:
            done.add(index)
            del clips[index]
            parts = [clip.parts[n] for n in sorted(clip.parts)]
            yield ClipRows(
                streams, parts, [clip.problems[n] for n in sorted(clip.problems)]
            ).finish(jobs[index], clip.outcome)


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
    """Return the decoder of this process: starting one for each task would take longer than its
    clips.
    """
    key = pickle.dumps((front, timeout_s))
    if key not in _DECODERS:
        _DECODERS[key] = Decoder(front, timeout_s=timeout_s)
    return _DECODERS[key]


class _Encode:
    """Holds the encoders and encodes piece after piece."""

    def __init__(self, front: Front, keep_frames: bool) -> None:
        visual, audio = front.encoders()
        self.encoders, self.keep_frames = {**visual, **audio}, keep_frames

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        messages, seconds = [], []
        for message in map(pickle.loads, batch["message"]):
            began = time.perf_counter()
            if isinstance(message, Piece):
                try:
                    message = encode_piece(
                        self.encoders[message.encoder], message, keep_frames=self.keep_frames
                    )
                except SeehearError as error:
                    message = error
            messages.append(pickle.dumps(message))
            seconds.append(time.perf_counter() - began)
        return {
            "index": batch["index"],
            "number": batch["number"],
            "message": messages,
            "seconds": seconds,
        }
