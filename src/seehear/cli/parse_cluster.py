"""`seehear parse --engine ray`: the files of a run, parsed on a cluster."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.addresses import place_of
from seehear.files import Json

if TYPE_CHECKING:
    from seehear.features.kept import Precision
    from seehear.parser import Parser
    from seehear.parser.many import Parsed


def parsed_on_cluster(
    args: argparse.Namespace,
    options: dict[str, Json],
    parser: "Parser",
    paths: Sequence[Path],
    kept: "Callable[[Path], tuple[Path, Precision]] | None",
    note: Callable[[str], None],
) -> "Iterator[Parsed]":
    """Yield the files as they get done.

    Args:
        args: of the command.
        options: that the parser was made of.
        parser: as it is on this machine.
        paths: the files.
        kept: where the rows of each are kept; None: they are not.
        note: prints a line.
    """
    from seehear.parser.cluster import ParserMaker, parse_on_cluster
    from seehear.streaming.cluster import ClusterOptions

    if args.model is not None:
        options["model"] = place_of(args.model)
    else:  # a file of words lies on this machine
        options |= {"vocabulary": parser.vocabulary, "events": None}
    make = ParserMaker(options, args.audio_stream, args.still)
    used = ClusterOptions(
        args.jobs or 0, args.timeout, lambda line: note(f"seehear: cluster: {line}")
    )
    return parse_on_cluster(parser, make, paths, used, kept=kept)
