"""`seehear fetch`: the public parts of a dataset, in the layout we read; the rest is listed."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, table
from seehear.closest import suggest
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.data.fetch_llp import Fetched, Offer
    from seehear.data.llp_parts import Part

_LLP = "llp"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "dataset", choices=(_LLP, "lfav", "ave", "unav100", "vggsounder"), help="which dataset"
    )
    parser.add_argument(
        "--out", required=True, metavar="FOLDER", help="dataset folder to write; run again to go on"
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="PART",
        default=[],
        help=(
            "fetch this part only (repeatable). LLP: tables, CLIP or CLAP (VALOR's"
            " features), UWAV-CLIP or UWAV-CLAP, LSLD-labels, or all of a repository by its name;"
            " default: tables, CLIP and CLAP. Others: tables (default), of UnAV-100 UWAV-CLIP and"
            " UWAV-CLAP too"
        ),
    )
    parser.add_argument(
        "--list",
        action="store_true",
        help="fetch nothing; list what is offered, with the sizes that the hub reports",
    )
    parser.add_argument(
        "--hub", metavar="URL", help="a mirror of the hub (default: HF_ENDPOINT, else the hub)"
    )
    parser.add_argument("--tables", metavar="URL", help="another address of the tables")
    parser.add_argument("--labels", metavar="URL", help="another address of LSLD's labels (LLP)")
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from seehear.lock import owned

    with owned(args.out):
        return _fetch(args) if args.dataset == _LLP else _fetch_public(args)


def _fetch_public(args: argparse.Namespace) -> int:
    """Fetch what is public of another benchmark than LLP, and list the rest."""
    from seehear.data.fetch_public import TABLES, Addresses, fetch_public, parts_of, public_offers
    from seehear.data.public import PUBLIC

    public = PUBLIC[args.dataset]
    if args.labels is not None:
        raise ConfigError("works only with llp", parameter="labels", hint="leave it out")
    known = parts_of(public)
    for name in args.only:
        if name not in known:
            raise ConfigError(
                f"no part of {public.title} is called {name!r}",
                parameter="only",
                hint=suggest(name, known),
            )
    places = Addresses(args.hub, args.tables)
    by_hand = list(map(vars, public.by_hand))
    if args.list:
        offers = list(public_offers(public, args.out, places))
        return _offered(offers, public.title, by_hand, as_json=args.json)
    fetched, log = [], _Log()
    try:
        for part in fetch_public(
            public,
            args.out,
            parts=args.only or (TABLES,),
            addresses=places,
            received=log.received,
        ):
            fetched.append(part)
    finally:  # what has to be got by hand is worth knowing without a connection, too
        if args.json:
            parts = list(map(vars, fetched))
            print_json({"out": args.out, "fetched": parts, "by_hand": by_hand})
        else:
            rows = [(part.part, part.state, part.detail) for part in fetched]
            table(f"{public.title} in {args.out}", ("part", "state", "what"), rows)
            _show_by_hand(by_hand)
            for archive in public.archives:
                if not Path(args.out, archive.folder).is_dir():
                    print(f"By name: --only {archive.part}: {archive.repository}/{archive.file}")
    return 0


def _offered(
    offers: "list[Offer]", title: str, by_hand: list[dict[str, str]], *, as_json: bool
) -> int:
    """Show what is offered; 1 where an address does not answer."""
    if as_json:
        print_json({"offers": list(map(vars, offers)), "by_hand": by_hand})
    else:
        _show_offers(offers, title)
        _show_by_hand(by_hand)
    return _problems(offers)


def _show_by_hand(by_hand: list[dict[str, str]]) -> None:
    for one in by_hand:
        where = "" if one["place"] == "-" else f" as {one['place']}"
        print(f"By hand{where}: {one['what']}: {one['link']}")


def _fetch(args: argparse.Namespace) -> int:
    from seehear.data.fetch_llp import fetch_llp
    from seehear.data.llp_parts import missing_parts, runnable_tables
    from seehear.data.releases import LINKS

    parts = _parts(args.only)
    if args.list:
        return _list(args)
    log = _Log()
    fetched = []
    try:
        for part in fetch_llp(
            args.out,
            parts=parts,
            hub=args.hub,
            tables=args.tables,
            labels=args.labels,
            received=log.received,
        ):
            fetched.append(part)
    finally:  # what has to be got by hand is worth knowing without a connection, too
        missing, tables = missing_parts(args.out), runnable_tables(args.out)
        if args.json:
            parts_json = {"fetched": list(map(vars, fetched)), "missing": list(map(vars, missing))}
            print_json({"out": args.out, **parts_json, "tables": tables, "links": LINKS})
        else:
            _show(args.out, fetched, missing, tables)
    return 0


def _parts(only: list[str]) -> tuple[str, ...]:
    """Return the parts asked for, by their own names or those of repositories, in their order."""
    from seehear.data.fetch_llp import DEFAULT, PARTS
    from seehear.data.releases import GROUPS, LINKS

    asked: set[str] = set()
    for name in only:
        if name in LINKS:
            what, link = LINKS[name]
            raise ConfigError(f"{name}: {what}", where="--only", hint=f"by hand: {link}")
        if name not in (*PARTS, *GROUPS):
            raise ConfigError(
                f"no part of LLP is called {name!r}",
                where="--only",
                hint=suggest(name, (*PARTS, *GROUPS)),
            )
        asked |= set(GROUPS.get(name, (name,)))
    if not only:
        return DEFAULT
    return tuple(part for part in PARTS if part in asked)


def _list(args: argparse.Namespace) -> int:
    """Show what is offered; 1 where an address does not answer."""
    from seehear.data.fetch_llp import offers
    from seehear.data.releases import LINKS

    found = list(offers(args.out, hub=args.hub, labels=args.labels))
    if args.json:
        print_json({"offers": list(map(vars, found)), "links": LINKS})
    else:
        _show_offers(found, "LLP")
        _show_links()
    return _problems(found)


def _show_offers(found: "list[Offer]", title: str) -> None:
    rows = []
    for offer in found:
        size = "unknown" if offer.size is None else f"{offer.size / 1e6:,.1f} MB"
        rows.append((offer.part, size, offer.source))
    table(f"What can be fetched of {title} by name", ("part", "size", "from"), rows)


def _problems(found: "list[Offer]") -> int:
    problems = dict.fromkeys(offer.problem for offer in found if offer.problem)
    for problem in problems:
        print(f"seehear: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _show_links() -> None:
    from seehear.data.releases import LINKS

    for name, (what, link) in LINKS.items():
        print(f"{name} ({what}): by hand: {link}")


def _show(
    out: str, fetched: "list[Fetched]", missing: "list[Part]", tables: dict[str, tuple[str, ...]]
) -> None:
    table(
        f"LLP in {out}",
        ("part", "state", "what"),
        [(part.part, part.state, part.detail) for part in fetched],
    )
    _show_missing(missing)
    _show_links()
    able = [f"{name} ({', '.join(groups)})" for name, groups in tables.items() if groups]
    print(f"Tables that these features can run: {'; '.join(able) or 'none yet'}")
    _show_next(out)


def _show_missing(missing: "list[Part]") -> None:
    if missing:
        table(
            "Still missing",
            ("part", "state", "clips"),
            [(part.name, part.state, _clips(part)) for part in missing],
        )
        for part in missing:
            print(f"{part.name} ({part.what}): {part.get}")
        print()


def _clips(part: "Part") -> str:
    return f"{part.found}/{part.wanted}" if part.wanted else ""  # else no clips are counted


def _show_next(out: str) -> None:
    """Say what can be run on features for which these systems have no published figures."""
    for inputs, folders in (("valor", ("CLIP", "CLAP")), ("uwav", ("feats_CLIP", "feats_CLAP"))):
        if all((Path(out) / folder).is_dir() for folder in folders):
            command = f"seehear reproduce table1 {out} --features {out} --inputs {inputs}"
            print(f"On feature set {inputs}, without published figures: {command} --out TABLES")
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
