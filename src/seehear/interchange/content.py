"""A foreign file as its reader sees it: read once, as bytes, text, JSON or XML.

What the file does not say of itself comes from `Hints`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.json5 import json5_value
from seehear.foreign.markup import Markup, parse_markup
from seehear.foreign.plain import NAMES, decode
from seehear.foreign.texts import json_value, read_bytes
from seehear.interchange.rows import Findings
from seehear.interchange.timecode import Timecode, least_rate, parse, rate_of

BUNDLED = "Info.fcpxml"  # the one file of a bundle that is read
_MOST_BYTES = 128 << 20
_JSON = re.compile(r"\{|\[\s*[][{\"\d-]")


@dataclass(frozen=True)
class Hints:
    """What a file may not say of itself.

    Args:
        fps: frames a second; what the user says, or the media.
        start_timecode: what the first frame of the media is called, `HH:MM:SS:FF`.
        encoding: character set of a text file; None: found out.
        duration_s: length of the media.
        said: whether the user said `start_timecode`, and not the media.
    """

    fps: float | None = None
    start_timecode: str | None = None
    encoding: str | None = None
    duration_s: float | None = None
    said: bool = False


class Content:
    """One file.

    Args:
        path: where it lies; of a bundle (a folder `.fcpxmld`), `Info.fcpxml` is read.
        hints: what it may not say of itself.
    """

    def __init__(self, path: Path, hints: Hints | None = None) -> None:
        self.path = path / BUNDLED if path.is_dir() else path
        self.name = path.name
        self.hints = Hints() if hints is None else hints

    @cached_property
    def data(self) -> bytes:
        """The bytes."""
        return read_bytes(self.path, most_bytes=_MOST_BYTES)

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        return decode(self.data, self.hints.encoding)

    @property
    def text(self) -> str:
        """The text, with LF line ends."""
        return self._decoded[0]

    @cached_property
    def head(self) -> str:
        """The beginning of the text, to tell formats apart."""
        return self.text[:4096].lstrip()

    @cached_property
    def json(self) -> Json:
        """The JSON or JSON5 value; errors as `texts.parse_json`."""
        try:
            return json_value(self.text)
        except ValueError as strict:
            try:
                return json5_value(self.text)
            except ValueError:
                raise DataError(f"not JSON: {strict}", where=self.path) from None

    @cached_property
    def xml(self) -> Markup:
        """The outermost element."""
        return parse_markup(self.data, where=self.path)

    def is_json(self) -> bool:
        """Return whether it begins as JSON does."""
        return _JSON.match(self.head) is not None

    def is_xml(self) -> bool:
        """Return whether it begins as XML does."""
        return self.head[:1] == "<"

    def about(self, found: Findings) -> None:
        """Note what was assumed of the text."""
        if "_decoded" in self.__dict__ and self._decoded[1] in NAMES and not self.is_xml():
            if self.hints.encoding is None:
                name = NAMES[self._decoded[1]]
                found.note(f"not UTF-8: read as {name}; `encoding` says otherwise")

    def rate(
        self, found: Findings, codes: Iterable[Timecode] = (), *, drop: bool = False
    ) -> Fraction:
        """Return how many frames make a second, for a file that does not say.

        The user or the media may say it; else it is guessed from the frame numbers.

        Args:
            found: takes a note of what was assumed.
            codes: the timecodes of the file.
            drop: whether it says that frames are dropped.
        """
        if self.hints.fps is not None:
            return rate_of(self.hints.fps)
        codes = list(codes)
        most = max((code.frames for code in codes), default=0)
        rate = least_rate(most)
        if drop or any(code.drop for code in codes):
            # frame numbers are dropped at rates just below a whole number
            rate = rate_of(59.94 if most >= 30 else 29.97)
        elif not most:
            return rate
        found.note(
            f"neither the file nor its media says how many frames make a second: {float(rate):.5g}"
            f" taken, as its frame numbers go up to {most}; `fps` says otherwise"
        )
        return rate

    def origin(self) -> Timecode | None:
        """Return the timecode of the media's first frame where somebody knows it.

        Raises:
            DataError: what the user gave is not a timecode.
        """
        given = self.hints.start_timecode
        if given is None:
            return None
        code = parse(given)
        if code is None:
            raise DataError(
                f"expected a timecode HH:MM:SS:FF, got {given!r:.40}", parameter="start_timecode"
            )
        return code
