"""`seehear share`: a trained parser with its model card, to a hub or a folder elsewhere."""

import argparse
from pathlib import Path

from seehear.cli.console import print_json, warn


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "run",
        type=Path,
        metavar="RUN",
        help="a run folder of seehear train, a model file, or a taught parser",
    )
    parser.add_argument(
        "--to",
        metavar="URL",
        help=(
            "hf://owner/name[@revision], or an fsspec URL such as s3://bucket/folder or "
            "file:///folder; --model URL loads it again"
        ),
    )
    parser.add_argument(
        "--licence",
        default="",
        metavar="NAME",
        help="SPDX name of the parser's licence, such as CC-BY-4.0, for the card",
    )
    parser.add_argument("--card", action="store_true", help="only print the model card")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Push, or show the card."""
    from seehear.errors import ConfigError
    from seehear.runs.interrupted import interrupted
    from seehear.share import bundle, push

    if (told := interrupted(args.run)) is not None:
        warn([told])
    if args.card:
        content = bundle(args.run, licence=args.licence).files["README.md"]
        assert isinstance(content, bytes)
        if args.json:
            print_json({"card": content.decode()})
        else:
            print(content.decode(), end="")
        return 0
    if args.to is None:
        raise ConfigError(
            "expected --to URL, got none", hint="or --card to see the model card first"
        )
    address = push(args.run, args.to, licence=args.licence)
    if args.json:
        print_json({"address": address})
    else:
        print(address)
    return 0
