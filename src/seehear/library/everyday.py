"""Everyday English in a query, turned into the words of the query language.

someone speaks but is not seen     beside heard and seen, "is", "that", "you can" say nothing
a dog you can hear but not see     "hear" and "see" mean heard and seen
dog but no speech                  "no" before a name means "not"
dog longer than 3 seconds          duration>3

Names in quotes, names behind a track (`audio:See`) and classes of the library stay as they are.
"""

from collections.abc import Callable, Iterator, Sequence

from seehear.library.tokens import Token, fault

HEARD, SEEN = ("heard", "audible"), ("seen", "visible")
UNHEARD, UNSEEN = ("unheard", "inaudible"), ("unseen", "invisible")
OFF_SCREEN = ("off-screen", "offscreen")
_SAID = {*HEARD, *SEEN, *UNHEARD, *UNSEEN, *OFF_SCREEN}
_VERBS = {
    **dict.fromkeys(("hear", "hears", "hearing"), "heard"),
    **dict.fromkeys(("see", "sees", "seeing"), "seen"),
}
_BE = "is are was were be been being am"
_DO = "can could may might must do does did will would has have had"
_WHO = "that which who whom i you he she it we they one"
_ALSO = "also still ever then to"
_BESIDE = frozenset(f"{_BE} {_DO} {_WHO} {_ALSO} both".split())  # they say nothing beside "heard"
_DENIED = (
    "isn't aren't wasn't weren't can't couldn't don't doesn't didn't won't wouldn't"
    " hasn't haven't hadn't"
)
_NOT = frozenset(f"{_DENIED} {_DENIED.replace(chr(39), '')} cannot never nowhere".split())
_OBJECTS = frozenset("it him her them this that".split())  # as in "but not see it"
_BEFORE_LENGTH = frozenset("that which is are was were lasts lasting lasted for".split())
_LENGTHS = {
    ("longer", "than"): ">",
    ("more", "than"): ">",
    ("shorter", "than"): "<",
    ("less", "than"): "<",
    ("at", "least"): ">=",
    ("at", "most"): "<=",
}
_NEED_NO_UNIT = ("longer", "shorter")
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
}
_NUMBERS = "zero one two three four five six seven eight nine ten".split()

# No name begins with these words; a few of them make up no name either.
LEADING = frozenset(
    f"{_BE} {_DO} {_DENIED} cannot that which who whom whose what where when why how there here if"
    " as than in on at by for from of to with within into onto over under more less longer shorter"
    " least most only just also hear hears hearing see sees seeing i you he she it we they".split()
)
FUNCTION = LEADING | frozenset(
    "a an the this these those some any all both each one me him her us them my your his its our"
    " their so too very then and or but not no".split()
)
PLACES = frozenset("in on at from of within into by".split())
LENGTH = frozenset("longer shorter than more less least most".split())
REWRITTEN = frozenset("no longer shorter more less at".split()) | _NOT | _BESIDE | _VERBS.keys()
_LONGEST = 8  # words of a class


def plain_language(
    tokens: Sequence[Token], text: str, is_class: Callable[[str], bool]
) -> list[Token]:
    """Return the tokens of a query with everyday English replaced by the query language.

    Args:
        tokens: of the query.
        text: the query, for errors.
        is_class: tells whether a text is a class as it is written; its words stay.

    Raises:
        ConfigError: "no" stands before two names with "or" between them, which has two meanings.
    """
    if not any(_everyday(token) in REWRITTEN for token in tokens):
        return list(tokens)
    return list(_Everyday(tokens, text, is_class).all())


def _everyday(token: Token) -> str:
    return token.word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


