"""`seehear export`: one timeline, or a whole library, into another format."""

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError, DataError
from seehear.files import check_file, is_folder, write_text

if TYPE_CHECKING:
    from seehear.export.selection import Selection
    from seehear.library.export import LibraryClips
    from seehear.time import Timeline


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    from seehear import export
    from seehear.library.export import TABLES

    width = max(map(len, [*export.FORMATS, *TABLES]))
    lines = [f"  {name:{width}}  {export.get(name).summary}" for name in export.FORMATS]
    tables = [f"  {name:{width}}  {summary}" for name, summary in TABLES.items()]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(
        [
            "formats:",
            *lines,
            "formats that hold a whole library in one file (all others: one file per clip):",
            *tables,
        ]
    )
    parser.add_argument(
        "timeline",
        metavar="TIMELINE",
        type=Path,
        help="a NAME.timeline.json, or a library: a folder of them or of Parquet parts",
    )
    parser.add_argument(
        "--to", required=True, metavar="FORMAT", help=", ".join([*export.names(), "parquet"])
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        help=(
            "for one timeline, a file or existing folder (default: print the text); for a "
            "library, the file of a table (csv, parquet, dcase) or of all clips (label-studio, "
            "fiftyone, activitynet), or a folder for one file per clip"
        ),
    )
    parser.add_argument(
        "--tracks",
        metavar="LIST",
        help="only these tracks, separated by commas: audio, visual, audio_visual (or heard, "
        "seen, both)",
    )
    parser.add_argument("--labels", metavar="WORDS", help="only these classes, such as Dog,Speech")
    parser.add_argument(
        "--min-score",
        metavar="P",
        type=float,
        help="only events with at least this score, from 0 to 1, and events without a score",
    )
    parser.add_argument(
        "--media",
        metavar="PATH",
        type=Path,
        help=(
            "the clip's video, or the folder of a library's videos, for formats that point to it "
            "(html, eaf, otio, ...; default: looked for beside the timeline)"
        ),
    )
    parser.add_argument(
        "--base",
        metavar="URL",
        help="the web address below which the videos lie, for links to them (iiif, label-studio)",
    )
    parser.add_argument(
        "--excel",
        action="store_true",
        help="with csv: write it so that Excel reads every letter right and takes no label for a "
        "formula",
    )


def run(args: argparse.Namespace) -> int:
    """Write or print what is asked for."""
    from seehear.export.selection import Selection
    from seehear.library.mirror import local_library

    tracks = None if args.tracks is None else _items(args.tracks)
    labels = None if args.labels is None else _labels(args.labels)
    selection = Selection(tracks, labels, args.min_score)
    _check_format(args.to)
    if args.excel and args.to != "csv":
        raise ConfigError("works only with csv", parameter="excel")
    if args.base is not None and not args.base.startswith(("http://", "https://")):
        raise ConfigError(
            f"expected a web address, such as https://example.org/films, got {args.base!r:.80}",
            parameter="base",
        )
    args.timeline = local_library(args.timeline)
    if is_folder(args.timeline):
        return _library(args, selection)
    return _timeline(args, selection)


def _timeline(args: argparse.Namespace, selection: "Selection") -> int:
    """Write or print one timeline."""
    from seehear import export
    from seehear.data import MEDIA_SUFFIXES
    from seehear.export.csv import for_excel
    from seehear.library.export import write_table
    from seehear.time import SUFFIX, Timeline

    if args.timeline.suffix.lower() in MEDIA_SUFFIXES:
        hint = f"parse it first: seehear parse {shlex.quote(str(args.timeline))}"
        raise DataError("expected a timeline, got a media file", where=args.timeline, hint=hint)
    timeline = Timeline.from_json(args.timeline)
    selection.require(timeline.vocabulary)
    chosen = selection.of(timeline)
    name = args.timeline.name.removesuffix(SUFFIX).removesuffix(".json")
    if args.to == "parquet":
        path = _table_file(args, name)
        write_table([(args.timeline.name, chosen)], args.to, path)
        print(path)
        return 0
    media = _video(args, timeline)
    if args.out is None:
        link = None
        if args.base is not None or media is not None:
            link = export.link_to(
                timeline, export.get(args.to), Path(), media=media, base=args.base
            )
        _print(for_excel(chosen) if args.excel else export.render(chosen, args.to, media=link))
        return 0
    path = export.path_for(name, args.to, args.out) if is_folder(args.out) else args.out
    _check_out(path, args.to)
    if args.excel:
        write_text(path, for_excel(chosen).encode("utf-8", "replace").decode())
    else:
        export.write(chosen, args.to, path, media=media, base=args.base)
    print(path)
    return 0


def _video(args: argparse.Namespace, timeline: "Timeline") -> Path | None:
    """Return the clip's video, where the format points to one and it is found."""
    from seehear import export
    from seehear.library.media import place_beside, refused
    from seehear.library.videos import beside

    if args.media is not None and not args.media.is_file():
        raise ConfigError("expected a video file", where=args.media)
    media: Path | None = args.media
    if media is not None or args.base is not None or not export.get(args.to).media:
        return media
    media = beside(args.timeline, timeline.source, timeline.media)
    if media is None:
        elsewhere = refused(place_beside(args.timeline, timeline.source))
        if elsewhere is not None:
            _say(
                f"note: the video is a link out of the folder ({elsewhere}) and is left out;"
                " --media FILE names it"
            )
    return media


