"""Which classes of a pretrained network a word means.

A word is found by name, by another name, by a part of it, or else by likeness.

A lexicon is a tree of concepts.  Each has names, the network's classes that it covers, and a more
general concept above it.  The classes of that one are weaker evidence: an image network that knows
no helicopters still sees that something is an aircraft.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from seehear.closest import closest
from seehear.parser.zero_shot.words import forms, longest_inside, names_of, normal

_LIKE = 3  # the most concepts taken for a word that no name fits
_WITHIN = 0.08  # how much less like the word they may be than the best one
_BROAD = 20  # a concept of more classes than this is broad: animal, music, vehicle
_MISSPELT = 0.8  # from which likeness of spelling on a name may have been meant
_PART = 0.5  # the least likeness of a phrase and the part of it that was found
Embed = Callable[[list[str]], NDArray[np.float32]]
EmbedNames = Callable[[tuple[str, ...]], NDArray[np.float32]]


@dataclass(frozen=True)
class Concept:
    """One node of the tree.

    Args:
        names: normalised (`words.normal`), those of the title first.
        own: indices of the network's classes that are this concept.
        classes: its own and those of every concept below it.
        above: index of the concept that it belongs to, or None.
        title: its name as it is shown.
        sound: False for a class of AudioSet that says where a sound was, not what it was.
    """

    names: tuple[str, ...]
    own: tuple[int, ...]
    classes: tuple[int, ...]
    above: int | None
    title: str
    sound: bool = True


@dataclass(frozen=True)
class Meaning:
    """What a word means to a network.

    Args:
        classes: indices of the network's classes that stand for the word.
        likeness: of the word to each of them, (n,) in [0, 1]; 1 where it was found by name.
        above: indices of the own classes of all concepts above.
        shown: titles of the concepts taken.
        how: `name`, `part`, `likeness`, or `above`: it was found by name, but the network has no
            class for it, and those of the concept above stand for it.
        known: the name by which it was found; empty where it was found by likeness.
        meant: a name that is spelled almost like the word; empty where there is none, or where the
            word was found by name or part.
    """

    classes: tuple[int, ...]
    likeness: tuple[float, ...]
    above: tuple[int, ...]
    shown: tuple[str, ...]
    how: str
    known: str = ""
    meant: str = ""

    @property
    def renamed(self) -> bool:
        """Whether the word is another name of what was taken for it, such as sea for Ocean."""
        titles = [name for title in self.shown for name in names_of(title)]
        return self.how == "name" and self.known not in titles


@dataclass(frozen=True)
class Lexicon:
    """Concepts of one network and how to find them.

    Args:
        concepts: the tree, higher concepts first.
        common: how many of them, from the start, are everyday words; the rest are single classes of
            the network.
    """

    concepts: tuple[Concept, ...]
    common: int

    def narrowest(self) -> list[int]:
        """Return the classes of concepts that have none below and are sounds or things."""
        upper = {concept.above for concept in self.concepts}
        classes: list[int] = []
        for position, concept in enumerate(self.concepts):
            if concept.sound and position not in upper:
                classes += concept.own
        return classes

    @cached_property
    def _by_name(self) -> dict[str, int]:
        """Index of the concept by name.

        Where several have a name, one that has it first among its names wins, then the one that
        comes first in the tree.
        """
        found: dict[str, int] = {}
        for rank in (slice(1), slice(1, None)):
            for index, concept in enumerate(self.concepts):
                for name in concept.names[rank]:
                    found.setdefault(name, index)
        return found

    @cached_property
    def broad(self) -> frozenset[int]:
        """Concepts that cover so much that a word may be like them and mean only a part of it."""
        upper = {concept.above for concept in self.concepts}
        broad = [i for i, c in enumerate(self.concepts) if len(c.classes) > _BROAD]
        return frozenset(broad) & upper

    def concept(self, text: str) -> int | None:
        """Return the index of the concept that has a text among its names, or None."""
        return next((self._by_name[form] for form in forms(text) if form in self._by_name), None)

    def above(self, index: int) -> Iterator[int]:
        """Yield the concepts that one belongs to, the nearest first."""
        up = self.concepts[index].above
        while up is not None:
            yield up
            up = self.concepts[up].above

    def find(self, name: str, description: str, embed: Embed, embed_names: EmbedNames) -> Meaning:
        """Return what a class means: its name is tried before its description, names before
        likeness.

        Args:
            name, description: of the user's class.
            embed: sentences to unit vectors (n, D), for words that no name fits.
            embed_names: the same for the lexicon's own names; the results may be kept for the next
                call.
        """
        found = self._find_name((name, description)) or self._find_part((description, name), embed)
        if found is not None:
            return found
        alike = self._find_alike(description or name, embed, embed_names)
        return replace(alike, meant=closest(name, self._by_name, cutoff=_MISSPELT) or "")

    def _find_name(self, texts: Sequence[str]) -> Meaning | None:
        """Return the meaning of the concept that has one of the texts among its names, or None."""
        for text in texts:
            for form in forms(text):
                if form in self._by_name:
                    return replace(self._named(self._by_name[form]), known=form)
        return None

    def _named(self, index: int) -> Meaning:
        """Return the meaning of a concept.

        Where the network has no class for it, the classes of the concept above stand for it, unless
        that is a broad one: a helicopter is seen as an aircraft.
        """
        up = self.concepts[index].above
        if self.concepts[index].classes or up is None or up in self.broad:
            return self._meaning([index], [1.0], "name")
        return self._meaning([index, up], [1.0, 1.0], "above")

    def _find_part(self, texts: Sequence[str], embed: Embed) -> Meaning | None:
        """Return the meaning of a concept whose name is part of a text and like the whole of it."""
        for text in texts:
            phrase = ["", *forms(text)][-1]
            part = longest_inside(phrase, self._by_name)
            if part is None:
                continue
            likeness = float(np.dot(*embed([phrase, part])))
            if likeness >= _PART:
                found = self._meaning([self._by_name[part]], [likeness], "part")
                return replace(found, known=part)
        return None

    def _find_alike(self, text: str, embed: Embed, embed_names: EmbedNames) -> Meaning:
        """Return the concepts whose names are most like a text."""
        named: list[tuple[int, str]] = []
        for index, concept in enumerate(self.concepts):
            if concept.sound:
                named += [(index, name) for name in concept.names]
        rows = embed_names(tuple(name for _, name in named)) @ embed([text])[0]
        best: dict[int, float] = {}
        for (index, _), likeness in zip(named, rows, strict=True):
            best[index] = max(best.get(index, -1.0), float(likeness))
        ranked = sorted(best, key=lambda i: -best[i])[:_LIKE]
        near = [i for i in ranked if best[i] >= best[ranked[0]] - _WITHIN]
        # an elephant is like "animal", but is not every animal: broad concepts count only where no
        # narrower one is like the word
        taken = [i for i in near if i not in self.broad] or near
        return self._meaning(taken, [max(0.0, best[i]) for i in taken], "likeness")

    def _meaning(self, found: Sequence[int], likeness: Sequence[float], how: str) -> Meaning:
        classes: dict[int, float] = {}
        above: set[int] = set()
        for index, value in zip(found, likeness, strict=True):
            concept = self.concepts[index]
            for position in concept.classes:
                classes[position] = max(classes.get(position, 0.0), value)
            while (up := concept.above) is not None:
                concept = self.concepts[up]
                above.update(concept.own)
        shown = tuple(self.concepts[i].title for i in found)
        return Meaning(tuple(classes), tuple(classes.values()), tuple(sorted(above)), shown, how)


def tree_lines(name: str) -> list[tuple[int, str]]:
    """Return (depth, text) of each line of a data file; comments and blank lines are left out."""
    text = files("seehear.parser.zero_shot").joinpath("data", name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [((len(line) - len(line.lstrip())) // 2, line.strip()) for line in lines]


@lru_cache(maxsize=2)
def sound_lexicon(classes: tuple[str, ...] = ()) -> Lexicon:
    """Return the lexicon of AudioSet.

    Args:
        classes: YAMNet's 521 names in its order; without them the tree's own.
    """
    lines = tree_lines("audioset_tree.txt")
    above = _parents([depth for depth, _ in lines])
    titles, names = [], []
    for _, line in lines:
        title, _, further = line.removeprefix("~").partition("|")
        titles.append(title.strip())
        names.append(_sound_names(title, further))
    place = {name: index for index, name in enumerate(classes or titles)}
    own = [(place[title],) for title in titles]
    covered = _with_below(own, above)
    concepts = [
        Concept(names[i], own[i], covered[i], above[i], titles[i], not line.startswith("~"))
        for i, (_, line) in enumerate(lines)
    ]
    return Lexicon(tuple(concepts), len(lines))


def _sound_names(title: str, further: str) -> tuple[str, ...]:
    """Return the names of a line "title | further, names", the title's first."""
    others = [normal(name) for name in further.split(",") if name.strip()]
    return tuple(dict.fromkeys([*names_of(title), *others]))


