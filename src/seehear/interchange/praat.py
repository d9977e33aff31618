"""Praat TextGrid, long, short, chronological and binary form, and collections of them.

Praat itself reads numbers that stand free, texts in quotes and words in `<>`, in order; whatever
else stands there is a comment.  So does this.
"""

import re
from collections.abc import Iterator

from seehear.errors import DataError
from seehear.interchange import praat_binary
from seehear.interchange.content import Content
from seehear.interchange.praat_binary import Token
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import track_of

_LABEL = re.compile(r'^([ \t]*(?:text|mark|name)[ \t]*=[ \t]*)"(.*)"(?=[ \t]*$)', re.MULTILINE)
_CHRONOLOGICAL = "Praat chronological TextGrid"
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<flag><[^<>\s]*>)"""
    r"""|(?<![^\s])(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?)(?![^\s])"""
    r"""|![^\n]*|[^\s"<]+|<"""
)


def fits(content: Content) -> bool:
    """Return whether the file is of this format, as text or binary."""
    start = content.head[:64]
    is_text = "ooTextFile" in start or _CHRONOLOGICAL in start
    return is_text or content.data.startswith(praat_binary.START)


def read(content: Content, found: Findings) -> None:
    """Read the intervals and points that have a text; a tier may be called `audio:Dog`.

    Raises:
        DataError: it is no TextGrid, or a binary one that ends too soon.
    """
    if content.data.startswith(praat_binary.START):
        _read(praat_binary.tokens(content.data), content, found, "byte")
        return
    try:
        _read(_tokens(content.text), content, found)
    except DataError as error:
        found.replace([])
        try:
            _read(_tokens(_LABEL.sub(_quoted, content.text)), content, found)
        except DataError:
            if error.where == content.path:
                raise error from None
            where = f"{content.path}: {error.where}"
            raise DataError(error.problem, where=where) from None
        found.note("quotes inside its texts are not doubled, as Praat wants them: read as meant")


def _quoted(found: re.Match[str]) -> str:
    """Return a line of the long form with the quotes inside its text doubled."""
    inside = found[2].replace('""', '"').replace('"', '""')
    return f'{found[1]}"{inside}"'


def _read(tokens: Iterator[Token], content: Content, found: Findings, unit: str = "line") -> None:
    try:
        kind, name = next(tokens), next(tokens)
        if kind[1].startswith(_CHRONOLOGICAL):
            _chronological(tokens, found)
            return
        if kind[0] != "text" or name[1] not in ("TextGrid", "Collection"):
            raise DataError(f"expected a TextGrid, got {name[1]!r:.40}", where=content.path)
        if name[1] == "TextGrid":
            _text_grid(tokens, found, unit)
            return
        for _ in range(int(_number(tokens)[0])):
            class_, called = _text(tokens)[0], _text(tokens)[0]
            if class_ != "TextGrid":
                raise DataError(f"expected TextGrids alone, got a {class_:.40}", where=content.path)
            _text_grid(tokens, found, source=called)
    except StopIteration:
        found.note("the file ends too soon: it was cut off")


def _chronological(tokens: Iterator[Token], found: Findings) -> None:
    """Read the form in which the intervals of all tiers stand in the order of time."""
    _number(tokens)  # until when; from when was read
    tiers = []
    for _ in range(int(_number(tokens)[0])):
        tiers.append((_text(tokens)[0], _text(tokens)[0]))
        _number(tokens), _number(tokens)
    counts = [0] * len(tiers)
    for _, text, line in tokens:
        place = int(text) - 1 if text.isdecimal() else -1
        if not 0 <= place < len(tiers):
            raise DataError(
                f"expected the number of a tier, got {text!r:.40}", where=f"line {line}"
            )
        class_, tier = tiers[place]
        counts[place] += 1
        start_s = _number(tokens)[0]
        end_s = _number(tokens)[0] if class_ == "IntervalTier" else start_s
        label = _text(tokens)[0]
        if label.strip():
            where = f"line {line} (tier {tier.strip()!r}, {counts[place]})"
            found.add(where, label, start_s, end_s, tier=tier, track=track_of(tier))


def _text_grid(
    tokens: Iterator[Token], found: Findings, unit: str = "line", source: str | None = None
) -> None:
    _number(tokens), _number(tokens)  # from, to
    exists = next(tokens)
    if exists[1] != "exists":
        return
    for _ in range(int(_number(tokens)[0])):
        class_, tier = _text(tokens)[0], _text(tokens)[0]
        _number(tokens), _number(tokens)
        for place in range(1, int(_number(tokens)[0]) + 1):
            start_s, line = _number(tokens)
            end_s = _number(tokens)[0] if class_ == "IntervalTier" else start_s
            label = _text(tokens)[0]
            if label.strip():
                where = f"{unit} {line} (tier {tier.strip()!r}, {place})"
                track = track_of(tier)
                found.add(where, label, start_s, end_s, tier=tier, track=track, source=source)


def _tokens(text: str) -> Iterator[Token]:
    """Yield what Praat reads; the first is the kind of the file."""
    line, place = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        kind = match.lastgroup
        if kind == "text":
            yield kind, match[0][1:-1].replace('""', '"'), line
        elif kind == "flag":
            yield kind, match[0][1:-1], line
        elif kind == "number":
            yield kind, match[0].rstrip("%"), line


def _number(tokens: Iterator[Token]) -> tuple[float, int]:
    text, line = _of(tokens, "number")
    return float(text), line


def _text(tokens: Iterator[Token]) -> tuple[str, int]:
    return _of(tokens, "text")


def _of(tokens: Iterator[Token], kind: str) -> tuple[str, int]:
    """Return the next token, which must be of a kind, and its line."""
    found, text, line = next(tokens)
    if found != kind:
        raise DataError(f"expected a {kind}, got {text!r:.40}", where=f"line {line}")
    return text, line
