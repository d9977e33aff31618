"""Audacity labels: `start<TAB>end<TAB>text`, and below some of them a row of their frequencies."""

from seehear.interchange.content import Content
from seehear.interchange.rows import Findings, number
from seehear.interchange.spoken import as_told


def fits(content: Content) -> bool:
    """Return whether its first lines have two numbers, and perhaps a text, between tabs."""
    lines = [line for line in content.head.splitlines()[:20] if line.strip()]
    first = [line for line in lines if not line.startswith("\\")][:3]
    return bool(first) and all(_times(_fields(line)) for line in first)


def _fields(line: str) -> list[str]:
    """Return start, end and text, which some scripts separate by blanks instead of tabs."""
    if "\t" in line:
        return line.split("\t")
    fields = line.split(None, 2)
    decimal = all("." in field for field in fields[:2])
    return fields if decimal else []


def _times(fields: list[str]) -> bool:
    return len(fields) >= 2 and None not in map(number, fields[:2])


def _told(fields: list[str]) -> tuple[str, float | None]:
    """Return the text of a label, and the confidence that BirdNET writes after another tab."""
    score = number(fields[-1]) if len(fields) == 2 else None
    if score is not None and 0 <= score <= 1:
        return fields[0], score
    return "\t".join(fields), None


def read(content: Content, found: Findings) -> None:
    """Read the labels, whose text may hold tabs of its own; rows of frequencies are skipped."""
    for count, line in enumerate(content.text.split("\n"), 1):
        fields, where = _fields(line), f"line {count}"
        if line.startswith("\\") or not line.strip():
            continue
        if not _times(fields):
            found.skip(where, "expected start, end and text between tabs")
            continue
        text, score = _told(fields[2:])
        found.add(where, text, number(fields[0]), number(fields[1]), score=score)
    as_told(found)
