"""An archive of files that are not videos, and a parser of them that writes down what it parses.

What a file holds is what is "heard" in it: `Loud` from the second that its first byte says.
"""

from pathlib import Path

import numpy as np

from seehear.data import Vocabulary
from seehear.errors import MediaError
from seehear.media import identify
from seehear.parser.many import Parsed
from seehear.time import TimeGrid, Timeline


class FakeParser:
    """Stands for `seehear.parser.Parser`."""

    def __init__(self, args):
        self.vocabulary = Vocabulary.parse(args.events or "Loud,Bright")
        self.scorer = self
        self.threshold = float(args.threshold or 0.5)

    def doubts(self):
        return []

    def about(self):
        return {
            "preset": "fake",
            "version": "1",
            "vocabulary": self.vocabulary.digest(),
            "encoders": {"ear": {"weights": {"ear": "0" * 64}}},
            "decoding": {"threshold": self.threshold},
        }


class FakeParsing:
    """Stands for `seehear.parser.parse_many`; `log` is a file that gets a line a file parsed.

    Attributes:
        after: called with the number of files parsed so far, before each is given back.
        reverse: the last file gets done first.
    """

    def __init__(self, log: Path):
        self.log = log
        self.after = lambda number: None
        self.reverse = False

    def __call__(self, parser, paths, *, jobs, timeout_s, report):
        paths = list(paths)
        for number, path in enumerate(reversed(paths) if self.reverse else paths):
            with self.log.open("a") as log:
                log.write(f"{path.name}\n")
            report(path, 1.0)
            if path.read_bytes().startswith(b"bad"):
                yield Parsed(path, error=MediaError("no sound, no picture", where=path))
                continue
            parsed = Parsed(path, self.timeline(parser, path))
            self.after(number)
            yield parsed

    def timeline(self, parser, path):
        start = path.read_bytes()[0] % 4
        heard = np.zeros((4, len(parser.vocabulary)), bool)
        heard[start:, 0] = True
        return Timeline.from_arrays(
            heard,
            np.zeros_like(heard),
            grid=TimeGrid(4),
            vocabulary=parser.vocabulary.names,
            source=path.name,
            parser=parser.about(),
            media=identify(path, name=path.name, duration_s=4.0),
        )

    def parsed(self):
        """Return the names of the files parsed since this was asked last."""
        names = self.log.read_text().split() if self.log.exists() else []
        self.log.write_text("")
        return names
