"""Which file this is, whatever it is called: its size and a hash that survives renaming."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from seehear.addresses import address_of, opened, stamp
from seehear.errors import MediaError
from seehear.time import MediaFile

WHOLE = 8 * 1024 * 1024  # bytes; of a larger file only the ends are read
_END = WHOLE // 2


def identify(
    path: Path,
    *,
    name: str,
    duration_s: float,
    frame_rate: float | None = None,
    start_timecode: str | None = None,
    content: tuple[int, str] | None = None,
) -> MediaFile:
    """Return what identifies a media file: path, size, length and a hash of its content.

    Args:
        path: where it lies.
        name: its relative path, for the record.
        duration_s: how long it lasts, in seconds.
        frame_rate, start_timecode: see `MediaFile`.
        content: its size in bytes and hash, where these are known already.

    Raises:
        MediaError: it cannot be read.
    """
    try:
        size, hash_ = content or (path.stat().st_size, content_hash(path))
        rate = None if frame_rate is None else round(frame_rate, 6)
        return MediaFile(name, size, hash_, round(duration_s, 6), rate, start_timecode)
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where=path) from None


def content_hash(path: Path) -> str:
    """Return the hash of a file's content, on this machine or at an address.

    For a file of up to 8 MiB: `sha256:` and the SHA-256 of all bytes.  For a larger one:
    `sha256-ends:` and the SHA-256 of its first 4 MiB, its last 4 MiB, and its length in decimal
    digits, so that an hour of video is identified by reading 8 MiB.

    Raises:
        OSError: it cannot be read on this machine.
        MediaError, UnreachableError: it cannot be read at its address.
    """
    address = address_of(path)
    if address is None:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _hash(file, size)
    seen = stamp(address)
    if seen is None:
        raise MediaError("no such file", where=address)
    with opened(address) as remote:
        return _hash(remote, seen[0])


def _hash(file: BinaryIO, size: int) -> str:
    if size <= WHOLE:
        return "sha256:" + hashlib.sha256(file.read()).hexdigest()
    digest = hashlib.sha256(file.read(_END))
    file.seek(-_END, 2)
    digest.update(file.read(_END))
    digest.update(str(size).encode())
    return "sha256-ends:" + digest.hexdigest()
