"""What is odd about a dataset: rows of its tables that cannot be right, and missing media.

Nothing here changes a label.  A reading of the truth drops or mends some of these rows (`truth`);
here all of them are listed, whatever the reading, once each, with file and line.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from seehear.data.clip import Clip
from seehear.data.dataset import Dataset, Split
from seehear.data.orphans import Nearest
from seehear.data.tables import Issue
from seehear.data.truth import TruthRow, TruthTables, clashes
from seehear.time import Track

# what each kind means, in the order a report shows them
KINDS: Mapping[str, str] = {
    "orphan": "rows of clips that are in no split",
    "empty": "intervals without length",
    "reversed": "intervals that end before they begin",
    "outside": "intervals that reach outside the grid",
    "duplicate": "rows that appear twice",
    "overlap": "intervals that overlap another of the same class",
    "touching": "intervals that touch another of the same class",
    "not_in_weak_label": "classes in the truth that the clip's weak label lacks",
    "weak_only": "classes in the weak label that the truth has nowhere",
    "no_truth": "clips without a single row of truth",
    "label_twice": "weak labels that name a class twice",
    "label_spaces": "labels with stray spaces around them",
    "label_ignored": "labels that are not a class of the dataset",
    "track_unlike_clip": "classes of a track's weak label that the clip's lacks",
    "no_track_truth": "clips whose weak label of a track names classes, without a row of its truth",
    "clip_twice": "clips that appear in several rows, each taken as a sample of its own",
    "no_label": "clips with an empty weak label: each counts as a clip that holds none of the"
    " classes; if you do not know what it holds, delete its row",
    "two_splits": "clips that are in two splits",
    "media_missing": "clips without a media file",
    # the rest is found in the media files themselves (`seehear.media.condition`)
    "media_damaged": "files that cannot be read, or only in part",
    "no_audio": "clips without an audio track",
    "no_visual": "clips without a visual track",
    "silent": "clips whose audio track is silent",
    "frozen": "clips whose picture never changes",
    "short": "clips shorter than their segments",
}


def find_anomalies(dataset: Dataset) -> list[Issue]:
    """Return every anomaly of the tables and every clip without media, in the order of `KINDS`.

    Raises:
        DataError: a table of truth is damaged.
    """
    found = [issue for split in dataset.splits.values() for issue in split.issues]
    found += _in_two_splits(dataset)
    for track in (Track.AUDIO, Track.VISUAL):
        for tables, clips in _truth_tables(dataset, track).values():
            found += _rows(tables.rows[track], tables, clips)
    for name, split in dataset.splits.items():
        if split.has_truth:
            found += _unsupported(dataset.tables[f"{name}/clips"].name, split.clips, split.tables)
            found += _without_track(dataset, split)
    found += _without_media(dataset)
    order = list(KINDS)
    return sorted(found, key=lambda issue: order.index(issue.kind))


def _truth_tables(
    dataset: Dataset, track: Track
) -> dict[Path, tuple[TruthTables, dict[str, Clip]]]:
    """Return each table of a track once, with the clips of all splits that use it."""
    out: dict[Path, tuple[TruthTables, dict[str, Clip]]] = {}
    for split in dataset.splits.values():
        path = split.tables.audio if track is Track.AUDIO else split.tables.visual
        if split.tables.joint and track is Track.VISUAL:
            continue  # both tracks have the same table
        if path is not None:
            _, clips = out.setdefault(path, (split.tables, {}))
            clips.update({clip.name: clip for clip in split.clips})
    return out


def _rows(rows: Iterable[TruthRow], tables: TruthTables, clips: Mapping[str, Clip]) -> list[Issue]:
    """Return what is odd about the rows of one table."""
    found: list[Issue] = []
    marking: list[TruthRow] = []
    nearest = Nearest(sorted(tables.known))
    for row in rows:
        known = row.clip in tables.known
        if not known:
            found.append(_orphan(row, tables, nearest))
        if row.span_fault is not None:
            marks = "marks nothing"
            if tables.inclusive and row.span_fault == "empty":
                marks = "marks one segment, as offsets are inclusive"
            found.append(row.issue(row.span_fault, marks))
        elif known:
            marking.append(row)
            end_s = tables.end_s(row.clip)
            if row.reaches_outside(tables.grid.start_s, end_s):
                what = "clip" if row.clip in tables.ends else "grid"
                text = f"the {what} is {tables.grid.start_s:g}-{end_s:g} s"
                found.append(row.issue("outside", text))
    found += _not_in_weak_label(marking, clips)
    for kind, row, before in clashes(marking):
        text = f"line {before.line} says {before.onset_s:g}-{before.offset_s:g}"
        found.append(row.issue(kind, text))
    return found


def _orphan(row: TruthRow, tables: TruthTables, nearest: Nearest) -> Issue:
    meant = tables.mender.mend(row.clip) or nearest.same(row.clip)
    hint = "" if meant is None else f"; did you mean {meant}?"
    return row.issue("orphan", f"no split has this clip{hint}")


def _not_in_weak_label(rows: Iterable[TruthRow], clips: Mapping[str, Clip]) -> list[Issue]:
    """Return the classes that their clip's weak label lacks, once for each clip and class."""
    first: dict[tuple[str, str], TruthRow] = {}
    for row in rows:
        first.setdefault((row.clip, row.label), row)
    found = []
    for (name, label), row in first.items():
        if name in clips and label not in clips[name].labels:
            text = f"the clip's label is {', '.join(clips[name].labels) or 'empty'}"
            found.append(row.issue("not_in_weak_label", text))
    return found


