"""A decoding process, and the handle by which the main process gives it clips.

A video file may crash the C library that reads it, or keep it busy for ever.  So each decoder runs
in a process of its own, at the end of a pipe.  The pipe holds little, so a decoder that is ahead of
the encoders waits.  If no message comes for `timeout_s`, or the process dies, it is replaced and
only its clip is lost.  It sends values and numbers, never a pickle (`pipe`), and they are checked
when they arrive (`messages`): a decoder that a video has taken over cannot run code here.
"""

import contextlib
import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import cast

from seehear.encoders import (
    AnyEncoder,
    AudioEncoder,
    VisualEncoder,
    encoder_options,
    load_encoder,
)
from seehear.errors import SeehearError
from seehear.media.memory import READING_BYTES, limit_memory
from seehear.streaming import spare
from seehear.streaming.decode import decode
from seehear.streaming.messages import (
    ClipJob,
    ClipOutcome,
    Piece,
    job_value,
    read_job,
    read_outcome,
    read_piece,
)
from seehear.streaming.pipe import MessageError, receive, send
from seehear.streaming.sampling import Sampling

_START_S = 120.0  # a busy machine may need as long to import the libraries


@dataclass(frozen=True)
class Front:
    """What a decoding process has to know.

    Args:
        visual, audio: encoder identifiers.
        sampling: see `seehear.streaming.sampling`.
        step_s: length of a segment, in seconds.
        load: gives an encoder by identifier; must be importable by name in another process.
    """

    visual: tuple[str, ...]
    audio: tuple[str, ...]
    sampling: Sampling
    step_s: float
    load: Callable[[str], AnyEncoder]

    def encoders(self) -> tuple[dict[str, VisualEncoder], dict[str, AudioEncoder]]:
        """Return the visual and the audio encoders; no weights are read yet."""
        visual = {id_: cast(VisualEncoder, self.load(id_)) for id_ in self.visual}
        audio = {id_: cast(AudioEncoder, self.load(id_)) for id_ in self.audio}
        return visual, audio


class SameEncoders:
    """Gives decoding processes the same encoders, with the same options, as the main process has.

    Only identifiers and options are sent to them, no networks.

    Args:
        visual: encoders of pictures, by identifier.
    """

    def __init__(self, visual: Mapping[str, VisualEncoder]) -> None:
        self._fps = {id_: encoder.fps for id_, encoder in visual.items()}

    def __call__(self, id_: str) -> AnyEncoder:
        """Return the encoder."""
        if "fps" not in encoder_options(id_):
            return load_encoder(id_)
        return load_encoder(id_, fps=self._fps[id_])


class Decoder:
    """A decoding process; started when first needed, replaced whenever it dies or hangs.

    Args:
        front: what to decode for.
        timeout_s: how many seconds to wait for the next piece of a clip, ten segments at most.
    """

    def __init__(self, front: Front, *, timeout_s: float = 60.0) -> None:
        self.front, self.timeout_s = front, timeout_s
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def run(self, job: ClipJob) -> Iterator[Piece | ClipOutcome]:
        """Yield the pieces of a clip and, last, its outcome.

        If the process dies or hangs, the outcome has no tracks and says so.

        Raises:
            SeehearError: a decoding process cannot be started at all.
        """
        pipe = self._pipe or self._start()
        whole = False
        try:
            send(pipe, job_value(job))
            while not whole:
                message = self._next(pipe)
                whole = isinstance(message, ClipOutcome)
                yield message
        except (EOFError, OSError):
            whole = True
            yield ClipOutcome(problems=[f"the decoder process died ({self._bury()})"])
        finally:
            # the caller stopped early: the rest in the pipe must not be taken for the next clip's
            if not whole:
                self.close()

    def _next(self, pipe: Connection) -> Piece | ClipOutcome:
        """Return the next message of a clip; if no usable one comes, an outcome that says why."""
        try:
            if pipe.poll(self.timeout_s):
                value, arrays = receive(pipe)
                if "encoder" in value:
                    return read_piece(value, arrays, (*self.front.visual, *self.front.audio))
                return read_outcome(value)
            problem = f"the decoder gave no sign for {self.timeout_s:g} s and was stopped"
        except MessageError as error:
            problem = f"the decoder sent something other than a message ({error}) and was stopped"
        self.close()
        return ClipOutcome(problems=[problem])

    def close(self) -> None:
        """End the process."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def _bury(self) -> str:
        """Clean up after a dead process; return the signal or code that it ended with."""
        code = None
        if self._process is not None:
            self._process.join(5)
            code = self._process.exitcode
        self.close()
        return f"signal {-code}" if code and code < 0 else f"code {code}"

    def _start(self) -> Connection:
        started = spare.start()
        self._process, self._pipe = started.process, started.pipe
        pipe = started.pipe
        with contextlib.suppress(OSError):  # it died at once: found and reported in the next step
            pipe.send(self.front)
        fault = _fault_at_start(pipe)
        if fault is not None:
            self.close()
            raise SeehearError(
                f"cannot start a decoding process: {fault.problem}",
                where=fault.where,
                hint=fault.hint,
            )
        return pipe


def _fault_at_start(pipe: Connection) -> SeehearError | None:
    """Wait until a process is ready; return why it is not, or None."""
    if not pipe.poll(_START_S):
        return SeehearError("it did not start in time")
    try:
        answer, _ = receive(pipe)
    except (EOFError, MessageError):
        return SeehearError(
            "the process died at once",
            hint="a script that extracts features must do so below if __name__ == '__main__':",
        )
    if answer.get("ready") is True:
        return None
    where, hint = (answer.get(key) and str(answer[key]) for key in ("where", "hint"))
    return SeehearError(str(answer.get("problem")), where=where or None, hint=hint or None)


def serve(pipe: Connection, parent: int) -> None:
    """Wait for a `Front`, which comes from our own process, then decode clip after clip.

    Runs in the decoding process, and ends when the pipe closes or the parent process is gone.

    Args:
        pipe: to the main process.
        parent: number of the main process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's business
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(ImportError):  # reported when a video needs it
        import av  # noqa: F401  # now, while there is nothing else to do
    try:
        front: Front = pipe.recv()
    except (EOFError, ConnectionResetError):
        return  # nobody wanted it
    try:
        visual, audio = front.encoders()
    except SeehearError as error:
        where = None if error.where is None else str(error.where)
        send(pipe, {"problem": error.problem, "where": where, "hint": error.hint})
        return
    except Exception as error:
        send(pipe, {"problem": f"{type(error).__name__}: {error}"})
        return
    limit_memory(READING_BYTES)
    send(pipe, {"ready": True})
    try:
        while True:
            job = read_job(receive(pipe)[0])
            for message in _safely(decode(job, visual, audio, front.sampling, front.step_s)):
                if isinstance(message, Piece):
                    arrays = (message.rows, message.data, message.segments)
                    send(pipe, {"encoder": message.encoder}, arrays)
                else:
                    send(pipe, dataclasses.asdict(message))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the main process is gone or wants no more


def _safely(messages: Iterator[Piece | ClipOutcome]) -> Iterator[Piece | ClipOutcome]:
    """Pass messages on; an unexpected error of a media library fails this clip alone."""
    try:
        yield from messages
    except Exception as error:
        yield ClipOutcome(problems=[f"{type(error).__name__}: {' '.join(str(error).split())}"])


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, even in the middle of a clip."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
