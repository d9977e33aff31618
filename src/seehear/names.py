"""Names that come from files: one part of a path each, never a way out of a folder.

A manifest, a run or a shared model names other files.  Whoever wrote it may be a stranger, so a
name is checked where it is read, by one rule, and only then becomes a path.
"""

import os
import re
from pathlib import Path

from seehear.errors import DataError, SeehearError

MOST_BYTES = 255  # of one name, as file systems allow
_DRIVE = re.compile("[A-Za-z]:")
ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):/{1,}(?P<rest>.+)", re.DOTALL)
_RESERVED = frozenset('/\\:*?"<>|')  # separators and what some system gives a meaning of its own


def is_plain(name: object) -> bool:
    """Return whether a value is a name that can stand for a file in a folder, on any system.

    Examples:
        >>> is_plain("conse"), is_plain("../x"), is_plain("/x"), is_plain("a\\\\b"), is_plain("")
        (True, False, False, False, False)
    """
    if not isinstance(name, str) or not name.strip(" .") or name.endswith((" ", ".")):
        return False
    if name.startswith((" ", "..")):
        return False
    if not name.isprintable() or _RESERVED.intersection(name):
        return False
    return len(name.encode("utf-8", "surrogatepass")) <= MOST_BYTES


def is_address(text: object) -> bool:
    """Return whether this names a place (`hf://org/name`, `s3://...`), not a local path.

    A `Path` made of an address has lost one slash; it is understood all the same.
    """
    return isinstance(text, str | Path) and ADDRESS.fullmatch(str(text)) is not None


def below(
    folder: Path, name: object, *, where: object = None, kind: type[SeehearError] = DataError
) -> Path:
    """Return the path of a file whose name a user chose, such as a clip's `sub/take 1: b`.

    Such a name may contain folders and any characters, but may not lead out of `folder`, whatever
    the system.

    Args:
        folder: below which it lies.
        name: parts joined by `/`.
        where: the file that names it, for the message.
        kind: class of the error.

    Raises:
        SeehearError: of class `kind`: the name leads out of the folder, or is not possible.
    """
    if not isinstance(name, str) or not all(map(_is_part, name.split("/"))):
        raise kind(
            f"expected a name below this folder, got {name!r:.80}",
            where=where or folder,
            hint="a name may not lead out of the folder: rename the clip",
        )
    return folder.joinpath(name)


def _is_part(part: str) -> bool:
    if part in ("", ".", "..") or "\0" in part or len(os.fsencode(part)) > MOST_BYTES:
        return False
    return not (_DRIVE.match(part) or "\\" in part)


def inside(
    folder: Path,
    name: object,
    *,
    parts: int = 1,
    where: object = None,
    kind: type[SeehearError] = DataError,
) -> Path:
    """Return the path of a file that another file names; stricter than `below`.

    Args:
        folder: where it lies.
        name: plain names joined by `/`, such as `conse/feature.npy`; see `is_plain`.
        parts: how many plain names at most.
        where: the file that names it, for the message.
        kind: class of the error.

    Raises:
        SeehearError: of class `kind`: not such a name.
    """
    names = name.split("/") if isinstance(name, str) else []
    if not 1 <= len(names) <= parts or not all(map(is_plain, names)):
        shape = "/".join(["NAME"] * parts)
        raise kind(
            f"expected the name of a file below this folder ({shape}), got {name!r:.80}",
            where=where or folder,
            hint="a file that names others elsewhere is not read",
        )
    return folder.joinpath(*names)
