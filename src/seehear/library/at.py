"""A timeline by its path, whether it is a file or a row of a library of parts."""

import time
from pathlib import Path

from seehear.errors import DataError
from seehear.files import write_text
from seehear.foreign.forms import anything
from seehear.foreign.texts import parse_json
from seehear.library.parts import parts_above
from seehear.library.scan import MARK, is_parts
from seehear.time import Timeline


def content_at(path: Path) -> bytes:
    """Return the bytes of a timeline file.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    parts = parts_above(path)
    if parts is not None:
        content = parts[0].content(parts[1])
        if content is None:
            raise DataError("there is no such timeline", where=path)
        return content
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=path) from None


def timeline_at(path: Path) -> Timeline:
    """Return the timeline of a path.

    Raises:
        DataError: there is no file, or it is not a timeline.
    """
    if parts_above(path) is None:
        return Timeline.from_json(path)
    return Timeline.from_dict(parse_json(content_at(path), anything, where=path), where=path)


def lock_at(path: Path) -> Path:
    """Return the lock file of a timeline, to hold while it is read, changed and written."""
    folder = next(filter(is_parts, path.absolute().parents), None)
    return path if folder is None else folder / MARK


def put_at(path: Path, text: str) -> None:
    """Replace the timeline at a path.

    Raises:
        SeehearError: it cannot be written; the old timeline stays.
    """
    parts = parts_above(path)
    if parts is None:
        write_text(path, text)
    else:
        parts[0].put(parts[1], text.encode(), now_ns=time.time_ns())
