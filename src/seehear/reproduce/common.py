"""What several rows of a table share is made once: averaged features and segment labels."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.features import FeatureStore
from seehear.features.packed import (
    MANIFEST,
    PackedStore,
    StoredStream,
    write_manifest,
    write_stream,
)
from seehear.features.reader import to_segments
from seehear.features.store import ClipEntry
from seehear.features.windowed import WINDOW, in_windows
from seehear.labels.rule import rule_encoders
from seehear.labels.store import SegmentLabels, is_labels, load, save
from seehear.recipes import FEATURES
from seehear.recipes.contract import Clips, Context
from seehear.reproduce.rows import Entry
from seehear.runs.inputs import find_stream

Say = Callable[[str], None]


def pooled_store(
    store: FeatureStore, dataset: Dataset, entries: Sequence[Entry], folder: Path, say: Say
) -> FeatureStore:
    """Return a store with one row a segment of every stream that the rows need.

    The published folders hold a small file of eighty rows for each clip.  Reading them takes
    minutes, and every row of a table would do it again.  Two stores are returned as they are: our
    own packed one, and one of clips of any length, which are cut into windows as they are read.

    Args:
        store: as opened.
        dataset: whose clips are meant.
        entries: rows that will run.
        folder: where the averaged streams go; those that are there are used again.
        say: receives one line at a time.
    """
    if dataset.varies or isinstance(store, PackedStore):
        return store
    streams = _made_before(folder)
    missing = [stream for stream in _wanted_streams(entries) if stream not in streams]
    if streams and not missing:
        return PackedStore(folder)
    names = list(chain.from_iterable(split.names for split in dataset.splits.values()))
    segments = dataset.grid.count
    for stream in missing:
        source = find_stream(stream, store)
        assert source is not None
        say(f"{source}: average to {amount(segments, 'segment')}, once for all rows")
        streams[stream] = _write_averaged(folder, stream, store, source, names, segments)
    encoders = {name: {**about, "preprocessing": None} for name, about in store.encoders().items()}
    manifest = {
        "encoders": encoders,
        "streams": streams,
        "pooled_from": str(store.path),
        "clips": [_clip(name, segments) for name in names],
    }
    write_manifest(folder, manifest)
    return PackedStore(folder)


def _clip(name: str, segments: int) -> ClipEntry:
    return {"name": name, "id": name, "segments": segments, "state": "ok"}


def _made_before(folder: Path) -> dict[str, StoredStream]:
    if not (folder / MANIFEST).is_file():
        return {}
    return dict(PackedStore(folder).manifest["streams"])


def _wanted_streams(entries: Sequence[Entry]) -> list[str]:
    """Return what networks are trained on, then what segment labels are made of."""
    wanted: dict[str, None] = {}
    for entry in entries:
        wanted |= dict.fromkeys(FEATURES[entry.features].streams)
    for entry in entries:
        rule = entry.recipe.labels.segments
        if rule is not None:
            wanted |= {f"{encoder}/feature": None for encoder in rule_encoders(rule).values()}
    return list(wanted)


def _write_averaged(
    folder: Path,
    stream: str,
    store: FeatureStore,
    source: str,
    names: Sequence[str],
    segments: int,
) -> StoredStream:
    """Write a row a segment of each clip.

    A clip without a file is left empty; training on it then says so.
    """
    here = {name for name in names if store.count(source, name)}

    def averaged() -> Iterator[NDArray[np.float32] | None]:
        for name in names:
            if name in here:
                yield to_segments(store, source, store.rows(source, name), segments)
            else:
                yield None

    total = sum(name in here for name in names) * segments
    dim = store.stream(source).dim
    entry = write_stream(folder, stream, averaged(), total=total, dim=dim, dtype="float32")
    return {**entry, "encoder": stream.split("/")[0]}


def shared_labels(entry: Entry, dataset: Dataset, store: FeatureStore, out: Path, say: Say) -> None:
    """Make the segment labels that a row trains on, unless they are there already.

    Args:
        entry: the row; nothing is done if it has no segment labels.
        dataset, store: as opened.
        out: the output folder.
        say: receives one line at a time.

    Raises:
        SeehearError: labels that are damaged, or as the recipe's stage `labels`.
    """
    if entry.labels is None:
        return
    folder = out / entry.labels
    if is_labels(folder):
        load(folder)  # raises here, before training, if they are damaged
        return
    say(f"segment labels of {entry.row.title}")
    dataset = dataset.without_track_labels()
    if dataset.varies:  # as training cuts them
        dataset, store = in_windows(dataset, store, WINDOW)
    stage = next(stage for stage in entry.recipe.stages if stage.name == "labels")
    split = dataset.split("train")
    weak = torch.from_numpy(np.ascontiguousarray(split.weak, np.float32))
    nothing = torch.zeros(len(split.names), 0, 0)
    clips = Clips(split.names, weak, nothing, nothing)
    seed = entry.recipe.training.seed
    assert stage.make is not None
    labels = stage.make(Context(entry.recipe, stage, dataset, store, clips, {}, seed))
    assert isinstance(labels, SegmentLabels)
    save(labels, folder)
