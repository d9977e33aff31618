"""Whether segment labels that were made earlier are labels of a dataset as it is now."""

from collections.abc import Mapping

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.labels.store import SegmentLabels


def misfit(labels: SegmentLabels, dataset: Dataset) -> str | None:
    """Return why segment labels are not of a dataset; None: they are.

    They are where its tables are those that they were made of.  Where a table has changed since,
    they still are if every clip that both have has the weak labels that they were made of: a split
    that was taken away, or clips, do not matter.

    Args:
        labels: of the classes of the dataset.
        dataset: as it is now.
    """
    made_of = labels.provenance.get("dataset")
    before = made_of if isinstance(made_of, Mapping) else {}
    if before.get("fingerprint") in (None, dataset.fingerprint()):
        return None
    split = dataset.splits.get(str(labels.provenance.get("split", "train")))
    row = {name: index for index, name in enumerate(labels.names)}
    both = [] if split is None else [name for name in split.names if name in row]
    if split is None or not both:
        return f"labels of another dataset ({before.get('name')}): no clip is the same"
    if labels.weak is None or dataset.varies or split.track_weak is not None:
        return f"labels of another dataset ({before.get('name')}), or its tables have changed"
    changed = "the dataset has changed since these labels were made"
    if before.get("grid") not in (None, dataset.parts()["grid"]):
        return f"{changed}: segments were {before['grid']}, now {dataset.parts()['grid']}"
    now = dict(zip(split.names, split.weak, strict=True))
    other = [name for name in both if (labels.weak[row[name]] != now[name]).any()]
    if not other:
        return None
    return (
        f"{changed}: {amount(len(other), 'clip')} of split {split.name} had other classes then"
        f" (first: {other[0]})"
    )
