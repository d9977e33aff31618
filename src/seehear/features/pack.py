"""Features between folders: published ones packed, stores joined and written out as `.npy` files.

Joining never mixes: two folders that hold the same stream must have made it with the same weights
and preprocessing, and no clip's rows may come from two places.  Two cases fit: parts of a big
extraction (other clips, the same encoders), and several extractions of a dataset (the same clips,
other encoders).
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.errors import FeatureError
from seehear.features import open_features
from seehear.features.official import PUBLISHED_FOLDERS
from seehear.features.packed import PackedStore, StoredStream, write_manifest, write_stream
from seehear.features.store import ClipEntry, Encoders, FeatureStore, Stream
from seehear.files import Json, atomic_path, is_free, make_folder, resumed_aside
from seehear.lock import owned
from seehear.names import below


def pack(
    sources: Sequence[Path | str],
    out: Path | str,
    *,
    dtype: Literal["float32", "float16"] = "float32",
    report: Callable[[str], None] = lambda stream: None,
) -> PackedStore:
    """Write the features of several folders into one new store and return it.

    Args:
        sources: features folders of either kind.
        out: the new folder.
        dtype: of the stored rows.
        report: called with the name of each stream before it is written.

    Raises:
        FeatureError: `out` is not new, a file is damaged, or the sources would mix.
        ConfigError: another command writes into `out`.
        SeehearError: the system refuses to write.
    """
    folder = Path(out)
    if not is_free(folder):
        raise FeatureError(
            "expected an empty or new folder",
            where=folder,
            hint="choose another one",
            parameter="out",
        )
    with owned(folder):
        return _packed(sources, folder, dtype, report)


def _packed(
    sources: Sequence[Path | str],
    folder: Path,
    dtype: Literal["float32", "float16"],
    report: Callable[[str], None],
) -> PackedStore:
    """Write the new store beside the empty folder, then put it in that folder's place."""
    part = resumed_aside(folder)
    shutil.rmtree(part, ignore_errors=True)
    stores = [open_features(path) for path in sources]
    encoders = agreed_encoders(stores)
    clips = _all_clips(stores)
    streams: dict[str, StoredStream] = {}
    for store in stores:
        for name, stream in store.streams.items():
            if name not in streams:
                report(name)
                streams[name] = _write_joined(part, stream, list(clips), stores, dtype)
    manifest = {
        **_agreed_settings(stores),
        "joined": True,
        "encoders": encoders,
        "dtype": dtype,
        "streams": streams,
        "clips": list(clips.values()),
    }
    write_manifest(part, manifest)
    if os.name == "nt":  # where nothing replaces a folder
        folder.rmdir()
    os.replace(part, folder)
    return PackedStore(folder)


def export_npy(
    source: FeatureStore, out: Path | str, report: Callable[[str], None] = lambda stream: None
) -> int:
    """Write a store as published features are: an `.npy` file for each clip, in a folder a stream.

    A stream of no release gets a folder of its own name (`conse/feature` -> `conse_feature`), and
    so does the mean of the frames beside the frames themselves, which a release has in one place.

    Args:
        source: the store.
        out: the folder to write into.
        report: called with the name of each stream before it is written.

    Returns:
        how many files were written.

    Raises:
        FeatureError: rows are damaged, or a clip's id leads out of the folder.
        ConfigError: `out` cannot be written to, or another command writes into it.
    """
    make_folder(Path(out))
    root = Path(out).resolve()
    files = 0
    with owned(root):
        for name, folder in _folders(source.streams).items():
            report(name)
            files += _export_stream(source, name, root / folder)
    return files


def _folders(streams: Iterable[str]) -> dict[str, str]:
    """Return a folder of its own for each stream, the published one where there is one."""
    published = {one.stream(rows): one.folder for one in PUBLISHED_FOLDERS for rows in one.rows}
    folders: dict[str, str] = {}
    for name in sorted(streams, key=lambda name: not name.endswith("/frames")):
        own = name.replace("/", "_")
        folder = published.get(name, own)
        folders[name] = own if folder in folders.values() else folder
    return folders