@lru_cache(maxsize=2)
def picture_lexicon(classes: tuple[str, ...] = ()) -> Lexicon:
    """Return the lexicon of ImageNet: the data file's concepts, then each of `classes` by its name.

    Args:
        classes: the 1000 names in the network's order; without them the everyday concepts alone.
    """
    lines = tree_lines("imagenet_concepts.txt")
    above = _parents([depth for depth, _ in lines])
    own, names = [], []
    for _, line in lines:
        words, _, ranges = line.partition(":")
        names.append(tuple(dict.fromkeys(normal(word) for word in words.split(","))))
        own.append(_positions(ranges))
    covered = _with_below(own, above)
    concepts = [
        Concept(names[i], own[i], covered[i], above[i], names[i][0]) for i in range(len(lines))
    ]
    smallest: dict[int, int] = {}  # the narrowest concept that covers a class
    for index in sorted(range(len(lines)), key=lambda i: -len(covered[i])):
        smallest.update(dict.fromkeys(covered[index], index))
    concepts += [
        Concept(tuple(names_of(name)), (index,), (index,), smallest.get(index), name)
        for index, name in enumerate(classes)
    ]
    return Lexicon(tuple(concepts), len(lines))


def _parents(depths: Sequence[int]) -> list[int | None]:
    """Return for each line the index of the last line before it that is one step less indented."""
    last: dict[int, int] = {}
    out: list[int | None] = []
    for index, depth in enumerate(depths):
        out.append(last.get(depth - 1) if depth else None)
        last[depth] = index
    return out


def _with_below(own: Sequence[Sequence[int]], above: Sequence[int | None]) -> list[tuple[int, ...]]:
    """Return the classes of each concept and of everything below it."""
    out = [dict.fromkeys(classes) for classes in own]
    for index in reversed(range(len(own))):
        up = above[index]
        if up is not None:
            out[up].update(out[index])
    return [tuple(classes) for classes in out]


def _positions(ranges: str) -> tuple[int, ...]:
    """Return the numbers of "3-5, 8"."""
    out: list[int] = []
    for part in ranges.split(","):
        if part.strip():
            first, _, last = part.strip().partition("-")
            out += range(int(first), int(last or first) + 1)
    return tuple(out)
