"""Files that are whole or not there: written aside in the same folder, then moved into place."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from seehear.errors import ConfigError, SeehearError
from seehear.names import MOST_BYTES

Json: TypeAlias = Any  # what `json.loads` gives: its shape is known where it has been checked

_MOST_PATH = 4095  # bytes of a whole path that Linux takes
_OWN = re.compile(r"/dev/(?P<name>stdout|stderr)|(?:/dev|/proc/self)/fd/(?P<number>\d{1,6})")
_ASIDE = re.compile(r"\.(?P<process>\d{1,9})-[0-9a-f]{8}\.part")  # as `aside_of` names them
_FULL = (errno.ENOSPC, errno.EDQUOT)


def cache_dir() -> Path:
    """Return the cache folder: `SEEHEAR_CACHE`, or the user's cache folder."""
    if own := os.environ.get("SEEHEAR_CACHE"):
        return Path(own)
    import platformdirs

    return Path(platformdirs.user_cache_dir("seehear"))


@contextlib.contextmanager
def atomic_path(path: Path, *, wanted: int | None = None) -> Iterator[Path]:
    """Give a path to write to; what is written there replaces `path` when the block ends well.

    If `path` is a device, a pipe or an open file of this process (`/dev/stdout`), it is not
    replaced: what was written goes into it.

    Args:
        path: the file.
        wanted: bytes it will have, where that is known, for the message of a full disk.

    Raises:
        SeehearError: the system refuses to write (no space left, no permission, ...).
    """
    special = is_special(path)
    aside = aside_of(Path(tempfile.gettempdir()) / "special" if special else path)
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        if special:
            _pour(aside, path)
        else:
            os.replace(aside, path)
    except OSError as error:
        raise refused(error, path, wanted=wanted or _size(aside)) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def is_special(path: Path) -> bool:
    """Return whether a path is a device, a pipe, or an open file of this process (`/dev/stdout`).

    Those are written into, never replaced.  A link to a device or pipe does not count: writing
    through a link could leave the folder that it lies in.
    """
    try:
        if _own_descriptor(path) is not None:
            return True
        return not (path.is_symlink() or path.is_file() or path.is_dir() or not path.exists())
    except (OSError, ValueError):
        return False


def _own_descriptor(path: Path) -> int | None:
    """Return the descriptor that a path such as `/dev/stdout` names; None for any other path."""
    found = _OWN.fullmatch(str(path))
    if found is None:
        return None
    number = found["number"]
    return int(number) if number else {"stdout": 1, "stderr": 2}[found["name"]]


def _pour(aside: Path, path: Path) -> None:
    """Write a finished file to a device or pipe; a pipe that nobody reads is refused."""
    own = _own_descriptor(path)
    flags = os.O_WRONLY | os.O_NONBLOCK
    descriptor = os.open(path, flags) if own is None else os.dup(own)
    if own is None:
        os.set_blocking(descriptor, True)
    with open(descriptor, "wb") as target, aside.open("rb") as source:
        shutil.copyfileobj(source, target)


def aside_of(path: Path) -> Path:
    """Return a new hidden path beside a file, short however long the file's own name is."""
    return path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")


