"""Pushing a run to a place, and pulling it into the cache: each file verified, then all at once."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from seehear.errors import WeightsError
from seehear.files import cache_dir
from seehear.names import is_address
from seehear.share.bundle import MANIFEST, MANIFEST_LIMIT, bundle, read_manifest
from seehear.share.places import Place, place

__all__ = ["is_address", "pull", "push"]


def push(run: str | Path, address: str, *, licence: str = "") -> str:
    """Write a run with its model card to a place and return the address to load it from.

    Args:
        run: a run folder of `seehear train`, a model file, or the folder of a taught parser.
        address: `hf://owner/name[@revision]`, or an fsspec URL of a folder.
        licence: of the trained parser, an SPDX name, for the card.

    Raises:
        SeehearError: no model there, or the place cannot be written to.
    """
    target = place(address)
    made = bundle(run, licence=licence)
    # the manifest comes last: a place that a push was cut off in is not taken for a whole model
    target.write({**made.files, MANIFEST: made.manifest}, MANIFEST)
    return target.address


def pull(address: str | Path, *, cache: Path | None = None) -> Path:
    """Return a local folder with the model that is shared at an address; `load_run` reads it.

    The manifest is read each time; files are fetched only if the cache does not hold them.

    Args:
        address: see `push`.
        cache: where to keep it; None: below `cache_dir()`.

    Raises:
        SeehearError: out of reach, not a shared model, a file with other content than its sha256,
            or one that may not be shared (pickled weights, programs, paths out of the folder).
    """
    source = place(address)
    content = _whole(source, MANIFEST, MANIFEST_LIMIT)
    wanted = read_manifest(content, source.address)
    root = (cache_dir() if cache is None else cache) / "shared"
    # by content: the same model is kept once
    folder = root / hashlib.sha256(content).hexdigest()[:32]
    if folder.is_dir():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".part-", dir=root))
    try:
        for name, (sha256, size) in wanted.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            _fetch(source, name, scratch / name, sha256, size)
        (scratch / MANIFEST).write_bytes(content)
        try:
            os.replace(scratch, folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise
    except OSError as error:
        raise WeightsError(f"cannot be written: {error.strerror}", where=root) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _fetch(source: Place, name: str, path: Path, sha256: str, size: int) -> None:
    found, length = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in source.read(name, size):
            length += len(piece)
            if length > size:
                raise WeightsError(
                    f"{name}: longer than the {size:,} bytes of the manifest", where=source.address
                )
            found.update(piece)
            file.write(piece)
    if found.hexdigest() != sha256:
        raise WeightsError(
            f"{name}: expected sha256 {sha256[:16]}, got {found.hexdigest()[:16]} ({length:,} of "
            f"{size:,} bytes)",
            where=source.address,
            hint="try again; if it stays so, the shared model is damaged",
        )


def _whole(source: Place, name: str, limit: int) -> bytes:
    content = b"".join(source.read(name, limit))
    if len(content) > limit:
        raise WeightsError(f"{name}: longer than {limit:,} bytes", where=source.address)
    return content
