"""Timelines that people change: read with their version, written only over that version.

A file is replaced atomically, under a lock that others wait for.  So a killed writer or a full disk
leaves it as it was, and of two people who save at once the second is told instead of undoing the
first's work.  (In a library of Parquet parts this holds on one machine; of two machines, the one
that writes last wins.)
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from seehear.errors import DataError
from seehear.foreign.forms import anything
from seehear.foreign.texts import parse_json
from seehear.library.at import content_at, lock_at, put_at
from seehear.library.written import signed
from seehear.lock import held
from seehear.time import Timeline


class ChangedSinceError(DataError):
    """A timeline has been changed since the version that an edit was based on."""


def loaded(path: Path) -> tuple[Timeline, str]:
    """Return a timeline and its version.

    Raises:
        DataError: it cannot be read, or is not a timeline.
    """
    content = content_at(path)
    return Timeline.from_dict(parse_json(content, anything, where=path), where=path), _of(content)


def version_of(path: Path) -> str | None:
    """Return the version of a file; None if there is no file."""
    try:
        return _of(content_at(path))
    except DataError:
        return None


def saved(path: Path, timeline: Timeline, *, version: str) -> str:
    """Write a timeline over the version that it was made from; return the new version.

    Raises:
        ChangedSinceError: the file has another version by now; nothing is written.
        SeehearError: it cannot be written; the file is as it was.
    """
    with held(lock_at(path)):
        if version_of(path) != version:
            raise ChangedSinceError(
                "it was changed since it was opened",
                where=path,
                hint="open it again; nothing was written",
            )
        return _write(path, timeline)


def changed(path: Path, change: Callable[[Timeline], Timeline]) -> tuple[Timeline, Timeline]:
    """Change a timeline in its file; nothing is written if the change has no effect.

    Returns:
        The timeline before and after.

    Raises:
        SeehearError: it cannot be read or written; the file is as it was.
    """
    with held(lock_at(path)):
        before, _ = loaded(path)
        after = change(before)
        if after is not before:
            _write(path, after)
    return before, after


def _write(path: Path, timeline: Timeline) -> str:
    text = signed(timeline).to_json()
    put_at(path, text)
    return _of(text.encode())


def _of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
