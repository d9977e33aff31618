"""`seehear import --as features`: embeddings that others made, into a library."""

import argparse

from seehear.amounts import amount
from seehear.errors import ConfigError
from seehear.files import Json

_OF_ANNOTATIONS = (
    *("map", "track", "events", "vocabulary", "point_s", "reviewed", "by", "format", "fps"),
    *("start_timecode", "encoding"),
)


def run(args: argparse.Namespace) -> int:
    """Read every folder and table, keep its rows in the library, and say what was not used."""
    from seehear.cli.console import print_json, warn
    from seehear.cli.decode import update_index
    from seehear.features.brought import opened
    from seehear.files import make_folder
    from seehear.library.brought import Placed, place
    from seehear.library.scan import is_parts
    from seehear.lock import owned

    for name in _OF_ANNOTATIONS:
        if getattr(args, name):
            raise ConfigError("works only with annotations", parameter=name, hint="leave it out")
    if is_parts(args.out):
        hint = "write it as a folder of timelines first: seehear convert json LIBRARY --out FOLDER"
        told = "expected a folder of timelines, got a library of Parquet parts"
        raise ConfigError(told, where=args.out, hint=hint)
    columns = _columns(args.vectors)
    stores = [opened(path, columns) for path in args.files]
    make_folder(args.out)
    done = Placed((), (), ())
    with owned(args.out):
        for store in stores:
            one = place(args.out, store, media=args.media, vouched=args.vouch)
            new = tuple(dict.fromkeys((*done.new, *one.new)))
            done = Placed((*done.clips, *one.clips), new, (*done.failed, *one.failed))
        update_index(args.out)
    warn(done.failed)
    if args.json:
        value: dict[str, Json] = {
            "out": str(args.out),
            "timelines": list(done.clips),
            "new": list(done.new),
        }
        print_json({**value, "failed": list(done.failed)})
    else:
        count, made = len(done.clips), len(done.new)
        print(f"features of {amount(count, 'clip')} in {args.out}; new timelines: {made:,}")
    if not done.clips:
        return 2
    return 1 if done.failed else 0


def _columns(given: list[str]) -> dict[str, str]:
    """Return column -> encoder of `COLUMN=ENCODER`."""
    columns = {}
    for text in given:
        column, sign, encoder = text.rpartition("=")
        if not sign or not column or not encoder:
            raise ConfigError(f"expected COLUMN=ENCODER, got {text!r:.60}", parameter="vectors")
        columns[column] = encoder
    return columns
