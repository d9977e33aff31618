"""The user's words, made comparable.

`Baby_cry_infant_cry`, "playing the Piano" and "dogs barking" find their class.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
# words that say nothing about what is heard or seen
_FILLERS = frozenset(
    "a an the of some sound sounds noise noises playing photo picture someone is being".split()
)


def normal(text: str) -> str:
    """Return lower-case words with single spaces; underscores, hyphens and brackets divide words.

    Examples:
        >>> normal("Frying_(food)"), normal("Chicken, rooster")
        ('frying food', 'chicken rooster')
    """
    return " ".join(_WORD.findall(text.casefold()))


def forms(text: str) -> list[str]:
    """Return the forms of a phrase in this order: as it is, without fillers, then in the singular.

    Examples:
        >>> forms("playing the Violins")
        ['playing the violins', 'violins', 'violin']
    """
    whole = normal(text)
    bare = " ".join(word for word in whole.split() if word not in _FILLERS)
    single = " ".join(_singular(word) for word in bare.split())
    return [form for form in dict.fromkeys((whole, bare, single)) if form]


def names_of(text: str) -> list[str]:
    """Return the names that a class title stands for: the whole, and each part between commas.

    Examples:
        >>> names_of("Chicken, rooster")
        ['chicken rooster', 'chicken', 'rooster']
    """
    without_brackets = _IN_BRACKETS.sub(" ", text)
    names = [normal(part) for part in (text, *without_brackets.split(","))]
    return [name for name in dict.fromkeys(names) if name]


def longest_inside(phrase: str, known: Iterable[str]) -> str | None:
    """Return the name of `known` with the most words that stand in `phrase` one after the other.

    Of several with as many words, the one that stands last in the phrase is returned.

    Examples:
        >>> longest_inside("a red car", {"car", "red"})
        'car'
    """
    padded = f" {phrase} "
    inside = [name for name in known if f" {name} " in padded]

    def length_and_place(name: str) -> tuple[int, int]:
        return len(name.split()), padded.rindex(f" {name} ")

    return max(inside, key=length_and_place, default=None)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(ches|shes|sses|xes)$", word):
        return word[:-2]
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural and len(word) > 3 else word
