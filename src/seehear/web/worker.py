"""Parses one upload in a process of its own: `python -m seehear.web.worker` with a job on stdin, a
line of JSON.

Stdin then stays open: when it closes, the server is gone and nobody waits for the result.

The job: `path` (the video), `out` (where its timeline goes), `name` (what the user calls it),
`parser` (see `settings`), `limits`.  Answers are JSON lines on stdout: `{"fraction": 0.3,
"timeline": {...}}` while it goes on, then `{"done": true}` or `{"error": "one line"}`.
"""

import dataclasses
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TextIO

from seehear.errors import MediaError, SeehearError
from seehear.files import write_text
from seehear.time import Timeline
from seehear.web.process import limit_resources
from seehear.web.settings import Limits

Progress = Callable[[float, Timeline], None]


class Parsing(Protocol):
    """A parser that reports what is parsed so far."""

    def __call__(self, path: Path, *, progress: Progress) -> Timeline:
        """Return the timeline of a video."""
        ...


def make_parser(options: dict[str, Any]) -> Parsing:
    """Return the parser that the options of a job ask for."""
    from seehear.parser.options import (
        make_parser as parser_of,  # the same options mean the same parser
    )

    return parser_of(**options)


def check(path: Path, limits: Limits) -> None:
    """Refuse a video that is too long or too large to decode.

    Raises:
        MediaError: it is, or it is no media file at all.
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
    job: dict[str, Any], answers: TextIO, make: Callable[[dict[str, Any]], Parsing] = make_parser
) -> None:
    """Do one job."""

    def say(**answer: Any) -> None:
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()

    path, name = Path(job["path"]), str(job["name"])
    try:
        check(path, Limits(**job["limits"]))
        say(fraction=0.0)
        parser = make(job["parser"])
        timeline = parser(
            path,
            progress=lambda fraction, so_far: say(
                fraction=fraction, timeline=dataclasses.replace(so_far, source=name).to_dict()
            ),
        )
        write_text(Path(job["out"]), dataclasses.replace(timeline, source=name).to_json())
    except SeehearError as error:
        error.where = (
            None if str(error.where) == str(path) else error.where
        )  # our paths are nobody's business
        say(error=str(error))
    else:
        say(done=True)


def _end_with_server() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main(make: Callable[[dict[str, Any]], Parsing] = make_parser) -> None:
    """Read the job, keep stdout for answers, go."""
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()
    limits = Limits(**job["limits"])
    limit_resources(cpu_s=limits.parse_s * (os.cpu_count() or 1), file_bytes=100_000_000)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    run(job, answers, make)


if __name__ == "__main__":
    main()
