"""SubRip: one row a block; numbers may be missing, points may stand for commas."""

import re

from seehear.interchange.clocks import arrow
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_captions, as_told

_MARKUP = re.compile(r"</?(?:[biusc]|font|v|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_LOOKED_AT = 8  # lines that are not blank: a title may stand above


def fits(content: Content) -> bool:
    """Return whether the file is of this format: one of its first lines has two times."""
    lines = [line for line in content.head.splitlines() if line.strip()][:_LOOKED_AT]
    return any(arrow(line) is not None for line in lines)


def read(content: Content, found: Findings) -> None:
    """Read the blocks; markup is left out, line breaks are kept."""
    lines = content.text.split("\n")
    cues: list[tuple[int, tuple[float, float]]] = []
    for place, line in enumerate(lines):
        times = arrow(line) if "-" in line else None
        if times is not None:
            cues.append((place, times))
        elif "-->" in line and ":" in line:
            found.skip(f"line {place + 1}", "its times cannot be read")
    for (start, times), end in zip(cues, [at for at, _ in cues[1:]] + [0], strict=False):
        own = lines[:start][-1:]
        body = _without_number(lines[start + 1 : end], own) if end else lines[start + 1 :]
        text = _MARKUP.sub("", "\n".join(body)).strip()
        found.add(f"line {start + 1}", text, *times)
    rows = as_captions(found.rows)
    if rows and all(row.track for row in rows):
        found.replace(rows)
    as_told(found)


def _without_number(body: list[str], own: list[str]) -> list[str]:
    """Return the lines of a block whose number is `own`, without the number of the next one."""
    while body and not body[-1].strip():
        body = body[:-1]
    alone = len(body) == 1 or (len(body) > 1 and not body[-2].strip())
    last = body[-1].strip() if body else ""
    numbers = [int(text) for text in (*own, last) if text.strip().isdecimal()]
    follows = len(numbers) == 2 and numbers[1] == numbers[0] + 1
    if last.isdecimal() and (alone or follows):
        return body[:-1]
    return body
