"""The query language of the library: text to a small tree.

audio:Dog               heard, class Dog            (also heard:Dog)
visual:Dog              seen                        (also seen:Dog)
audio_visual:Dog        heard and seen at once      (also both:Dog)
any:Dog, or just Dog    heard or seen
audio:*                 anything heard
audio:Frying_(food)     a class as it is written; case and _ do not matter
"Baby cry"              quotes for a class with spaces or signs
a b, a & b, a and b     both at once
a | b, a or b           either
-a, not a               not: a was looked for and is not there
( ... )                 grouping
duration>3              only stretches over 3 s of the conditions beside it (also < <= >= =)
"""

import math
import re
from dataclasses import dataclass

from seehear.closest import closest
from seehear.errors import ConfigError

EXAMPLES = (
    "audio:Dog -visual:Dog",
    "visual:Car & audio:Speech",
    "audio_visual:Accordion duration>3",
)
TRACK_WORDS = {
    "audio": "audio",
    "heard": "audio",
    "visual": "visual",
    "seen": "visual",
    "audio_visual": "audio_visual",
    "both": "audio_visual",
    "any": "any",
}
_COMPARE = (">=", "<=", ">", "<", "=")
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<sign>[()|&:]|>=|<=|>|<|=|-)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<word>[^\s()|&":<>=]+(?:(?<=_)\([^\s()|&":<>=]+\))?)
    |(?P<end>$))""",
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 50


@dataclass(frozen=True)
class Presence:
    """A class on a track; `label` None means any.  `at` is its place in the text, from 0."""

    track: str
    label: str | None
    at: int = 0


@dataclass(frozen=True)
class Not:
    """Where `child` is known not to hold."""

    child: "Node"


@dataclass(frozen=True)
class And:
    """Where all hold."""

    children: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    """Where at least one holds."""

    children: tuple["Node", ...]


@dataclass(frozen=True)
class Lasting:
    """The stretches of `child` whose length compares to `seconds` as `compare` says."""

    child: "Node"
    compare: str
    seconds: float


Node = Presence | Not | And | Or | Lasting


def fault(text: str, at: int, problem: str) -> ConfigError:
    """Return the error for a query that goes wrong at position `at` (from 0)."""
    return ConfigError(
        f"{problem} at position {at + 1} of {text!r}",
        where="query",
        hint=f"for example: {EXAMPLES[0]}",
    )


def written(label: str) -> str:
    """Return a class as it stands in a query, in quotes if it needs them.

    Examples:
        >>> written("Dog"), written("Frying_(food)"), written('say "hi"')
        ('Dog', 'Frying_(food)', '"say \\\\"hi\\\\""')
    """
    found = _TOKEN.fullmatch(label)
    plain = found is not None and found["word"] == label and label[0] not in "-*"
    if plain and label.lower() not in ("and", "or", "not", "duration"):
        return label
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse(text: str) -> Node:
    """Return the tree of a query.

    Raises:
        ConfigError: the text is no query; says where, and shows one that is.
    """
    return _QueryReader(text).whole()


@dataclass(frozen=True)
class _Token:
    kind: str  # a sign as it is, "label", "word" or "end"
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    out, position = [], 0
    while True:
        found = _TOKEN.match(text, position)
        if found is None:
            at = len(text) - len(text[position:].lstrip())
            raise fault(text, at, "this quote is never closed")
        kind = str(found.lastgroup)
        at, value = found.start(kind), found[kind]
        if kind == "quoted":
            out.append(_Token("label", re.sub(r"\\(.)", r"\1", value), at - 1))
        elif kind == "word":
            sign = {"and": "&", "or": "|", "not": "-"}.get(value.lower())
            out.append(_Token(sign or "word", value, at))
        else:
            out.append(_Token(value if kind == "sign" else "end", value, at))
        if kind == "end":
            return out
        position = found.end()


class _QueryReader:
    """Recursive descent; `|` binds loosest, then `&` or standing side by side, then `-`."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens = text, _tokens(text)
        self.index = self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def whole(self) -> Node:
        if self.now.kind == "end":
            raise fault(self.text, 0, "expected a condition, got nothing")
        node = self.either()
        if self.now.kind != "end":
            raise fault(self.text, self.now.at, f"unexpected {self.now.text!r}")
        return node

    def either(self) -> Node:
        children = [self.together()]
        while self.now.kind == "|":
            self.take()
            children.append(self.together())
        return children[0] if len(children) == 1 else Or(tuple(children))

    def together(self) -> Node:
        first = self.now
        children: list[Node] = []
        lengths: list[tuple[str, float]] = []
        while True:
            if self._is_length():
                lengths.append(self.length())
            else:
                children.append(self.condition())
            if self.now.kind == "&":
                self.take()
            elif self.now.kind in ("end", "|", ")"):
                break
        if not children:
            raise fault(
                self.text,
                first.at,
                "duration measures the conditions beside it, and there are none",
            )
        node = children[0] if len(children) == 1 else And(tuple(children))
        for compare, seconds in lengths:
            node = Lasting(node, compare, seconds)
        return node

    def condition(self) -> Node:
        token = self.take()
        if token.kind == "-":
            if self._is_length():
                raise fault(
                    self.text, token.at, "duration cannot be negated: turn the comparison round"
                )
            self._deeper(token)
            child = self.condition()
            self.depth -= 1
            return Not(child)
        if token.kind == "(":
            self._deeper(token)
            node = self.either()
            if self.now.kind != ")":
                raise fault(self.text, token.at, "this parenthesis is never closed")
            self.take()
            self.depth -= 1
            return node
        if token.kind == "label":
            return Presence("any", token.text, token.at)
        if token.kind != "word":
            got = repr(token.text) if token.text else "nothing"
            raise fault(self.text, token.at, f"expected a condition, got {got}")
        if self.now.kind != ":":
            return Presence("any", token.text, token.at)
        return self.term(token)

    def _deeper(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fault(
                self.text, token.at, f"more than {_DEEPEST} levels of parentheses and negations"
            )

    def term(self, track: _Token) -> Presence:
        word = track.text.lower()
        if word not in TRACK_WORDS:
            near = closest(word, TRACK_WORDS)
            guess = "" if near is None else f" (did you mean {near}?)"
            raise fault(
                self.text,
                track.at,
                f"expected a track (audio, visual, audio_visual, any), got {track.text!r}{guess}",
            )
        self.take()
        label = self.now
        if label.kind not in ("word", "label"):
            raise fault(self.text, label.at, f"expected a class after {track.text}:")
        self.take()
        everything = label.kind == "word" and label.text == "*"
        return Presence(TRACK_WORDS[word], None if everything else label.text, label.at)

    def _is_length(self) -> bool:
        return (
            self.now.kind == "word"
            and self.now.text.lower() == "duration"
            and self.tokens[self.index + 1].kind in _COMPARE
        )

    def length(self) -> tuple[str, float]:
        self.take()
        compare, number = self.take(), self.now
        seconds = _seconds(number)
        if not 0 <= seconds < 1e9:
            raise fault(
                self.text, number.at, f"expected a number of seconds after duration{compare.text}"
            )
        self.take()
        return compare.text, seconds


def _seconds(token: _Token) -> float:
    """Return the number of a token such as `3` or `3s`; NaN if it is none."""
    if token.kind != "word":
        return math.nan
    try:
        return float(token.text.removesuffix("s"))
    except ValueError:
        return math.nan
