"""`seehear search`: moments over many parsed videos."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seehear.library import Found, Hit


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """the query language:
  audio:Dog                heard        audio_visual:Dog   heard and seen at once
  visual:Dog               seen         any:Dog, or Dog    heard or seen
  audio:Dog -visual:Dog    heard but not seen
  visual:Car & audio:Speech, or the same without &         both at once
  audio:Dog | audio:Cat    either;      ( ) group, quotes hold names with spaces, \
audio:* is anything heard
  audio_visual:Accordion duration>3                        stretches longer than 3 s

"not seen" holds only where a clip has a picture and the class was looked for.
A query that begins with - goes after --, or begins with the word not."""
    parser.add_argument(
        "library", metavar="LIBRARY", type=Path, help="folder of timelines (seehear parse --out)"
    )
    parser.add_argument("query", metavar="QUERY", nargs="+", help="such as 'audio:Dog -visual:Dog'")
    parser.add_argument(
        "--format",
        choices=("table", "json", "clips"),
        default="table",
        help="clips prints each clip's name once (default: table)",
    )
    parser.add_argument(
        "--json",
        action="store_const",
        dest="format",
        const="json",
        help="the same as --format json",
    )
    parser.add_argument(
        "--limit", metavar="N", type=int, help="at most N stretches (default: 50 in a table)"
    )


def run(args: argparse.Namespace) -> int:
    """Bring the index up to date, search, print."""
    from seehear.cli.console import print_json
    from seehear.library import search, update

    updated = update(args.library)
    for line in updated.notes:
        print(f"seehear: note: {line}", file=sys.stderr)
    for line in updated.failed:
        print(f"seehear: {line}", file=sys.stderr)
    found = search(args.library, " ".join(args.query))
    limit = 50 if args.limit is None and args.format == "table" else args.limit
    hits = list(found.hits(limit))
    if args.format == "clips":
        for source in dict.fromkeys(hit.source for hit in hits):
            print(source)
    elif args.format == "json":
        print_json(
            {
                "query": found.query,
                "clips_searched": updated.clips,
                "clips": found.clips,
                "spans": len(found),
                "seconds": round(found.total_s, 6),
                "failed": list(updated.failed),
                "notes": list(updated.notes),
                "hits": [
                    {"timeline": h.path, "source": h.source, "start_s": h.start_s, "end_s": h.end_s}
                    for h in hits
                ],
            }
        )
    else:
        _table(found, hits, updated.clips)
    return 1 if updated.failed else 0


def _table(found: "Found", hits: "list[Hit]", clips: int) -> None:
    from seehear.cli.console import table
    from seehear.export.html import time_text

    rows = [
        [h.source, time_text(h.start_s), time_text(h.end_s), f"{h.end_s - h.start_s:.1f} s"]
        for h in hits
    ]
    more = f"; {len(found) - len(hits):,} more, see --limit" if len(found) > len(hits) else ""
    table(
        found.query,
        ["clip", "from", "to", "length"],
        rows,
        note=(
            f"{len(found):,} moments, {found.total_s:,.1f} s in {found.clips:,} of {clips:,}"
            f" clips{more}"
        ),
    )
