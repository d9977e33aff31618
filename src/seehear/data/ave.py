"""AVE's annotations, recognised by `Annotations.txt`: for each clip one event, heard and seen.

A line is `Category&VideoID&Quality&StartTime&EndTime`; the copy in AVE's repository has no header,
others have one.  Each line is a sample of its own: the official splits (`train_order.h5` and so on,
key `order`) are lists of line numbers, counted from 0.  45 ids are in two or three lines, each time
with another class.  The first such sample is named by its id, the others `ID#LINE`.  They share one
file, so what is predicted for the file counts for each of them.  Classes are numbered in the order
of their first line (YapengTian/AVE-ECCV18 93f843f; data/mil_labels.h5 agrees line by line).

The table alone is read without h5py: all clips are then one split called `all`.

Source: Tian et al., "Audio-Visual Event Localization in Unconstrained Videos", ECCV 2018.
"""

import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from seehear.data.benchmark import Annotated, Benchmark, made
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset
from seehear.data.dialect import read_lines, read_text
from seehear.data.download import digest
from seehear.data.tables import Faults, Issue, seconds
from seehear.data.truth import TruthRow
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.foreign import hdf5
from seehear.foreign.hdf5 import Hdf5Array
from seehear.time import TimeGrid, Track

TABLE = "Annotations.txt"
FILES = f"AVE's {TABLE}"
HEADER = ("Category", "VideoID", "Quality", "StartTime", "EndTime")
_SPLITS = ("train", "val", "test")


class _Sample(NamedTuple):
    clip: Clip
    row: TruthRow


def recognises(root: Path) -> bool:
    """Return whether the folder holds the table, and it looks like AVE's."""
    path = root / TABLE
    if not path.is_file():
        return False
    lines = read_lines(read_text(path))
    return bool(lines) and lines[0].count("&") == len(HEADER) - 1


def read(root: Path) -> Dataset:
    """Return AVE.

    Raises:
        DataError: the table is damaged, or a split's list names lines that the table does not have.
    """
    path = root / TABLE
    samples, issues = _samples(path)
    names = tuple(dict.fromkeys(sample.row.label for sample in samples))
    words = Vocabulary(names, names)
    orders, hint = _orders(root, len(samples))
    rows = tuple(sample.row for sample in samples)
    splits, tables = {}, {}
    for split, order in orders.items():
        clips = [samples[line].clip for line in order]
        lines = {samples[line].row.line for line in order}
        odd = [issue for issue in issues if issue.line in lines]
        of_both = {Track.AUDIO: rows, Track.VISUAL: rows}
        splits[split] = Annotated(clips, of_both, issues=odd)
        tables.update({f"{split}/{role}": path for role in ("clips", "audio", "visual")})
    benchmark = Benchmark(
        "AVE",
        root,
        words,
        tables,
        "ave",
        grid=TimeGrid(10),
        joint=True,
        splits_hint=hint,
    )
    return made(benchmark, splits, annotation=f"sha256 {digest(path)[:12]}")


def sample_names(path: Path) -> tuple[str, ...]:
    """Return the name of every sample of the table, line by line.

    Raises:
        DataError: the table is damaged.
    """
    return tuple(sample.clip.name for sample in _samples(path)[0])


def _samples(path: Path) -> tuple[list[_Sample], list[Issue]]:
    """Return the samples of the table in its order, and what is odd about their names."""
    faults, samples = Faults(), []
    issues: list[Issue] = []
    count: Counter[str] = Counter()
    for line, text in enumerate(read_lines(read_text(path)), 1):
        fields = text.split("&")
        if tuple(fields) == HEADER or not text.strip():
            continue
        where = f"{path}:{line}"
        if len(fields) != len(HEADER) or not fields[1]:
            faults.add(f"expected {'&'.join(HEADER)}, got {text!r}", where=where)
            continue
        label, name = fields[:2]
        start_s = seconds(fields[3], "StartTime", faults, where=where)
        end_s = seconds(fields[4], "EndTime", faults, where=where)
        if start_s is None or end_s is None:
            continue
        count[name] += 1
        own = name if count[name] == 1 else f"{name}#{line}"
        if own != name:
            told = f"{name}: appears above with another class; this row is the sample {own}"
            issues.append(Issue(path.name, line, "clip_twice", told))
        row = TruthRow(path.name, line, own, start_s, end_s, label)
        samples.append(_Sample(Clip(own, name, (label,), line=line), row))
    faults.check()
    if not samples:
        raise DataError("expected at least one clip, got an empty table", where=path)
    return samples, issues


def _orders(root: Path, samples: int) -> tuple[Mapping[str, Sequence[int]], str | None]:
    """Return the samples of every split, and a hint where the official splits are not here."""
    every = {"all": range(samples)}
    files = {split: root / f"{split}_order.h5" for split in _SPLITS}
    there = {split: path for split, path in files.items() if path.is_file()}
    if not there:
        names = ", ".join(path.name for path in files.values())
        return every, f"AVE's own splits need its files {names} beside {TABLE}"
    if importlib.util.find_spec(hdf5.PACKAGE) is None:
        return every, f"AVE's own splits need h5py; run: pip install 'seehear[{hdf5.EXTRA}]'"
    return {split: _order(path, samples) for split, path in there.items()}, None


def _order(path: Path, samples: int) -> list[int]:
    found = Hdf5Array(path, "order")
    if len(found.shape) != 1 or found.dtype.kind not in "iu" or not 0 < found.shape[0] <= samples:
        raise DataError(
            f"order: expected a list of up to {samples} whole numbers, got {found.shape}",
            where=path,
        )
    order = found.all()
    if order.min() < 0 or order.max() >= samples or len(set(order.tolist())) < len(order):
        raise DataError(
            f"order: expected each of the {samples} lines of {TABLE} at most once", where=path
        )
    return [int(line) for line in order]
