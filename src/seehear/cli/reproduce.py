"""`seehear reproduce`: every row of a published table, ours beside the paper's."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from seehear.cli.console import print_json, progress, table
from seehear.cli.train import parse_settings
from seehear.errors import ConfigError, MissingExtraError

_SHARE_A_CARD = 4  # rows at a time on one GPU: each of these networks leaves most of it idle


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("table", metavar="TABLE", help="table1 to table7 of the LSLD paper")
    parser.add_argument(
        "dataset", metavar="DATASET", help="dataset folder (dataset.toml, or LLP's official tables)"
    )
    parser.add_argument("--features", required=True, metavar="FEATURES", help="features folder")
    parser.add_argument(
        "--out",
        required=True,
        metavar="FOLDER",
        type=Path,
        help=(
            "output folder; run again to go on; tables that share a folder share runs and labels"
        ),
    )
    parser.add_argument("--rows", metavar="LIST", help="only these rows (default: all)")
    parser.add_argument(
        "--seeds",
        action="append",
        default=[],
        metavar="LIST",
        help="seeds of every row, such as 1,2,3, or of one row as ROW=1,2,3 (repeatable; default: "
        "each recipe's own)",
    )
    parser.add_argument(
        "--inputs",
        metavar="SET",
        help=(
            "train every row on this feature set (default: the row's own; if the folder holds no "
            "row's own, the first of the recipe's that it does hold)"
        ),
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="change a setting of every row, such as training.epochs=3 (repeatable)",
    )
    parser.add_argument(
        "--split",
        metavar="NAME",
        help="split that is scored (default: test, else another that has truth)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help=(
            "rows at a time, each in a process with one thread (default: one per core; on CUDA"
            f" {_SHARE_A_CARD}, which share the card); 0: in this process"
        ),
    )
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="cpu, cuda, mps or auto (default)"
    )
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the rows, print the table, return the exit code."""
    from seehear.data import open_dataset
    from seehear.features import open_features
    from seehear.reproduce import count_tasks, plan, reproduce
    from seehear.reproduce import table as find_table
    from seehear.reproduce.picture import draw
    from seehear.reproduce.result import header, heading, lines, notes
    from seehear.train.prepare import choose_device

    chosen = find_table(args.table)
    rows = None if args.rows is None else _keys(args.rows)
    features, settings = parse_settings(args.settings)
    if features is not None:
        raise ConfigError("expected --inputs SET for a feature set", where="--set features")
    asked = {"rows": rows, "inputs": args.inputs, "settings": settings, "seeds": _seeds(args.seeds)}
    chosen.choose(rows)
    device = str(choose_device(args.device))
    dataset, store = open_dataset(args.dataset), open_features(args.features)
    total = count_tasks(plan(chosen, dataset, store, **asked))
    with progress(total, args.table) as bar:
        result = reproduce(
            args.table,
            dataset,
            store,
            args.out,
            **asked,
            split=args.split,
            jobs=_jobs(device) if args.jobs is None else args.jobs,
            device=device,
            say=bar.note,
            done=bar.advance,
        )
    try:
        draw(result, args.out / f"{args.table}.png")
    except MissingExtraError as error:
        print(f"no picture: {error}", file=sys.stderr)
    problems = _problems(result)
    for line in problems:
        print(line, file=sys.stderr)
    if args.json:
        print_json(result)
    else:
        table(heading(result), header(result), lines(result))
        for line in notes(result):
            print(line)
        print(args.out / f"{args.table}.md")
    return 1 if problems else 0


def _jobs(device: str) -> int:
    """Return how many rows run at a time if `--jobs` is not given."""
    return _SHARE_A_CARD if device.startswith("cuda") else os.cpu_count() or 1


def _problems(result: dict[str, Any]) -> list[str]:
    """Return a line for each row that could not be run, with the command that helps."""
    lines = []
    for row in result["rows"]:
        if row["problem"]:
            run = f"; run: {row['command']}" if row["command"] else ""
            lines.append(f"{result['table']} {row['key']}: {row['problem']}{run}")
    return lines


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",")]


def _seeds(texts: list[str]) -> dict[str, list[int]]:
    """Return seeds by row key, `""` for all rows that are not named."""
    found: dict[str, list[int]] = {}
    for text in texts:
        key, equals, numbers = text.rpartition("=")
        if key in found or (equals and not key):
            raise ConfigError(
                f"expected 1,2,3 or ROW=1,2,3, each row once, got {text!r}", where="--seeds"
            )
        try:
            found[key] = [int(part) for part in numbers.split(",")]
        except ValueError:
            raise ConfigError(
                f"expected whole numbers with commas, got {numbers!r}", where="--seeds"
            ) from None
        if len(set(found[key])) != len(found[key]):
            raise ConfigError(f"expected different seeds, got {numbers}", where="--seeds")
    return found
