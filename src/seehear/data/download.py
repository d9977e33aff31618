"""Fetch one file over HTTPS: resume what broke off, verify it, and put it in place when whole."""

import hashlib
import http
import http.client
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seehear._version import __version__
from seehear.errors import DataError
from seehear.files import Json, refused, resumed_aside
from seehear.foreign.forms import anything
from seehear.foreign.texts import parse_json

_MOST_JSON = 64 << 20  # bytes of an answer; a longer one is cut off, and then is not JSON
_BLOCK = 1 << 20
_MOST_DIGITS = 32  # of a length; with some thousands Python would raise an error
_TIMEOUT_S = 60.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_GONE = (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE)
_UNREACHED = (
    urllib.error.URLError,
    http.client.HTTPException,
    TimeoutError,
    ConnectionError,
)


def download(
    url: str,
    path: Path,
    *,
    sha256: str,
    blob: str = "",
    size: int | None = None,
    limit: int | None = None,
    received: Callable[[int], None] = lambda count: None,
) -> bool:
    """Bring a file to `path` unless it is there already; return whether anything was fetched.

    If the connection breaks, what was received is kept in a hidden file beside it, and the next
    call goes on from there.

    Args:
        url: https (http only on this machine); redirects must be, too.
        path: where the file goes.
        sha256: of the file, or the first digits of it; empty: not known.
        blob: git's sha1 of the content, where that is published; empty: not known.
        size: bytes, where known.
        limit: the most bytes that the file may have; None: any number.
        received: called with the number of bytes of each block.

    Raises:
        DataError: the address does not answer, or what it gives is not the expected file.
        SeehearError: the system refuses to write.
    """
    pinned = _Pinned(sha256, blob)
    if path.is_file() and pinned.wrong(path) is None:
        return False
    part = resumed_aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _complete(part, pinned, size):
            _receive(url, part, limit, received)
        wrong = pinned.wrong(part)
    except _UNREACHED as error:
        told = f"cannot be fetched: {_short(error)}"
        raise DataError(told, where=url, hint=_what_to_do(error)) from None
    except OSError as error:
        raise refused(error, part, wanted=size) from None
    if wrong is not None:
        part.unlink()
        raise DataError(
            wrong,
            where=url,
            hint=(
                "the file at this address has changed or was damaged on the way: run again, or "
                "report it"
            ),
        )
    part.replace(path)
    return True


def get_json(url: str) -> Json:
    """Return the JSON that an address answers with, of at most 64 MiB.

    Raises:
        DataError: it does not answer, or not with JSON.
    """
    try:
        with _open(url, {}) as answer:
            content = answer.read(_MOST_JSON + 1)
    except _UNREACHED as error:
        raise DataError(
            f"cannot be fetched: {_short(error)}", where=url, hint="check the connection"
        ) from None
    try:
        return parse_json(content, anything, where=url)
    except DataError:
        raise DataError("expected JSON, got something else", where=url) from None


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_blob(path: Path) -> str:
    """Return git's name of a file's content: the sha1 of `blob SIZE`, a zero byte and the bytes."""
    total = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


def size_of(url: str) -> int | None:
    """Return how many bytes an address says its file has; None if it does not say.

    Raises:
        DataError: it does not answer.
    """
    try:
        with _open(url, {"Accept-Encoding": "identity"}, method="HEAD") as answer:
            return _length(answer)
    except _UNREACHED as error:
        raise DataError(
            f"cannot be reached: {_short(error)}", where=url, hint="check the connection"
        ) from None


@dataclass(frozen=True)
class _Pinned:
    """What a file must be."""

    sha256: str
    blob: str

    def wrong(self, path: Path) -> str | None:
        """Return in words how a file differs from the expected one; None if it does not."""
        found = digest(path)
        if not found.startswith(self.sha256):
            return f"expected sha256 {self.sha256[:16]}..., got {found[:16]}..."
        if self.blob and (name := git_blob(path)) != self.blob:
            return f"expected git's blob {self.blob[:16]}..., got {name[:16]}..."
        return None


