"""A timeline on the terminal: three lanes (heard, seen, both), with a bar for each class in them.

A terminal gets colour and block characters, anything else plain `#` and `.`, which any log can
hold.  Seconds in which a track was not parsed are hatched, or `?`.
"""

import sys
from collections.abc import Sequence
from typing import TextIO

import numpy as np

from seehear.time import Event, Timeline, Track, rasterise
from seehear.time.grid import TimeGrid
from seehear.time.spans import Span

LANES = (
    (Track.AUDIO, "heard", "dodger_blue1"),
    (Track.VISUAL, "seen", "dark_orange"),
    (Track.AUDIO_VISUAL, "both", "green3"),
)
_PLAIN = (".", "#", "?")  # nothing there, there, not parsed
_BLOCKS = ("·", "█", "╱")
_TOLD = 3  # so many unparsed stretches are named, the others counted
_NAME = 24  # characters of a class name at most
_LEAST = 10  # columns of a bar at least
_PAPER = 100  # columns where the output is no terminal


def lanes(timeline: Timeline, *, width: int, blocks: bool = False) -> list[tuple[str, str]]:
    """Return the lines of the view with the colour of each.

    Args:
        timeline: what to show.
        width: columns of the screen.
        blocks: draw with block characters.
    """
    present = {event.label for event in timeline}
    shown = [label for label in timeline.vocabulary if label in present]
    names = max(5, min(_NAME, max(map(len, shown), default=0)))
    grid = _columns(timeline, max(_LEAST, width - names - 19))
    lines = [(f"{_one_line(timeline.source)}  {clock(timeline.duration_s)}", "bold")]
    if timeline.events:
        lines.append((" " * (names + 9) + _ruler(grid), "dim"))
    marks = _BLOCKS if blocks else _PLAIN
    for track, word, colour in LANES:
        rows = []
        for label in shown:
            events = timeline.on(track, label)
            if events:
                bar = _bar(events, timeline.unparsed(track), grid, marks)
                seconds = sum(event.duration_s for event in events)
                rows.append(f"{_cut(_one_line(label)):{names}s} {bar}  {seconds:6.1f} s")
        if track is not Track.AUDIO_VISUAL:
            rows += _remarks(timeline, track, found=bool(rows))
        for row in rows:
            lines.append((f"{word:6s}  {row}", colour))
            word = ""
    return lines


def _bar(
    events: Sequence[Event], unparsed: Sequence[Span], grid: TimeGrid, marks: tuple[str, str, str]
) -> str:
    """Return the bar of a class."""
    cells = np.where(rasterise(unparsed, grid), 2, 0)
    cells[rasterise(((event.start_s, event.end_s) for event in events), grid)] = 1
    return "".join(marks[int(cell)] for cell in cells)


def _remarks(timeline: Timeline, track: Track, *, found: bool) -> list[str]:
    """Return what a lane says in words: that it is empty, or which seconds are not known."""
    if not found:
        return [_nothing(timeline, track)]
    return [_unknown(timeline, track)] if timeline.unparsed(track) else []


def _nothing(timeline: Timeline, track: Track) -> str:
    absent = timeline.tracks[str(track)].absent
    if absent:
        return f"no {track} track"
    if not timeline.parsed(track):
        return "not parsed"
    unknown = _unknown(timeline, track)
    return f"nothing; {unknown}" if unknown else "nothing"


def _unknown(timeline: Timeline, track: Track) -> str:
    """Return in words which seconds of a track were not parsed; empty if all were."""
    spans = timeline.unparsed(track)
    if not spans:
        return ""
    told = ", ".join(f"{clock(start)} to {clock(end)}" for start, end in spans[:_TOLD])
    more = f" and {len(spans) - _TOLD} more" if len(spans) > _TOLD else ""
    return f"not parsed: {told}{more}"


def print_lanes(timeline: Timeline, file: TextIO | None = None) -> None:
    """Print the view on a stream (stdout), coloured if it is a terminal."""
    file = file or sys.stdout
    if not file.isatty():  # rich would take longer to import than the clip to decode
        for line, _ in lanes(timeline, width=_PAPER):
            print(_writable(line, file), file=file)
        print(file=file)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, highlight=False)
    for line, colour in lanes(timeline, width=console.width, blocks=_can_draw(file)):
        console.print(Text(_writable(line, file), style=colour), no_wrap=True, overflow="crop")
    console.print()


def summary(timeline: Timeline) -> str:
    """Return one line: what is heard and seen for how long.

    Examples:
        >>> summary(Timeline("a.mp4", 3.0, TimeGrid(3), ("Dog",)))
        'a.mp4: heard nothing; seen nothing'
    """
    parts = []
    for track, word, _ in LANES[:2]:
        found = []
        for label in timeline.vocabulary:
            seconds = sum(event.duration_s for event in timeline.on(track, label))
            if seconds:
                found.append(f"{label} {seconds:g} s")
        unknown = _unknown(timeline, track)
        if found:
            parts.append(f"{word} {', '.join(found)}{f' ({unknown})' if unknown else ''}")
        elif timeline.tracks[str(track)].absent:
            parts.append(_nothing(timeline, track))
        else:
            parts.append(f"{word} {_nothing(timeline, track)}")
    return _one_line(f"{timeline.source}: {'; '.join(parts)}")


def clock(time_s: float) -> str:
    """Return `m:ss` or `h:mm:ss`; below a minute seconds with tenths, such as `7.0 s`."""
    if time_s < 60:
        return f"{time_s:.1f} s"
    whole = round(time_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _columns(timeline: Timeline, most: int) -> TimeGrid:
    """Return the grid of a bar: whole columns a segment if there is room, else fewer than one."""
    end_s = max(timeline.grid.end_s, timeline.duration_s, timeline.grid.step_s)
    each = max(1, min(6, most // max(1, timeline.grid.count)))
    count = min(most, max(1, timeline.grid.count * each))
    return TimeGrid(count, end_s / count)


def _ruler(grid: TimeGrid) -> str:
    """Return the line of times above the bars: start, middle, end."""
    row = [" "] * (grid.count + 8)
    for share in (0.0, 0.5) if grid.count >= 20 else (0.0,):
        text = clock(grid.end_s * share) if share else "0"
        at = round(grid.count * share)
        row[at : at + len(text)] = text
    end = clock(grid.end_s)
    row[max(2, grid.count - len(end)) : grid.count] = end
    return "".join(row).rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= _NAME else text[: _NAME - 1] + "~"


def _one_line(text: str) -> str:
    """Return text without control characters: a file name must not steer the terminal."""
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    return character if character.isprintable() else " "


def _can_draw(file: TextIO) -> bool:
    return _writable("".join(_BLOCKS), file) == "".join(_BLOCKS)


def _writable(text: str, file: TextIO) -> str:
    encoding = getattr(file, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


__all__: Sequence[str] = ("LANES", "clock", "lanes", "print_lanes", "summary")
