"""Which media files the user means, and what of them."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seehear.errors import ConfigError, MediaError
from seehear.library.plan import Wanted
from seehear.media.files import list_media, require_any


@dataclass(frozen=True)
class Inputs:
    """What files and folders hold.

    Args:
        files: to do.
        failed: what cannot be looked at, with the reason.
        skipped: folder -> paths below it of what is not media.
    """

    files: list[Wanted]
    failed: list[tuple[Path, MediaError]]
    skipped: dict[Path, tuple[str, ...]]


def collect(paths: Iterable[Path], *, everything: bool = False) -> Inputs:
    """Return the media files of files and folders, what cannot be read, what was passed over.

    Args:
        paths: files and folders.
        everything: also try files that are not called as media are.
    """
    found: dict[Path, Wanted] = {}
    failed: list[tuple[Path, MediaError]] = []
    skipped: dict[Path, tuple[str, ...]] = {}
    for path in paths:
        try:
            listing = list_media(path, everything=everything)
            for file in listing.files:
                named = not path.is_dir()
                source = file.name if named else file.relative_to(path).as_posix()
                found.setdefault(file, Wanted(file, source, named))
            failed += [(Path(str(error.where)), error) for error in listing.failed]
            if listing.files and listing.skipped:
                skipped[path] = listing.skipped
            if not listing.failed:
                require_any([path], [listing])
        except MediaError as error:
            failed.append((path, error))
    return Inputs(list(found.values()), failed, skipped)


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
