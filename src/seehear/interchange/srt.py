"""SubRip: one row a block; numbers may be missing, points may stand for commas."""

import re

from seehear.interchange.clocks import arrow
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_captions, as_told

_MARKUP = re.compile(r"</?(?:[biusc]|font|v|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)


def fits(content: Content) -> bool:
    """Whether it is one: the first or second line that is not blank has two times."""
    lines = [line for line in content.head.splitlines() if line.strip()][:2]
    return any(arrow(line) is not None for line in lines)


def read(content: Content, found: Findings) -> None:
    """Read the blocks; markup is left out, line breaks are kept."""
    lines = content.text.split("\n")
    cues: list[tuple[int, tuple[float, float]]] = []
    for place, line in enumerate(lines):
        times = arrow(line) if "-" in line else None
        if times is not None:
            cues.append((place, times))
        elif "-->" in line:
            found.skip(f"line {place + 1}", "its times are none")
    for (start, times), end in zip(cues, [at for at, _ in cues[1:]] + [0], strict=False):
        body = _without_number(lines[start + 1 : end]) if end else lines[start + 1 :]
        text = _MARKUP.sub("", "\n".join(body)).strip()
        found.add(f"line {start + 1}", text, *times)
    rows = as_captions(found.rows)
    if rows and all(row.track for row in rows):
        found.replace(rows)
    as_told(found)


def _without_number(body: list[str]) -> list[str]:
    """Return a block's lines without the number of the next one."""
    while body and not body[-1].strip():
        body = body[:-1]
    alone = len(body) == 1 or (len(body) > 1 and not body[-2].strip())
    if body and body[-1].strip().isdigit() and alone:
        return body[:-1]
    return body
