"""`seehear captions`: captions of sounds, in the subtitles that a film has already."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.amounts import amount
from seehear.errors import ConfigError

if TYPE_CHECKING:
    from seehear.captions import Plan, Subtitles
    from seehear.time import Timeline


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "film",
        metavar="FILM",
        type=Path,
        help="a video, or its NAME.timeline.json from an earlier parse",
    )
    parser.add_argument(
        "--merge",
        metavar="FILE",
        type=Path,
        help=(
            "the film's subtitles (SRT, VTT, ASS): captions are put between the lines, and every "
            "byte of the file stays (default: write captions alone)"
        ),
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help="file to write: of the same kind as --merge, else .srt, .vtt or .ass",
    )
    parser.add_argument(
        "--only",
        choices=("off-screen",),
        help="only what is heard while it is not seen",
    )
    parser.add_argument(
        "--language",
        metavar="NAME",
        default="en",
        help="language of the captions: en (default) or de",
    )
    parser.add_argument(
        "--words",
        metavar="FILE",
        type=Path,
        help="file of your own words, one class per line: Dog = dog barking (nothing after =: no "
        "caption)",
    )
    parser.add_argument(
        "--reading-speed",
        metavar="N",
        type=float,
        default=15.0,
        help="characters that people read in a second (default: 15)",
    )
    _add_parser(parser)
    parser.add_argument(
        "--json", action="store_true", help="print as JSON which captions were put where"
    )


def _add_parser(parser: argparse.ArgumentParser) -> None:
    """Add how the film is parsed, as in `parse`."""
    words = parser.add_mutually_exclusive_group()
    words.add_argument("--events", metavar="WORDS", help='sounds to listen for: "Dog,Car"')
    words.add_argument(
        "--vocabulary",
        metavar="FILE",
        help="one class per line: name, or name = description (default: LLP's 25 classes)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--preset", metavar="NAME", help="zero-shot parser: offline (default) or clip")
    how.add_argument(
        "--model", metavar="MODEL", help="a trained parser: a run folder or a model file"
    )
    parser.add_argument(
        "--threshold",
        metavar="P",
        help="lowest probability of an event, from 0 to 1; two for audio and visual: 0.6,0.4",
    )


def run(args: argparse.Namespace) -> int:
    """Read, parse, plan, write."""
    from seehear.captions import Rules, Wording, plan
    from seehear.files import atomic_path, check_file

    if not 1 <= args.reading_speed <= 100:
        raise ConfigError("expected 1 to 100", parameter="reading_speed")
    check_file(args.out)
    subtitles = _subtitles(args)
    wording = Wording.of(args.language, args.words)
    timeline = _timeline(args)
    planned = plan(
        timeline,
        subtitles.spoken(),
        wording,
        off_screen=args.only is not None,
        rules=Rules(per_second=args.reading_speed),
    )
    data = subtitles.taking(planned.captions)
    with atomic_path(args.out, wanted=len(data)) as part:
        part.write_bytes(data)
    _show(args, planned)
    return 0


def _subtitles(args: argparse.Namespace) -> "Subtitles":
    """Return the file that captions are put into."""
    from seehear.captions.subtitles import FORMS, empty, read_subtitles

    form = FORMS.get(args.out.suffix.lower())
    if args.merge is None:
        if form is None:
            raise ConfigError(
                f"expected a file that ends in .srt, .vtt or .ass, got {args.out.name}",
                parameter="out",
            )
        return empty(form)
    if args.out.exists() and args.merge.exists() and args.out.samefile(args.merge):
        raise ConfigError(
            "expected another file than the subtitles themselves", where=args.out, parameter="out"
        )
    subtitles = read_subtitles(args.merge)
    if form is not None and form != subtitles.form:
        raise ConfigError(
            f"expected a file of the same kind as the subtitles ({subtitles.form}), got"
            f" {args.out.name}: they are copied, not converted",
            parameter="out",
        )
    return subtitles


def _timeline(args: argparse.Namespace) -> "Timeline":
    """Return the film's timeline, parsed now or before."""
    from seehear.time import SUFFIX, Timeline

    given = {name: getattr(args, name) for name in ("events", "vocabulary", "preset", "model")}
    given["threshold"] = args.threshold
    if args.film.name.endswith(SUFFIX):
        for name, value in given.items():
            if value is not None:
                raise ConfigError(
                    "works only with a video, got a timeline, which is parsed already",
                    where=args.film,
                    parameter=name,
                )
        return Timeline.from_json(args.film)
    from seehear.media.container import require_av
    from seehear.parser.options import make_parser

    require_av("clip" if args.preset == "clip" else "offline")
    return make_parser(**given)(args.film)


def _show(args: argparse.Namespace, planned: "Plan") -> None:
    from seehear.cli.console import print_json

    if args.json:
        captions = []
        for c in planned.captions:
            times = {"start_s": round(c.start_s, 3), "end_s": round(c.end_s, 3)}
            captions.append({**times, "lines": list(c.lines), "beside_dialogue": c.beside})
        print_json({"out": str(args.out), "captions": captions, "left_out": list(planned.left_out)})
        return
    for line in planned.left_out:
        print(f"seehear: left out: {line}", file=sys.stderr)
    count = len(planned.captions)
    print(f"{args.out}: {amount(count, 'caption')} of sounds")
