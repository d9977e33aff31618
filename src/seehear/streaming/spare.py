"""A decoding process that is started before the encoders it decodes for are known.

Starting Python and importing the libraries takes as long as decoding ten seconds of video.  So a
command that will need such a process starts it first, and makes its parser meanwhile.  This file
imports only the standard library, so that starting costs no time of its own.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess


@dataclass(frozen=True)
class Started:
    """A process that waits for its `Front`, and the pipe to it."""

    process: SpawnProcess
    pipe: Connection

    def end(self) -> None:
        """End the process."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


_spare: list[Started] = []


def start() -> Started:
    """Return a decoding process: the spare one, else a new one."""
    with contextlib.suppress(IndexError):
        return _spare.pop()
    return _begin()


@contextlib.contextmanager
def started_ahead() -> Iterator[None]:
    """Have a spare process while the block runs; if nobody took it, it is ended."""
    with contextlib.suppress(OSError):  # if none can be started, whoever needs one reports that
        _spare.append(_begin())
    try:
        yield
    finally:
        while _spare:
            _spare.pop().end()


def _begin() -> Started:
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(
        target=_serve, args=(theirs, os.getpid()), daemon=True, name="seehear-decoder"
    )
    with _without_interrupts():
        process.start()
    theirs.close()
    return Started(process, pipe)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes that are started in the block ignore Ctrl-C, which the main one handles.

    They inherit this.  They could only set it themselves some time after their start.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, parent: int) -> None:
    from seehear.streaming.worker import serve

    serve(pipe, parent)
