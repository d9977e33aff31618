"""WebVTT: one row a cue; what styles, notes and regions say is left out."""

import html
import re

from seehear.interchange.clocks import arrow
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_captions, as_told
from seehear.time import NOT_PARSED

_TAG = re.compile(r"<[^<>]*>")
_CLASS = re.compile(r"<c\.(audio|visual|audio_visual)>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_APART = ("NOTE", "STYLE", "REGION")
_OURS = "What is heard, seen, or both in"
_UNKNOWN = re.compile(r"NOTE (audio|visual) not parsed from (\S+) to (\S+)")


def fits(content: Content) -> bool:
    """Whether it is one."""
    return content.head.startswith("WEBVTT")


def read(content: Content, found: Findings) -> None:
    """Read the cues."""
    lines = content.text.split("\n")
    ours = f"NOTE {_OURS}" in content.head
    place = 0
    while place < len(lines):
        first = place
        while place < len(lines) and lines[place]:  # a blank in a line: it is one of the cue
            place += 1
        _block(lines[first:place], first + 1, found, ours=ours)
        place += 1
    if ours:
        found.replace(as_captions(found.rows))
        as_told(found)


def _block(block: list[str], line: int, found: Findings, *, ours: bool) -> None:
    """Read one block: a cue, or several that no blank line parts."""
    if ours and block and (unknown := _UNKNOWN.match(block[0])) is not None:
        times = arrow(f"{unknown[2]} --> {unknown[3]}")
        if times is not None:
            found.add(f"line {line}", NOT_PARSED, *times, track=unknown[1])
        return
    begins = [number for number, words in enumerate(block) if "-->" in words]
    apart = "".join(block[:1]).split(" ")[0] in _APART
    for number, after in zip(begins, [*begins, len(block)][1:], strict=True):
        where = f"line {line + number}"
        times = arrow(block[number])
        if times is None:
            if not apart:
                found.skip(where, "its times are none")
        elif apart:
            found.skip(where, "commented out")
        else:
            body = block[number + 1 : after]
            if after < len(block) and len(body) > 1 and not body[-2].strip():
                del body[-1]  # what the next cue is called
            _cue("\n".join(body), times, where, found)


def _cue(text: str, times: tuple[float, float], where: str, found: Findings) -> None:
    track, voice = _CLASS.search(text), _VOICE.search(text)
    words = html.unescape(_TAG.sub("", text)).strip()
    tier = "" if voice is None else voice[1].strip()
    own = None if track is None else track[1]
    found.add(where, words, *times, track=own, tier=tier)
