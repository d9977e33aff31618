"""The cache of weights: a folder an id, placed in one piece, verified by hash."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from seehear.errors import WeightsError
from seehear.weights.sources import bring_from
from seehear.weights.table import WEIGHTS, Weights

RECORD = "weights.json"
State = Literal["cached", "missing", "damaged"]


def cache_dir() -> Path:
    """Return the cache folder: `SEEHEAR_CACHE`, or the user's cache folder."""
    if own := os.environ.get("SEEHEAR_CACHE"):
        return Path(own)
    import platformdirs

    return Path(platformdirs.user_cache_dir("seehear"))


def entry(id_: str) -> Weights:
    """Return the table's entry, or raise naming the known ids."""
    if id_ not in WEIGHTS:
        raise WeightsError(f"no weights are called {id_!r}", hint=f"known: {', '.join(WEIGHTS)}")
    return WEIGHTS[id_]


def fetch(id_: str, *, source: Path | None = None) -> Path:
    """Bring weights into the cache and return their folder; what is there and whole is left alone.

    Args:
        id_: an id of the table.
        source: the user's own file or folder, instead of the table's source.

    Raises:
        WeightsError: unknown id, source out of reach, or the files are not the ones expected.
    """
    weights = entry(id_)
    if source is None and state(id_) == "cached":
        return _folder(id_)
    root = _folder(id_).parent
    root.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{id_}-", dir=root))
    try:
        if source is None:
            weights.source.bring(scratch)
        else:
            bring_from(source, tuple(weights.files), scratch)
        hashes = {name: _sha256(scratch / name) for name in weights.files}
        for name, expected in weights.files.items():
            if expected is not None and not hashes[name].startswith(expected):
                raise WeightsError(f"expected sha256 {expected[:16]}, got {hashes[name][:16]}", where=f"{id_}/{name}",
                                   hint="the source served another file; nothing was kept")
        origin = str(weights.source) if source is None else "local file"
        (scratch / RECORD).write_text(json.dumps({"id": id_, "origin": origin, "files": hashes}, indent=1) + "\n")
        return _place(scratch, _folder(id_))
    except OSError as error:
        raise WeightsError(f"cannot be placed in the cache: {error.strerror or error}", where=id_) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def locate(id_: str) -> Path:
    """Return the folder of cached weights; never downloads.

    Raises:
        WeightsError: not in the cache, with the command that brings them.
    """
    entry(id_)
    folder = _folder(id_)
    if not (folder / RECORD).is_file():
        raise WeightsError(f"the weights of {id_} are not in the cache", where=cache_dir(),
                           hint=f"run: seehear models fetch {id_}")
    return folder


def digest(id_: str) -> str:
    """Return one hash over all files of cached weights, as recorded when they were verified."""
    files = _record(id_)["files"]
    text = "".join(f"{name} {files[name]}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()


def state(id_: str) -> State:
    """Return whether weights are cached; looks at names, not contents (`verify` reads them)."""
    entry(id_)
    if not (_folder(id_) / RECORD).is_file():
        return "missing"
    return "cached" if all((_folder(id_) / name).is_file() for name in WEIGHTS[id_].files) else "damaged"


def verify(id_: str) -> list[str]:
    """Return the names of files whose contents are not what was fetched; empty when all is well.

    Raises:
        WeightsError: not in the cache.
    """
    folder, files = locate(id_), _record(id_)["files"]
    return [name for name, expected in files.items()
            if not (folder / name).is_file() or _sha256(folder / name) != expected]


def derived(name: str, build: Callable[[Path], None]) -> Path:
    """Return a file made from weights, making it with `build(path)` when it is not in the cache yet.

    `name` must hold the digest of what it is made from.  Two processes may build at once: the files are equal.
    """
    path = cache_dir() / "derived" / name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=f".{name}-", dir=path.parent)
        os.close(handle)
        try:
            build(Path(partial))
            os.replace(partial, path)
        finally:
            Path(partial).unlink(missing_ok=True)
    return path


def _folder(id_: str) -> Path:
    return cache_dir() / "weights" / id_


def _record(id_: str) -> dict[str, dict[str, str]]:
    path = locate(id_) / RECORD
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise WeightsError(f"damaged record: {error}", where=path,
                           hint=f"delete the folder and run: seehear models fetch {id_}") from None


def _place(scratch: Path, folder: Path) -> Path:
    """Move a finished folder to its place; whatever stood there goes, and a rival that was faster is fine."""
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        scratch.rename(folder)
    except OSError:
        if not (folder / RECORD).is_file():
            raise
    return folder


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise WeightsError("the file is missing", where=path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


