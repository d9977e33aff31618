"""Advanced SubStation Alpha: one row a line of dialogue; its style is the tier."""

import re

from seehear.interchange.clocks import clock
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_told

_SECTION = re.compile(
    r"\[\s*(script info|v4\+{0,2} styles|events|fonts|graphics|aegisub[^\]]*)\s*\]", re.IGNORECASE
)
_COLUMNS = "Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text".casefold().split(",")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}")


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return any(_SECTION.fullmatch(line.strip()) for line in content.head.splitlines()[:20])


def read(content: Content, found: Findings) -> None:
    """Read the dialogue; comments, and what is packed into other sections, are left out."""
    section, columns, comments = "", _COLUMNS, 0
    for count, line in enumerate(content.text.split("\n"), 1):
        header = _SECTION.fullmatch(line.strip())
        if header is not None:
            section = header[1].casefold()
            continue
        kind, _, rest = line.partition(":")
        if section != "events":
            continue
        if kind.strip().casefold() == "format":
            columns = [name.strip().casefold() for name in rest.split(",")]
        elif kind.strip().casefold() == "dialogue":
            _dialogue(rest, columns, f"line {count}", found)
        elif kind.strip().casefold() == "comment":
            comments += 1
    if comments:
        found.note(f"comment lines, left out as players do: {comments}")
    as_told(found)


def _dialogue(rest: str, columns: list[str], where: str, found: Findings) -> None:
    fields = dict(zip(columns, rest.split(",", len(columns) - 1), strict=False))
    start_s, end_s = (clock(fields.get(name, "")) for name in ("start", "end"))
    text = fields.get("text")
    if text is None or start_s is None or end_s is None:
        found.skip(where, f"expected {', '.join(columns)}")
    elif _DRAWING.search(text):
        found.skip(where, "a drawing, not words")
    else:
        text = _OVERRIDE.sub("", text).replace("\\N", "\n").replace("\\n", "\n")
        text = text.replace("\\h", " ").strip()
        tier = fields.get("style", "").strip().lstrip("*")
        found.add(where, text, start_s, end_s, tier=tier)
