"""`seehear search`: moments over many parsed videos."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.files import Json
    from seehear.library import Found, Hit, Updated

_FORMATS = ("table", "json", "csv", "clips", "cuts")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """the query language:
  audio:Dog                heard        audio_visual:Dog   heard and seen at once
  visual:Dog               seen         any:Dog, or Dog    heard or seen
  audio:Dog -visual:Dog    heard but surely not seen; in words: heard dog not seen
  speech without car       speech, and surely no car; also: speech but no car
  a dog you can hear but not see, dog longer than 3 seconds      everyday English is understood
  dog barking              other words for a class are understood; what they were taken for is said
  visual:Car & audio:Speech, or the same without &         both at once
  audio:Dog | audio:Cat    either;      ( ) group, audio:* is anything heard
  audio:Dog near 3s Speech a dog with speech at most 3 s away (without a number: 5 s)
  audio_visual:Accordion duration>3                        stretches longer than 3 s
  audio:Dog score>0.8      stretches whose score, as the answer shows it, is over 0.8

"not" holds only where the track was parsed, the class was looked for, and its score is below
--absent. Answers are ranked by their score, the surest first.
A query that begins with - goes after --, or begins with the word not."""
    parser.add_argument(
        "library",
        metavar="LIBRARY",
        type=Path,
        help="folder of timelines (seehear parse --out), or of Parquet parts, or its address",
    )
    parser.add_argument("query", metavar="QUERY", nargs="+", help="such as 'audio:Dog -visual:Dog'")
    parser.add_argument(
        "--like",
        action=_Instead,
        metavar="CLIP@SECONDS",
        help=(
            "instead of a query: moments most like that second of a clip of the library or of a "
            "media file; without @SECONDS, the clips most like it (copies have 1.00)"
        ),
    )
    parser.add_argument(
        "--duplicates",
        action=_Instead,
        nargs="?",
        const=0.85,
        type=float,
        metavar="P",
        help=(
            "instead of a query: clips that are copies, near copies or parts of others, with a "
            "likeness of at least P (default: 0.85)"
        ),
    )
    parser.add_argument(
        "--track",
        choices=("audio", "visual", "both"),
        help="with --like and --duplicates: what is compared (default: both)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help=(
            "with --like: compare with every clip (default: in libraries of more than 100 hours, "
            "and with the extra nearest installed, only with those that an index proposes)"
        ),
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="table",
        help=(
            "clips prints each clip's name once; cuts writes each moment into --out as a video "
            "of its own (default: table)"
        ),
    )
    parser.add_argument(
        "--json",
        action="store_const",
        dest="format",
        const="json",
        help="the same as --format json",
    )
    parser.add_argument(
        "--limit", metavar="N", type=int, help="show at most N moments (default: 50 in a table)"
    )
    parser.add_argument(
        "--rank",
        choices=("score", "time"),
        default="score",
        help="surest first, or clip by clip in order of time (default: score)",
    )
    parser.add_argument(
        "--absent",
        metavar="P",
        type=float,
        help="a class counts as surely not there when its score is below P (default: 0.25)",
    )
    parser.add_argument(
        "--sure",
        metavar="P",
        type=float,
        help=(
            "in a query with -, how sure a second must be of what is there and of what is not "
            "(default: 0.4; 0 leaves nothing out)"
        ),
    )
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="folder of the cuts")
    parser.add_argument(
        "--media",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help="folder where the videos lie, if not beside their timelines (for cuts; repeatable)",
    )


class _Instead(argparse.Action):
    """Stores the value of an option that replaces the query, and makes the query optional.

    With `nargs="*"` argparse would take a query that follows an option to be empty, so the query
    needs one word or more until such an option is seen.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Store the value; the query is no longer required."""
        setattr(namespace, self.dest, values)
        for action in parser._actions:
            if action.dest == "query":
                action.required = False


def run(args: argparse.Namespace) -> int:
    """Bring the index up to date, search, print."""
    from seehear.library import update
    from seehear.library.mirror import local_library
    from seehear.library.scan import require_timelines

    _check(args)
    if args.duplicates is not None:
        from seehear.cli.search_duplicates import run as run_duplicates

        return run_duplicates(args)
    args.named, args.library = args.library, local_library(args.library)
    require_timelines(args.library)
    updated = update(args.library)
    for line in updated.failed:
        print(f"seehear: {line}", file=sys.stderr)
    found = _found(args)
    for line in (*updated.notes, *found.notes):
        print(f"seehear: note: {line}", file=sys.stderr)
    if found.searched_for is not None:
        print(f"seehear: searched for {found.searched_for}", file=sys.stderr)
    if args.rank == "score":
        found = found.ranked()
    limit = 50 if args.limit is None and args.format == "table" else args.limit
    code = _show(args, found, list(found.hits(limit)), updated)
    return max(code, 1 if updated.failed else 0)


def _check(args: argparse.Namespace) -> None:
    """Refuse options that do not go together.

    Raises:
        ConfigError: some do not.
    """
    if [args.query, args.like, args.duplicates].count(None) != 2:
        raise ConfigError("expected a query, or something to be like", parameter="like")
    hint = "give --like CLIP@SECONDS"
    if args.track is not None and args.query is not None:
        raise ConfigError("works only with an example", parameter="track", hint=hint)
    if (args.format == "cuts") != (args.out is not None):
        raise ConfigError("only cuts need a folder, and they must have one", parameter="out")
    if args.exact and args.like is None:
        raise ConfigError("works only with an example", parameter="exact", hint=hint)


def _found(args: argparse.Namespace) -> "Found":
    """Return what was found for the query or the example."""
    from seehear.library import OpenWords, search

    if args.like is not None:
        from seehear.library.like import like

        return like(args.library, args.like, args.track or "both", exact=args.exact)
    bounds = {"absent": args.absent, "sure": args.sure}
    given = {name: value for name, value in bounds.items() if value is not None}
    found = search(args.library, " ".join(args.query), words=OpenWords(args.library), **given)
    if not found.doubtful or given:
        return found
    moments = amount(found.doubtful, "doubtful moment")
    query = " ".join(args.query)
    words = ["seehear", "search", str(args.named), "--absent", "1", "--sure", "0"]
    command = shlex.join([*words, *(["--"] if query[:1] == "-" else []), query])
    note = f"nothing is sure enough; this shows {moments}: {command}"
    return replace(found, notes=(*found.notes, note))


def _show(args: argparse.Namespace, found: "Found", hits: "list[Hit]", updated: "Updated") -> int:
    """Print or write the hits in the format asked for; return the exit code of that."""
    if args.format == "cuts":
        return _cuts(args, hits)
    if args.format == "clips":
        for source in dict.fromkeys(hit.source for hit in hits):
            print(source)
    elif args.format == "json":
        _json(found, hits, updated)
    elif args.format == "csv":
        _csv(hits)
    else:
        _table(found, hits, updated.clips)
    return 0


def _json(found: "Found", hits: "list[Hit]", updated: "Updated") -> None:
    from seehear.cli.console import print_json

    shown: list[Json] = []
    for h in hits:
        times = {"start_s": h.start_s, "end_s": h.end_s}
        shown.append({"timeline": h.path, "source": h.source, **times, "score": h.score})
    print_json(
        {
            "query": found.query,
            "searched_for": found.searched_for,
            "clips_searched": updated.clips,
            "clips": found.clips,
            "spans": len(found),
            "seconds": round(found.total_s, 6),
            "failed": list(updated.failed),
            "notes": [*updated.notes, *found.notes],
            "hits": shown,
        }
    )


def _csv(hits: "list[Hit]") -> None:
    import csv

    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("timeline", "source", "start_s", "end_s", "score"))
    for h in hits:
        rows.writerow((h.path, h.source, h.start_s, h.end_s, h.score))


def _cuts(args: argparse.Namespace, hits: "list[Hit]") -> int:
    """Write the cuts; return the exit code: 1 where some could not be, 2 where none could."""
    from seehear.files import is_folder
    from seehear.library import cuts

    for folder in args.media:
        if not is_folder(folder):
            raise ConfigError("expected a folder of videos", where=folder, parameter="media")
    done = cuts.export(args.library, hits, args.out, tuple(args.media))
    for cut in done.made:
        print(cut.file)
    for line in done.failed:
        print(f"seehear: {line}", file=sys.stderr)
    made = amount(len(done.made), "cut")
    print(f"{made}; lists: cuts.csv, cuts.edl in {args.out}", file=sys.stderr)
    if not done.failed:
        return 0
    return 1 if done.made else 2


def _table(found: "Found", hits: "list[Hit]", clips: int) -> None:
    from seehear.cli.console import table
    from seehear.time.shown import time_text

    rows = []
    for h in hits:
        length = f"{h.end_s - h.start_s:.1f} s"
        rows.append([h.source, time_text(h.start_s), time_text(h.end_s), length, f"{h.score:.2f}"])
    more = f"; {len(found) - len(hits):,} more, see --limit" if len(found) > len(hits) else ""
    length = f"{found.total_s:,.1f} s in {found.clips:,} of {amount(clips, 'clip')}"
    note = f"{amount(len(found), 'moment')}, {length}{more}"
    table(found.query, ["clip", "from", "to", "length", "score"], rows, note=note)
