"""`seehear export`: one timeline, or a whole library, into another format."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import ConfigError
from seehear.files import check_file, is_folder

if TYPE_CHECKING:
    from seehear.export.selection import Selection
    from seehear.library.export import LibraryClips


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    from seehear import export
    from seehear.library.export import TABLES

    width = max(map(len, [*export.FORMATS, *TABLES]))
    lines = [f"  {name:{width}}  {export.get(name).summary}" for name in export.FORMATS]
    tables = [f"  {name:{width}}  {summary}" for name, summary in TABLES.items()]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(
        ["formats:", *lines, "formats of a whole library, beside a file a clip of those:", *tables]
    )
    parser.add_argument(
        "timeline",
        metavar="TIMELINE",
        type=Path,
        help="a NAME.timeline.json, or a library: a folder of them",
    )
    parser.add_argument(
        "--to", required=True, metavar="FORMAT", help=", ".join([*export.names(), "parquet"])
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        help=(
            "of one timeline: file or existing folder to write to (default: print the text); of a"
            " library: the file of a table (csv, parquet), or the folder of a file a clip"
        ),
    )
    parser.add_argument(
        "--tracks",
        metavar="LIST",
        help="only these of audio, visual, audio_visual (or heard, seen, both), between commas",
    )
    parser.add_argument("--labels", metavar="LIST", help="only these classes, such as Dog,Speech")
    parser.add_argument(
        "--min-score",
        metavar="P",
        type=float,
        help="only events of at least this score, from 0 to 1, and those without a score",
    )
    parser.add_argument(
        "--media",
        metavar="PATH",
        type=Path,
        help=(
            "for html and eaf: the clip's video, or a library's folder of videos (default: looked"
            " for beside the timeline)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Write or print what is asked for."""
    from seehear.export.selection import Selection

    tracks = None if args.tracks is None else _items(args.tracks)
    labels = None if args.labels is None else _labels(args.labels)
    selection = Selection(tracks, labels, args.min_score)
    _check_format(args.to)
    if is_folder(args.timeline):
        return _library(args, selection)
    return _timeline(args, selection)


def _timeline(args: argparse.Namespace, selection: "Selection") -> int:
    """Write or print one timeline."""
    from seehear import export
    from seehear.library.export import write_table
    from seehear.library.media import place_beside, refused
    from seehear.library.videos import beside
    from seehear.time import SUFFIX, Timeline

    timeline = Timeline.from_json(args.timeline)
    selection.require(timeline.vocabulary)
    chosen = selection.of(timeline)
    name = args.timeline.name.removesuffix(SUFFIX).removesuffix(".json")
    if args.to == "parquet":
        path = _table_file(args, name)
        write_table([(args.timeline.name, chosen)], args.to, path)
        print(path)
        return 0
    if args.media is not None and not args.media.is_file():
        raise ConfigError("expected a video file", where=args.media)
    media, points = args.media, export.get(args.to).media
    if media is None and points:
        media = beside(args.timeline, timeline.source, timeline.media)
    elsewhere = None
    if media is None and points:
        elsewhere = refused(place_beside(args.timeline, timeline.source))
    if elsewhere is not None:
        _say(
            f"note: the video is a link out of the folder ({elsewhere}) and is left out;"
            " --media FILE names it"
        )
    if args.out is None:
        embed = export.get(args.to).embeds
        link = None if media is None else export.media_url(media, Path(), embed=embed)
        sys.stdout.flush()
        sys.stdout.buffer.write(export.render(chosen, args.to, media=link).encode())
        sys.stdout.buffer.flush()
        return 0
    path = export.path_for(name, args.to, args.out) if is_folder(args.out) else args.out
    _check_out(path, args.to)
    print(export.write(chosen, args.to, path, media=media))
    return 0


def _library(args: argparse.Namespace, selection: "Selection") -> int:
    """Write or print all timelines of a folder."""
    if args.media is not None and not is_folder(args.media):
        raise ConfigError("expected the folder of a library's videos", where=args.media)
    as_csv = args.to == "csv" and not (args.out is not None and is_folder(args.out))
    as_table = as_csv or args.to == "parquet"
    clips = _table(args, selection) if as_table else _files(args, selection)
    for line in clips.notes:
        _say(f"note: {line}")
    for line in clips.failed:
        _say(line)
    _say(f"{clips.done:,} clips")
    return 1 if clips.failed else 0


def _table(args: argparse.Namespace, selection: "Selection") -> "LibraryClips":
    """Write one table of all clips, or print it."""
    from seehear.library.export import write_csv, write_table

    if args.to == "csv" and args.out is None:
        with _clips(args.timeline, selection) as clips:
            sys.stdout.flush()
            write_csv(clips, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return clips
    path = _table_file(args, args.timeline.resolve().name)
    with _clips(args.timeline, selection) as clips:
        write_table(clips, args.to, path)
    print(path)
    return clips


def _files(args: argparse.Namespace, selection: "Selection") -> "LibraryClips":
    """Write a file a clip."""
    from seehear.library.export import write_files

    folder = _folder(args)
    with _clips(args.timeline, selection, whole=True) as clips:
        write_files(clips, args.to, folder, media=args.media)
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
    """Return the file of a table that is no text."""
    if args.out is None:
        raise ConfigError(
            f"expected a file for {args.to}, which is no text to print",
            hint=f"--out {name}.{args.to}",
            parameter="out",
        )
    path = Path(args.out)
    _check_out(path, args.to)
    return path


def _check_out(path: Path, form: str) -> None:
    """Find out before the work whether a file can be written and is none that must stay."""
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
    """Return the folder of a file a clip; what is called as one of these files is none."""
    from seehear import export

    ending = export.get(args.to).suffix
    given = args.out is not None
    if not given or (args.out.name.endswith(ending) and not is_folder(args.out)):
        got = args.out if given else "none"
        raise ConfigError(
            f"expected a folder, for {args.to} is a file a clip, got {got}",
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
