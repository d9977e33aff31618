"""A decoding process that is started before it is known what to decode for.

Starting Python and importing the libraries takes as long as decoding ten seconds of video.  A
command that will need such a process begins it first, and makes its parser meanwhile.  This file
imports nothing but the standard library, so that there is nothing to wait for.
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
    """Have a spare process while the block runs; one that nobody took is ended."""
    with contextlib.suppress(OSError):  # where none can be started, whoever needs one will say so
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
    """Have a process that is started in the block take no Ctrl-C: that is for the main one.

    It inherits this; to say it itself, it would have to be running already.
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
