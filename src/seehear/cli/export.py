"""`seehear export`: one timeline file into another format."""

import argparse
import sys
from pathlib import Path

from seehear.errors import ConfigError
from seehear.files import check_file, is_folder


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    from seehear import export

    width = max(map(len, export.FORMATS))
    lines = [f"  {name:{width}}  {export.get(name).summary}" for name in export.FORMATS]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "formats:\n" + "\n".join(lines)
    parser.add_argument("timeline", metavar="TIMELINE", type=Path, help="a NAME.timeline.json")
    parser.add_argument("--to", required=True, metavar="FORMAT", help=", ".join(export.names()))
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="file or existing folder to write to (default: print the text)",
    )
    parser.add_argument(
        "--media",
        metavar="FILE",
        type=Path,
        help="the clip's video, for html and eaf (default: looked for beside the timeline)",
    )


def run(args: argparse.Namespace) -> int:
    """Write or print the timeline in the format asked for."""
    from seehear import export
    from seehear.library.media import beside, place_beside, refused
    from seehear.time import SUFFIX, Timeline

    form = export.get(args.to)
    timeline = Timeline.from_json(args.timeline)
    if args.media is not None and not args.media.is_file():
        raise ConfigError("expected a video file", where=args.media)
    media = args.media or beside(args.timeline, timeline.source)
    if media is None and (elsewhere := refused(place_beside(args.timeline, timeline.source))):
        print(
            f"seehear: note: the video is a link out of the folder ({elsewhere}) and is left out;"
            " --media FILE names it",
            file=sys.stderr,
        )
    name = args.timeline.name.removesuffix(SUFFIX).removesuffix(".json")
    if args.out is None:
        link = None if media is None else export.media_url(media, Path(), embed=form.embeds)
        sys.stdout.flush()
        sys.stdout.buffer.write(export.render(timeline, args.to, media=link).encode())
        sys.stdout.buffer.flush()
        return 0
    path = export.path_for(name, args.to, args.out) if is_folder(args.out) else args.out
    check_file(path)
    print(export.write(timeline, args.to, path, media=media))
    return 0
