"""`seehear search LIBRARY --duplicates`: clips that are near duplicates of others."""

import argparse
import sys
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seehear.files import Json
    from seehear.library.duplicates import Duplicate, Duplicates

FORMATS = ("table", "json", "csv", "clips")


def run(args: argparse.Namespace) -> int:
    """Bring the index up to date, compare, print."""
    from seehear.library import update
    from seehear.library.duplicates import Duplicates, duplicates
    from seehear.library.parts import opened
    from seehear.library.scan import require_timelines

    if args.format not in FORMATS:
        raise ConfigError("cuts are of moments, not of whole clips", parameter="format")
    args.library = opened(args.library)
    require_timelines(args.library)
    updated = update(args.library)
    for line in updated.failed:
        print(f"seehear: {line}", file=sys.stderr)
    found = duplicates(args.library, args.duplicates, args.track or "both")
    for line in (*updated.notes, *found.notes):
        print(f"seehear: note: {line}", file=sys.stderr)
    shown = Duplicates(found.groups[: args.limit], found.notes)
    if args.format == "json":
        _json(shown, args.duplicates)
    elif args.format == "csv":
        _csv(shown)
    elif args.format == "clips":
        print("\n".join(one.source for group in shown.groups for one in group))
    else:
        _table(shown, len(found.groups), updated.clips)
    return 1 if updated.failed else 0


def _rows(found: "Duplicates") -> "Iterator[tuple[int, Duplicate]]":
    for number, group in enumerate(found.groups, 1):
        for one in group:
            yield number, one


def _json(found: "Duplicates", at_least: float) -> None:
    from seehear.cli.console import print_json

    groups: dict[int, list[Json]] = {}
    for number, one in _rows(found):
        told = {"timeline": one.path, "source": one.source, "likeness": one.likeness}
        groups.setdefault(number, []).append(told)
    print_json({"at_least": at_least, "groups": list(groups.values()), "notes": list(found.notes)})


def _csv(found: "Duplicates") -> None:
    import csv

    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("group", "timeline", "source", "likeness"))
    for number, one in _rows(found):
        rows.writerow((number, one.path, one.source, one.likeness))


def _table(found: "Duplicates", groups: int, clips: int) -> None:
    from seehear.cli.console import table

    lines = [[str(number), one.source, f"{one.likeness:.3f}"] for number, one in _rows(found)]
    more = groups - len(found.groups)
    note = f"{amount(groups, 'group')} among {amount(clips, 'clip')}"
    note += f"; {more:,} more, see --limit" if more else ""
    table("near duplicates", ["group", "clip", "likeness"], lines, note=note)
