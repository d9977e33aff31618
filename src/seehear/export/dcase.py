"""A table of sound events as tools of the DCASE challenges read it, tab-separated.

    filename  onset  offset  event_label

The table is about sound: what is seen is written only where nothing else is exported.  Times are in
seconds.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from seehear.export.clips import LinkedClip
from seehear.export.words import by_time, clip_name, one_line, span_text
from seehear.time import Timeline

COLUMNS = ("filename", "onset", "offset", "event_label")


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the table of one clip."""
    return "".join(lines([LinkedClip(clip_name(timeline), timeline)]))


def lines(clips: Iterable[LinkedClip]) -> Iterator[str]:
    """Yield the table of many clips; a clip without sound events has a row with its name alone."""
    yield "\t".join(COLUMNS) + "\n"
    for clip in clips:
        heard = clip.timeline.on("audio")
        if not heard and clip.timeline.tracks["audio"].absent:
            heard = tuple(by_time(clip.timeline))
        suffix = PurePosixPath(clip.timeline.source.replace("\\", "/")).suffix
        name = one_line(clip.name + suffix)
        for e in heard:
            times = span_text(max(0.0, e.start_s), max(0.0, e.end_s))
            yield "\t".join((name, *times, one_line(e.label))) + "\n"
        if not heard:
            yield f"{name}\t\t\t\n"
