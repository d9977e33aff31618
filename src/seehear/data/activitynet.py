"""UnAV-100, and any other dataset in ActivityNet's layout: one JSON file of events in time.

`{"database": {ID: {"subset": "training", "duration": 12.3, "annotations": [{"segment": [s, e],
"label": "dog barking", "label_id": 7}]}}}`.  The file does not tell tracks apart, so every event
counts as heard and seen at once.  The weak label of a clip is the classes of its events.

Classes are in the order of `label_id` where they have one, else of their first appearance.  Issues
name the line in which the clip's entry begins.

Source: Geng et al., "Dense-Localizing Audio-Visual Events in Untrimmed Videos", CVPR 2023
(ttgeng233/UnAV 1609deb, libs/datasets/unav100.py:118-165).
"""

import json
from collections.abc import Mapping
from pathlib import Path

from seehear.data.benchmark import Annotated, Benchmark, made
from seehear.data.clip import Clip
from seehear.data.dataset import Dataset
from seehear.data.dialect import read_text
from seehear.data.download import digest
from seehear.data.tables import Issue
from seehear.data.truth import TruthRow
from seehear.data.vocabulary import Vocabulary
from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.forms import items, maybe, number, record, table, text, whole
from seehear.foreign.texts import read_json
from seehear.time import Track

FILES = "a JSON file of ActivityNet's layout ({\"database\": ...}), such as UnAV-100's"
_SPLITS = {"training": "train", "validation": "val", "testing": "test"}
_BEGINS = 4096  # bytes in which the word must stand
_EVENT = {"segment": items(number(), least=2, most=2), "label": text}
_FORM = record(
    {
        "database": table(
            record(
                {
                    "subset": text,
                    "annotations": items(record(_EVENT, optional={"label_id": maybe(whole())})),
                },
                optional={"duration": maybe(number(0))},
            )
        )
    }
)


def recognises(root: Path) -> bool:
    """Return whether exactly one JSON file of the folder begins like one of this layout."""
    return len(_files(root)) == 1


def read(root: Path) -> Dataset:
    """Return the dataset; its splits are the file's subsets, under our names.

    Raises:
        DataError: the file is damaged, or holds no clip.
    """
    (path,) = _files(root)
    database = read_json(path, _FORM)["database"]
    if not database:
        raise DataError("expected at least one clip, got none", where=path)
    lines = _lines(read_text(path), database)
    words = _vocabulary(database)
    rows: list[TruthRow] = []
    clips: dict[str, list[Clip]] = {}
    ends: dict[str, float] = {}
    for name, entry in database.items():
        split = _SPLITS.get(entry["subset"].lower(), entry["subset"].lower())
        events = entry["annotations"]
        labels = tuple(dict.fromkeys(event["label"] for event in events))
        clips.setdefault(split, []).append(Clip(name, name, labels, line=lines[name]))
        for event in events:
            start_s, end_s = map(float, event["segment"])
            row = TruthRow(path.name, lines[name], name, start_s, end_s, event["label"])
            rows.append(row)
        ends[name] = _end(entry)
    of_both = {Track.AUDIO: tuple(rows), Track.VISUAL: tuple(rows)}
    splits, tables = {}, {}
    for split in sorted(clips, key=_rank):
        of_split = clips[split]
        issues = []
        for clip in of_split:
            if not clip.labels:
                told = f"{clip.name}: no event at all"
                issues.append(Issue(path.name, lines[clip.name], "no_label", told))
        own = {clip.name: ends[clip.name] for clip in of_split}
        splits[split] = Annotated(of_split, of_both, ends=own, issues=issues)
        tables.update({f"{split}/{role}": path for role in ("clips", "audio", "visual")})
    name = "UnAV-100" if "unav" in path.name.lower() else path.stem
    benchmark = Benchmark(name, root, words, tables, "activitynet", joint=True)
    return made(benchmark, splits, annotation=f"sha256 {digest(path)[:12]}")


def _rank(split: str) -> tuple[int, str]:
    usual = ("train", "val", "test")
    return usual.index(split) if split in usual else len(usual), split


def _files(root: Path) -> list[Path]:
    """Return the JSON files of the folder that begin like one of this layout."""
    found = []
    for path in sorted(root.glob("*.json")):
        try:
            with path.open("rb") as file:
                begins = b'"database"' in file.read(_BEGINS)
        except OSError:
            continue
        if begins:
            found.append(path)
    return found


def _vocabulary(database: Mapping[str, Mapping[str, Json]]) -> Vocabulary:
    """Return the classes in the order of their numbers, then those that have none."""
    numbers: dict[str, float] = {}
    for entry in database.values():
        for event in entry["annotations"]:
            given = event.get("label_id")
            numbers.setdefault(event["label"], float("inf") if given is None else given)
    names = tuple(sorted(numbers, key=lambda name: numbers[name]))
    return Vocabulary(names, tuple(name.replace("_", " ") for name in names))


def _end(entry: Mapping[str, Json]) -> float:
    """Return the clip's duration in seconds, or when its last event ends."""
    if entry.get("duration"):
        return float(entry["duration"])
    return max((float(event["segment"][1]) for event in entry["annotations"]), default=1.0)


def _lines(content: str, database: Mapping[str, object]) -> dict[str, int]:
    """Return the line in which each clip's entry begins; entries come in the order of the file."""
    out, place, line = {}, 0, 1
    for name in database:
        found = content.find(json.dumps(name, ensure_ascii=False), place)
        if found >= 0:
            line += content.count("\n", place, found)
            place = found
        out[name] = line
    return out
