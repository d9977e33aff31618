"""What `seehear import` and `seehear review` both take: the format of files and their track."""

import argparse

TRACKS = {"heard": "audio", "seen": "visual", "both": "audio_visual"}


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options on how files of annotations are read."""
    from seehear import interchange

    parser.add_argument(
        "--track",
        choices=tuple(TRACKS),
        help="track of rows that do not name one (default: the format's usual one)",
    )
    parser.add_argument(
        "--format",
        metavar="NAME",
        help="format of all files (default: told by what each holds): "
        + ", ".join(interchange.names()),
    )
