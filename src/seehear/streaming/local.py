"""The engine of one machine: decoding processes feed the encoders, which run here, piece by piece.

For each decoding process a thread moves its messages into one queue for the encoders.  The queue is
short, so decoders that are ahead wait and do not fill the memory.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seehear.encoders import AnyEncoder
from seehear.streaming.bring import clip_messages
from seehear.streaming.encode import ClipRows, FinishedClip
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.streams import StreamSpec
from seehear.streaming.worker import Decoder, Front


@dataclass(frozen=True)
class EngineOptions:
    """How an engine works; of these only `keep_frames` changes what it makes.

    Args:
        workers: decoding processes.
        timeout_s: see `Decoder`.
        keep_frames: see `encode_piece`.
    """

    workers: int = 1
    timeout_s: float = 60.0
    keep_frames: bool = False


@dataclass
class Times:
    """Where the time of an extraction went, in seconds of this process."""

    waiting_s: float = 0.0  # for the decoders
    encoding_s: float = 0.0


class _Feed:
    """Clips that are left, given out one at a time, and a short queue of what comes of them."""

    def __init__(self, jobs: Iterator[ClipJob], size: int) -> None:
        self.jobs = jobs
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.queue: queue.Queue[tuple[ClipJob, Piece | ClipOutcome] | Exception]
        self.queue = queue.Queue(size)

    def next(self) -> ClipJob | None:
        with self.lock:
            return None if self.stop.is_set() else next(self.jobs, None)

    def put(self, item: tuple[ClipJob, Piece | ClipOutcome] | Exception) -> bool:
        """Put into the queue when there is room; return whether anybody still wants it."""
        while not self.stop.is_set():
            with contextlib.suppress(queue.Full):
                self.queue.put(item, timeout=0.2)
                return True
        return False


def decode_all(
    jobs: Sequence[ClipJob], front: Front, *, workers: int, timeout_s: float
) -> Iterator[tuple[ClipJob, Piece | ClipOutcome]]:
    """Yield the pieces and the outcome of every clip, each with its job.

    The pieces of several clips come mixed, those of one clip in order.

    Args:
        jobs: clips to do.
        front: what the decoding processes have to know.
        workers: decoding processes.
        timeout_s: see `Decoder`.

    Raises:
        UnreachableError, SeehearError: see `clip_messages`.
    """
    feed = _Feed(iter(jobs), 2 * workers)
    threads = []
    for _ in range(min(workers, len(jobs))):
        decoder = Decoder(front, timeout_s=timeout_s)
        threads.append(threading.Thread(target=_move, args=(feed, decoder), daemon=True))
    for thread in threads:
        thread.start()
    left = len(jobs)
    try:
        while left:
            item = feed.queue.get()
            if isinstance(item, Exception):
                raise item
            left -= isinstance(item[1], ClipOutcome)
            yield item
    finally:
        feed.stop.set()
        for thread in threads:
            thread.join()


def run_local(
    jobs: Sequence[ClipJob],
    front: Front,
    encoders: Mapping[str, AnyEncoder],
    streams: Mapping[str, StreamSpec],
    options: EngineOptions,
    times: Times,
) -> Iterator[FinishedClip]:
    """Yield the clips as they get done, in no particular order.

    Args:
        jobs, front: see `decode_all`.
        encoders: by identifier.
        streams: the streams that a finished clip has rows of.
        options: how it works.
        times: the seconds spent are added to it.

    Raises:
        UnreachableError, SeehearError: see `clip_messages`.
    """
    clips: dict[str, ClipRows] = {}
    began = time.perf_counter()
    messages = decode_all(jobs, front, workers=options.workers, timeout_s=options.timeout_s)
    for job, message in messages:
        times.waiting_s += time.perf_counter() - began
        rows = clips.setdefault(job.name, ClipRows(streams))
        if isinstance(message, Piece):
            began = time.perf_counter()
            rows.encode(encoders[message.encoder], message, keep_frames=options.keep_frames)
            times.encoding_s += time.perf_counter() - began
        else:
            yield clips.pop(job.name).finish(job, message)
        began = time.perf_counter()


def _move(feed: _Feed, decoder: Decoder) -> None:
    """Give a decoder clip after clip, and pass on what it makes of them."""
    try:
        while (job := feed.next()) is not None:
            for item in clip_messages(decoder, job):
                if not feed.put(item):
                    return
    except Exception as error:
        feed.put(error)
    finally:
        decoder.close()
