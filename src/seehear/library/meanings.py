"""Which classes of a library words mean, by what the zero-shot lexicons take both for.

"someone speaks" is taken for the sound class Speech and the picture class speech, and so is a class
`Speech`: the words mean this class, and what a person corrected of it answers for them too.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from seehear.closest import plain
from seehear.errors import MissingExtraError, WeightsError
from seehear.time import TRACKS

if TYPE_CHECKING:
    from seehear.parser.zero_shot.lexicon import Meaning

_ALIKE = 0.5  # least likeness of words and what they are taken for; `sound.LEAST` is the same


class WordMeanings:
    """Compares what words and the classes of a library are taken for.

    Without the extra `offline` or its weights, nobody can tell: no class is the same.

    Args:
        labels: the classes.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        self.labels = list(labels)

    def same(self, text: str) -> str | None:
        """Return the class that is taken for the same sound and the same picture as some words."""
        found = self._of([text])
        if found is None or not all(map(_sure, found[0])):
            return None
        wanted = _titles(found[0])
        same = [label for label, taken in self._classes.items() if _titles(taken) == wanted]
        return same[0] if len(same) == 1 else None

    def covering(self, text: str) -> dict[str, list[str]]:
        """Return by track the classes that include all that some words are taken for."""
        found = self._of([text])
        if found is None:
            return {}
        out: dict[str, list[str]] = {}
        for place, (track, meaning) in enumerate(zip(TRACKS, found[0], strict=True)):
            wanted = set(meaning.classes)
            out[track] = [
                label
                for label, taken in self._classes.items()
                if wanted and wanted <= set(taken[place].classes)
            ]
        return out

    @cached_property
    def _classes(self) -> "dict[str, tuple[Meaning, Meaning]]":
        found = self._of(self.labels) or []
        return dict(zip(self.labels, found, strict=False))

    def _of(self, texts: list[str]) -> "list[tuple[Meaning, Meaning]] | None":
        """Return what each text is taken for, as sound and as picture; None: nobody can tell."""
        from seehear.parser.zero_shot.offline import meanings

        try:
            return meanings([plain(text) for text in texts])
        except (MissingExtraError, WeightsError):
            return None


def _sure(meaning: "Meaning") -> bool:
    return min(meaning.likeness, default=1.0) >= _ALIKE


def _titles(meanings: "tuple[Meaning, Meaning]") -> tuple[set[str], set[str]]:
    heard, seen = meanings
    return set(heard.shown), set(seen.shown)
