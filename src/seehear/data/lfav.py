"""LFAV's annotation tables, recognised by their names, in one folder or in one for each split.

Videos of minutes, weak labels of the clip and of each track, truth of both tracks in whole seconds.
The official evaluation fills the segments `onset:offset+1` (GeWu-Lab/LFAV e17ad4d,
src/tools/evaluation.py:156, 172).  The second of an offset counts, so a row without length marks
one segment; this reading is called `inclusive`.  Spaces around labels are removed, and labels that
are not a class (`silent`) are ignored, as in src/dataloader.py:17-31.

The tables do not say how long a clip is; it lasts at least until its last offset.  No clip is
nearly as long as `_LONGEST_S`, so a later offset is an error, and is cut to the clip's end.

Source: Hou et al., "Towards Long Form Audio-visual Video Understanding", TOMM 2024.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from seehear.data.benchmark import Annotated, Benchmark, made
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset
from seehear.data.download import digest
from seehear.data.tables import Faults, Issue, read_table, seconds
from seehear.data.truth import TruthRow
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.time import Track

FILES = "LFAV's tables (train_weakly.csv, test_audio.csv, ...)"
CLIPS = {"train": "train_weakly.csv", "val": "val_weak_av.csv", "test": "test_weak_av.csv"}
# in the order of the official evaluation (src/utils/constant.py:1-6)
CLASSES = (
    *("accordion", "alarm", "banjo", "bicycle", "car", "car_alarm", "cat", "cello", "chainsaw"),
    *("cheering", "chicken_rooster", "clapping", "cry", "dance", "dog", "drum"),
    *("fixed-wing_aircraft", "frisbee", "guitar", "helicopter", "horse", "laughter", "piano"),
    *("playing_basketball", "playing_badminton", "playing_baseball", "playing_ping-pong"),
    *("playing_tennis", "playing_soccer", "playing_volleyball", "rodents", "shofar", "singing"),
    *("speech", "violin"),
)
_LONGEST_S = 3600.0
_TRACKS = (Track.AUDIO, Track.VISUAL)


def recognises(root: Path) -> bool:
    """Return whether the folder holds LFAV's table of training clips or of test clips."""
    return any(_table(root, split, CLIPS[split]) is not None for split in ("train", "test"))


def read(root: Path) -> Dataset:
    """Return LFAV; splits without a table of clips are left out.

    Raises:
        DataError: a table is damaged, or another table of a split is missing.
    """
    words = Vocabulary(CLASSES, tuple(name.replace("_", " ") for name in CLASSES))
    tables: dict[str, Path] = {}
    splits: dict[str, Annotated] = {}
    for split, name in CLIPS.items():
        clips = _table(root, split, name)
        if clips is None:
            continue
        tables[f"{split}/clips"] = clips
        for track in _TRACKS:
            tables[f"{split}/{track}_weak"] = _needed(root, split, f"{split}_{track}_weakly.csv")
            if split != "train":
                tables[f"{split}/{track}"] = _needed(root, split, f"{split}_{track}.csv")
        splits[split] = _annotated(split, tables, words)
    benchmark = Benchmark("LFAV", root, words, tables, "lfav", inclusive=True)
    return made(benchmark, splits, annotation=_annotation(tables))


def _table(root: Path, split: str, name: str) -> Path | None:
    places = (root / name, root / split / name)
    return next((path for path in places if path.is_file()), None)


def _needed(root: Path, split: str, name: str) -> Path:
    path = _table(root, split, name)
    if path is None:
        raise DataError(
            f"expected LFAV's tables of split {split}, {name} is missing",
            where=root,
            hint=f"it lies beside {CLIPS[split]} in LFAV's repository",
        )
    return path


def _annotation(tables: dict[str, Path]) -> str:
    truth = [path for role, path in tables.items() if role.endswith(("/audio", "/visual"))]
    digests = [digest(path)[:8] for path in truth]
    return " ".join(["sha256", *digests]) if truth else "no truth"


