"""Fetch one file over HTTP: resumed where it broke off, verified, in place only when whole."""

import hashlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from seehear._version import __version__
from seehear.errors import DataError
from seehear.files import Json, refused, resumed_aside

_BLOCK = 1 << 20
_TIMEOUT_S = 60.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def download(
    url: str,
    path: Path,
    *,
    sha256: str,
    size: int | None = None,
    received: Callable[[int], None] = lambda count: None,
) -> bool:
    """Bring a file to `path` unless it is there already; return whether anything was fetched.

    What was received is kept in a hidden file beside it when the connection breaks, and continued
    from there.

    Args:
        url: https (http only on this machine).
        path: where the file goes.
        sha256: what it must be.
        size: bytes, where known.
        received: told of each block.

    Raises:
        DataError: the address does not answer, or what it gives is not the expected file.
    """
    if path.is_file() and digest(path) == sha256:
        return False
    part = resumed_aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not part.is_file() or size is None or part.stat().st_size < size:
            _receive(url, part, received)
        found = digest(part)
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
    ) as error:
        raise DataError(
            f"cannot be fetched: {_short(error)}",
            where=url,
            hint="run the same command again: it goes on where it stopped",
        ) from None
    except OSError as error:
        raise refused(error, part, wanted=size) from None
    if found != sha256:
        part.unlink()
        raise DataError(
            f"expected sha256 {sha256[:16]}..., got {found[:16]}...",
            where=url,
            hint=(
                "what the address gives has changed or was damaged on the way: run again, or"
                " report it"
            ),
        )
    part.replace(path)
    return True


def get_json(url: str) -> Json:
    """Return the JSON an address answers with.

    Raises:
        DataError: it does not answer, or not with JSON.
    """
    try:
        with _open(url, {}) as answer:
            return json.loads(answer.read())
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
    ) as error:
        raise DataError(
            f"cannot be fetched: {_short(error)}", where=url, hint="check the connection"
        ) from None
    except ValueError:
        raise DataError("expected JSON, got something else", where=url) from None


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _receive(url: str, part: Path, received: Callable[[int], None]) -> None:
    have = part.stat().st_size if part.is_file() else 0
    with _open(url, {"Range": f"bytes={have}-"} if have else {}) as answer:
        go_on = answer.status == 206  # a server that cannot resume answers 200 with the whole file
        expected = answer.headers.get("Content-Length")
        if have and go_on:
            received(have)
        count = 0
        with part.open("ab" if go_on else "wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                count += len(block)
                received(len(block))
        if expected is not None and count < int(expected):
            raise ConnectionError(f"the connection broke after {count} of {expected} bytes")


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise DataError("expected an https address", where=url)
    request = urllib.request.Request(
        url, headers={"User-Agent": f"seehear/{__version__}", **headers}
    )
    answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    return answer


def _short(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code} {error.reason}"
    return str(getattr(error, "reason", "") or error) or type(error).__name__
