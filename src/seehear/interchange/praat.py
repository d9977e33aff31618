"""Praat TextGrid, long, short and binary form, and collections of them.

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

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<flag><[^<>\s]*>)"""
    r"""|(?<![^\s])(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?)(?![^\s])"""
    r"""|![^\n]*|[^\s"<]+|<"""
)


def fits(content: Content) -> bool:
    """Whether it is one, of text or binary."""
    return "ooTextFile" in content.head[:64] or content.data.startswith(praat_binary.START)


def read(content: Content, found: Findings) -> None:
    """Read the intervals and points that have a text; a tier may be called `audio:Dog`.

    Raises:
        DataError: no TextGrid, or a binary one that ends too soon.
    """
    binary = content.data.startswith(praat_binary.START)
    tokens = praat_binary.tokens(content.data) if binary else _tokens(content.text)
    try:
        kind, name = next(tokens), next(tokens)
        if kind[0] != "text" or name[1] not in ("TextGrid", "Collection"):
            raise DataError(f"expected a TextGrid, got {name[1]!r:.40}", where=content.path)
        if name[1] == "TextGrid":
            _text_grid(tokens, found, "byte" if binary else "line")
            return
        for _ in range(int(_number(tokens)[0])):
            class_, called = _text(tokens)[0], _text(tokens)[0]
            if class_ != "TextGrid":
                raise DataError(f"expected TextGrids alone, got a {class_:.40}", where=content.path)
            _text_grid(tokens, found, source=called)
    except StopIteration:
        found.note("the file ends too soon: it was cut off")


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
