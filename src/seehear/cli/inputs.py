"""Which media files the user means, and which of their audio streams."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seehear.addresses import address_of, listed
from seehear.errors import ConfigError, MediaError
from seehear.library.plan import Wanted
from seehear.media.files import is_media, list_media, require_any
from seehear.time import KEPT_SUFFIX, SUFFIX

_WEB = ("http:", "https:", "ftp:", "rtmp:", "rtsp:", "hls:", "udp:", "tcp:")


@dataclass(frozen=True)
class Inputs:
    """What files and folders hold.

    Args:
        files: to do.
        failed: what cannot be read, with the reason.
        skipped: folder -> paths below it of files that are not media.
    """

    files: list[Wanted]
    failed: list[tuple[Path, MediaError]]
    skipped: dict[Path, tuple[str, ...]]


def collect(paths: Iterable[Path], *, everything: bool = False) -> Inputs:
    """Return the media files among files and folders, what cannot be read, and what was skipped.

    Args:
        paths: files and folders.
        everything: also try files whose names do not end as those of media do.
    """
    found: dict[Path, Wanted] = {}
    failed: list[tuple[Path, MediaError]] = []
    skipped: dict[Path, tuple[str, ...]] = {}
    for path in paths:
        address = _storage(path)
        try:
            if address is not None:
                _collect_at(address, everything, found, skipped)
                continue
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


def _storage(path: Path) -> str | None:
    """Return the address of a storage that a path was made of; None for a path or a web address."""
    address = address_of(path)
    return None if address is None or address.startswith(_WEB) else address


def _collect_at(
    address: str,
    everything: bool,
    found: dict[Path, Wanted],
    skipped: dict[Path, tuple[str, ...]],
) -> None:
    """Add the media files at or below an address.

    Raises:
        MediaError: there are none.
        UnreachableError: it cannot be reached.
    """
    entries, others = listed(address), []
    named = len(entries) == 1 and entries[0].address == address
    for entry in entries:
        if named or everything or is_media(entry.name):
            path = Path(entry.address)
            found.setdefault(path, Wanted(path, entry.name, named))
        elif not entry.name.endswith((SUFFIX, KEPT_SUFFIX)):
            others.append(entry.name)
    if not found:
        raise MediaError("no media files found", where=address, hint="is the address right?")
    if others:
        skipped[Path(address)] = tuple(others)


def add_audio_stream(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which of several audio streams is meant."""
    parser.add_argument(
        "--audio-stream",
        type=int,
        metavar="N",
        help=(
            "which of several audio streams to hear, counted from 1 (default: the one that "
            "players play or, if it is silent, the first that is not)"
        ),
    )


def check_audio_stream(args: argparse.Namespace) -> None:
    """Refuse a number that no audio stream has.

    Raises:
        ConfigError: it is below 1.
    """
    if args.audio_stream is not None and args.audio_stream < 1:
        raise ConfigError(f"--audio-stream counts from 1, got {args.audio_stream}")
