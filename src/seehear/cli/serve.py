"""`seehear serve`: a local web page of a library."""

import argparse
import contextlib
import dataclasses
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError, DataError, MissingExtraError
from seehear.files import is_folder

if TYPE_CHECKING:
    from seehear.features.kept import Precision
    from seehear.web.catalogue import Catalogue
    from seehear.web.settings import Settings


_LAST_PORT = 65535
_KEEPS: "dict[str, Precision]" = {"features": "exact", "features-half": "half"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "library",
        metavar="LIBRARY",
        type=Path,
        help="folder of timelines (seehear parse --out), or of Parquet parts, or its address",
    )
    parser.add_argument(
        "--media",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help="folder where the videos lie, if not beside their timelines (repeatable)",
    )
    parser.add_argument(
        "--links-to",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help=(
            "folder that symbolic links to videos may lead into; links to other places are not "
            "followed (repeatable)"
        ),
    )
    parser.add_argument(
        "--port",
        metavar="N",
        type=int,
        default=8765,
        help="port to listen on; 0 takes a free one (default: 8765)",
    )
    parser.add_argument(
        "--host",
        metavar="HOST",
        default="127.0.0.1",
        help="address to listen on; any but a loopback address needs a token (default: 127.0.0.1)",
    )
    parser.add_argument(
        "--token",
        metavar="TEXT",
        help=(
            "secret that every request must carry, at least 16 letters (default: a new one when "
            "--host is not a loopback address)"
        ),
    )
    parser.add_argument(
        "--name",
        metavar="HOST",
        action="append",
        default=[],
        help="a host name by which browsers reach this machine (repeatable)",
    )
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="visitors can change nothing: no corrections, no uploads",
    )
    group = parser.add_argument_group("uploads")
    group.add_argument(
        "--no-uploads",
        action="store_true",
        help="take no uploads (a library of Parquet parts never takes any)",
    )
    group.add_argument(
        "--preset", metavar="NAME", help="zero-shot parser of uploads (default: offline)"
    )
    group.add_argument(
        "--model", metavar="MODEL", type=Path, help="a trained parser instead of a preset"
    )
    group.add_argument(
        "--events", metavar="WORDS", help='classes to look for, such as "Dog,Speech"'
    )
    group.add_argument(
        "--vocabulary", metavar="FILE", type=Path, help="classes to look for, one per line"
    )
    group.add_argument(
        "--keep",
        choices=("features", "features-half"),
        help="keep the encoders' features, as seehear parse does",
    )
    group.add_argument(
        "--threshold", metavar="P", type=float, help="probability from which a class is present"
    )
    group.add_argument(
        "--max-mb", metavar="MB", type=float, default=500, help="largest file in MB (default: 500)"
    )
    group.add_argument(
        "--max-seconds",
        metavar="SECONDS",
        type=float,
        default=600,
        help="longest clip in seconds (default: 600)",
    )
    group.add_argument(
        "--max-pixels",
        metavar="N",
        type=int,
        default=3840 * 2160,
        help="pixels of the largest frame (default: 3840 x 2160)",
    )
    group.add_argument(
        "--max-memory-mb",
        metavar="MB",
        type=float,
        default=4000,
        help="memory that parsing may take, in MB (default: 4000; enforced on Linux)",
    )
    group.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=float,
        default=900,
        help="seconds that parsing may take (default: 900)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_of(args)
    try:
        from seehear.web.app import create_app
        from seehear.web.server import Server
    except ImportError as error:
        raise MissingExtraError.of(error.name or "fastapi", "web") from None
    with _socket(settings.host, settings.port) as listening:
        host, port = listening.getsockname()[:2]
        app = create_app(dataclasses.replace(settings, port=port))
        for line in app.state.catalogue.refresh().failed:
            print(f"seehear: {line}", file=sys.stderr)
        if note := _about_videos(app.state.catalogue, args.media):
            print(f"seehear: note: {note}", file=sys.stderr)
        query = "" if settings.token is None else f"?token={settings.token}"
        shown = f"[{host}]" if ":" in host else host
        print(f"http://{shown}:{port}/{query}", flush=True)
        print("press Ctrl-C to stop", file=sys.stderr)
        with contextlib.suppress(KeyboardInterrupt):  # how a server ends
            Server(app).run(sockets=[listening])
    return 0


