"""`seehear doctor`: is the installation complete, and what is odd about a dataset."""

import argparse
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from seehear.amounts import amount
from seehear.cli.console import print_json, progress, table, warn
from seehear.cli.installation import installation, show_installation
from seehear.data import KINDS, READINGS, Dataset, Issue, Split, find_anomalies, open_dataset
from seehear.data.dataset import never_without
from seehear.errors import DataError
from seehear.plugins import installed

_SHOWN = 5  # of each kind, without --all


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "dataset",
        type=Path,
        nargs="?",
        metavar="DATASET",
        help="also check this dataset folder (without it: the installation only)",
    )
    parser.add_argument(
        "--no-media",
        action="store_true",
        help="only check that media files exist, do not open them",
    )
    parser.add_argument(
        "--all", action="store_true", help=f"list every anomaly, not only {_SHOWN} of each kind"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="media files examined at a time",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on stdout instead of tables"
    )


def run(args: argparse.Namespace) -> int:
    """Check and show; 1 if media are damaged, or tables of truth name none of the clips."""
    result: dict[str, Any] = {"installation": installation(), "plugins": installed()}
    damaged: list[Issue] = []
    if args.dataset is not None:
        dataset = open_dataset(args.dataset)
        found = find_anomalies(dataset)
        examined = 0
        if not args.no_media:
            media, examined = _examine(dataset, max(1, args.jobs))
            damaged = [issue for issue in media if issue.kind == "media_damaged"]
            found += media
        result["dataset"] = _about(dataset, found, examined)
    if args.json:
        print_json(result)
    else:
        _print(result, everything=args.all)
    strange: list[str] = []
    if args.dataset is not None:
        warn(result["dataset"]["warnings"])
        strange = result["dataset"]["errors"]
    for line in [*strange, *map(str, damaged)]:
        print(f"seehear: {line}", file=sys.stderr)
    return 1 if damaged or strange else 0


def _print(result: dict[str, Any], *, everything: bool) -> None:
    show_installation(result["installation"])
    if result["plugins"]:
        table(
            "Added by other packages",
            ["group", "name", "package"],
            [list(plugin.values()) for plugin in result["plugins"]],
        )
    if "dataset" in result:
        _show(result["dataset"], everything=everything)


def _about(dataset: Dataset, found: list[Issue], examined: int) -> dict[str, Any]:
    kinds = [issue.kind for issue in found]
    splits = {name: _about_split(split) for name, split in dataset.splits.items()}
    about: dict[str, Any] = {
        "name": dataset.name,
        "root": str(dataset.root),
        "classes": list(dataset.vocabulary.names),
        "segments": dataset.grid.count,
        "segment_s": dataset.grid.step_s,
        "grid_from": dataset.grid_from,
        "annotation": dataset.annotation,
        "fingerprint": dataset.fingerprint(),
        "splits": splits,
        "tables": _rows_read(dataset),
        "media_examined": examined,
        "no_media_folder": dataset.absent.no_folder,
        "anomalies": list(map(asdict, found)),
        **_unmatched(dataset),
        "counts": {kind: kinds.count(kind) for kind in KINDS},
    }
    if dataset.name == "LLP":
        from seehear.data.llp_parts import missing_parts, runnable_tables

        about["missing_parts"] = [asdict(part) for part in missing_parts(dataset.root)]
        tables = runnable_tables(dataset.root)
        about["runnable_tables"] = {key: list(rows) for key, rows in tables.items()}
    return about


def _rows_read(dataset: Dataset) -> dict[str, int]:
    """Return how many rows each table has, as read: of clips, of labels, or of truth."""
    read = {}
    for name, split in dataset.splits.items():
        rows = int(split.weak.sum()) if split.exact else len(split)
        read[dataset.tables[f"{name}/clips"].name] = rows
    for split in dataset.splits.values():
        for of_track in split.tables.rows.values():
            if of_track:
                read[of_track[0].file] = len(of_track)
    return read


def _unmatched(dataset: Dataset) -> dict[str, list[str]]:
    """Return tables whose rows of truth miss, as `errors` where most do, else as `warnings`, and
    among the warnings the classes that every training clip has.
    """
    errors: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for split in dataset.splits.values():
        strange = {str(table): None for table in split.tables.strange()}
        errors |= strange
        warnings |= {text: None for text in split.unmatched() if text not in strange}
    train = dataset.splits.get("train")
    if train is not None and (told := never_without(train.weak, dataset.vocabulary)) is not None:
        warnings[told] = None
    return {"errors": list(errors), "warnings": list(warnings)}