def _annotated(split: str, tables: dict[str, Path], words: Vocabulary) -> Annotated:
    issues: list[Issue] = []
    of_clip = _labels(tables[f"{split}/clips"], words, issues)
    lines = _lines(tables[f"{split}/clips"])
    clips = [Clip(name, name, labels, line=lines[name]) for name, labels in of_clip.items()]
    of_tracks = []
    for track in _TRACKS:
        path = tables[f"{split}/{track}_weak"]
        labels = _labels(path, words, issues)
        issues += _unlike(path, of_clip, labels)
        of_tracks.append([labels.get(clip.name, ()) for clip in clips])
    rows = {}
    for track in _TRACKS:
        if f"{split}/{track}" in tables:
            rows[track] = tuple(_rows(tables[f"{split}/{track}"], words, issues))
    ends = _ends(row for of_track in rows.values() for row in of_track)
    heard, seen = of_tracks
    return Annotated(clips, rows, heard, seen, ends=ends, issues=issues)


def _labels(path: Path, words: Vocabulary, issues: list[Issue]) -> dict[str, tuple[str, ...]]:
    """Return the classes of every clip of a table; what is odd about them goes to `issues`."""
    out: dict[str, tuple[str, ...]] = {}
    faults = Faults()
    for line, (name, cell) in read_table(path, ("filename", "event_labels")):
        if name in out:
            faults.add(f"clip {name} appears twice", where=f"{path}:{line}")
        labels = []
        for label in cell.split(","):
            kept = _class(label, words, Issue(path.name, line, "", name), issues)
            if kept is not None:
                labels.append(kept)
        if len(set(labels)) < len(labels):
            issues.append(Issue(path.name, line, "label_twice", f"{name}: {cell}; taken once"))
        if not labels:
            issues.append(Issue(path.name, line, "no_label", f"{name}: no class at all"))
        out[name] = tuple(dict.fromkeys(labels))
    faults.check()
    if not out:
        raise DataError("expected at least one clip, got an empty table", where=path)
    return out


def _lines(path: Path) -> dict[str, int]:
    """Return the line of every clip of a table."""
    return {row[0]: line for line, row in read_table(path, ("filename",))}


def _class(label: str, words: Vocabulary, at: Issue, issues: list[Issue]) -> str | None:
    """Return a label without stray spaces; None if it is not a class."""
    kept = label.strip()
    if kept not in words:
        issues.append(
            Issue(at.file, at.line, "label_ignored", f"{at.text}: {kept!r} is not a class")
        )
        return None
    if kept != label:
        text = f"{at.text}: {label!r}, taken as {kept}"
        issues.append(Issue(at.file, at.line, "label_spaces", text))
    return kept


def _unlike(
    path: Path, of_clip: dict[str, tuple[str, ...]], of_track: dict[str, tuple[str, ...]]
) -> Iterator[Issue]:
    """Yield the classes that a track's weak label has and the clip's lacks."""
    lines = _lines(path)
    for name, labels in of_track.items():
        line = lines[name]
        if name not in of_clip:
            yield Issue(path.name, line, "orphan", f"{name}: no split has this clip")
            continue
        more = [label for label in labels if label not in of_clip[name]]
        if more:
            text = f"{name}: {', '.join(more)}, the clip's label is {', '.join(of_clip[name])}"
            yield Issue(path.name, line, "track_unlike_clip", text)


def _rows(path: Path, words: Vocabulary, issues: list[Issue]) -> Iterator[TruthRow]:
    faults = Faults()
    for line, (clip, *fields) in read_table(path, ("filename", "onset", "offset", "event_labels")):
        label = _class(fields[2], words, Issue(path.name, line, "", clip), issues)
        onset_s = seconds(fields[0], "onset", faults, where=f"{path}:{line}")
        offset_s = seconds(fields[1], "offset", faults, where=f"{path}:{line}")
        if label is not None and onset_s is not None and offset_s is not None:
            yield TruthRow(path.name, line, clip, onset_s, offset_s, label)
    faults.check()


def _ends(rows: Iterable[TruthRow]) -> dict[str, float]:
    """Return the earliest time, in seconds, at which each clip can end, by its possible rows."""
    ends: dict[str, float] = {}
    for row in rows:
        if row.onset_s <= row.offset_s <= _LONGEST_S:
            ends[row.clip] = max(ends.get(row.clip, 0.0), row.offset_s + 1)
    return ends
