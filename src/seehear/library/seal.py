"""A Parquet file with a digest, by which damage is noticed.

A flipped bit in a page can change numbers without any error, so the sha256 of the file is stored in
it, just before the footer.  Readers of Parquet find the footer from the file's end, and the pages
by the footer; they ignore what lies between.

    PAR1  pages  "seehear sealed 1"  sha256 (32 bytes)  footer  its length (4 bytes)  PAR1
"""

import contextlib
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

_MARK = b"seehear sealed 1"
_SEAL = len(_MARK) + hashlib.sha256().digest_size
_TAIL = 8  # the footer's length and PAR1
_PIECE = 1 << 20


def seal(path: Path, form: str) -> None:
    """Put the digest into a Parquet file that was just written.

    Args:
        path: the file.
        form: describes the content; a file sealed with another form does not count as sealed.
    """
    with path.open("r+b") as file:
        start = _footer(file)
        digest = _digest(file, start, start, form)
        file.seek(start)
        footer = file.read()
        file.seek(start)
        file.write(_MARK + digest + footer)


def is_sealed(path: Path, form: str) -> bool:
    """Return whether a file is, byte by byte, what `seal` left behind."""
    with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
        start = _footer(file)
        digest = _digest(file, start - _SEAL, start, form)
        file.seek(start - _SEAL)
        return file.read(_SEAL) == _MARK + digest
    return False


def _footer(file: BinaryIO) -> int:
    """Return where the footer begins; ValueError where there is none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL, 0))
    return size - _TAIL - int.from_bytes(file.read(4), "little")


def _digest(file: BinaryIO, pages: int, footer: int, form: str) -> bytes:
    """Return the sha256 of a form, of the file up to `pages`, and of it from `footer` on."""
    if pages < 0:
        raise ValueError("a footer longer than the file")
    out = hashlib.sha256(form.encode() + b"\0")
    file.seek(0)
    for at in range(0, pages, _PIECE):
        out.update(file.read(min(_PIECE, pages - at)))
    file.seek(footer)
    out.update(file.read())
    return out.digest()
