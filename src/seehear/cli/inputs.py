"""Which media files the user means, what of them, and under which names their results go."""

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seehear.errors import ConfigError, MediaError
from seehear.media.files import list_media, require_any


@dataclass(frozen=True)
class Input:
    """One file to do.

    Args:
        path: where it lies.
        source: as the user names it: its file name, or its path below the folder that was given.
        name: of its results, unique: `source` without suffix.
    """

    path: Path
    source: str
    name: str


@dataclass(frozen=True)
class Inputs:
    """What files and folders hold.

    Args:
        files: to do.
        failed: what cannot be looked at, with the reason.
        skipped: folder -> paths below it of what is no media.
    """

    files: list[Input]
    failed: list[tuple[Path, MediaError]]
    skipped: dict[Path, tuple[str, ...]]


def collect(paths: Iterable[Path], *, everything: bool = False) -> Inputs:
    """Return the media files of files and folders, what cannot be read, what was passed over.

    Args:
        paths: files and folders.
        everything: also try files that are not called as media are.
    """
    found: dict[Path, str] = {}
    failed: list[tuple[Path, MediaError]] = []
    skipped: dict[Path, tuple[str, ...]] = {}
    for path in paths:
        try:
            listing = list_media(path, everything=everything)
            for file in listing.files:
                source = file.relative_to(path).as_posix() if path.is_dir() else file.name
                found.setdefault(file, source)
            failed += [(Path(str(error.where)), error) for error in listing.failed]
            if listing.files and listing.skipped:
                skipped[path] = listing.skipped
            if not listing.failed:
                require_any([path], [listing])
        except MediaError as error:
            failed.append((path, error))
    names = unique_names(found.values())
    files = [Input(*pair, name) for pair, name in zip(found.items(), names, strict=True)]
    return Inputs(files, failed, skipped)


def add_audio_stream(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which of several audio streams is meant."""
    parser.add_argument(
        "--audio-stream",
        type=int,
        metavar="N",
        help=(
            "which of several audio streams, counted from 1 (default: the one players play or,"
            " where that is silent, the first that sounds)"
        ),
    )


def check_audio_stream(args: argparse.Namespace) -> None:
    """Refuse a number that no audio stream has.

    Raises:
        ConfigError: it is below 1.
    """
    if args.audio_stream is not None and args.audio_stream < 1:
        raise ConfigError(f"--audio-stream counts from 1, got {args.audio_stream}")


def unique_names(sources: Iterable[str]) -> list[str]:
    """Return each source without its suffix; those that would meet keep it, then get a number.

    Examples:
        >>> unique_names(["a.mp4", "b.mp4", "b.mov", "c.mp4", "c.mp4"])
        ['a', 'b.mp4', 'b.mov', 'c.mp4', 'c.mp4-2']
    """
    sources = list(sources)
    bare = [_bare(source) for source in sources]
    count = Counter(bare)
    out: list[str] = []
    for source, name in zip(sources, bare, strict=True):
        wanted = name if count[name] == 1 else source
        number = 2
        unique = wanted
        while unique in out:
            unique, number = f"{wanted}-{number}", number + 1
        out.append(unique)
    return out


def _bare(source: str) -> str:
    path = PurePosixPath(source)
    return str(path.with_name(path.stem)) if path.stem else source
