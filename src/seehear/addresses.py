"""Files at addresses: what fsspec reaches, such as `s3://bucket/folder/clip.mp4`.

A `Path` made from an address has lost one slash.  It is still understood, so every function here
takes a path or an address.  Credentials come from where the tools of each storage look for them
(environment, profile, role).  An address with credentials in it is refused, because addresses are
written into files and messages.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from seehear.errors import ConfigError, MediaError, MissingExtraError, UnreachableError
from seehear.files import Json
from seehear.files import stamp as file_stamp
from seehear.names import ADDRESS

Stamp = tuple[int, int]
_ROOTED = ("file", "local", "memory")  # schemes whose paths begin with a slash
_VERSIONS = ("ETag", "etag", "LastModified", "mtime", "updated", "last_modified", "created")
_KEPT = "what was finished is kept; run the same command again to go on"
_CREDENTIALS = "are the right credentials in the environment?"
_seen: dict[str, Stamp] = {}  # address -> stamp, as it was last listed, asked for or sent


class Remote(NamedTuple):
    """A file at or below an address.

    Args:
        address: of the file itself.
        name: its path below the address that was listed; where that is the file itself, its name.
        stamp: see `stamp`.
    """

    address: str
    name: str
    stamp: Stamp


def address_of(path: Path | str) -> str | None:
    """Return the address that a path was made from; None for a path on this machine.

    Examples:
        >>> address_of(Path("s3://bucket/a.mp4"))
        's3://bucket/a.mp4'
    """
    found = ADDRESS.fullmatch(str(path))
    if found is None or os.path.lexists(path):
        return None
    slashes = "///" if found["scheme"] in _ROOTED else "//"
    return f"{found['scheme']}:{slashes}{found['rest']}"


def place_of(path: Path | str) -> str:
    """Return the address of a file, or its whole path on this machine."""
    return address_of(path) or os.path.abspath(path)


def check(address: str) -> None:
    """Refuse an address that carries credentials, without repeating them.

    Raises:
        ConfigError: it does.
    """
    parts = urlsplit(address)
    if "@" in parts.netloc or (parts.query and parts.scheme in ("http", "https", "s3", "gs")):
        raise ConfigError(
            "expected an address without credentials, got one with some",
            where=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
            hint="give them in the environment, as the tools of that storage take them",
        )


def stamp(path: Path | str) -> Stamp | None:
    """Return what tells a changed file from an unchanged one; None where no such file can be read.

    For a file on this machine: its size in bytes and the time of its change in nanoseconds.  At an
    address: its size in bytes and a digest of its version, as a number.  An address that was listed
    before is not asked again.

    Raises:
        UnreachableError: the address cannot be reached.
        ConfigError, MissingExtraError: see `system_of`.
    """
    address = address_of(path)
    if address is None:
        return file_stamp(Path(path))
    if address not in _seen:
        try:
            with _told(address):
                system, inner = system_of(address)
                _seen[address] = _stamp(system.info(inner))
        except MediaError:
            return None
    return _seen[address]


def listed(address: str) -> list[Remote]:
    """Return the files at or below an address, sorted; none where there is nothing.

    The storage is asked each time.

    Raises:
        ConfigError: the address carries credentials, or there is no file system of its kind.
        MissingExtraError: see `system_of`.
        MediaError: access is denied.
        UnreachableError: it cannot be reached.
    """
    check(address)
    with _told(address):
        system, root = system_of(address)
        system.invalidate_cache()
        found = system.find(root, detail=True)
    entries = []
    for inner, info in sorted(found.items()):
        if info.get("type") == "directory":
            continue
        name = inner.removeprefix(root).lstrip("/") or Path(inner).name
        whole = address.rstrip("/") if inner == root else f"{address.rstrip('/')}/{name}"
        _seen[whole] = _stamp(info)
        entries.append(Remote(whole, name, _seen[whole]))
    return entries


def fetch(pairs: Sequence[tuple[str, Path]]) -> None:
    """Copy files from one storage to this machine.

    Args:
        pairs: the address of each file, and the path that it is copied to.

    Raises:
        MediaError: there is no such file, or it may not be read.
        UnreachableError: the place cannot be reached.
    """
    if not pairs:
        return
    with _told(pairs[0][0]):
        system, _ = system_of(pairs[0][0])
        for _, path in pairs:
            path.parent.mkdir(parents=True, exist_ok=True)
        if len(pairs) == 1:
            system.get_file(system_of(pairs[0][0])[1], str(pairs[0][1]))
            return
        inner = [system_of(address)[1] for address, _ in pairs]
        system.get(inner, [str(path) for _, path in pairs])


def send(path: Path, address: str) -> Stamp:
    """Copy a file of this machine to an address; return its stamp there.

    Raises:
        UnreachableError: the place cannot be reached, or takes no files.
    """
    try:
        with _told(address):
            system, inner = system_of(address)
            system.makedirs(inner.rpartition("/")[0], exist_ok=True)
            system.put_file(str(path), inner)
            _seen[address] = _stamp(system.info(inner))
    except MediaError as error:
        raise UnreachableError(error.problem, where=address, hint=_KEPT) from None
    return _seen[address]


@contextmanager
def opened(address: str) -> Iterator[Any]:
    """Open a file for reading bytes while the block runs; raises what `fetch` raises."""
    with _told(address):
        system, inner = system_of(address)
        with system.open(inner, "rb") as file:
            yield file


def _stamp(info: Json) -> Stamp:
    version = next((info[key] for key in _VERSIONS if info.get(key)), "")
    if isinstance(version, datetime):  # some tell the same time as a number elsewhere
        version = version.timestamp()
    digest = hashlib.sha256(str(version).encode()).digest()
    return int(info.get("size") or 0), int.from_bytes(digest[:7], "big")


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn what a file system raises into our errors: each file system has classes of its own."""
    try:
        yield
    except (MissingExtraError, ConfigError):
        raise
    except FileNotFoundError:
        raise MediaError("no such file or folder", where=address) from None
    except PermissionError:
        raise MediaError(
            "may not be read or written",
            where=address,
            hint=_CREDENTIALS,
        ) from None
    except Exception as error:
        # by name, as the packages of S3, Google and Azure that define these errors may be missing
        hint = _CREDENTIALS if "Credential" in type(error).__name__ else _KEPT
        raise UnreachableError(line_of(error), where=address, hint=hint) from None


def line_of(error: Exception) -> str:
    """Return one line on what a file system raised, without the queries of addresses in it."""
    text = " ".join(str(error).split())
    text = re.sub(r"\?[^\s\"']*", "", text)  # the query of an address may hold a signature
    return f"cannot be reached ({type(error).__name__}: {text[:200]})"


def system_of(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it.

    Raises:
        ConfigError: there is no file system of its kind.
        MissingExtraError: fsspec, or the package of that file system, is not installed.
    """
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError.of("fsspec", "ray") from None
    try:
        system, inner = fsspec.core.url_to_fs(address)
    except ImportError as error:
        if address.startswith(("s3:", "s3a:")):
            raise MissingExtraError.of("s3fs", "s3") from None
        raise ConfigError(f"no file system for it: {error}", where=address) from None
    except ValueError as error:
        raise ConfigError(f"no file system for it: {error}", where=address) from None
    return system, inner.rstrip("/")
