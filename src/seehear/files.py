"""Files that are whole or not there: written aside in the same folder, then moved into place."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from seehear.errors import SeehearError

Json: TypeAlias = Any  # what `json.loads` gives: its shape is known where it has been checked


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written there replaces `path` when the block ends well.

    Raises:
        SeehearError: the system refuses to write (no space left, no permission, ...).
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        os.replace(aside, path)
    except OSError as error:
        raise SeehearError(
            f"cannot write: {error.strerror or error}",
            where=path,
            hint="make room or choose another folder, then run the same command again",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole text file atomically, UTF-8 with LF line ends."""
    with atomic_path(path) as part:
        part.write_bytes(text.encode())
