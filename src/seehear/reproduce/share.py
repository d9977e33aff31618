"""What several rows need is made once: features averaged to segments, and the segment labels of a
definition.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from seehear.data import Dataset
from seehear.features import FeatureStore
from seehear.features.official import OfficialStore
from seehear.features.packed import MANIFEST, PackedStore, write_manifest, write_stream
from seehear.features.reader import to_segments
from seehear.labels.store import is_labels, load, save
from seehear.recipes import FEATURES
from seehear.recipes.contract import Clips, Context
from seehear.reproduce.rows import Entry
from seehear.train.data import find_stream

Say = Callable[[str], None]


def pooled_store(
    store: FeatureStore, dataset: Dataset, entries: list[Entry], folder: Path, say: Say
) -> FeatureStore:
    """Return a store with one row a segment of every stream that the rows need; our own packed
    store as it is.

    The published folders hold a small file a clip, eighty rows each: reading them takes minutes,
    and every row of a table would do it again.

    Args:
        store: as opened.
        dataset: whose clips are meant.
        entries: rows that will run.
        folder: where the pooled streams go, one store a stream set; made once, then reused.
        say: receives one line at a time.
    """
    if not isinstance(store, OfficialStore):
        return store
    wanted = dict.fromkeys(s for entry in entries for s in FEATURES[entry.features].streams)
    for entry in entries:
        options = entry.recipe.labels.segments
        if options is not None:
            wanted |= {
                f"{getattr(options, t)}/feature": None
                for t in ("audio", "visual")
                if options.has(t)
            }
    held = PackedStore(folder) if (folder / MANIFEST).is_file() else None
    old = {} if held is None else held.manifest["streams"]
    new = [stream for stream in wanted if stream not in old]
    if not new and held is not None:
        return held
    names = [clip.name for split in dataset.splits.values() for clip in split.clips]
    streams = dict(old)
    for stream in new:
        source = find_stream(stream, store)
        assert source is not None
        say(f"{source}: average to {dataset.grid.count} segments, once for all rows")
        # a clip without a file is left out; training on it then says so
        rows = (
            (
                to_segments(store, source, store.rows(source, name), dataset.grid.count)
                if store.count(source, name)
                else None
            )
            for name in names
        )
        count = sum(store.count(source, name) > 0 for name in names)
        entry_ = write_stream(
            folder,
            stream,
            rows,
            total=count * dataset.grid.count,
            dim=store.stream(source).dim,
            dtype="float32",
        )
        streams[stream] = {**entry_, "encoder": stream.split("/")[0]}
    encoders = {name: {**about, "preprocessing": None} for name, about in store.encoders().items()}
    write_manifest(
        folder,
        {
            "encoders": encoders,
            "streams": streams,
            "pooled_from": str(store.path),
            "clips": [
                {"name": name, "id": name, "segments": dataset.grid.count, "state": "ok"}
                for name in names
            ],
        },
    )
    return PackedStore(folder)


def shared_labels(entry: Entry, dataset: Dataset, store: FeatureStore, out: Path, say: Say) -> None:
    """Make the segment labels that a row trains on, unless another row or an earlier call has made
    them.
    """
    if entry.labels is None or is_labels(out / entry.labels):
        if entry.labels is not None:
            load(out / entry.labels)  # damaged ones are better found now
        return
    say(f"segment labels of {entry.row.title}")
    stage = next(stage for stage in entry.recipe.stages if stage.name == "labels")
    split = dataset.split("train")
    nothing = torch.zeros(len(split.names), 0, 0)
    clips = Clips(
        split.names,
        torch.from_numpy(np.ascontiguousarray(split.weak, np.float32)),
        nothing,
        nothing,
    )
    assert stage.make is not None
    save(
        stage.make(
            Context(entry.recipe, stage, dataset, store, clips, {}, entry.recipe.training.seed)
        ),
        out / entry.labels,
    )
