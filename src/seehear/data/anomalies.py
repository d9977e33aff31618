"""What is odd about a dataset: everything a table says that cannot be meant, and media that are not
there.

Nothing here changes a label.  The same oddities decide what each reading of the truth drops or
mends; here they are listed whatever the reading, once each, with file and line.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from seehear.data.clip import Clip
from seehear.data.dataset import Dataset
from seehear.data.tables import Issue
from seehear.data.truth import TruthRow, TruthTables, clashes
from seehear.time import Track

# what each kind means, in the order a report shows them
KINDS: Mapping[str, str] = {
    "orphan": "rows of clips that are in no split",
    "empty": "intervals without length",
    "reversed": "intervals that end before they begin",
    "outside": "intervals that reach outside the grid",
    "duplicate": "rows that stand twice",
    "overlap": "intervals that overlap another of the same class",
    "touching": "intervals that touch another of the same class",
    "not_in_weak_label": "classes in the truth that the clip's weak label lacks",
    "weak_only": "classes in the weak label that the truth has nowhere",
    "no_truth": "clips without a single row of truth",
    "label_twice": "weak labels that name a class twice",
    "no_label": "clips with an empty weak label",
    "two_splits": "clips that are in two splits",
    "media_missing": "clips without a media file",
    # the rest is found by looking into the media (`seehear.media.condition`)
    "media_damaged": "files that cannot be read, or only in part",
    "no_audio": "clips without an audio track",
    "no_visual": "clips without a visual track",
    "silent": "clips whose audio track is silent",
    "frozen": "clips whose picture never changes",
    "short": "clips shorter than their segments",
}


def find_anomalies(dataset: Dataset) -> list[Issue]:
    """Return every anomaly of the tables and every clip without media, grouped by kind in the order
    of `KINDS`.

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
    found += _without_media(dataset)
    order = list(KINDS)
    return sorted(found, key=lambda issue: order.index(issue.kind))


def _truth_tables(
    dataset: Dataset, track: Track
) -> dict[Path, tuple[TruthTables, dict[str, Clip]]]:
    """Return each table of a track once, with the clips of all splits that it serves."""
    out: dict[Path, tuple[TruthTables, dict[str, Clip]]] = {}
    for split in dataset.splits.values():
        path = split.tables.audio if track is Track.AUDIO else split.tables.visual
        if path is not None:
            out.setdefault(path, (split.tables, {}))[1].update(
                {clip.name: clip for clip in split.clips}
            )
    return out


def _rows(rows: Iterable[TruthRow], tables: TruthTables, clips: Mapping[str, Clip]) -> list[Issue]:
    found, marking, pairs = [], [], set()
    for row in rows:
        if row.clip not in tables.known:
            meant = tables.mender.mend(row.clip)
            found.append(
                row.issue(
                    "orphan",
                    "no split has this clip" + (f", {meant} may be meant" if meant else ""),
                )
            )
        if row.offset_s <= row.onset_s:
            found.append(
                row.issue("empty" if row.offset_s == row.onset_s else "reversed", "marks nothing")
            )
        if row.clip not in tables.known or row.offset_s <= row.onset_s:
            continue
        marking.append(row)
        if row.onset_s < tables.grid.start_s or row.offset_s > tables.grid.end_s:
            found.append(
                row.issue("outside", f"the grid is {tables.grid.start_s:g}-{tables.grid.end_s:g} s")
            )
        if (
            row.clip in clips
            and row.label not in clips[row.clip].labels
            and (row.clip, row.label) not in pairs
        ):
            pairs.add((row.clip, row.label))
            found.append(
                row.issue(
                    "not_in_weak_label", f"the clip's label is {', '.join(clips[row.clip].labels)}"
                )
            )
    for kind, row, before in clashes(marking):
        found.append(
            row.issue(kind, f"line {before.line} says {before.onset_s:g}-{before.offset_s:g}")
        )
    return found


def _unsupported(file: str, clips: Iterable[Clip], tables: TruthTables) -> list[Issue]:
    rows = [row for of_track in tables.rows.values() for row in of_track]
    named = {row.clip for row in rows}
    true = {(row.clip, row.label) for row in rows if row.offset_s > row.onset_s}
    found = [
        Issue(file, None, "no_truth", f"{clip.name}: no row in either truth table")
        for clip in clips
        if clip.name not in named
    ]
    found += [
        Issue(
            file,
            None,
            "weak_only",
            f"{clip.name}: {label} is in the weak label, but in neither track",
        )
        for clip in clips
        if clip.name in named
        for label in clip.labels
        if (clip.name, label) not in true
    ]
    return found


def _in_two_splits(dataset: Dataset) -> list[Issue]:
    count = Counter(name for split in dataset.splits.values() for name in split.names)
    return [
        Issue(
            dataset.tables[f"{name}/clips"].name,
            None,
            "two_splits",
            f"{clip}: also in another split",
        )
        for name, split in dataset.splits.items()
        for clip in split.names
        if count[clip] > 1
    ]


def _without_media(dataset: Dataset) -> list[Issue]:
    folder = "no media folder" if dataset.media is None else dataset.media.name
    return [
        Issue(
            folder,
            None,
            "media_missing",
            f"{clip.name}: no {' or '.join(dict.fromkeys((clip.name, clip.id)))} with a media"
            " suffix",
        )
        for split in dataset.splits.values()
        for clip in split.clips
        if dataset.media_path(clip) is None
    ]
