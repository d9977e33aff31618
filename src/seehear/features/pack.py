"""Features between folders: pack published `.npy` folders, join stores, and write stores out as
`.npy` folders.

Joining never mixes: two folders that hold the same stream must have made it with the same weights
and preprocessing, and no clip's rows may come from two places.  So the parts of a big extraction
(other clips, same encoders) and the encoders of one dataset (same clips, other encoders) both come
together in one store.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from seehear.errors import FeatureError
from seehear.features import open_features
from seehear.features.official import LAYOUTS
from seehear.features.packed import PackedStore, write_manifest, write_stream
from seehear.features.store import FeatureStore
from seehear.files import atomic_path


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
        report: told of each stream before it is written.

    Raises:
        FeatureError: `out` is not new, a file is damaged, or the sources would mix.
    """
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FeatureError(
            "expected an empty or new folder", where=folder, hint="choose another --out"
        )
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    stores = [open_features(path) for path in sources]
    encoders = agreed_encoders(stores)
    clips: dict[str, dict[str, Any]] = {}  # by id, which is what published files are named by
    for store in stores:
        for clip in store.entries():
            clips[clip["id"]] = (
                _joined(clips[clip["id"]], clip) if clip["id"] in clips else dict(clip)
            )
    streams = {}
    for name, stream in {n: s for store in stores for n, s in store.streams.items()}.items():
        report(name)
        owners = {clip: _owner(name, clip, stores) for clip in clips}
        total = sum(store.count(name, clip) for clip, store in owners.items() if store)
        rows = (store.rows(name, clip) if store else None for clip, store in owners.items())
        entry = write_stream(part, name, rows, total=total, dim=stream.dim, dtype=dtype)
        streams[name] = {**entry, "encoder": stream.encoder}
    settings = [getattr(store, "manifest", {}) for store in stores]
    same = {
        key: _common([manifest.get(key) for manifest in settings])
        for key in ("dataset", "fingerprint", "sampling", "step_s")
    }
    write_manifest(
        part,
        {
            **same,
            "joined": True,
            "encoders": encoders,
            "dtype": dtype,
            "streams": streams,
            "clips": list(clips.values()),
        },
    )
    os.replace(part, folder)
    return PackedStore(folder)


def export_npy(
    source: FeatureStore, out: Path | str, report: Callable[[str], None] = lambda stream: None
) -> int:
    """Write a store as folders of one `.npy` file a clip, named as in the published releases;
    return how many files.

    A stream that no release knows gets a folder of its own name (`conse/feature` ->
    `conse_feature`).
    """
    root = Path(out).resolve()
    known = {layout.stream(rows): layout.folder for layout in LAYOUTS for rows in layout.rows}
    files = 0
    for name in source.streams:
        report(name)
        folder = root / known.get(name, name.replace("/", "_"))
        for clip in source.entries():
            path = folder / f"{clip['id']}.npy"
            if not path.resolve().is_relative_to(root):
                raise FeatureError(
                    f"clip id {clip['id']!r} points outside of the folder", where=source.path
                )
            if source.count(name, clip["id"]):  # a failed clip has no file, as in the releases
                with atomic_path(path) as part, part.open("wb") as file:
                    np.save(file, source.rows(name, clip["id"]))
                files += 1
    return files


def agreed_encoders(stores: Sequence[FeatureStore]) -> dict[str, dict[str, Any]]:
    """Return the encoders of several stores.

    Raises:
        FeatureError: two stores know the same encoder with other weights, preprocessing or source.
    """
    encoders: dict[str, dict[str, Any]] = {}
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


def _joined(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Return one entry of a clip that two folders know: the worse state, all reasons and
    warnings.
    """
    worst = max(a, b, key=lambda clip: ("ok", "degraded", "failed").index(clip["state"]))
    named = a if a["name"] != a["id"] else b  # the full name, where one of the two knows it
    out = {**a, **b, "name": named["name"], "state": worst["state"]}
    if reasons := dict.fromkeys(clip["reason"] for clip in (a, b) if clip.get("reason")):
        out["reason"] = "; ".join(reasons)
    if warnings := dict.fromkeys([*a.get("warnings", ()), *b.get("warnings", ())]):
        out["warnings"] = list(warnings)
    return {**out, "tracks": {**a.get("tracks", {}), **b.get("tracks", {})}}


def _owner(stream: str, clip: str, stores: Sequence[FeatureStore]) -> FeatureStore | None:
    """Return the one store that has rows of a clip; FeatureError when two have."""
    owners = [store for store in stores if stream in store.streams and store.count(stream, clip)]
    if len(owners) > 1:
        raise FeatureError(
            f"clip {clip} has rows of {stream} in {owners[0].path}, too",
            where=owners[1].path,
            hint="leave one of the two folders out",
        )
    return owners[0] if owners else None


def _common(values: Sequence[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
