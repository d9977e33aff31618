"""`seehear models ls|fetch|verify`: pretrained weights and where they come from."""

import argparse
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.cli.console import print_json, table
from seehear.errors import ConfigError, SeehearError, WeightsError

if TYPE_CHECKING:
    from seehear.weights import Weights


_WHOLE_HASH = 64  # digits of a sha256


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ls|fetch|verify")
    ls = actions.add_parser("ls", help="list id, source, licence, size, hash and state")
    fetch = actions.add_parser("fetch", help="fetch weights into the cache and verify them")
    verify = actions.add_parser("verify", help="read every cached file again and compare hashes")
    asked = "ids of weights (or --preset)"
    for action, told in ((fetch, asked), (verify, f"{asked}; default: all that are cached")):
        action.add_argument("id", nargs="*", metavar="ID", help=told)
        action.add_argument("--preset", choices=("offline", "clip"), help="all weights of a preset")
    fetch.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="PATH",
        help="take them from a file or folder of your own",
    )
    for action in (ls, fetch, verify):
        action.add_argument("--json", action="store_true", help="print only JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.action == "ls":
        return _ls(args)
    ids = _ids(args)
    source = args.source if args.action == "fetch" else None
    if source is not None and len(ids) != 1:
        raise ConfigError("--from takes exactly one id", where="seehear models fetch")
    act = _verify if args.action == "verify" else partial(_fetch, source=source)
    rows = []
    for id_ in dict.fromkeys(ids):
        try:
            rows.append(act(id_))
        except SeehearError as error:
            if len(ids) == 1:
                raise
            rows.append({"id": id_, "state": "failed", "reason": _spoken(error)})
    _complain(rows)
    if args.json:
        print_json(rows)
    else:
        _show(rows)
    return _exit_code([row["state"] for row in rows])


def _show(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["state"] != "failed":
            detail = row.get("path", row.get("reason", ""))
            print(f"{row['id']}: {row['state']} {detail}".rstrip())


def _exit_code(states: list[str]) -> int:
    failed = states.count("failed") + states.count("damaged")
    if not failed:
        return 0
    return 2 if failed == len(states) else 1


def _ids(args: argparse.Namespace) -> list[str]:
    """Return the ids that were asked for."""
    from seehear import weights

    ids = [*args.id, *weights.PRESETS.get(args.preset or "", ())]
    if ids:
        return ids
    if args.action == "fetch":
        raise ConfigError(
            "expected ids or --preset", where="seehear models", hint="see: seehear models ls"
        )
    cached = [id_ for id_ in weights.WEIGHTS if weights.state(id_) != "missing"]
    if not cached:
        raise WeightsError(
            "no weights are in the cache",
            where=weights.cache_dir(),
            hint="run: seehear models fetch --preset offline",
        )
    return cached


def _spoken(error: SeehearError) -> str:
    from seehear.cli.main import build_parser
    from seehear.cli.options import spoken

    return spoken(error, build_parser("models"), "models")


def _complain(rows: list[dict[str, str]]) -> None:
    """Print a line for each failure, or one line with the first reason if all failed."""
    failures = [row for row in rows if row["state"] == "failed"]
    if failures and len(failures) == len(rows):
        print(
            f"seehear: all of {', '.join(row['id'] for row in rows)} failed: {rows[0]['reason']}",
            file=sys.stderr,
        )
        return
    for row in failures:
        print(f"seehear: {row['id']}: {row['reason']}", file=sys.stderr)


def _ls(args: argparse.Namespace) -> int:
    from seehear import weights

    if args.json:
        print_json([_about(entry) for entry in weights.WEIGHTS.values()])
        return 0
    rows = []
    for entry in weights.WEIGHTS.values():
        licence = entry.licence.split(" (")[0]
        state, size = weights.state(entry.id), round(entry.size)
        rows.append((entry.id, state, size, licence, _hash(entry.files), entry.source))
    table(
        f"Pretrained weights (cache: {weights.cache_dir()})",
        ("id", "state", "MB", "licence", "sha256", "source"),
        rows,
        note=(
            "fetch: seehear models fetch ID, or --preset offline; whole hashes, papers and remarks:"
            " --json"
        ),
    )
    return 0


def _about(entry: "Weights") -> dict[str, object]:
    from seehear import weights

    state = weights.state(entry.id)
    digest = get = None
    if state == "cached":
        digest = weights.digest(entry.id)
    else:
        get = weights.command(entry.id)
    return {
        "id": entry.id,
        "title": entry.title,
        "source": str(entry.source),
        "licence": entry.licence,
        "size_mb": entry.size,
        "paper": entry.paper,
        "input": entry.input,
        "state": state,
        "sha256": dict(entry.files),
        "digest": digest,
        "get": get,
    }


def _hash(files: Mapping[str, str]) -> str:
    """Return the first digits of the hash of the file that holds the network."""
    network = next(value for name, value in files.items() if not name.endswith((".json", ".csv")))
    return network[:8]


def _fetch(id_: str, source: Path | None) -> dict[str, str]:
    from seehear import weights

    if source is None and weights.whole(id_):
        return {"id": id_, "state": "cached", "path": str(weights.locate(id_))}
    print(f"{id_}: fetching from {source or weights.WEIGHTS[id_].source}", file=sys.stderr)
    path = weights.fetch(id_, source=source)
    for name, published in weights.WEIGHTS[id_].files.items():
        if len(published) < _WHOLE_HASH:
            print(
                f"{id_}: its publisher gives only the first {len(published)} digits of the "
                f"sha256 of {name}, which match; the whole is recorded and must match from now on",
                file=sys.stderr,
            )
    return {"id": id_, "path": str(path), "state": "fetched and verified"}


def _verify(id_: str) -> dict[str, str]:
    from seehear import weights

    wrong = weights.verify(id_)
    if wrong:
        reason = f"{', '.join(wrong)} not as published; run: {weights.command(id_)}"
        return {"id": id_, "state": "damaged", "reason": reason}
    return {"id": id_, "state": "verified", "path": str(weights.locate(id_))}
