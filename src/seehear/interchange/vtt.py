"""WebVTT: one row a cue; what styles, notes and regions say is left out."""

import html
import re

from seehear.interchange.clocks import arrow, clock
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_captions, as_told
from seehear.time import NOT_PARSED

_TAG = re.compile(r"<[^<>]*>")
_CLASS = re.compile(r"<c\.(audio|visual|audio_visual)(?:\.[a-z]+)*>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_APART = ("NOTE", "STYLE", "REGION")
_OURS = "What is heard, seen, or both in"
_UNKNOWN = re.compile(r"NOTE (audio|visual) not parsed from (\S+) to (\S+)")


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return content.head.startswith("WEBVTT")


def read(content: Content, found: Findings) -> None:
    """Read the cues."""
    lines = content.text.split("\n")
    ours = f"NOTE {_OURS}" in content.head
    place, loose = 0, list[int]()
    while place < len(lines):
        first = place
        while place < len(lines) and lines[place]:  # a line of blanks belongs to the cue
            place += 1
        block = lines[first:place]
        if block and not _block(block, first + 1, found, ours=ours) and first:
            loose.append(first + 1)
        place += 1
    if loose:
        found.note(f"text under no time, left out: {len(loose)}, the first in line {loose[0]}")
    if ours:
        found.replace(as_captions(found.rows))
        as_told(found)


def _block(block: list[str], line: int, found: Findings, *, ours: bool) -> bool:
    """Read one block: a cue, or several that no blank line parts; return whether it is any."""
    if ours and (unknown := _UNKNOWN.match(block[0])) is not None:
        begins_s, ends_s = clock(unknown[2]), clock(unknown[3])
        found.add(f"line {line}", NOT_PARSED, begins_s, ends_s, track=unknown[1])
        return True
    begins = [n for n, words in enumerate(block) if "-->" in words or arrow(words) is not None]
    apart = block[0].split(" ")[0] in _APART
    for number, after in zip(begins, [*begins, len(block)][1:], strict=True):
        where = f"line {line + number}"
        times = arrow(block[number])
        if apart:
            if times is not None:
                found.skip(where, "commented out")
        elif times is None:
            found.skip(where, "its times cannot be read")
        else:
            body = _without_name(block[number + 1 : after], last=after == len(block))
            _cue("\n".join(body), times, where, found)
    return apart or bool(begins)


def _without_name(body: list[str], *, last: bool) -> list[str]:
    """Return the lines of a cue without what the next one of its block is called."""
    named = not last and len(body) > 1 and not body[-2].strip()
    return body[:-1] if named else body


def _cue(text: str, times: tuple[float, float], where: str, found: Findings) -> None:
    track, voice = _CLASS.search(text), _VOICE.search(text)
    words = html.unescape(_TAG.sub("", text)).strip()
    tier = "" if voice is None else voice[1].strip()
    own = None if track is None else track[1]
    found.add(where, words, *times, track=own, tier=tier)
