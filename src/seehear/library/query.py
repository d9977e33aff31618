"""The query language of the library: text to a small tree.

audio:Dog               heard, class Dog            (also heard:Dog)
visual:Dog              seen                        (also seen:Dog)
audio_visual:Dog        heard and seen at once      (also both:Dog)
any:Dog, or just Dog    heard or seen
audio:*                 anything heard
heard dog not seen      the same in words; also: dog heard but not seen, off-screen dog
dog heard or seen       any:Dog; "unseen" and "inaudible" mean "not seen" and "not heard"
audio:Frying_(food)     a class as it is written; case and _ do not matter
audio:Baby cry          several words: the longest name that they begin with, else all of them
"Baby cry"              quotes for a class with signs, or with words of the language
a b, a & b, a and b     both at once; "but" and "while" mean "and"
a | b, a or b           either
-a, not a, without a    a was looked for and is surely not there; so does "no a"
a you can hear          everyday English (`everyday`): a heard
( ... )                 grouping
a near b, a near 3s b   stretches of a with one of b at most 5 s (3 s) away
duration>3              only stretches over 3 s of the conditions beside it (also < <= >= =)
score>0.8               only stretches whose score is over 0.8, likewise
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from seehear.closest import closest
from seehear.errors import ConfigError
from seehear.library.everyday import (
    HEARD,
    OFF_SCREEN,
    REWRITTEN,
    SEEN,
    UNHEARD,
    UNSEEN,
    plain_language,
)
from seehear.library.tokens import SIGNS, Token, fault, is_one_word, tokens

EXAMPLES = (
    "audio:Dog -visual:Dog",
    "visual:Car & audio:Speech",
    "audio_visual:Accordion duration>3",
)
ANY_CLASS = "Dog"  # of examples where no library's classes are known
_WORDS = re.compile(r"\b(heard|seen|both):", re.IGNORECASE)
TRACK_WORDS = {
    "audio": "audio",
    "heard": "audio",
    "visual": "visual",
    "seen": "visual",
    "audio_visual": "audio_visual",
    "both": "audio_visual",
    "any": "any",
}
_SAID = {
    **dict.fromkeys(HEARD, (("audio", True),)),
    **dict.fromkeys(SEEN, (("visual", True),)),
    **dict.fromkeys(UNHEARD, (("audio", False),)),
    **dict.fromkeys(UNSEEN, (("visual", False),)),
    **dict.fromkeys(OFF_SCREEN, (("audio", True), ("visual", False))),
}
_OTHER = {"audio": "visual", "visual": "audio"}
_MEASURES = ("duration", "score")
_NEAR, _WITH, NEAR_S = "near", "with", 5.0
_RESERVED = {*SIGNS, *_SAID, *_MEASURES, _NEAR, _WITH, *REWRITTEN}
_COMPARE = (">=", "<=", ">", "<", "=")
_DEEPEST = 50
_MOST_S = 1e9


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
    """The stretches of `child` whose length fits `compare` (as `>`) and `seconds`."""

    child: "Node"
    compare: str
    seconds: float


@dataclass(frozen=True)
class Scored:
    """The stretches of `child` whose score fits `compare` (as `>`) and `score`."""

    child: "Node"
    compare: str
    score: float


@dataclass(frozen=True)
class Near:
    """The stretches of `child` that have one of `other` at most `seconds` away."""

    child: "Node"
    other: "Node"
    seconds: float


Node = Presence | Not | And | Or | Lasting | Scored | Near
Known = Callable[[str], bool]


def _one_word(text: str) -> bool:
    return " " not in text


def example(text: str, label: str) -> str:
    """Return a query for a class, with the words for tracks that another query uses.

    Examples:
        >>> example("audio:", "Baby cry"), example("heard:", "Dog")
        ('audio:"Baby cry" -visual:"Baby cry"', 'heard:Dog -seen:Dog')
    """
    heard, seen = ("heard", "seen") if _WORDS.search(text) else ("audio", "visual")
    return f"{heard}:{written(label)} -{seen}:{written(label)}"


def written(label: str) -> str:
    """Return a class as it stands in a query, in quotes if it needs them.

    Examples:
        >>> written("Dog"), written("Frying_(food)"), written('say "hi"')
        ('Dog', 'Frying_(food)', '"say \\\\"hi\\\\""')
    """
    if is_one_word(label) and label.lower() not in _RESERVED:
        return label
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def told(node: Node) -> str:
    """Return a query in the signs of the language, without plain words.

    Examples:
        >>> told(parse("heard dog not seen duration > 2"))
        'audio:dog -visual:dog duration>2'
    """
    return _told(node, 0)


def _told(node: Node, inside: int) -> str:
    """Return a part of a query; `inside`: 0 alone, 1 in a row of conditions, 2 bound closer."""
    if isinstance(node, Presence):
        return f"{node.track}:{'*' if node.label is None else written(node.label)}"
    if isinstance(node, Not):
        return f"-{_told(node.child, 2)}"
    text, binds = _told_row(node)
    return text if inside <= binds else f"({text})"


def _told_row(node: And | Or | Lasting | Scored | Near) -> tuple[str, int]:
    """Return the text of conditions, and how closely they bind (see `_told`)."""
    if isinstance(node, Or):
        return " | ".join(_told(child, 1) for child in node.children), 0
    if isinstance(node, And):
        return " ".join(_told(child, 1) for child in node.children), 1
    if isinstance(node, Near):
        return f"{_told(node.child, 2)} {_NEAR} {node.seconds:.15g}s {_told(node.other, 2)}", 1
    beside = _told(node.child, 1 if isinstance(node.child, Or) else 0)
    if isinstance(node, Lasting):
        return f"{beside} duration{node.compare}{node.seconds:.15g}", 0
    return f"{beside} score{node.compare}{node.score:.15g}", 0


def _no_class(text: str) -> bool:
    return False


def parse(
    text: str,
    known: Known = _one_word,
    label: str = ANY_CLASS,
    *,
    is_class: Known = _no_class,
) -> Node:
    """Return the tree of a query.

    Args:
        text: the query.
        known: tells whether a text is a name.  Several words are read as the longest name that they
            begin with, or together as one unknown name.
        label: a class for the example of an error: one that the library has.
        is_class: tells whether a text is a class as it is written, so that its words are not read
            as everyday English.

    Raises:
        ConfigError: the text is not a query; the message says where, and gives an example.
    """
    hint = f"for example: {example(text, label)}"
    read = plain_language(tokens(text, hint), text, is_class)
    return _QueryReader(text, read, known, hint).whole()


def in_everyday_words(text: str, is_class: Known) -> bool:
    """Return whether some words of a query are read as others (see `everyday`)."""
    typed = tokens(text)
    return plain_language(typed, text, is_class) != typed


class _QueryReader:
    """Recursive descent; `|` binds loosest, then `&` or standing side by side, `near`, then `-`."""

    def __init__(self, text: str, tokens: list[Token], known: Known, hint: str) -> None:
        self.text, self.tokens = text, tokens
        self.known, self.hint = known, hint
        self.index = self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def skip(self, kind: str) -> bool:
        """Take a token if it is of this kind."""
        taken = self.now.kind == kind
        self.index += taken
        return taken

    def _skip_with(self) -> bool:
        """Take the word "with" if it stands between two conditions, where it means "and"."""
        following = self.tokens[self.index : self.index + 2]
        taken = self._is_word(_WITH) and following[1].kind in ("word", "label", "(")
        self.index += taken
        return taken

    def fault(self, token: Token, problem: str) -> ConfigError:
        return fault(self.text, token.at, problem, self.hint)

    def whole(self) -> Node:
        if self.now.kind == "end":
            raise fault(self.text, 0, "expected a condition, got nothing", self.hint)
        node = self.either()
        if self.now.kind != "end":
            raise self.fault(self.now, f"unexpected {self.now.text!r}")
        return node

    def either(self) -> Node:
        children = [self.together()]
        while self.skip("|"):
            children.append(self.together())
        return children[0] if len(children) == 1 else Or(tuple(children))

    def together(self) -> Node:
        first = self.now
        children: list[Node] = []
        measures: list[tuple[str, str, float]] = []
        while True:
            if self._is_measure():
                measures.append(self.measure())
            else:
                found = self.beside()
                opened = self.tokens[self.index - 1].kind == ")"  # a group stays one
                children += found.children if isinstance(found, And) and not opened else [found]
            joined = self.skip("&") or self._skip_with()
            if not joined and self.now.kind in ("end", "|", ")"):
                break
        if not children:
            raise self.fault(
                first, f"{first.text} limits the conditions beside it, and there are none"
            )
        node = children[0] if len(children) == 1 else And(tuple(children))
        for measure, compare, value in measures:
            made = Lasting if measure == "duration" else Scored
            node = made(node, compare, value)
        return node

    def beside(self) -> Node:
        node = self.condition()
        while self._is_word(_NEAR):
            self.take()
            seconds = NEAR_S
            if not math.isnan(_seconds(self.now)):
                seconds = _seconds(self.now)
                if not 0 <= seconds < _MOST_S:
                    raise self.fault(self.now, f"expected a number of seconds after {_NEAR}")
                self.take()
            node = Near(node, self.condition(), seconds)
        return node

    def condition(self) -> Node:
        said = self.said([])
        token = self.now
        if said and token.kind == "(":
            raise self.fault(token, "heard and seen stand beside one class, or behind it")
        if said and not self._begins_name():
            return _of_tracks(None, token.at, None, said)
        if self._is_word(_NEAR):
            raise self.fault(token, f"{_NEAR} stands between two conditions")
        self.take()
        if token.kind == "-":
            return self.negation(token)
        if token.kind == "(":
            return self.group(token)
        if token.kind == "label":
            return self.named(token.text, token.at, None, said)
        if token.kind != "word":
            got = repr(token.text) if token.text else "nothing"
            raise self.fault(token, f"expected a condition, got {got}")
        if self.now.kind == ":":
            return self.term(token, said)
        self.index -= 1
        return self.named(self.phrase(), token.at, None, said)

    def negation(self, sign: Token) -> Node:
        if self._is_measure():
            raise self.fault(sign, f"{self.now.text} cannot be negated: reverse the comparison")
        self._deeper(sign)
        child = self.condition()
        self.depth -= 1
        return Not(child)

    def group(self, opening: Token) -> Node:
        self._deeper(opening)
        node = self.either()
        if not self.skip(")"):
            raise self.fault(opening, "this parenthesis is never closed")
        self.depth -= 1
        return node

    def _deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fault(token, f"more than {_DEEPEST} levels of parentheses and negations")

    def term(self, track: Token, said: "_Said") -> Node:
        word = track.text.lower()
        if word not in TRACK_WORDS:
            near = closest(word, TRACK_WORDS)
            guess = "" if near is None else f" (did you mean {near}?)"
            raise self.fault(
                track,
                f"expected a track (audio or heard, visual or seen, audio_visual or both, any),"
                f" got {track.text!r}{guess}",
            )
        self.take()
        label = self.now
        if label.kind not in ("word", "label"):
            raise self.fault(label, f"expected a class after {track.text}:")
        if label.kind == "word" and label.text == "*":
            self.take()
            return self.named(None, label.at, TRACK_WORDS[word], said)
        text = self.take().text if label.kind == "label" else self.phrase()
        return self.named(text, label.at, TRACK_WORDS[word], said)

    def phrase(self) -> str:
        """Take the words that make one name: the first, and those after it that belong to it."""
        words = [self.take().text]
        while self._is_plain():
            words.append(self.take().text)
        for count in range(len(words), 0, -1):
            if self.known(" ".join(words[:count])):
                self.index -= len(words) - count
                return " ".join(words[:count])
        return " ".join(words)

    def named(self, label: str | None, at: int, track: str | None, said: "_Said") -> Node:
        """Return the condition of a name, with the "heard" and "not seen" that follow it."""
        return _of_tracks(label, at, track, self.said(said, behind=True, full=track is not None))

    def said(self, before: "_Said", *, behind: bool = False, full: bool = False) -> "_Said":
        """Take words such as "heard" and "but not seen".

        Args:
            before: what was said of the name so far.
            behind: whether they follow a name; words that introduce the next name are left there.
            full: whether the name has a track already.
        """
        said = list(before)
        while True:
            start = self.index
            more = self._more_said(said, behind, full)
            if more is None:
                self.index = start
                return said
            said = more

    def _more_said(self, said: "_Said", behind: bool, full: bool) -> "_Said | None":
        """Return what was said together with the next words; None if they add nothing."""
        sign = self.now.kind if said or behind else ""
        joined = sign in ("&", "|")
        self.index += joined
        truth = not self.skip("-")
        found = self._take_said(truth)
        if behind and (joined or full or said) and self._begins_name():
            return None
        if sign == "|":
            return _either(said, found)
        if not found:
            return None
        return [*_there(found, bare=joined and not any((truth, full, said))), *said, *found]

    def _take_said(self, truth: bool) -> "_Said":
        """Take a word such as "heard" or "inaudible", if one comes next."""
        found = _SAID.get(self.now.text.lower(), ()) if self._is_word() else ()
        self.index += bool(found)
        if len(found) > 1 and not truth:  # left to what "not" says of all that follows
            return []
        return [(track, told is truth) for track, told in found]

    def _is_word(self, text: str | None = None) -> bool:
        """Return whether a word (or just `text`) comes next, without a colon after it."""
        if self.now.kind != "word" or self.tokens[self.index + 1].kind == ":":
            return False
        return text is None or self.now.text.lower() == text

    def _is_plain(self) -> bool:
        """Return whether a word comes next that is no word of the query language."""
        if not self._is_word() or self._is_measure():
            return False
        word = self.now.text.lower()
        return word not in _SAID and word not in (_NEAR, "*")

    def _begins_name(self) -> bool:
        """Return whether a name comes next, with or without a track."""
        if self.now.kind == "word" and self.tokens[self.index + 1].kind == ":":
            return True
        return self.now.kind == "label" or self._is_plain()

    def _is_measure(self) -> bool:
        return (
            self.now.kind == "word"
            and self.now.text.lower() in _MEASURES
            and self.tokens[self.index + 1].kind in _COMPARE
        )

    def measure(self) -> tuple[str, str, float]:
        measure, compare, number = self.take().text.lower(), self.take().text, self.now
        value, what = _seconds(number), "a number of seconds"
        most = _MOST_S
        if measure == "score":
            what, most = "a number from 0 to 1", math.nextafter(1, 2)
        if not 0 <= value < most:
            raise self.fault(number, f"expected {what} after {measure}{compare}")
        self.take()
        return measure, compare, value


_Said = list[tuple[str, bool]]


def _there(found: "_Said", *, bare: bool) -> "_Said":
    """Return what "dog but not seen" says of a bare name: that it is on the other track."""
    if not bare:
        return []
    return [(_OTHER[track], True) for track, _ in found]


def _either(said: _Said, found: _Said) -> _Said | None:
    """Return what "heard or seen" says; None if the words are others."""
    truths = [truth for _, truth in (*said, *found)]
    return [("any", True)] if truths == [True, True] else None


def _of_tracks(label: str | None, at: int, track: str | None, said: _Said) -> Node:
    """Return the condition of a name on a track, with what was said of the tracks in words."""
    on = dict.fromkeys([track] if track else [])
    on.update((other, None) for other, truth in said if truth)
    off = dict.fromkeys(other for other, truth in said if not truth)
    if {"audio", "visual"} == on.keys():
        on = {"audio_visual": None}
    if not on and not off:
        on = {"any": None}
    parts: list[Node] = [Presence(other, label, at) for other in on]
    parts += [Not(Presence(other, label, at)) for other in off]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _seconds(token: Token) -> float:
    """Return the number of a token such as `3` or `3s`; NaN if it is none."""
    if token.kind != "word":
        return math.nan
    try:
        return float(token.text.removesuffix("s"))
    except ValueError:
        return math.nan