class _Everyday:
    """One pass through the tokens of a query."""

    def __init__(self, tokens: Sequence[Token], text: str, is_class: Callable[[str], bool]) -> None:
        self.tokens, self.text = tokens, text
        self.words = [_everyday(token) for token in tokens]
        for place in self._kept(is_class):
            self.words[place] = ""

    def _kept(self, is_class: Callable[[str], bool]) -> Iterator[int]:
        """Yield the places of words that are tracks or names."""
        kinds = [token.kind for token in self.tokens]
        for place, kind in enumerate(kinds):
            if kind == ":":
                yield from (place - 1, place + 1)
        for first in range(len(kinds)):
            for count in range(1, _LONGEST + 1):
                if "word" not in kinds[first + count - 1 : first + count]:
                    break
                part = self.tokens[first : first + count]
                if is_class(" ".join(token.text for token in part)):
                    yield from range(first, first + count)

    def word(self, place: int) -> str:
        """Return an everyday word; empty where none stands."""
        return self.words[place] if 0 <= place < len(self.words) else ""

    def all(self) -> Iterator[Token]:
        """Yield the tokens of the query in its own language."""
        place = 0
        while place < len(self.tokens):
            made, after = self._length(place) or self._said(place) or self._no(place)
            yield from made
            place = after

    def _length(self, place: int) -> tuple[list[Token], int] | None:
        """Return `duration>3` for "longer than 3 seconds" and the place after it."""
        at = place
        while self.word(at) in _BEFORE_LENGTH:
            at += 1
        compare = _LENGTHS.get((self.word(at), self.word(at + 1)))
        if compare is None:
            return None
        number, unit = _number(self.word(at + 2)), _UNITS.get(self.word(at + 3))
        joined = self.word(at + 2).endswith("s") and self.word(at + 2) not in _NUMBERS
        if number is None or not (unit or joined or self.word(at) in _NEED_NO_UNIT):
            return None
        seconds = f"{number * (unit or 1.0):.15g}"
        start = self.tokens[place].at
        made = [Token("word", "duration", start), Token(compare, compare, start)]
        return [*made, Token("word", seconds, self.tokens[at + 2].at)], at + 3 + bool(unit)

    def _said(self, place: int) -> tuple[list[Token], int] | None:
        """Return "not seen" for "but you cannot see it" from its "you" on, and the place after."""
        at, denials = place, 0
        while self.word(at) in _BESIDE or self.word(at) in _NOT or self._is_not(at):
            denials += self.word(at) not in _BESIDE
            at += 1
        word = _VERBS.get(self.word(at), self.word(at))
        if word not in _SAID:
            return None
        made = [Token("word", word, self.tokens[at].at)]
        if denials % 2:
            made.insert(0, Token("-", "not", self.tokens[place].at))
        at += 1
        if self.word(at) in _OBJECTS and self.tokens[at + 1].kind not in ("word", "label", ":"):
            at += 1
        return made, at

    def _is_not(self, place: int) -> bool:
        return self.tokens[place].text.lower() == "not" and self.tokens[place].kind == "-"

    def _no(self, place: int) -> tuple[list[Token], int]:
        """Return "not" for "no" before a name, else the token as it is; and the place after it."""
        token = self.tokens[place]
        if self.words[place] != "no" or self.tokens[place + 1].kind not in ("word", "label"):
            return [token], place + 1
        at = place + 1
        while self.tokens[at].kind in ("word", "label", ":"):
            at += 1
        following = self.tokens[at + 1 :]
        if self.tokens[at].kind == "|" and following[0].kind != "-" and self.word(at + 1) != "no":
            name = self.text[self.tokens[place + 1].at : self.tokens[at].at].strip()
            other = self.text[following[0].at :].strip()
            hint = f"write: without {name} without {other}, or: (without {name}) or {other}"
            raise fault(self.text, token.at, "'no' before names with 'or' has two meanings", hint)
        return [Token("-", token.text, token.at)], place + 1


def _number(word: str) -> float | None:
    """Return the number of `3`, `3s` or `three`; None if it is none."""
    if word in _NUMBERS:
        return float(_NUMBERS.index(word))
    digits = word.removesuffix("s")
    return float(digits) if digits.replace(".", "", 1).isdecimal() else None
