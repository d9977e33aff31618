"""The words and signs of a query, with their places in its text."""

import re
from dataclasses import dataclass

from seehear.errors import ConfigError

SIGNS = {"and": "&", "but": "&", "while": "&", "or": "|", "not": "-", "without": "-"}
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<sign>[()|&:]|>=|<=|>|<|=|-)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<word>[^\s()|&":<>=]+(?:(?<=_)\([^\s()|&":<>=]+\))?)
    |(?P<end>$))""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A part of a query.

    Args:
        kind: a sign as it is, `label` (in quotes), `word` or `end`.
        text: as it was typed, without quotes.
        at: its place in the query, from 0.
    """

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The word in small letters; empty for everything that is no plain word."""
        return self.text.lower() if self.kind == "word" else ""


def fault(text: str, at: int, problem: str, hint: str) -> ConfigError:
    """Return the error for a query that goes wrong at position `at` (from 0)."""
    return ConfigError(f"{problem} at position {at + 1} of {text!r}", where="query", hint=hint)


def is_one_word(text: str) -> bool:
    """Return whether a text is read as one word, whatever stands beside it."""
    found = _TOKEN.fullmatch(text)
    return found is not None and found["word"] == text and text[0] not in "-*" and text[-1] != ","


def tokens(text: str, hint: str = "") -> list[Token]:
    """Return the words and signs of a query; the last one is its end.

    Args:
        text: the query.
        hint: of the error.

    Raises:
        ConfigError: a quote is never closed.
    """
    out, position = [], 0
    while True:
        found = _TOKEN.match(text, position)
        if found is None:
            at = len(text) - len(text[position:].lstrip())
            raise fault(text, at, "this quote is never closed", hint)
        kind = str(found.lastgroup)
        at, value = found.start(kind), found[kind]
        if kind == "quoted":
            out.append(Token("label", re.sub(r"\\(.)", r"\1", value), at - 1))
        elif kind == "word":
            value = value.rstrip(",") or value
            out.append(Token(SIGNS.get(value.lower(), "word"), value, at))
        else:
            out.append(Token(value if kind == "sign" else "end", value, at))
        if kind == "end":
            return out
        position = found.end()
