"""Edit decision lists (CMX 3600): markers as DaVinci Resolve uses them, and lists of cuts.

Each marker is an event of one frame with a line ` |C:colour |M:name |D:frames` below it; Resolve
imports the file by "Timelines > Import > Timeline Markers from EDL".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seehear.export.frames import Frames, coded
from seehear.export.markers import markers
from seehear.export.words import clip_name, one_line
from seehear.time import Timeline, Track

_COLOURS = {
    Track.AUDIO: "ResolveColorBlue",
    Track.VISUAL: "ResolveColorYellow",
    Track.AUDIO_VISUAL: "ResolveColorGreen",
}


@dataclass(frozen=True)
class Decision:
    """A part of a file that becomes a cut of the list.

    Args:
        name: of the file.
        start_s, end_s: seconds of the part.
        frames: how the file counts its frames.
    """

    name: str
    start_s: float
    end_s: float
    frames: Frames


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the markers, in the time code of the file.

    Resolve keeps one marker a frame: where several begin together, each is put one frame later.
    """
    frames = Frames.of(timeline.media)
    lines = _head(one_line(clip_name(timeline)), frames)
    free = 0
    for number, marker in enumerate(markers(timeline), 1):
        start, end = frames.span(marker.start_s, marker.end_s)
        at = max(start, free)
        free = at + 1
        codes = f"{frames.code(at)} {frames.code(at + 1)}"
        name = marker.name.replace("|", "/")
        count = max(1, end - at)
        lines.append(f"{number:03d}  001      V     C        {codes} {codes}  ")
        lines.append(f" |C:{_COLOURS[marker.track]} |M:{name} |D:{count}")
        lines.append("")
    return "\n".join(lines) + "\n"


def cut_list(decisions: Iterable[Decision]) -> str:
    """Return parts of files as a list of cuts, one after the other.

    The list has the frame rate of its first file and begins at zero; each cut is given in the time
    codes of its own file, and where that counts at another rate, a comment says so.

    Examples:
        >>> print(cut_list([Decision("dog.mp4", 1.0, 3.0, Frames())]))
        TITLE: seehear
        FCM: NON-DROP FRAME
        <BLANKLINE>
        001  AX       B     C        00:00:01:00 00:00:03:00 00:00:00:00 00:00:02:00
        * FROM CLIP NAME: dog.mp4
        <BLANKLINE>
    """
    cuts = list(decisions)
    whole = cuts[0].frames if cuts else Frames()
    lines = _head("seehear", whole)
    at = 0
    for number, cut in enumerate(cuts, 1):
        first, last = cut.frames.span(cut.start_s, cut.end_s)
        count = max(1, round((last - first) / cut.frames.rate * whole.rate))
        codes = [cut.frames.code(first), cut.frames.code(last)]
        codes += [coded(place, whole.timebase, drop=whole.drop) for place in (at, at + count)]
        lines.append(f"{number:03d}  AX       B     C        {' '.join(codes)}")
        lines.append(f"* FROM CLIP NAME: {one_line(cut.name)}")
        if cut.frames.rate != whole.rate:
            lines.append(f"* FROM CLIP RATE: {float(cut.frames.rate):g} FRAMES A SECOND")
        at += count
    return "\n".join(lines) + "\n"


def _head(title: str, frames: Frames) -> list[str]:
    mode = "DROP FRAME" if frames.drop else "NON-DROP FRAME"
    return [f"TITLE: {title}", f"FCM: {mode}", ""]
