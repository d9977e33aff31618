"""Many files: decoding in processes of their own, encoding here.

A fault in one file stops only that file.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seehear.addresses import address_of
from seehear.encoders.base import Loads
from seehear.errors import FeatureError, SeehearError
from seehear.parser.clip_parse import ClipParse
from seehear.parser.parser import Parser
from seehear.parser.scorer import Scorer
from seehear.streaming.local import decode_all
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.worker import Front, SameEncoders
from seehear.time import Timeline

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Parsed:
    """One file, done: its timeline, or the error that kept it from having one."""

    path: Path
    timeline: Timeline | None = None
    error: SeehearError | None = None


def parse_many(
    parser: Parser,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    timeout_s: float = TIMEOUT_S,
    front: Front | None = None,
    report: Callable[[Path, float], None] = lambda path, time_s: None,
) -> Iterator[Parsed]:
    """Yield each file as it gets done, in no particular order when `jobs` is above 1.

    A file that crashes its decoder, or gives nothing for `timeout_s`, is an error of that file.
    Scripts call this below `if __name__ == "__main__":`, because it starts processes.

    Args:
        parser: parses each of them.
        paths: media files.
        jobs: decoding processes.
        timeout_s: longest wait for ten segments.
        front: what decoding processes load; None: the parser's encoders by their ids.
        report: told, while a file is read, up to which second its latest piece goes.
    """
    scorer = parser.scorer
    front = front or Front(
        tuple(scorer.visual),
        tuple(scorer.audio),
        "grid",
        scorer.step_s,
        SameEncoders(scorer.visual),
    )
    todo = {str(index): path for index, path in enumerate(paths)}
    clips = {name: parser.begin(path) for name, path in todo.items()}
    stream, limit = parser.audio_stream, parser.max_pixels
    work = [
        ClipJob(
            name, path.stem, address_of(path) or str(path), audio_stream=stream, max_pixels=limit
        )
        for name, path in todo.items()
    ]
    # weights are read while the first clip is being decoded; an error in that comes up in encoding
    with _loaded_ahead(scorer):
        for job, message in decode_all(work, front, workers=jobs, timeout_s=timeout_s):
            clip = clips[job.name]
            if isinstance(message, Piece):
                add_piece(clip, message)
                report(clip.path, (int(message.segments[-1]) + 1) * scorer.step_s)
                continue
            del clips[job.name]
            yield finished(clip, job, message)


@contextlib.contextmanager
def _loaded_ahead(scorer: Scorer) -> Iterator[None]:
    """Read the weights of encoders that can do so, while the block runs.

    Python waits for this thread before it exits: stopped half way, the libraries would crash.
    """
    over = threading.Event()

    def load() -> None:
        with contextlib.suppress(Exception):
            for encoder in (*scorer.audio.values(), *scorer.visual.values()):
                if isinstance(encoder, Loads) and not over.is_set():
                    encoder.load()

    threading.Thread(target=load, name="seehear-load", daemon=False).start()
    try:
        yield
    finally:
        over.set()


def add_piece(clip: ClipParse, piece: Piece) -> None:
    """Encode a piece of a clip; an error is noted among the clip's problems."""
    try:
        clip.add(piece)
    except FeatureError as error:  # the encoder made NaN or infinite values of it
        clip.problems.append(str(error))


def finished(clip: ClipParse, job: ClipJob, outcome: ClipOutcome) -> Parsed:
    """Return the timeline of a clip that was read to its end, or the error."""
    clip.content = job.content
    try:
        return Parsed(clip.path, clip.finish(outcome))
    except SeehearError as error:
        return Parsed(clip.path, error=error)
