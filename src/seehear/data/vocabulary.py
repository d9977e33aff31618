"""Class names with the words that describe them, in the order of the class axis."""

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError


@dataclass(frozen=True)
class Vocabulary:
    """The C classes of a dataset or a parser.

    Args:
        names: as they stand in tables and timelines; unique, not empty.
        descriptions: one for each name, what is put into prompts.
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
    def parse(cls, source: str | Path) -> "Vocabulary":
        """Return the vocabulary of a comma-separated string, or of a file with one class a line.

        Each entry is `name` or `name = description`; blank lines and lines starting with `#` are
        skipped.  Without a description, a class of LLP gets LLP's, any other its name with spaces
        for underscores.

        Raises:
            DataError: no class at all, an empty name, a name twice, a file that cannot be read.
        """
        if isinstance(source, Path):
            try:
                entries = source.read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise DataError(
                    f"cannot be read as a vocabulary: {error}",
                    where=source,
                    hint="one class a line: name, or name = description",
                ) from None
            entries = [
                line for line in entries if line.strip() and not line.lstrip().startswith("#")
            ]
        else:
            entries = source.split(",") if source.strip() else []
        where = source if isinstance(source, Path) else "--events"
        if not entries:
            raise DataError("expected at least one class, got none", where=where)
        pairs = []
        for entry in entries:
            name, _, description = (part.strip() for part in entry.partition("="))
            if not name:
                raise DataError(f"expected a class name, got {entry.strip()!r}", where=where)
            pairs.append((name, description or _described(name)))
        twice = [name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1]
        if twice:
            raise DataError(
                f"class {twice[0]} stands twice", where=where, hint="name every class once"
            )
        return cls(tuple(name for name, _ in pairs), tuple(text for _, text in pairs))

    def index(self, name: str, *, where: object | None = None) -> int:
        """Return the position of a class.

        Raises:
            DataError: no such class; the closest name is given.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise DataError(
                f"unknown class {name!r}", where=where, hint=self.suggest(name)
            ) from None

    def suggest(self, name: str) -> str:
        """Return what to say to somebody who wrote `name`: the closest class, and which classes
        there are.
        """
        folded = {n.casefold(): n for n in self.names}
        close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
        shown = ", ".join(self.names[:8]) + (" ..." if len(self.names) > 8 else "")
        guess = f"did you mean {folded[close[0]]}? " if close else ""
        return f"{guess}the {len(self.names)} classes are {shown}"

    def one_hot(self, labels: Iterable[str]) -> NDArray[np.uint8]:
        """Return the (C,) row with ones at `labels`."""
        row = np.zeros(len(self.names), np.uint8)
        row[[self.index(label) for label in labels]] = 1
        return row

    def digest(self) -> str:
        """Return a sha256 over names and descriptions."""
        text = "\n".join(f"{n}\t{d}" for n, d in zip(self.names, self.descriptions, strict=True))
        return hashlib.sha256(text.encode()).hexdigest()


# LLP's 25 classes in the official order, with the descriptions that the LSLD paper found best ("+
# playing")
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
