"""The engine of one machine: decoding processes feed the encoders, which run here, piece by piece.

One thread a process only moves messages; the queue between them and the encoders is short, so
decoders wait rather than fill the memory.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seehear.streaming.decode import Job, Outcome, Piece
from seehear.streaming.encode import ClipRows, Finished, Spec
from seehear.streaming.worker import Decoder, Front


@dataclass
class Times:
    """Where the time of an extraction went, in seconds of this process."""

    waiting_s: float = 0.0  # for the decoders
    encoding_s: float = 0.0


@dataclass
class _Feed:
    """Clips still to do, handed out one at a time, and the short queue of what the decoders made of
    them.
    """

    jobs: Iterator[Job]
    size: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.queue: queue.Queue[tuple[Job | None, Any]] = queue.Queue(self.size)

    def next(self) -> Job | None:
        with self.lock:
            return None if self.stop.is_set() else next(self.jobs, None)

    def put(self, job: Job | None, message: Any) -> bool:
        while not self.stop.is_set():
            with contextlib.suppress(queue.Full):
                self.queue.put((job, message), timeout=0.2)
                return True
        return False


def decode_all(
    jobs: Sequence[Job], front: Front, *, workers: int, timeout_s: float
) -> Iterator[tuple[Job, Piece | Outcome]]:
    """Yield the pieces and the outcome of every clip, those of several clips mixed, each clip's own
    in order.

    Args:
        jobs: clips to do.
        front: what the decoding processes have to know.
        workers: decoding processes.
        timeout_s: see `Decoder`.
    """
    feed = _Feed(iter(jobs), 2 * workers)
    threads = [
        threading.Thread(
            target=_move, args=(feed, Decoder(front, timeout_s=timeout_s)), daemon=True
        )
        for _ in range(min(workers, len(jobs)))
    ]
    for thread in threads:
        thread.start()
    left = len(jobs)
    try:
        while left:
            job, message = feed.queue.get()
            if job is None:
                raise message
            left -= isinstance(message, Outcome)
            yield job, message
    finally:
        feed.stop.set()
        for thread in threads:
            thread.join()


def run_local(
    jobs: Sequence[Job],
    front: Front,
    encoders: Mapping[str, Any],
    streams: Mapping[str, Spec],
    *,
    workers: int,
    timeout_s: float,
    keep_frames: bool,
    times: Times,
) -> Iterator[Finished]:
    """Yield the clips as they get done, in no particular order.

    Args:
        jobs, front, workers, timeout_s: see `decode_all`.
        encoders: by identifier, with their weights.
        streams: what a finished clip must bring.
        keep_frames: see `encode_piece`.
        times: counted up as it goes.
    """
    held: dict[str, ClipRows] = {}
    began = time.perf_counter()
    for job, message in decode_all(jobs, front, workers=workers, timeout_s=timeout_s):
        times.waiting_s += time.perf_counter() - began
        rows = held.setdefault(job.name, ClipRows(streams))
        if isinstance(message, Piece):
            began = time.perf_counter()
            rows.encode(encoders[message.encoder], message, keep_frames=keep_frames)
            times.encoding_s += time.perf_counter() - began
        else:
            yield held.pop(job.name).finish(job, message)
        began = time.perf_counter()


def _move(feed: _Feed, decoder: Decoder) -> None:
    """Give one decoder clip after clip and pass on what it makes of them."""
    try:
        while (job := feed.next()) is not None:
            for message in decoder.run(job):
                if not feed.put(job, message):
                    return
    except Exception as error:
        feed.put(None, error)
    finally:
        decoder.close()
