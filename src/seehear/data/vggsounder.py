"""VGGSounder's labels, recognised by their table: what is heard and seen in a clip, without times.

A clip has ten seconds.  A row is a clip, a class, the tracks that it is in (A, V or AV), and what
else is known of the clip: background music, a static picture, a voice-over.

Source: Zverev et al., "VGGSounder: Audio-Visual Evaluations for Foundation Models", ICCV 2025.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seehear.data.benchmark import Annotated, Benchmark, made
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset
from seehear.data.dialect import read_text
from seehear.data.download import digest
from seehear.data.tables import Faults, Issue
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import TimeGrid

TABLES = ("vggsounder+background-music.csv", "vggsounder.csv")
CLASSES = "classes.csv"
FILES = f"VGGSounder's {TABLES[0]}"
FLAGS = ("background_music", "static_image", "voice_over")
_COLUMNS = ("video_id", "label", "modality", *FLAGS)
_TRUTH = {"True": True, "False": False}


@dataclass
class _Labelled:
    """What the rows say of one clip: its flags, as in `FLAGS`, and its classes."""

    flags: tuple[bool, ...]
    labels: dict[str, str] = field(default_factory=dict)  # class -> tracks


def recognises(root: Path) -> bool:
    """Return whether the folder holds a table of VGGSounder."""
    return any((root / name).is_file() for name in TABLES)


def read(root: Path) -> Dataset:
    """Return VGGSounder: one split, `test`.

    Raises:
        DataError: the table is damaged.
    """
    path = next(root / name for name in TABLES if (root / name).is_file())
    tables = {"test/clips": path}
    listed = None
    if (root / CLASSES).is_file():
        tables["test/classes"] = root / CLASSES
        listed = [name for _, (name,) in _rows(root / CLASSES, ("display_name",))]
    issues: list[Issue] = []
    found = _clips(path, listed, issues)
    names = listed or sorted({label for clip in found.values() for label in clip.labels})
    words = Vocabulary(tuple(names), tuple(names))
    clips = [Clip(name, name, tuple(clip.labels)) for name, clip in found.items()]
    flags = {}
    for index, flag in enumerate(FLAGS):
        flags[flag] = [clip.flags[index] for clip in found.values()]
    split = Annotated(
        clips, heard=_in(found, "A"), seen=_in(found, "V"), issues=issues, flags=flags
    )
    benchmark = Benchmark(
        "VGGSounder", root, words, tables, "vggsounder", grid=TimeGrid(10), exact=True
    )
    return made(benchmark, {"test": split}, annotation=f"sha256 {digest(path)[:12]}")


def _in(found: Mapping[str, _Labelled], track: str) -> list[list[str]]:
    """Return the classes of each clip that are in a track."""
    out = []
    for clip in found.values():
        out.append([label for label, tracks in clip.labels.items() if track in tracks])
    return out


def _clips(path: Path, listed: Sequence[str] | None, issues: list[Issue]) -> dict[str, _Labelled]:
    out: dict[str, _Labelled] = {}
    faults = Faults()
    known = None if listed is None else frozenset(listed)
    for line, (name, label, tracks, *words) in _rows(path, _COLUMNS):
        where = f"{path}:{line}"
        flags = [_TRUTH.get(word) for word in words]
        if not name or tracks not in ("A", "V", "AV"):
            faults.add(f"expected a clip and A, V or AV, got {tracks!r}", where=where)
        elif known is not None and label not in known:
            faults.add(f"unknown class {label!r}", where=where, hint=f"{CLASSES} lacks it")
        elif None in flags:
            faults.add(f"expected True or False for {', '.join(FLAGS)}", where=where)
        else:
            clip = out.setdefault(name, _Labelled(tuple(map(bool, flags))))
            if label in clip.labels:
                text = f"{name}: {label} appears twice; tracks joined"
                issues.append(Issue(path.name, line, "label_twice", text))
            clip.labels[label] = clip.labels.get(label, "") + tracks
    faults.check()
    if not out:
        raise DataError("expected at least one clip, got an empty table", where=path)
    return out


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return (line, fields in the order of `columns`) of each row of a comma-separated table.

    Raises:
        DataError: a missing column, a quote that does not end, or a row with too few fields.
    """
    table = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    header = next(table, [])
    missing = [column for column in columns if column not in header]
    if missing:
        raise DataError(
            f"column {', '.join(missing)} is missing, found {', '.join(header) or 'nothing'}",
            where=path,
            hint=f"the first line must name {', '.join(columns)}, separated by commas",
        )
    order = [header.index(column) for column in columns]
    rows, faults = [], Faults()
    try:
        for fields in table:
            if len(fields) == len(header):
                rows.append((table.line_num, [fields[index] for index in order]))
            else:
                problem = f"expected {len(header)} fields separated by commas, got {len(fields)}"
                faults.add(problem, where=f"{path}:{table.line_num}")
    except csv.Error as error:
        faults.add(f"no table: {error}", where=f"{path}:{table.line_num}")
    faults.check()
    return rows
