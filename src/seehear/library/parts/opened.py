"""Folders that are libraries of parts, or stand for one at an address.

A folder with the file `seehear.library.json` (`scan.MARK`) is such a library.  For a library at an
address, this machine has a folder in its cache, whose file says where the library lies; the index
is made and kept there.
"""

import contextlib
import hashlib
import json
from functools import lru_cache
from pathlib import Path

from seehear.addresses import address_of
from seehear.errors import ConfigError, DataError
from seehear.files import cache_dir, is_free, write_text
from seehear.foreign.forms import maybe, one_of, record, text
from seehear.foreign.texts import parse_json
from seehear.library.parts.commits import SCHEMA
from seehear.library.parts.library import PartsLibrary
from seehear.library.parts.store import LocalStore, RemoteStore, Store
from seehear.library.scan import MARK, is_parts

_FORM = record({"schema": one_of(SCHEMA)}, {"at": maybe(text)})


def opened(place: str | Path) -> Path:
    """Return the folder of a library on this machine: its own, or one that stands for an address.

    Raises:
        ConfigError: an unknown kind of address, or one that contains credentials.
        DataError: there is no library at the address, or it cannot be reached.
        MissingExtraError: the package of that file system is not installed.
    """
    at = _place(place)
    if isinstance(at, Path):
        return at
    store = RemoteStore(at)
    try:
        store.read(MARK)
    except FileNotFoundError:
        hint = f"make one: seehear convert parquet TIMELINES --out {store.address}"
        raise DataError("there is no library", where=store.address, hint=hint) from None
    return _stand_in(store)


def made(place: str | Path) -> PartsLibrary:
    """Return the library of parts at a place; it is created if there is none.

    Raises:
        ConfigError: something else lies there, or the address is of an unknown kind.
        DataError: the address cannot be reached.
        MissingExtraError: the package of that file system is not installed.
    """
    store: Store
    at = _place(place)
    if isinstance(at, str):
        store = RemoteStore(at)
        began = _marked(store)
    else:
        store = LocalStore(at)
        began = (at / MARK).is_file()
        if not began and not is_free(at):
            hint = "name a new folder, or a library that convert made"
            told = "expected a library of parts, or a new folder"
            raise ConfigError(told, where=at, hint=hint, parameter="out")
    if not began:
        store.write(MARK, _mark())
    return PartsLibrary(store)


def _marked(store: Store) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return bool(store.read(MARK))
    return False


def _mark(at: str | None = None) -> bytes:
    value = {"schema": SCHEMA} | ({} if at is None else {"at": at})
    return json.dumps(value).encode() + b"\n"


def _place(place: str | Path) -> Path | str:
    """Return a place as a folder of this machine, or as an address."""
    address = address_of(place)
    if address is None:
        return Path(place)
    scheme, _, rest = address.partition(":///")
    return Path("/" + rest) if scheme in ("file", "local") else address


def _stand_in(store: RemoteStore) -> Path:
    """Return the folder that stands for an address on this machine."""
    name = hashlib.sha256(store.address.encode()).hexdigest()[:20]
    folder = cache_dir() / "libraries" / name
    if not (folder / MARK).is_file():
        write_text(folder / MARK, _mark(store.address).decode())
    return folder


def parts_of(folder: Path) -> PartsLibrary | None:
    """Return the library of parts that a folder is or stands for, else None.

    Raises:
        DataError: its file is damaged.
    """
    try:
        stat = (folder / MARK).stat()
    except (OSError, ValueError):
        return None
    return _parts(folder.absolute(), stat.st_mtime_ns)


@lru_cache(maxsize=32)
def _parts(folder: Path, _: int) -> PartsLibrary:
    where = folder / MARK
    at = parse_json(where.read_bytes(), _FORM, where=where).get("at")
    return PartsLibrary(LocalStore(folder) if at is None else RemoteStore(at))


def parts_above(path: Path) -> tuple[PartsLibrary, str] | None:
    """Return the library of parts that a timeline belongs to, and its path there, or None."""
    folder = next(filter(is_parts, path.absolute().parents), None)
    found = None if folder is None else parts_of(folder)
    if folder is None or found is None:
        return None
    return found, path.absolute().relative_to(folder).as_posix()
