"""`seehear review`: list what to look at next; take in corrections from files."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.cli.annotations import TRACKS, add_reading
from seehear.closest import closest
from seehear.errors import ConfigError, SeehearError
from seehear.files import Json

if TYPE_CHECKING:
    from seehear.library.corrections import ClipChange, Imports
    from seehear.library.corrections.figures import Counts
    from seehear.library.corrections.looked import ClipLook
    from seehear.library.corrections.queue import Moment

_OPTIONS = {  # by which what is assumed of a file can be said otherwise
    "track": "--track",
    "fps": "seehear import --fps",
    "encoding": "seehear import --encoding",
}
_SHOWN = 5  # lines on what is not used
_ROWS = {
    "confirming": "as the parser had found",
    "changing": "new or changed",
    "repeating": "repeated (what is both heard and seen follows from the two)",
    "standing": "as it stood already",
}
_MISSPELT = 0.8  # likeness to a known class from which a new one is probably that


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
Without a file it lists the moments to look at next, the most doubtful first, and says how good the
parser is on what was reviewed so far. FILE is a table with the columns filename, track, onset,
offset and event_label, or annotations of another tool. For clips named by --reviewed, what is not
marked counts, too: with --import, events that the file does not name are removed; alone, the
events that stand there are confirmed."""
    parser.add_argument(
        "library",
        metavar="LIBRARY",
        type=Path,
        help="folder of timelines or of Parquet parts, or one timeline",
    )
    parser.add_argument(
        "--import",
        dest="table",
        metavar="FILE",
        type=Path,
        help="put the events of a table, or of all tables in a folder, into the timelines as "
        "corrections",
    )
    add_reading(parser)
    parser.add_argument(
        "--reviewed",
        metavar="FILE",
        type=Path,
        help="file of the clips that a person has gone through completely, one per line",
    )
    parser.add_argument("--by", metavar="NAME", help="name of that person, for the record")
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would change; write nothing"
    )
    parser.add_argument(
        "--order",
        choices=("doubt", "random"),
        default="doubt",
        help="the most doubtful moments first (default), or whole clips at random",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the random order")
    parser.add_argument(
        "--class", dest="label", metavar="WORD", help="only moments and figures of this class"
    )
    parser.add_argument(
        "--limit", type=int, default=20, metavar="N", help="list at most N moments (default: 20)"
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Put corrections in, or list what to look at."""
    from seehear.library.parts import opened

    if args.limit < 0:
        raise ConfigError(f"expected 0 or more, got {args.limit}", parameter="limit")
    args.library = opened(args.library)
    if args.table is None and args.reviewed is None:
        return _list(args)
    return _import(args)


def _import(args: argparse.Namespace) -> int:
    from seehear.cli.console import print_json, warn

    done = _put_in(args)
    if args.library.is_dir() and not args.dry_run:
        from seehear.cli.decode import update_index

        update_index(args.library)
    warn(_faults(done))
    if args.json:
        print_json(_import_json(done, args))
    else:
        print(_told(done, dry=args.dry_run))
    if not done.failed and not done.unused:
        return 0
    return 1 if done.clips else 2


def _put_in(args: argparse.Namespace) -> "Imports":
    """Put what the files say into the library, and return what became of it."""
    from seehear.cli.console import warn
    from seehear.library.corrections import import_corrections
    from seehear.library.corrections.importing import Annotations, read_names, read_rows

    files = [path.name for path in filter(None, (args.table, args.reviewed))]
    read = Annotations()
    if args.table is not None:
        read = read_rows(args.table, format=args.format, track=TRACKS.get(args.track))
    reviewed = [] if args.reviewed is None else read_names(args.reviewed)
    done = import_corrections(
        args.library,
        None if args.table is None else read.rows,
        reviewed=reviewed,
        by=args.by,
        did=f"import of {' and '.join(files)}",
        write=not args.dry_run,
    )
    done.rows += len(read.unused)
    done.unused[:0] = read.unused
    done.failed[:0] = [("", error) for error in read.failed]
    warn(f"{file}: {_option(note)}" for file, note in read.notes)
    return done


def _option(note: str) -> str:
    """Return a note with the options that say otherwise in place of parameters."""
    for parameter, option in _OPTIONS.items():
        note = note.replace(f"`{parameter}`", option)
    return note


def _faults(done: "Imports") -> Iterator[str]:
    """Yield a line for what is not used, or not all of it; of many, the first ones."""
    from seehear.cli.main import build_parser
    from seehear.cli.options import spoken

    for where, why in done.unused[:_SHOWN]:
        yield f"{where}: not used: {why}"
    if len(done.unused) > _SHOWN:
        yield f"{amount(len(done.unused) - _SHOWN, 'more row')} not used; --json lists them all"
    for where, what in done.cut[:_SHOWN]:
        yield f"{where}: {what}"
    if len(done.cut) > _SHOWN:
        more = amount(len(done.cut) - _SHOWN, "more row")
        yield f"{more} used only in part; --json lists them all"
    for name, error in done.failed:
        told = spoken(error, build_parser("review"), "review")
        yield f"{name}: {told}" if name else told


def _import_json(done: "Imports", args: argparse.Namespace) -> Json:
    clips = []
    for clip in done.clips:
        about = {"reviewed": clip.reviewed, "changed": clip.changed}
        clips.append({"timeline": clip.name, **clip.counts, **about})
    unused = [{"where": where, "reason": why} for where, why in done.unused]
    failed = [{"clip": name, "error": str(error)} for name, error in done.failed]
    cut = [{"where": where, "what": what} for where, what in done.cut]
    return {
        "rows": done.rows,
        "used": done.used,
        "unused": unused,
        "cut": cut,
        "rows_do": _by_kind(done.clips),
        "spelt": done.spelt,
        "clips": clips,
        "failed": failed,
        "new_classes": done.words,
        "written": not args.dry_run,
    }


def _by_kind(clips: "Iterable[ClipChange]") -> dict[str, int]:
    """Return the number of rows by what they do."""
    kinds: Counter[str] = Counter()
    for clip in clips:
        kinds.update(clip.rows)
    return dict(sorted(kinds.items()))


def _told(done: "Imports", *, dry: bool) -> str:
    counts: Counter[str] = Counter()
    for clip in done.clips:
        counts.update(clip.counts)
    parts = [f"{number:,} {kind}" for kind, number in sorted(counts.items())]
    reviewed = sum(clip.reviewed for clip in done.clips)
    changed = sum(clip.changed for clip in done.clips)
    would = "would change" if dry else "changed"
    lines = [
        f"{done.used:,} of {amount(done.rows, 'row')} used;"
        f" {changed:,} of {amount(len(done.clips), 'timeline')} {would}:"
        f" {', '.join(parts) or 'nothing new'}; {amount(reviewed, 'clip')} reviewed"
    ]
    more = [*_of_rows(_by_kind(done.clips)), *_of_classes(done)]
    return "\n".join([*lines, *more, *_of_confirmed(done.clips, dry=dry)])


def _of_rows(rows: dict[str, int]) -> Iterator[str]:
    """Yield a line on what the rows do, where the number of events does not show it."""
    told = [f"{rows[kind]:,} {text}" for kind, text in _ROWS.items() if rows.get(kind)]
    if len(told) > 1 or not rows.keys() <= {"confirming", "changing"}:
        yield f"rows used: {', '.join(told)}"


def _of_classes(done: "Imports") -> Iterator[str]:
    """Yield a line for each label that spells a class otherwise, and for each new class."""
    for label, word in sorted(done.spelt.items()):
        yield f"{label} is taken as class {word}"
    for word, number in sorted(done.words.items()):
        near = closest(word, done.known - {word}, cutoff=_MISSPELT)
        meant = f" (did you mean {near}?)" if near and word not in done.known else ""
        yield f"class {word} is new to {amount(number, 'clip')}{meant}"


def _of_confirmed(clips: "Sequence[ClipChange]", *, dry: bool) -> Iterator[str]:
    """Yield a line on rows that confirm, in clips that were not gone through completely."""
    rows = sum(clip.rows.get("confirming", 0) for clip in clips if not clip.reviewed)
    if rows:
        would = "would now" if dry else "now"
        what = "says" if rows == 1 else "say"
        yield (
            f"note: {amount(rows, 'row')} that {what} what the parser had found {would} count as"
            " confirmed; leave out rows that nobody has looked at; a deleted row takes nothing"
            " away unless --reviewed names its clip"
        )


def _list(args: argparse.Namespace) -> int:
    from seehear.cli.console import print_json, warn
    from seehear.library.corrections.looked import Asked, figure, looked

    asked = Asked(args.order, args.label, args.limit, args.seed)
    failed: list[SeehearError] = []
    looks = list(_looks(args.library, failed))
    found = looked(looks, asked)
    warn(map(str, failed))
    if args.json:
        print_json(
            {
                "queue": list(map(vars, found.moments)),
                "clips": list(map(vars, found.clips)),
                "figures": [figure(*item) for item in found.counts.items()],
                "failed": list(map(str, failed)),
            }
        )
    else:
        _print(found.moments, found.counts, len(found.clips))
    if not failed:
        return 0
    return 1 if looks else 2


def _looks(library: Path, failed: list[SeehearError]) -> "Iterator[ClipLook]":
    """Yield what the clips of a library say; those that cannot be read are told of."""
    from seehear.library.corrections.importing import timelines_of
    from seehear.library.corrections.looked import look

    for name, line in timelines_of(library):
        if isinstance(line, SeehearError):
            failed.append(line)
        else:
            yield look(name, line)


def _print(moments: "list[Moment]", counts: "Counts", left: int) -> None:
    from seehear.cli.console import table

    rows = []
    for one in moments:
        score = "" if one.score is None else f"{one.score:.2f}"
        when = f"{one.start_s:g} to {one.end_s:g} s"
        rows.append([one.name, when, one.track or "", one.label or "all", score, one.why])
    print(f"{amount(left, 'clip')} not reviewed completely")
    if rows:
        columns = ["clip", "when", "track", "class", "score", "why"]
        table("To look at next", columns, rows)
    if counts:
        lines = []
        for (label, track), count in sorted(counts.items()):
            low_high = count.intervals()
            precision = _percent(count.precision, low_high[0])
            recall = _percent(count.recall, low_high[1])
            lines.append([label, track, f"{count.reviewed_s:g}", precision, recall])
        columns = ["class", "track", "reviewed s", "precision %", "recall %"]
        table("The parser, by what was reviewed", columns, lines)


def _percent(share: float | None, interval: tuple[float, float] | None) -> str:
    if share is None:
        return "-"
    if interval is None:
        return f"{100 * share:.0f}"
    return f"{100 * share:.0f} ({100 * interval[0]:.0f} to {100 * interval[1]:.0f})"
