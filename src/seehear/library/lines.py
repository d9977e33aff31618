"""A file of lines of texts, added to at its end: what a library remembers to spare work.

It may be taken away at any time.  What a process that was killed left of a line is cut off, and a
folder that takes no files only costs the same work again.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from seehear.errors import SeehearError
from seehear.files import write_text

_SPARE = 1000  # lines that were overtaken, beyond as many as count: then the file is written anew


class Lines:
    """Lines of texts, which are written as in an address (`%20`).

    Args:
        path: of the file.
        make: whether its folder is made where there is none.
    """

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.path, self._make = path, make

    def read(self) -> list[list[str]]:
        """Return the texts of each line that is whole, the oldest first."""
        try:
            *lines, torn = self.path.read_bytes().split(b"\n")
        except OSError:
            return []
        if torn:
            self._replace(lines)
        return [list(map(_text, line.split(b"\t"))) for line in lines]

    def add(self, texts: Iterable[str]) -> None:
        """Add a line."""
        if not (self._make or self.path.parent.is_dir()):
            return
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("ab") as file:
                file.write(_line(texts) + b"\n")

    def shorten(self, read: int, counting: Iterable[Iterable[str]]) -> None:
        """Leave only the lines that count, where too many do not.

        Args:
            read: how many there are.
            counting: those that count.
        """
        lines = list(map(_line, counting))
        if read > 2 * len(lines) + _SPARE:
            self._replace(lines)

    def _replace(self, lines: list[bytes]) -> None:
        with contextlib.suppress(SeehearError, ValueError):
            write_text(self.path, "".join(f"{line.decode()}\n" for line in lines))


def _line(texts: Iterable[str]) -> bytes:
    quoted = (quote_from_bytes(text.encode("utf-8", "surrogateescape"), "/: ") for text in texts)
    return "\t".join(quoted).encode()


def _text(quoted: bytes) -> str:
    plain = unquote_to_bytes(quoted) if b"%" in quoted else quoted
    return plain.decode("utf-8", "surrogateescape")