def _print(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _library(args: argparse.Namespace, selection: "Selection") -> int:
    """Write or print all timelines of a folder."""
    if args.media is not None and not is_folder(args.media):
        raise ConfigError("expected the folder of a library's videos", where=args.media)
    as_csv = args.to == "csv" and not (args.out is not None and is_folder(args.out))
    as_table = as_csv or args.to == "parquet"
    if as_table:
        clips = _table(args, selection)
    elif _is_one_file(args):
        clips = _one_file(args, selection)
    else:
        clips = _files(args, selection)
    for line in clips.notes:
        _say(f"note: {line}")
    for line in clips.failed:
        _say(line)
    _say(amount(clips.done, "clip"))
    return 1 if clips.failed else 0


def _table(args: argparse.Namespace, selection: "Selection") -> "LibraryClips":
    """Write one table of all clips, or print it."""
    from seehear.library.export import write_csv, write_table

    if args.to == "csv" and args.out is None:
        with _clips(args.timeline, selection) as clips:
            sys.stdout.flush()
            write_csv(clips, sys.stdout.buffer, excel=args.excel)
            sys.stdout.buffer.flush()
        return clips
    path = _table_file(args, args.timeline.resolve().name)
    with _clips(args.timeline, selection) as clips:
        write_table(clips, args.to, path, excel=args.excel)
    print(path)
    return clips


def _is_one_file(args: argparse.Namespace) -> bool:
    """Return whether one file of all clips is asked for, by the ending of its name."""
    from seehear import export

    form = export.get(args.to)
    if form.lines is None or args.out is None or is_folder(args.out):
        return False
    return bool(args.out.suffix == Path(form.suffix).suffix)


def _one_file(args: argparse.Namespace, selection: "Selection") -> "LibraryClips":
    """Write one file of all clips."""
    from seehear.library.export import write_one

    _check_out(args.out, args.to)
    with _clips(args.timeline, selection, whole=True) as clips:
        write_one(clips, args.to, args.out, media=args.media, base=args.base)
    print(args.out)
    return clips


def _files(args: argparse.Namespace, selection: "Selection") -> "LibraryClips":
    """Write one file per clip."""
    from seehear.library.export import write_files

    folder = _folder(args)
    with _clips(args.timeline, selection, whole=True) as clips:
        write_files(clips, args.to, folder, media=args.media, base=args.base)
    print(folder)
    return clips


@contextmanager
def _clips(
    library: Path, selection: "Selection", *, whole: bool = False
) -> Iterator["LibraryClips"]:
    """Give the clips of a library, with progress while they are gone through."""
    from seehear.cli.console import progress
    from seehear.library.export import LibraryClips

    if whole:
        clips = LibraryClips(library, selection)
    else:
        with progress(None, "index") as bar:
            clips = LibraryClips(library, selection, whole=False, indexed=bar.advance)
    with progress(clips.count, "export") as bar:
        clips.advance = bar.advance
        yield clips


def _table_file(args: argparse.Namespace, name: str) -> Path:
    """Return the file of a table; one that is not text cannot be printed instead."""
    if args.out is None:
        raise ConfigError(
            f"expected a file for {args.to}, which is not text to print",
            hint=f"--out {name}.{args.to}",
            parameter="out",
        )
    path = Path(args.out)
    _check_out(path, args.to)
    return path


def _check_out(path: Path, form: str) -> None:
    """Refuse a file that cannot be written, or whose name is that of a video or timeline."""
    from seehear.data import MEDIA_SUFFIXES
    from seehear.time import SUFFIX

    check_file(path)
    name = path.name.lower()
    if name.endswith(MEDIA_SUFFIXES) or (form != "json" and name.endswith(SUFFIX)):
        raise ConfigError(
            f"expected the name of a {form} file, got that of a video or timeline",
            where=path,
            hint="choose another name",
            parameter="out",
        )


def _folder(args: argparse.Namespace) -> Path:
    """Return the folder for one file per clip; a name that ends like such a file is refused."""
    from seehear import export

    ending = export.get(args.to).suffix
    given = args.out is not None
    if not given or (args.out.name.endswith(ending) and not is_folder(args.out)):
        got = args.out if given else "none"
        raise ConfigError(
            f"expected a folder, as {args.to} is one file per clip, got {got}",
            hint="one table of all clips: csv or parquet",
            parameter="out",
        )
    return Path(args.out)


def _check_format(name: str) -> None:
    """Refuse a format that does not exist."""
    from seehear import export
    from seehear.closest import suggest
    from seehear.library.export import TABLES

    known = [*export.names(), *TABLES]
    if name not in known:
        raise ConfigError(f"unknown format {name!r}", hint=suggest(name, known))


def _items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _labels(text: str) -> tuple[str, ...]:
    from seehear.data import Vocabulary

    return Vocabulary.parse(text).names


def _say(line: str) -> None:
    print(f"seehear: {line}".encode("utf-8", "replace").decode(), file=sys.stderr, flush=True)
