"""`seehear fetch llp`: the public parts of LLP into the layout we read; what is left is listed."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, table

if TYPE_CHECKING:
    from seehear.data.fetch_llp import Fetched
    from seehear.data.llp_parts import Part


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("dataset", choices=("llp",), help="which dataset")
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="dataset folder; run again to go on"
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=("tables", "CLIP", "CLAP"),
        default=[],
        help="fetch this part only (repeat for several): the tables, VALOR's CLIP or CLAP features",
    )
    parser.add_argument(
        "--hub", metavar="URL", help="a mirror of the hub (default: HF_ENDPOINT, else the hub)"
    )
    parser.add_argument("--tables", metavar="URL", help="another address of the six tables")
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from seehear.lock import owned

    with owned(args.out):
        return _fetch(args)


def _fetch(args: argparse.Namespace) -> int:
    from seehear.data.fetch_llp import PARTS, fetch_llp
    from seehear.data.llp_parts import missing_parts, runnable_tables

    log = _Log()
    parts = [part for part in PARTS if not args.only or part in args.only]
    fetched = []
    try:
        for part in fetch_llp(
            args.out, parts=parts, hub=args.hub, tables=args.tables, received=log.received
        ):
            fetched.append(part)
    finally:  # what has to be got by hand is worth knowing without a connection, too
        missing, tables = missing_parts(args.out), runnable_tables(args.out)
        if args.json:
            parts_json = {"fetched": list(map(vars, fetched)), "missing": list(map(vars, missing))}
            print_json({"out": args.out, **parts_json, "tables": tables})
        else:
            _show(args.out, fetched, missing, tables)
    return 0


def _show(
    out: str, fetched: "list[Fetched]", missing: "list[Part]", tables: dict[str, tuple[str, ...]]
) -> None:
    table(
        f"LLP in {out}",
        ("part", "state", "what"),
        [(part.part, part.state, part.detail) for part in fetched],
    )
    if missing:
        table(
            "Still missing",
            ("part", "state", "clips"),
            [(part.name, part.state, f"{part.found}/{part.wanted}") for part in missing],
        )
        for part in missing:
            print(f"{part.name} ({part.what}): {part.get}")
        print()
    able = [f"{name} ({', '.join(groups)})" for name, groups in tables.items() if groups]
    print(f"Tables that these features can run: {'; '.join(able) or 'none yet'}")
    if any((Path(out) / part / "features").is_dir() for part in ("CLIP", "CLAP")):
        print(f"One file a stream reads faster: seehear extract --import {out} --out FEATURES")


class _Log:
    """A line on stderr now and then while a file comes in."""

    def __init__(self) -> None:
        self._name, self._bytes, self._shown = "", 0, time.monotonic()

    def received(self, name: str, count: int) -> None:
        self._bytes = self._bytes + count if name == self._name else count
        self._name = name
        if time.monotonic() - self._shown >= 5:
            self._shown = time.monotonic()
            print(f"{name}: {self._bytes / 1e6:.0f} MB", file=sys.stderr, flush=True)
