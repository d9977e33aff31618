"""Whether segment labels that were made earlier are labels of a dataset as it is now."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset, Split
from seehear.labels.store import SegmentLabels


def misfit(labels: SegmentLabels, dataset: Dataset) -> str | None:
    """Return why segment labels are not of a dataset; None: they are.

    They are if its tables are the ones that the labels were made of.  Where a table has changed
    since, they still are if every clip that both have keeps its weak labels.  Clips or splits that
    were taken away do not matter.

    Args:
        labels: whose classes are those of the dataset.
        dataset: as it is now.
    """
    made_of = labels.provenance.get("dataset")
    before = made_of if isinstance(made_of, Mapping) else {}
    if before.get("fingerprint") in (None, dataset.fingerprint()):
        return None
    other = f"labels of another dataset ({before.get('name')})"
    split = dataset.splits.get(str(labels.provenance.get("split", "train")))
    if split is None or set(split.names).isdisjoint(labels.names):
        return f"{other}: no clip is the same"
    if labels.weak is None or dataset.varies or split.track_weak is not None:
        return f"{other}, or its tables have changed"
    changed = "the dataset has changed since these labels were made"
    grid = dataset.parts()["grid"]
    if before.get("grid") not in (None, grid):
        return f"{changed}: segments were {before['grid']}, now {grid}"
    relabelled = _relabelled(labels.weak, labels.names, split)
    if not relabelled:
        return None
    return (
        f"{changed}: {amount(len(relabelled), 'clip')} of split {split.name} had other classes then"
        f" (first: {relabelled[0]})"
    )


def _relabelled(weak: NDArray[np.bool_], names: Sequence[str], split: Split) -> list[str]:
    """Return the clips of a split whose weak labels are not as they were, (N, C) of `names`."""
    before = dict(zip(names, weak, strict=True))
    now = zip(split.names, split.weak, strict=True)
    return [name for name, row in now if name in before and (before[name] != row).any()]