def _about_videos(catalogue: "Catalogue", media: list[Path]) -> str | None:
    """Return a note if videos of the first clips are refused or none is found, else None."""
    if refused := catalogue.refused():
        above = os.path.commonpath([file.parent for file in refused])
        told = f"not shown: {amount(len(refused), 'video')} linked from outside the folders named"
        return f"{told} (the first leads to {refused[0]}); --links-to {above} allows that folder"
    first = catalogue.page(limit=50)["items"]
    if not first or any(item["media"] for item in first):
        return None
    if media:
        folders = ", ".join(map(str, media))
        return f"no videos beside the timelines nor in {folders}, such as {first[0]['name']}"
    return "no videos beside the timelines; --media FOLDER names where they lie"


def settings_of(args: argparse.Namespace) -> "Settings":
    """Return the settings that the options ask for.

    Raises:
        ConfigError: an option makes no sense.
        DataError: a folder does not exist.
    """
    from seehear.library.parts import opened
    from seehear.web.settings import Limits, Settings, is_loopback

    args.library = opened(args.library)
    _check_folders(args)
    if args.token is not None and len(args.token) < 16:
        raise ConfigError(
            f"expected at least 16 letters, got {len(args.token)}",
            where="--token",
            hint="or leave it out: one is made",
        )
    for option in ("max_mb", "max_seconds", "max_pixels", "max_memory_mb", "time_limit"):
        if getattr(args, option) <= 0:
            raise ConfigError(
                f"expected a number above 0, got {getattr(args, option):g}",
                where=f"--{option.replace('_', '-')}",
            )
    if _takes_uploads(args):
        _check_parser(args)
    token = args.token
    if token is None and not is_loopback(args.host):
        token = secrets.token_urlsafe(24)
    parser = {
        "preset": args.preset,
        "model": args.model and str(args.model),
        "events": args.events,
        "vocabulary": args.vocabulary and str(args.vocabulary),
        "threshold": args.threshold,
    }
    return Settings(
        args.library,
        tuple(args.media),
        args.host,
        args.port,
        token,
        tuple(args.name),
        _takes_uploads(args),
        Limits(
            int(args.max_mb * 1e6),
            args.max_seconds,
            args.max_pixels,
            parse_s=args.time_limit,
            memory_bytes=int(args.max_memory_mb * 1e6),
        ),
        parser,
        keep=_KEEPS.get(args.keep),
        links=tuple(args.links_to),
        read_only=args.read_only,
    )


def _takes_uploads(args: argparse.Namespace) -> bool:
    from seehear.library.scan import is_parts

    return not (args.no_uploads or args.read_only or is_parts(args.library))


def _check_folders(args: argparse.Namespace) -> None:
    """Refuse folders that are not there."""
    hints = dict.fromkeys([*args.media, *args.links_to], "name one that is there")
    hints[args.library] = "make one: seehear parse VIDEOS --out LIBRARY"
    for folder, hint in hints.items():
        if not is_folder(folder):
            raise DataError("expected a folder", where=folder, hint=hint)


def _check_parser(args: argparse.Namespace) -> None:
    """Find out now, not at the first upload, what is wrong with the options of the parser.

    Raises:
        ConfigError: options that do not go together.
        DataError: the vocabulary cannot be read.
    """
    from seehear.data import Vocabulary
    from seehear.parser.options import check_options

    check_options(
        preset=args.preset,
        model=args.model,
        threshold=args.threshold,
        events=args.events,
        vocabulary=args.vocabulary,
    )
    if args.model is not None and not args.model.exists():
        raise ConfigError("there is no such run or model file", where=args.model)
    for words in (args.vocabulary, args.events):
        if words is not None:
            Vocabulary.parse(words)


def _socket(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections from now on."""
    if not 0 <= port <= _LAST_PORT:  # some systems take a larger number modulo 65536
        problem = f"expected a number from 0 to {_LAST_PORT}, got {port}"
        raise ConfigError(problem, parameter="port")
    listening = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        (family, kind), address = found[:2], found[-1]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        if listening is not None:
            listening.close()
        raise ConfigError(
            f"cannot listen on port {port}: {error.strerror or error}",
            where=host,
            hint="choose another with --port",
        ) from None
    return listening