def _complete(part: Path, pinned: _Pinned, size: int | None) -> bool:
    """Return whether there is nothing left to receive."""
    if not part.is_file():
        return False
    if size is not None:
        return part.stat().st_size >= size
    return pinned.wrong(part) is None


def _receive(url: str, part: Path, limit: int | None, received: Callable[[int], None]) -> None:
    answer, have = _connect(url, part)
    with answer, part.open("ab" if have else "wb") as file:
        expected = _length(answer) or 0
        room = math.inf if limit is None else limit - have
        if have:
            received(have)
        count = 0
        while max(count, expected) <= room and (block := _read(answer)):
            file.write(block)
            count += len(block)
            received(len(block))
    if max(count, expected) > room:
        part.unlink()
        raise DataError(
            f"expected at most {limit:,} bytes, it has more; nothing was kept",
            where=url,
            hint="the file at this address has changed: report it",
        )
    if count < expected:
        raise ConnectionError(f"the connection broke after {count} of {expected} bytes")


def _connect(url: str, part: Path) -> tuple[http.client.HTTPResponse, int]:
    """Return the answer, and how many bytes of the file are here already, which it leaves out."""
    have = part.stat().st_size if part.is_file() else 0
    if not have:
        return _open(url, {}), 0
    try:
        answer = _open(url, {"Range": f"bytes={have}-"})
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        return _open(url, {}), 0  # the file has become shorter than what is here
    # a server that cannot resume answers 200 with the whole file
    if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        return answer, 0
    if not (answer.headers.get("Content-Range") or f"bytes {have}-").startswith(f"bytes {have}-"):
        answer.close()  # another part than the one asked for
        return _open(url, {}), 0
    return answer, have


def _length(answer: http.client.HTTPResponse) -> int | None:
    """Return how many bytes an answer says it has; None if it gives no such number."""
    said = answer.headers.get("Content-Length") or ""
    return int(said) if said.isdecimal() and len(said) < _MOST_DIGITS else None


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Return the next block; an OSError here means the connection, not the disk."""
    try:
        return answer.read(_BLOCK)
    except OSError as error:
        raise ConnectionError(_short(error)) from error


def _is_safe(url: str, *, here: bool) -> bool:
    """Return whether an address may be asked: https, or, if `here`, also http on this machine."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:  # a bracket that does not close
        return False
    return parts.scheme == "https" or (
        here and parts.scheme == "http" and parts.hostname in _LOOPBACK
    )


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https alone; from http on this machine also to http on this machine."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request that follows.

        Raises:
            DataError: the address is not a safe one.
        """
        if not _is_safe(newurl, here=req.type == "http"):
            raise DataError(f"expected a redirect to https, got {newurl}", where=req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_SafeRedirects)


def _open(url: str, headers: dict[str, str], method: str = "GET") -> http.client.HTTPResponse:
    if not _is_safe(url, here=True):
        raise DataError("expected an https address", where=url)
    request = urllib.request.Request(
        url, headers={"User-Agent": f"seehear/{__version__}", **headers}, method=method
    )
    try:
        answer: http.client.HTTPResponse = _OPENER.open(request, timeout=_TIMEOUT_S)
    except ValueError as error:
        raise DataError(f"it redirects to what is no address: {error}", where=url) from None
    return answer


def _what_to_do(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError) and error.code in _GONE:
        return "the file is not there any more, or has moved: report it"
    return "run the same command again: it goes on where it stopped"


def _short(error: BaseException) -> str:
    told = str(getattr(error, "reason", "") or error) or type(error).__name__
    if isinstance(error, urllib.error.HTTPError):
        told = f"HTTP {error.code} {error.reason}"
    return "".join(map(_printable, told))


def _printable(sign: str) -> str:
    return sign if sign.isprintable() else "?"