def sweep(folder: Path) -> None:
    """Delete the unfinished files that killed writers left in a folder.

    Call it before this process writes there: files with its own number are deleted, too, as they
    come from an earlier process of the same number.
    """
    with contextlib.suppress(OSError):
        for path in list(folder.glob(".*.part")):
            found = _ASIDE.fullmatch(path.name)
            if found is not None and not _runs(int(found["process"])):
                path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Return whether another process of that number runs, as far as the system tells."""
    if os.name != "posix" or process == os.getpid():
        return process != os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def resumed_aside(path: Path) -> Path:
    """Return a hidden path beside a file or folder: short, and the same on every call."""
    return path.with_name(f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}.part")


def unwritable(path: Path) -> str | None:
    """Return why the system would refuse to write a file, in words; None if nothing is known.

    Nothing is created, so a command can ask before hours of work.
    """
    longest = max(path.parts, key=_bytes)
    if _bytes(longest) > MOST_BYTES:
        kind = "name" if longest == path.name else "folder's name"
        return (
            f"the {kind} of its result would have {_bytes(longest)} bytes, at most {MOST_BYTES} "
            "are possible"
        )
    whole = max(_bytes(str(path.absolute())), _bytes(str(aside_of(path).absolute())))
    if whole > _MOST_PATH:
        return f"the path of its result would have {whole} bytes, at most {_MOST_PATH} are possible"
    if path.is_dir():
        return f"a folder stands in the place of its result ({path})"
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"a file stands in the place of the folder of its result ({folder})"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder of its result takes no files ({folder})"
    return None


def _bytes(name: str) -> int:
    return len(os.fsencode(name))


def refused(error: OSError, path: Path, *, wanted: int | None = None) -> SeehearError:
    """Return the error for a file that the system refuses to write.

    Args:
        error: the refusal.
        path: the file or folder.
        wanted: bytes that were to be written, where that is known.
    """
    hint = "choose another folder, then run the same command again"
    told = error.strerror or str(error)
    if error.errno in _FULL:
        hint = "make room or choose another folder, then run the same command again"
        told = f"{told}{_space(path, wanted)}"
    elif error.errno == errno.ENAMETOOLONG:
        name = len(os.fsencode(path.name))
        told, hint = f"{told} ({name} bytes)", "choose a shorter name"
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        told = "a file stands in place of its folder"
    return SeehearError(f"cannot write: {told}", where=shortened(path), hint=hint)


def unusable(error: OSError) -> SeehearError:
    """Return the error for a file that the system gives no access to, be it to read or write."""
    name = error.filename
    told = error.strerror or str(error)
    where = shortened(Path(os.fsdecode(name))) if isinstance(name, str | bytes) else None
    return SeehearError(
        f"cannot be used: {told}", where=where, hint="choose another file or folder"
    )


def _space(path: Path, wanted: int | None) -> str:
    """Return how much space was wanted and how much there is, as far as either is known."""
    parts = [] if not wanted else [f"{wanted:,} bytes wanted"]
    with contextlib.suppress(OSError):
        parts.append(f"{shutil.disk_usage(path.parent).free:,} free")
    return f" ({', '.join(parts)})" if parts else ""


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def check_file(path: Path, *, parameter: str = "out") -> None:
    """Check before the work that its result can be written to a file; nothing is created.

    Args:
        path: the file.
        parameter: name of the argument that holds it, for the error.

    Raises:
        ConfigError: the name is not possible, a folder stands there, or no file can be written
            into its folder.
    """
    problem = None
    try:
        if path.is_dir():
            problem = "expected a file to write, got a folder"
        elif is_special(path):
            return  # it is written into: its folder need not take files
        elif not path.is_symlink():  # a link is replaced, wherever it points
            path.exists()  # says whether the system takes such a name
        folder = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
        if not folder.is_dir():
            problem = f"expected a file in a folder, {shortened(folder)} is not one"
        elif not os.access(folder, os.W_OK):
            problem = f"expected a folder that can be written to, {shortened(folder)} is not"
    except (OSError, ValueError) as error:  # ValueError: a zero byte
        problem = f"cannot write: {getattr(error, 'strerror', None) or error}"
    if problem is not None:
        where = shortened(path)
        raise ConfigError(problem, where=where, hint="choose another name", parameter=parameter)


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder; False for a name that the system cannot take."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_free(folder: Path) -> bool:
    """Return whether a folder is new or empty.

    True also for one that cannot be looked into: whoever writes into it will report that.
    """
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except (OSError, ValueError):
        return True


def make_folder(folder: Path) -> None:
    """Make a folder unless it is there, and check that files can be written into it.

    Raises:
        ConfigError: it cannot be made, is not a folder, or no file can be written into it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, prefix=".", suffix=".part"):
            pass
    except (OSError, ValueError) as error:  # ValueError: a zero byte
        told = getattr(error, "strerror", None) or str(error)
        if getattr(error, "errno", None) in (errno.EEXIST, errno.ENOTDIR):
            told = "a file stands in its place"
        raise ConfigError(
            f"expected a folder that can be written to: {told}",
            where=shortened(folder),
            hint="choose another folder",
            parameter="out",
        ) from None


def shortened(path: Path) -> str:
    """Return a path for a message; the middle of a very long one is left out."""
    text = str(path)
    return text if len(text) <= 200 else f"{text[:120]}...{text[-60:]}"


def write_text(path: Path, text: str) -> None:
    """Write a whole text file atomically, UTF-8 with LF line ends."""
    data = text.encode()
    with atomic_path(path, wanted=len(data)) as part:
        part.write_bytes(data)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return a file's size in bytes and its time of change in nanoseconds.

    None where the system does not reach it.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns
