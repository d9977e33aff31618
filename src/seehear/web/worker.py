"""Parses one upload, or teaches a parser, in a process of its own.

`python -m seehear.web.worker` reads a `ParseTask` or a `TeachTask` from stdin, a JSON line.  Stdin
then stays open: when it closes, the server is gone and nobody waits for the result.  Answers are
JSON lines on stdout: `{"fraction": 0.3, "timeline": {...}}` or `{"said": "one line"}` while it goes
on, then `{"done": true}`, of a lesson with its card, or `{"error": "one line"}`.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Protocol, TextIO, TypedDict, cast

from seehear.errors import ConfigError, MediaError, SeehearError
from seehear.files import write_text
from seehear.library.written import signed
from seehear.media.memory import limit_memory, too_much_memory
from seehear.time import Timeline
from seehear.web.process import limit_resources
from seehear.web.settings import Limits

if TYPE_CHECKING:
    from seehear.features.kept import KeptWriter, Precision
    from seehear.teach.teaching import Taught

_KEPT_BYTES = 40_000  # of a second, with room: the encoders of the presets make half as much
Progress = Callable[[float, Timeline], None]


class ParseTask(TypedDict):
    """What a worker is given to parse an upload."""

    path: str  # of the video
    out: str  # where its timeline goes
    name: str  # what the user calls it
    keep: NotRequired[Literal["exact", "half"] | None]  # how features are kept beside it
    parser: dict[str, Any]  # options of `seehear.parser.options.make_parser`
    limits: dict[str, Any]  # of `Limits`


class TeachTask(TypedDict):
    """What a worker is given to teach a parser."""

    library: str
    how: str  # of `seehear.teach.teaching.HOW`
    out: str  # folder of the parser that comes of it
    models: list[str]  # parsers that the library may have been parsed with
    limits: dict[str, Any]


class Parsing(Protocol):
    """A parser that reports what is parsed so far; `keep` is as `seehear.parser.Parser` has it."""

    keep: "Callable[[Path], KeptWriter] | None"

    def __call__(self, path: Path, *, progress: Progress) -> Timeline:
        """Return the timeline of a video."""
        ...


def make_parser(options: dict[str, Any]) -> Parsing:
    """Return the parser that the options of a task ask for."""
    from seehear.parser import options as parser_options

    return parser_options.make_parser(**options)


def _keeper(out: Path, precision: "Precision") -> "Callable[[Path], KeptWriter]":
    """Return a function that gives the writer of an upload's features, beside its timeline."""
    from seehear.features.beside import kept_path
    from seehear.features.kept import KeptWriter

    def keep(path: Path) -> "KeptWriter":
        return KeptWriter(kept_path(out), precision)

    return keep


def check(path: Path, limits: Limits) -> None:
    """Refuse a video that is too long or too large to decode.

    Raises:
        MediaError: it is, or it is not a media file at all.
    """
    from seehear.media import probe

    info = probe(path)
    if info.duration_s > limits.duration_s:
        raise MediaError(
            f"the clip is {info.duration_s:.0f} s long; at most {limits.duration_s:.0f} s are taken"
            " here"
        )
    if info.visual is not None and info.visual.width * info.visual.height > limits.pixels:
        raise MediaError(
            f"its frames are {info.visual.width}x{info.visual.height} pixels; "
            f"at most {limits.pixels:,} pixels are taken here"
        )


def run(
    task: ParseTask, answers: TextIO, make: Callable[[dict[str, Any]], Parsing] = make_parser
) -> None:
    """Do one task and write its answers."""

    def say(**answer: Any) -> None:
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()

    def show(fraction: float, so_far: Timeline) -> None:
        say(fraction=fraction, timeline=named(so_far).to_dict())

    def named(timeline: Timeline) -> Timeline:
        return timeline.named(task["name"])

    path, limits = Path(task["path"]), Limits(**task["limits"])
    try:
        check(path, limits)
        say(fraction=0.0)
        parser = make(task["parser"] | {"max_pixels": limits.pixels})
        precision = task.get("keep")
        if precision is not None:
            parser.keep = _keeper(Path(task["out"]), precision)
        timeline = parser(path, progress=show)
        write_text(Path(task["out"]), signed(named(timeline)).to_json())
    except SeehearError as error:
        ours = str(error.where) == str(path)  # a path of this machine is not told
        say(error=error.told(places=not ours))
    except MemoryError:
        say(error=too_much_memory())
    else:
        say(done=True)


def run_teaching(task: TeachTask, answers: TextIO) -> None:
    """Teach, and write the answers."""

    def say(**answer: Any) -> None:
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()

    try:
        done = _taught(task, lambda line: say(said=line))
    except SeehearError as error:
        say(error=error.told(places=False))
    except MemoryError:
        say(error=too_much_memory())
    else:
        say(done=True, card=dict(done.card), better=done.lesson.better)


def _taught(task: TeachTask, say: Callable[[str], None]) -> "Taught":
    """Teach the first of the parsers in question that the library was parsed with."""
    from seehear.teach.teaching import Wish, teach

    trained = None
    if task["how"] == "train":
        from seehear.teach.training import HowTrained
        from seehear.train.options import RunOptions

        trained = HowTrained(options=RunOptions(device="cpu", say=say))
    wish = Wish(Path(task["library"]), task["how"], anyway=True, trained=trained)
    for model in (None, *map(Path, task["models"])):
        try:
            return teach(replace(wish, model=model), Path(task["out"]))
        except ConfigError as error:
            if error.parameter != "model":
                raise
            refused = error
    raise refused


def _end_with_server() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main(make: Callable[[dict[str, Any]], Parsing] = make_parser) -> None:
    """Read the task, keep stdout for answers, go."""
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()
    limits = Limits(**task["limits"])
    limit_memory(limits.memory_bytes)
    most_bytes = 100_000_000 + int(_KEPT_BYTES * limits.duration_s)
    seconds = limits.teach_s if "how" in task else limits.parse_s
    limit_resources(cpu_s=seconds * (os.cpu_count() or 1), file_bytes=most_bytes)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be read as an answer
    if "how" in task:
        run_teaching(cast(TeachTask, task), answers)
    else:
        run(cast(ParseTask, task), answers, make)


if __name__ == "__main__":
    main()
