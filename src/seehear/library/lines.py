"""An append-only file of lines in which a library remembers work that need not be done again.

The file may be deleted at any time.  An incomplete line of a killed process is cut off.  In a
folder that cannot be written, the same work is simply done again.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from seehear.errors import SeehearError
from seehear.files import write_text

_SPARE = 1000  # the file is rewritten once outdated lines exceed the valid ones by this many


class Lines:
    """Lines of texts, written with the escapes of addresses (`%20`).

    Args:
        path: of the file.
        make: whether its folder is made if it is missing.
    """

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.path, self._make = path, make

    def read(self) -> list[list[str]]:
        """Return the texts of each complete line, the oldest first."""
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
        """Rewrite the file with the valid lines alone, if too many are outdated.

        Args:
            read: number of lines in the file.
            counting: texts of the valid lines.
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
