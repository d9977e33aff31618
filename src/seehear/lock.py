"""One command at a time writes into a folder.

Two that train, extract or denoise into one folder would mix what they write.  The folder itself is
locked: there is no lock file to leave behind, and the system drops the lock when the process ends,
however it ends.  Where there are no such locks (Windows, some network drives) a warning says so
once, and the command goes on without.
"""

import contextlib
import errno
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from seehear.errors import ConfigError
from seehear.files import make_folder

_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)

_LOG = logging.getLogger(__name__)
_told: set[str] = set()  # "none" once the warning that there are no locks was given
_ours: dict[tuple[int, int], int] = {}  # (device, inode) of folders owned here -> the thread


@contextlib.contextmanager
def owned(folder: Path | str) -> Iterator[Path]:
    """Own a folder while the block runs; it is made if need be, and removed if it stays empty.

    A thread may own the same folder twice, one block inside the other.

    Args:
        folder: what a command is about to write into.

    Raises:
        ConfigError: another process owns it, or it cannot be made or written to.
    """
    folder = Path(folder)
    made = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    try:
        with _taken(folder):
            yield folder
    finally:
        with contextlib.suppress(OSError, ValueError):  # not empty: that is the usual case
            for path in made:
                path.rmdir()


@contextlib.contextmanager
def _taken(folder: Path) -> Iterator[None]:
    make_folder(folder)
    if _ours.get(_identity(folder)) == threading.get_ident():
        yield
        return
    lock = _take(folder)
    owner = _identity(folder if lock is None else lock)
    _ours[owner] = threading.get_ident()
    try:
        yield
    finally:
        del _ours[owner]
        if lock is not None:
            os.close(lock)


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Lock a file while the block reads it and replaces it; other processes wait meanwhile.

    Meant for moments, as the others wait without limit.  Where there are no such locks, or no such
    file, nothing is locked.
    """
    lock = _hold(file)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _hold(file: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    while True:
        try:
            lock = os.open(file, os.O_RDONLY)
        except OSError:  # whoever reads the file will report what is wrong with it
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            os.close(lock)
            return None
        if _is_same(lock, file):
            return lock
        os.close(lock)  # the file was replaced while we waited: try again


def _identity(folder: Path | int) -> tuple[int, int]:
    stat = os.stat(folder)
    return stat.st_dev, stat.st_ino


def _take(folder: Path) -> int | None:
    """Return the open folder that carries the lock; None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        _tell_unlocked(folder)
        return None
    while True:
        make_folder(folder)
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if error.errno not in _BUSY:
                _tell_unlocked(folder)
                return None
            raise ConfigError(
                "expected a folder that no other command writes into, one is running there",
                where=folder,
                hint="wait for it, or choose another folder",
                parameter="out",
            ) from None
        if _is_same(lock, folder):
            return lock
        os.close(lock)  # its owner removed or replaced the folder: try again


def _tell_unlocked(folder: Path) -> None:
    """Say once that nothing keeps others out."""
    if "none" not in _told:
        _told.add("none")
        _LOG.warning(
            "seehear: note: %s: folders cannot be locked here; let one command at a time write"
            " into it",
            folder,
        )


def _is_same(lock: int, folder: Path) -> bool:
    try:
        return _identity(lock) == _identity(folder)
    except FileNotFoundError:
        return False
