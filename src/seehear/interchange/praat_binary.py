"""Binary TextGrids of Praat, as the same numbers, texts and flags that its text files hold."""

import struct
from collections.abc import Iterator

from seehear.errors import DataError

START = b"ooBinaryFile"
_WIDE = 0xFFFF  # in place of a length: UTF-16 follows
Token = tuple[str, str, int]  # kind, text, and where it stands: a line, or here a byte


def tokens(data: bytes) -> Iterator[Token]:
    """Yield what a binary TextGrid holds, in the order of the text form.

    Raises:
        DataError: a tier is of an unknown kind, or the data end too soon.
    """
    reader = _Bytes(data)
    yield "text", "ooTextFile", 0
    yield reader.short_text()
    yield reader.number()
    yield reader.number()
    exists = reader.take(1) != b"\0"
    yield "flag", "exists" if exists else "absent", reader.place
    if not exists:
        return
    tiers = reader.count()
    yield tiers
    for _ in range(int(tiers[1])):
        kind = reader.short_text()
        if kind[1] not in ("IntervalTier", "TextTier"):
            raise DataError(f"expected a tier, got {kind[1]!r:.40}", where=f"byte {kind[2]}")
        yield kind
        yield reader.text()
        yield reader.number()
        yield reader.number()
        entries = reader.count()
        yield entries
        for _ in range(int(entries[1])):
            yield reader.number()
            if kind[1] == "IntervalTier":
                yield reader.number()
            yield reader.text()


class _Bytes:
    """Reads one value after the other; a file that ends too soon is an error."""

    def __init__(self, data: bytes) -> None:
        self._data, self.place = data, len(START)

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises:
            DataError: there are not so many.
        """
        found = self._data[self.place : self.place + count]
        if len(found) < count:
            raise DataError("the binary TextGrid ends too soon", where=f"byte {self.place}")
        self.place += count
        return found

    def number(self) -> Token:
        """Return the next number."""
        place = self.place
        return "number", repr(struct.unpack(">d", self.take(8))[0]), place

    def count(self) -> Token:
        """Return how many things follow."""
        place = self.place
        return "number", str(max(0, struct.unpack(">i", self.take(4))[0])), place

    def short_text(self) -> Token:
        """Return the name of a kind."""
        place = self.place
        return "text", self.take(self.take(1)[0]).decode("latin-1"), place

    def text(self) -> Token:
        """Return a text with one or two bytes per character."""
        place = self.place
        length = struct.unpack(">H", self.take(2))[0]
        if length != _WIDE:
            return "text", self.take(length).decode("latin-1"), place
        length = struct.unpack(">H", self.take(2))[0]
        return "text", self.take(2 * length).decode("utf-16-be", "replace"), place
