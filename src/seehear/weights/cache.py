"""The cache of weights: a folder an id, placed in one piece, verified by hash."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from seehear.closest import suggest
from seehear.errors import WeightsError
from seehear.files import cache_dir
from seehear.foreign.forms import record, table, text
from seehear.foreign.texts import read_json
from seehear.weights.sources import Local, bring_from
from seehear.weights.table import PRESETS, WEIGHTS, Weights

RECORD = "weights.json"
_STALE_S = 86_400
State = Literal["cached", "missing", "damaged"]


def entry(id_: str) -> Weights:
    """Return the table's entry.

    Raises:
        WeightsError: there is none; the closest id, or all of them, are named.
    """
    if id_ not in WEIGHTS:
        raise WeightsError(f"no weights are called {id_!r}", hint=suggest(id_, WEIGHTS))
    return WEIGHTS[id_]


def fetch(id_: str, *, source: Path | None = None) -> Path:
    """Bring weights into the cache and return their folder; whole ones are not fetched again.

    Args:
        id_: an id of the table.
        source: the user's own file or folder, instead of the table's source.

    Raises:
        WeightsError: the id is unknown, the source cannot be reached, the cache cannot be written,
            or the files are not the expected ones.  The cache is then as it was.
    """
    weights = entry(id_)
    if source is None and whole(id_):
        return _folder(id_)
    root = _folder(id_).parent
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        scratch = Path(tempfile.mkdtemp(prefix=f".{id_}-", dir=root))
    except OSError as error:
        raise _unwritable(error, root) from None
    try:
        _fill(scratch, weights, source)
        if source is None and whole(id_):
            return _folder(id_)  # another process was faster; its files may be in use already
        return _place(scratch, _folder(id_))
    except OSError as error:
        raise _unwritable(error, root) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(scratch: Path, weights: Weights, source: Path | None) -> None:
    """Bring the files into an empty folder, check them, and write their record beside them.

    Raises:
        WeightsError: the source cannot be reached, or gave other files.
    """
    if source is None:
        weights.source.bring(scratch)
        origin = str(weights.source)
    else:
        bring_from(source, tuple(weights.files), scratch)
        origin = "local file"
    hashes = {name: _sha256(scratch / name) for name in weights.files}
    for name, expected in _expected(weights).items():
        if not hashes[name].startswith(expected):
            raise WeightsError(
                f"expected sha256 {expected[:16]}, got {hashes[name][:16]}",
                where=f"{weights.id}/{name}",
                hint="the source gave another file; nothing was kept",
            )
    record = {"id": weights.id, "origin": origin, "files": hashes}
    (scratch / RECORD).write_text(json.dumps(record, indent=1) + "\n")


def _expected(weights: Weights) -> dict[str, str]:
    """Return the sha256 that each file must have, by name.

    Where a publisher gives only its first digits, the first fetch has recorded all of them.  A
    record that does not agree with the table is ignored.
    """
    try:
        recorded = _record(weights.id)["files"]
    except WeightsError:
        recorded = {}
    expected = {}
    for name, published in weights.files.items():
        before = recorded.get(name, "")
        expected[name] = before if before.startswith(published) else published
    return expected


def locate(id_: str) -> Path:
    """Return the folder of cached weights; never downloads.

    Raises:
        WeightsError: not in the cache, or not whole, with the command that brings them.
    """
    found = state(id_)
    if found != "cached":
        problem = "are not in the cache" if found == "missing" else "are not whole in the cache"
        raise WeightsError(
            f"the weights of {id_} {problem}", where=cache_dir(), hint=f"run: {command(id_)}"
        )
    return _folder(id_)


def require(ids: Iterable[str]) -> None:
    """Check that all of several weights are in the cache.

    Raises:
        WeightsError: some are missing or not whole; it names them all, and one command that brings
            them.
    """
    lacking = [id_ for id_ in ids if state(id_) != "cached"]
    if len(lacking) == 1:
        locate(lacking[0])
    if lacking:
        whole_presets = [name for name, ids in PRESETS.items() if set(lacking) <= set(ids)]
        words = f"--preset {whole_presets[0]}" if whole_presets else " ".join(lacking)
        raise WeightsError(
            f"the weights of {', '.join(lacking)} are not in the cache",
            where=cache_dir(),
            hint=f"run: seehear models fetch {words}",
        )


def command(id_: str) -> str:
    """Return the command that brings weights into the cache."""
    by_hand = " --from FILE" if isinstance(entry(id_).source, Local) else ""
    return f"seehear models fetch {id_}{by_hand}"


def digest(id_: str) -> str:
    """Return one sha256 over all files of cached weights, as recorded when they were fetched.

    Raises:
        WeightsError: not in the cache, or not whole.
    """
    locate(id_)
    files = _record(id_)["files"]
    text = "".join(f"{name} {files[name]}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()


def state(id_: str) -> State:
    """Return whether weights are cached; looks at names, not contents (`verify` reads them)."""
    entry(id_)
    folder = _folder(id_)
    if not (folder / RECORD).is_file():
        return "missing"
    complete = all((folder / name).is_file() for name in WEIGHTS[id_].files)
    return "cached" if complete else "damaged"


def verify(id_: str) -> list[str]:
    """Return the names of files whose contents are not what was fetched; empty when all is well.

    Raises:
        WeightsError: not in the cache.
    """
    if state(id_) == "missing":
        locate(id_)
    recorded = _record(id_)["files"]

    def same(name: str, expected: str) -> bool:
        path = _folder(id_) / name
        if not path.is_file():
            return False
        got = _sha256(path)
        return got == recorded.get(name) and got.startswith(expected)

    return [name for name, expected in WEIGHTS[id_].files.items() if not same(name, expected)]


def whole(id_: str) -> bool:
    """Return whether weights are in the cache with the contents that the table says.

    Reads them all.
    """
    entry(id_)
    try:
        return state(id_) == "cached" and not verify(id_)
    except WeightsError:  # a record that cannot be read
        return False


def derived(name: str, build: Callable[[Path], None]) -> Path:
    """Return a file made from weights; `build(path)` makes it when it is not in the cache yet.

    `name` must contain the digest of what the file is made from.  Two processes may build at once:
    they make equal files.

    Raises:
        WeightsError: the cache cannot be written.
    """
    path = cache_dir() / "derived" / name
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=path.parent) as scratch:
                build(Path(scratch) / name)
                os.replace(Path(scratch) / name, path)
        except OSError as error:
            raise _unwritable(error, path.parent) from None
    return path


def _folder(id_: str) -> Path:
    return cache_dir() / "weights" / id_


def _record(id_: str) -> dict[str, dict[str, str]]:
    path = _folder(id_) / RECORD
    hint = f"run: {command(id_)}"
    try:
        return read_json(path, _RECORD, kind=WeightsError)
    except WeightsError:
        raise WeightsError("damaged record of weights", where=path, hint=hint) from None


_RECORD = record({"files": table(text)})


def _sweep(root: Path) -> None:
    """Remove what fetches that were killed more than a day ago left behind."""
    for left in root.glob(".*-*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _unwritable(error: OSError, where: Path) -> WeightsError:
    return WeightsError(
        f"the cache cannot be written ({error.strerror or error})",
        where=where,
        hint="make room, or name another folder in SEEHEAR_CACHE",
    )


def _place(scratch: Path, folder: Path) -> Path:
    """Move a finished folder to its place, in place of what stood there.

    If another process placed one at the same moment, that one stays.
    """
    scratch.chmod(0o755)  # a cache may be shared
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
