"""Class names with the words that describe them, in the order of the class axis."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.closest import closest, shown
from seehear.data.words import fault, read_words
from seehear.errors import DataError


@dataclass(frozen=True)
class Vocabulary:
    """The C classes of a dataset or a parser.

    Args:
        names: as they are in tables and timelines; unique, not empty.
        descriptions: one for each name; prompts are made of them.

    Raises:
        ValueError: a name appears twice, or there is not one description for each name.
    """

    names: tuple[str, ...]
    descriptions: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.descriptions):
            raise ValueError(
                f"expected one description a class, got {len(self.descriptions)} for"
                f" {len(self.names)}"
            )
        if len(set(self.names)) != len(self.names):
            raise ValueError("class names must be unique")

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    @classmethod
    def parse(cls, source: str | Path | Sequence[str]) -> "Vocabulary":
        """Return the vocabulary that a user has written down.

        Each entry is `name` or `name = description`; either is put in quotes if it contains a comma
        or another separator.  In a file, blank lines and lines that start with `#` are skipped.
        Without a description, a class of LLP gets LLP's, any other its name with spaces for
        underscores.

        Args:
            source: a comma-separated string, the path of a file with one class on each line, or a
                list of entries.

        Raises:
            DataError: no class at all, an empty name, a name twice, a file that cannot be read, or
                another format, such as a table, JSON or a numbered list (see `words`).
        """
        descriptions: dict[str, str] = {}
        for word in read_words(source):
            if word.name in descriptions:
                raise word.fault(f"class {word.name} appears twice", hint="name every class once")
            descriptions[word.name] = word.description or _described(word.name)
        if not descriptions:
            where = source if isinstance(source, Path) else None
            raise fault("expected at least one class, got none", where)
        return cls(tuple(descriptions), tuple(descriptions.values()))

    @property
    def given(self) -> dict[str, str]:
        """The descriptions, by class, that differ from those that the names alone would get."""
        pairs = zip(self.names, self.descriptions, strict=True)
        return {name: text for name, text in pairs if text != _described(name)}

    def index(self, name: str, *, where: object | None = None) -> int:
        """Return the place of a class on the class axis.

        Args:
            name: the class.
            where: what names it, for the error.

        Raises:
            DataError: there is no such class; it names the closest one.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise DataError(
                f"unknown class {name!r}", where=where, hint=self.suggest(name)
            ) from None

    def suggest(self, *unknown: str) -> str:
        """Return the hint for unknown classes: the closest ones, and which classes there are."""
        near = {name: found for name in unknown if (found := closest(name, self.names))}
        guess = ""
        if any(";" in name for name in unknown):
            guess = "classes are separated by commas; "
        elif near and len(unknown) == 1:
            guess = f"did you mean {near[unknown[0]]}? "
        elif near:
            guess = f"did you mean {shown(f'{n} for {name!r}' for name, n in near.items())}? "
        return f"{guess}the classes are {shown(self.names)}"

    def one_hot(self, labels: Iterable[str]) -> NDArray[np.uint8]:
        """Return a row (C,) of zeros, with ones at `labels`.

        Raises:
            DataError: one of them is not a class.
        """
        row = np.zeros(len(self.names), np.uint8)
        row[[self.index(label) for label in labels]] = 1
        return row

    def digest(self) -> str:
        """Return a sha256 over names and descriptions."""
        text = "\n".join(f"{n}\t{d}" for n, d in zip(self.names, self.descriptions, strict=True))
        return hashlib.sha256(text.encode()).hexdigest()


def unlike(names: Sequence[str], dataset: Vocabulary, whose: str) -> str:
    """Return how classes differ from those of a dataset, in words.

    Args:
        names: of labels, or of a parser.
        dataset: the classes of the dataset.
        whose: `the labels`, `the parser`.
    """
    more = [name for name in names if name not in dataset]
    less = [name for name in dataset.names if name not in names]
    sides = {whose: more, "the dataset": less}
    told = [f"only in {side}: {shown(odd)}" for side, odd in sides.items() if odd]
    return "; ".join(told) or "the same in another order"


def mostly_unlike(names: Sequence[str], dataset: Vocabulary) -> bool:
    """Return whether fewer than half of the classes are also the dataset's."""
    return 2 * len({*names} & {*dataset.names}) < len(names)


# LLP's 25 classes in the official order, described as the LSLD paper found best ("+ playing")
_LLP = {
    "Speech": "Speeching",  # sic: the released string, on which the published labels rest
    "Car": "Car",
    "Cheering": "Cheering",
    "Dog": "Dog",
    "Cat": "Cat",
    "Frying_(food)": "Frying food",
    "Basketball_bounce": "playing basketball",
    "Fire_alarm": "Fire alarm ringing",
    "Chainsaw": "Chainsaw",
    "Cello": "playing the Cello",
    "Banjo": "playing the Banjo",
    "Singing": "Singing",
    "Chicken_rooster": "Chicken",
    "Violin_fiddle": "playing the Violin",
    "Vacuum_cleaner": "Vacuum cleaner",
    "Baby_laughter": "Baby laughter",
    "Accordion": "playing the Accordion",
    "Lawn_mower": "Lawn-mower",
    "Motorcycle": "Motorcycle",
    "Helicopter": "Helicopter",
    "Acoustic_guitar": "playing the guitar",
    "Telephone_bell_ringing": "Telephone bell ringing",
    "Baby_cry_infant_cry": "Baby cry",
    "Blender": "Blender",
    "Clapping": "Clapping",
}
LLP_VOCABULARY = Vocabulary(tuple(_LLP), tuple(_LLP.values()))


def _described(name: str) -> str:
    return _LLP.get(name, name.replace("_", " "))
