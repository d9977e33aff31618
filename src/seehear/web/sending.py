"""A file as an answer: opened once, and sent from what was opened.

Between the check of a path and its sending a file may be deleted, replaced, cut or made unreadable.
What counts is therefore the open file.  Its length when it was opened is promised, and no more is
sent.  If it has become shorter since, the connection ends early: that is how HTTP says so.
"""

import hashlib
import logging
import os
import re
import stat
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})")
_log = logging.getLogger(__name__)


class SentFile(StreamingResponse):
    """A file, or the part of it that a `Range` header asks for.

    Several ranges at once are answered with the whole, as the standard allows.

    Args:
        path: the file; it is opened here.
        media_type: what it is.
        wanted: the header `Range`.
        known: the header `If-Range`: the range counts only if the file is still this one.

    Raises:
        HTTPException: it cannot be read (404), the header is not a range (400), or no part of the
            file lies in it (416).

    Source: RFC 9110, section 14.
    """

    def __init__(
        self, path: Path, media_type: str, *, wanted: str | None = None, known: str | None = None
    ) -> None:
        self.name, self.file = path.name, _opened(path)
        try:
            found = os.fstat(self.file.fileno())
            self.size = found.st_size
            tag = hashlib.sha256(f"{found.st_mtime_ns}-{self.size}".encode()).hexdigest()[:32]
            headers = {
                "accept-ranges": "bytes",
                "etag": f'"{tag}"',
                "last-modified": formatdate(found.st_mtime, usegmt=True),
            }
            part = None
            if wanted is not None and known in (None, headers["etag"], headers["last-modified"]):
                part = _part(wanted, self.size)
            self.first, last = part or (0, self.size - 1)
            if part is not None:
                headers["content-range"] = f"bytes {self.first}-{last}/{self.size}"
            self.left = last + 1 - self.first
            headers["content-length"] = str(self.left)
        except BaseException:
            self.file.close()
            raise
        status = 200 if part is None else 206
        super().__init__(self._chunks(), status, headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.file.close()

    async def stream_response(self, send: Send) -> None:
        """Send what was promised; where that is no longer there, end without completing it."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        async for chunk in self.body_iterator:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if self.left:
            _log.warning("%s became shorter or unreadable while it was sent", self.name)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _chunks(self) -> Iterator[bytes]:
        try:
            self.file.seek(self.first)
            while self.left and (chunk := self.file.read(min(self.left, _CHUNK))):
                self.left -= len(chunk)
                yield chunk
        except OSError:  # a disk that was pulled out
            return


def _opened(path: Path) -> BinaryIO:
    """Return a file to read from.

    Raises:
        HTTPException: there is none, or it cannot be read.
    """
    try:
        # without waiting: a pipe in the place of the file would wait for its other end
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return os.fdopen(handle, "rb", buffering=0)
        os.close(handle)
        reason = "it is not a file"
    except OSError as error:
        reason = error.strerror or str(error)
    raise HTTPException(404, f"the file of this clip cannot be read: {reason}")


def _part(wanted: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte that a `Range` asks for, or None for the whole.

    Raises:
        HTTPException: it is not a range, or lies beyond the end.

    Examples:
        >>> _part("bytes=2-5", 10), _part("bytes=-3", 10), _part("bytes=0-1,4-5", 10)
        ((2, 5), (7, 9), None)
    """
    if "," in wanted:
        return None
    found = _RANGE.fullmatch(wanted.strip())
    first, last = found.groups() if found else ("", "")
    wrong = int(first) > int(last) if first and last else not first and not last
    if wrong:
        raise HTTPException(400, "the header Range is not a range of bytes")
    begin = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if begin > end:
        raise HTTPException(416, "no such part", {"content-range": f"bytes */{size}"})
    return begin, end