def _about_split(split: Split) -> dict[str, Any]:
    about = {
        "clips": len(split),
        "labels": int(split.weak.sum()),
        "truth": split.has_truth,
        "readings": {},
    }
    return about | _of_truth(split) if split.has_truth else about


def _of_truth(split: Split) -> dict[str, Any]:
    """Return how many rows each reading changes, and how many clips have nothing heard or seen."""
    readings = {}
    for reading in READINGS:
        try:
            readings[reading] = len(split.truth(reading).issues)
        except DataError:
            continue  # the legacy reading exists for LLP only
    if split.tables.strange():
        return {"readings": readings}  # told among the errors
    truth = split.truth()
    nothing = {
        f"nothing_{word}": int((~array.any(axis=(1, 2))).sum())
        for word, array in (("heard", truth.audio), ("seen", truth.visual))
    }
    return {"readings": readings, **nothing}


def _examine(dataset: Dataset, jobs: int) -> tuple[list[Issue], int]:
    """Return what is wrong with the clips' media, and how many files were examined."""
    clips = {
        clip.name: dataset.media_path(clip)
        for split in dataset.splits.values()
        for clip in split.clips
    }
    files = {name: path for name, path in clips.items() if path is not None}
    if not files:
        return [], 0
    from seehear.media.condition import examine

    found: list[Issue] = []
    # nobody says how long clips of different lengths should be
    expected_s = None if dataset.varies else dataset.grid.end_s
    with ThreadPoolExecutor(jobs) as pool, progress(len(files), "examining media") as bar:
        for (name, path), problems in zip(
            files.items(),
            pool.map(lambda p: examine(p, expected_s=expected_s), files.values()),
            strict=True,
        ):
            found += [Issue(path.name, None, kind, f"{name}: {text}") for kind, text in problems]
            bar.advance()
    return found, len(files)


def _show(about: dict[str, Any], *, everything: bool) -> None:
    _show_splits(about)
    rows = [[kind, about["counts"][kind], meaning] for kind, meaning in KINDS.items()]
    if found := [row for row in rows if row[1]]:
        table("Anomalies", ["kind", "count", "meaning"], found)
    else:
        print("Anomalies: none")
    for kind in KINDS:
        of_kind = _of_kind(about, kind)
        _show_some(kind, of_kind, len(of_kind) if everything else _SHOWN)
    if "missing_parts" in about:
        _show_llp(about)


def _of_kind(about: dict[str, Any], kind: str) -> list[Issue]:
    """Return the issues of a kind; one for all clips where there is no media folder."""
    found = [Issue(**issue) for issue in about["anomalies"] if issue["kind"] == kind]
    if found and kind == "media_missing" and about["no_media_folder"] is not None:
        return [replace(found[0], text=about["no_media_folder"])]
    return found


def _show_splits(about: dict[str, Any]) -> None:
    rows = []
    for name, split in about["splits"].items():
        readings = [f"{reading} {count}" for reading, count in split["readings"].items()]
        if readings and not any(split["readings"].values()):
            readings = ["none"]
        rows.append(
            [
                name,
                split["clips"],
                f"{split['labels'] / split['clips']:.2f}",
                "yes" if split["truth"] else "no",
                split.get("nothing_heard", "-"),
                split.get("nothing_seen", "-"),
                ", ".join(readings) or "-",
            ]
        )
    table(
        f"{about['name']}: {amount(len(about['classes']), 'class')},"
        f" {amount(about['segments'], 'segment')} of {about['segment_s']:g} s",
        [
            "split",
            "clips",
            "classes a clip",
            "truth",
            "nothing heard",
            "nothing seen",
            "rows of truth dropped or changed",
        ],
        rows,
        note=(
            f"{amount(about['media_examined'], 'media file')} examined.\n"
            f"Number of segments taken from: {about['grid_from']}.\n"
            f"Version of the tables: {about['fingerprint'][:16]}, of those of truth:"
            f" {about['annotation']}."
        ),
    )


def _show_llp(about: dict[str, Any]) -> None:
    keys = ("name", "what", "state", "get")
    table(
        "Missing parts of LLP",
        ["part", "what", "state", "how to get it"],
        [list(map(part.__getitem__, keys)) for part in about["missing_parts"]],
    )
    table(
        "Tables of the paper that can be run with published features",
        ["table", "groups of rows"],
        [[name, ", ".join(rows) or "-"] for name, rows in about["runnable_tables"].items()],
    )


def _show_some(kind: str, issues: Iterable[Issue], most: int) -> None:
    issues = list(issues)
    for issue in issues[:most]:
        print(f"{kind}: {issue}")
    if len(issues) > most:
        print(f"{kind}: ... {len(issues) - most} more (--all lists them)")