def _export_stream(source: FeatureStore, name: str, folder: Path) -> int:
    """Write the files of one stream; return how many."""
    files = 0
    for clip in source.entries():
        path = below(folder, f"{clip['id']}.npy", where=source.path, kind=FeatureError)
        if source.count(name, clip["id"]):  # a failed clip has no file, as in the releases
            with atomic_path(path) as part, part.open("wb") as file:
                np.save(file, source.rows(name, clip["id"]))
            files += 1
    return files


def agreed_encoders(stores: Sequence[FeatureStore]) -> Encoders:
    """Return the encoders of several stores, as one dictionary.

    Raises:
        FeatureError: two stores know the same encoder with other weights, preprocessing or source.
    """
    encoders: Encoders = {}
    owner: dict[str, FeatureStore] = {}
    for store in stores:
        for name, entry in store.encoders().items():
            before = encoders.setdefault(name, entry)
            owner.setdefault(name, store)
            for key in ("weights", "preprocessing", "source"):
                if before.get(key) != entry.get(key):
                    raise FeatureError(
                        f"{name} was made with {key} {_short(before.get(key))} in"
                        f" {owner[name].path} and {_short(entry.get(key))} here",
                        where=store.path,
                        hint="features of two kinds do not mix: extract one of them again",
                    )
    return encoders


def _all_clips(stores: Sequence[FeatureStore]) -> dict[str, ClipEntry]:
    """Return the clips of all stores by id, which is what published files are named by."""
    clips: dict[str, ClipEntry] = {}
    for store in stores:
        for clip in store.entries():
            known = clips.get(clip["id"])
            clips[clip["id"]] = clip.copy() if known is None else _joined(known, clip)
    return clips


def _joined(one: ClipEntry, other: ClipEntry) -> ClipEntry:
    """Return one entry for a clip of two folders, with the worse state and all reasons."""
    both = (one, other)
    worst = max(both, key=lambda clip: ("ok", "degraded", "failed").index(clip["state"]))
    named = one if one["name"] != one["id"] else other  # the one that knows the full name
    joined: ClipEntry = {**one, **other, "name": named["name"], "state": worst["state"]}
    reasons = dict.fromkeys(clip["reason"] for clip in both if clip.get("reason"))
    if reasons:
        joined["reason"] = "; ".join(reasons)
    warnings = dict.fromkeys([*one.get("warnings", ()), *other.get("warnings", ())])
    if warnings:
        joined["warnings"] = list(warnings)
    joined["tracks"] = {**one.get("tracks", {}), **other.get("tracks", {})}
    return joined


def _write_joined(
    folder: Path, stream: Stream, clips: Sequence[str], stores: Sequence[FeatureStore], dtype: str
) -> StoredStream:
    """Write the rows that some store has of each clip; a clip that none has is left empty."""
    name = stream.name
    owners = {clip: _owner(name, clip, stores) for clip in clips}
    total = sum(store.count(name, clip) for clip, store in owners.items() if store)

    def rows() -> Iterator[NDArray[np.float32] | None]:
        for clip, store in owners.items():
            yield store.rows(name, clip) if store else None

    entry = write_stream(folder, name, rows(), total=total, dim=stream.dim, dtype=dtype)
    return {**entry, "encoder": stream.encoder}


def _owner(stream: str, clip: str, stores: Sequence[FeatureStore]) -> FeatureStore | None:
    """Return the one store that has rows of a clip; None: no store has.

    Raises:
        FeatureError: two have.
    """
    owners = [store for store in stores if stream in store.streams and store.count(stream, clip)]
    if len(owners) > 1:
        raise FeatureError(
            f"clip {clip} has rows of {stream} in {owners[0].path}, too",
            where=owners[1].path,
            hint="leave one of the two folders out",
        )
    return owners[0] if owners else None


def _agreed_settings(stores: Sequence[FeatureStore]) -> dict[str, Json]:
    """Return the settings that the stores were extracted with; None where they differ."""
    manifests: list[dict[str, Json]] = [getattr(store, "manifest", {}) for store in stores]
    agreed: dict[str, Json] = {}
    for key in ("dataset", "fingerprint", "sampling", "step_s"):
        first = manifests[0].get(key)
        same = all(manifest.get(key) == first for manifest in manifests)
        agreed[key] = first if same else None
    return agreed


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
