"""Many files: decoding in processes of their own, encoding here, one file's fault costs that file
alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import FeatureError, MediaError, SeehearError
from seehear.parser.parser import Clip, Parser
from seehear.streaming.decode import Job, Outcome, Piece
from seehear.streaming.local import decode_all
from seehear.streaming.worker import Front
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

    A file that crashes its decoder, or gives no sign for `timeout_s`, is an error of that file.
    Scripts call this below `if __name__ == "__main__":`, as everything that starts processes.

    Args:
        parser: what to do with each.
        paths: media files.
        jobs: decoding processes.
        timeout_s: longest wait for ten segments.
        front: what decoding processes load; None: the parser's encoders by their ids.
        report: told, while a file is read, up to which second its latest piece goes.
    """
    scorer = parser.scorer
    front = front or Front(
        tuple(scorer.visual), tuple(scorer.audio), "grid", scorer.step_s, _Load(parser)
    )
    todo = {str(index): path for index, path in enumerate(paths)}
    clips = {name: Clip(parser, path) for name, path in todo.items()}
    work = [Job(name, path.stem, str(path)) for name, path in todo.items()]
    for job, message in decode_all(work, front, workers=jobs, timeout_s=timeout_s):
        clip = clips[job.name]
        if isinstance(message, Piece):
            _add(clip, message)
            report(clip.path, (int(message.segments[-1]) + 1) * scorer.step_s)
            continue
        del clips[job.name]
        yield _finished(clip, message, todo[job.name])


def _add(clip: Clip, piece: Piece) -> None:
    try:
        clip.add(piece)
    except FeatureError as error:  # what the encoder made of this piece is no number
        clip.problems.append(str(error))


def _finished(clip: Clip, outcome: Outcome, path: Path) -> Parsed:
    try:
        return Parsed(path, clip.finish(outcome))
    except MediaError as error:
        return Parsed(path, error=error)


class _Load:
    """Gives the decoding processes encoders with the options of the parser's own; travels by name
    and options.
    """

    def __init__(self, parser: Parser) -> None:
        encoders = {**parser.scorer.audio, **parser.scorer.visual}
        self._options: dict[str, dict[str, Any]] = {
            id_: {"fps": encoder.fps}
            for id_, encoder in encoders.items()
            if hasattr(encoder, "fps")
        }

    def __call__(self, id_: str) -> Any:
        from seehear.encoders import load_encoder

        return load_encoder(id_, **self._options.get(id_, {}))