def _unsupported(file: str, clips: Iterable[Clip], tables: TruthTables) -> list[Issue]:
    """Return the clips without any row of truth, and the weak labels that no row confirms."""
    rows = [row for of_track in tables.rows.values() for row in of_track]
    named = {row.clip for row in rows}
    true = {(row.clip, row.label) for row in rows if row.span_fault is None}
    without, alone = [], []
    for clip in clips:
        if clip.name not in named:
            text = f"{clip.name}: no row in either truth table"
            without.append(Issue(file, clip.line, "no_truth", text))
            continue
        for label in clip.labels:
            if (clip.name, label) not in true:
                text = f"{clip.name}: {label} is in the weak label, but in neither track"
                alone.append(Issue(file, clip.line, "weak_only", text))
    return without + alone


def _without_track(dataset: Dataset, split: Split) -> list[Issue]:
    """Return the clips without a row of a track's truth though that track's weak label has classes.

    Only for datasets with weak labels of the tracks; in others, no row means no event.
    """
    found: list[Issue] = []
    if split.track_weak is None:
        return found
    for index, track in enumerate((Track.AUDIO, Track.VISUAL)):
        named = {row.clip for row in split.tables.rows[track]}
        for clip, weak in zip(split.clips, split.track_weak[:, index], strict=True):
            if clip.name not in named and weak.any():
                labels = ", ".join(dataset.vocabulary.names[c] for c in np.flatnonzero(weak))
                file = dataset.tables[f"{split.name}/{track}"].name
                text = f"{clip.name}: no row, its label of the track is {labels}"
                found.append(Issue(file, None, "no_track_truth", text))
    return found


def _in_two_splits(dataset: Dataset) -> list[Issue]:
    count = Counter(name for split in dataset.splits.values() for name in split.names)
    return [
        Issue(
            dataset.tables[f"{name}/clips"].name,
            clip.line,
            "two_splits",
            f"{clip.name}: also in another split",
        )
        for name, split in dataset.splits.items()
        for clip in split.clips
        if count[clip.name] > 1
    ]


def _without_media(dataset: Dataset) -> list[Issue]:
    media = dataset.media or dataset.media_named
    folder = "no media folder" if media is None else media.name
    found = []
    for split in dataset.splits.values():
        for clip in split.clips:
            if dataset.media_path(clip) is None:
                found.append(Issue(folder, None, "media_missing", dataset.absent.reason(clip)))
    return found
