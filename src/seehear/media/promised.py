"""How long a file should be by the sizes written in it, against the bytes that are there.

A copy that broke off, or a recorder that lost power, leaves a file that plays well up to where it
ends.  Nothing in what plays tells that there was more; the sizes that containers write into their
own headers do.

Sources: RIFF and OpenDML (AVI, WAV), RF64 (EBU Tech 3306), AIFF; ISO/IEC 14496-12, 4.2 (boxes);
RFC 8794 and RFC 9559 (EBML, Matroska's Segment); RFC 3533 (pages of Ogg); the header of Xing in the
first frame of most MP3.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_SLACK = 64  # bytes that writers miscount by
_UNKNOWN = (0, 0xFFFFFFFF)  # written for a size by writers that could not go back to fill it in
_TAIL = 1 << 17  # bytes: more than two pages of Ogg
_MOST_PARTS = 100_000
_BOXES = frozenset(
    b"ftyp moov mdat free skip wide pnot styp moof sidx mfra uuid meta emsg prft ssix PICT".split()
)
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067


@dataclass(frozen=True)
class Promise:
    """What the sizes stated in a file say about its completeness.

    Args:
        size: bytes that are there.
        promised: bytes that there should be; None: the file does not say.
        second: the byte at which a second, appended recording begins; None: there is none.
        second_read: whether readers go on with the second recording.
        open_end: whether the file stops without the mark that belongs at its end.
    """

    size: int
    promised: int | None = None
    second: int | None = None
    second_read: bool = False
    open_end: bool = False

    def problems(self) -> list[str]:
        """Return what is missing or too much, one line each."""
        if self.promised is not None and self.promised > self.size + _SLACK:
            return [
                f"the file is cut off: {self.size:,} bytes are there, it was made with"
                f" {self.promised:,}"
            ]
        if self.open_end:
            return ["the file is cut off: it stops without the mark that belongs at its end"]
        if self.second is not None and not self.second_read:
            return [
                f"a second recording is appended at byte {self.second:,} of {self.size:,}; it is"
                " not read"
            ]
        return []


def promise_of(path: Path) -> Promise:
    """Return what the sizes in a file say; only its size for formats that write none.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] in (b"RIFF", b"RIFX", b"FORM", b"RF64", b"BW64"):
            return _riff(file, size)
        if head[4:8] in _BOXES:
            return _boxes(file, size)
        if int.from_bytes(head[:4], "big") == _EBML:
            return _matroska(file, size)
        if head[:4] == b"OggS":
            return _ogg(file, size)
        if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1] >= 0xE0):
            return _mp3(file, size)
    return Promise(size)


def _riff(file: BinaryIO, size: int) -> Promise:
    """Return the end of the last outer chunk; an AVI file of more than a gigabyte has several."""
    end = 0
    for _ in range(_MOST_PARTS):
        file.seek(end)
        head = file.read(28)
        if head[:4] in (b"RF64", b"BW64"):
            length = int.from_bytes(head[20:28], "little")
        elif end and (head[:4], head[8:12]) != (b"RIFF", b"AVIX"):
            second = end if head[:4] in (b"RIFF", b"RIFX", b"FORM") else None
            return Promise(size, end, second)
        else:
            order = "little" if head[:4] == b"RIFF" else "big"
            length = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]
            if length in _UNKNOWN:
                return Promise(size)
        end += 8 + length + length % 2
        if end >= size:
            break
    return Promise(size, end)


def _boxes(file: BinaryIO, size: int) -> Promise:
    """Return the end of the last box, and where a second film begins."""
    end, films, second = 0, 0, None
    for _ in range(_MOST_PARTS):
        file.seek(end)
        head = file.read(16)
        kind, length = head[4:8], int.from_bytes(head[:4], "big")
        if len(head) < 8 or kind not in _BOXES:
            break
        films += kind == b"moov"
        if kind == b"ftyp" and films:
            second = end
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # 0: to the end of the file
            return Promise(size, None, second)
        end += length
    return Promise(size, end, second)


def _matroska(file: BinaryIO, size: int) -> Promise:
    """Return the end of the segment, and whether a second file follows it."""
    file.seek(4)
    length = _vint(file)
    if length is None:
        return Promise(size)
    file.seek(length, 1)
    if int.from_bytes(file.read(4), "big") != _SEGMENT:
        return Promise(size)
    length = _vint(file)
    if length is None:
        return Promise(size)
    end = file.tell() + length
    file.seek(min(end, size))
    second = end if int.from_bytes(file.read(4), "big") == _EBML else None
    return Promise(size, end, second, second_read=True)


def _vint(file: BinaryIO) -> int | None:
    """Return the number that comes next (RFC 8794, 4); None: unknown size, or none is there."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0x7F >> more)]) + file.read(more), "big")
    return None if value == (1 << 7 * (more + 1)) - 1 else value


def _ogg(file: BinaryIO, size: int) -> Promise:
    """Return the end of the last page, and whether it is marked as the last of its stream."""
    begin = max(0, size - _TAIL)
    file.seek(begin)
    tail = file.read(_TAIL)
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return Promise(size, open_end=True)
    table = tail[at + 27 : at + 27 + tail[at + 26]]
    end = begin + at + 27 + tail[at + 26] + sum(table)
    return Promise(size, end, open_end=end > size or not tail[at + 5] & 4)


def _mp3(file: BinaryIO, size: int) -> Promise:
    """Return the end of the sound, where its first frame says how many bytes it has."""
    file.seek(0)
    head = file.read(10)
    first = 0
    if head[:3] == b"ID3":
        first = 10 + sum(byte << 7 * k for k, byte in enumerate(reversed(head[6:10])))
    file.seek(first)
    frame = file.read(60)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or len(frame) < at + 16 or frame[at + 7] & 3 != 3:
        return Promise(size)
    return Promise(size, first + int.from_bytes(frame[at + 12 : at + 16], "big"))
