"""Which classes of a library the words of a query mean.

First by name: as it is written; in another form (dogs); by another name in the lexicons of the
zero-shot presets (baby cry means Baby_cry_infant_cry); as a kind of a class (barking is a sound of
a dog); or as a word for several classes (animal).  Words without such a name are matched by
likeness if the extra `offline` is installed, and the answer says so.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.closest import SHOWN, closest, plain, shown
from seehear.errors import MissingExtraError, WeightsError
from seehear.library.everyday import FUNCTION, LEADING, LENGTH, PLACES
from seehear.library.meanings import WordMeanings
from seehear.library.query import ANY_CLASS, And, Near, Node, Or, Presence, example, written
from seehear.library.tokens import fault

if TYPE_CHECKING:
    from seehear.parser.zero_shot.lexicon import Lexicon

_OWN = ("audio", "visual", "audio_visual")
_ALIKE = 0.6  # likeness from which words stand for a class
# words that reverse the meaning of a name, which likeness does not notice
_DENIALS = {
    "no",
    "none",
    "never",
    "nothing",
    "neither",
    "nor",
    "except",
    "minus",
    "absent",
    "silent",
}


class Names:
    """The classes that the clips of a library were parsed for.

    Args:
        labels: all of them, sorted.
        library: the folder, for the command that parses for a further word.

    Attributes:
        notes: a line for each name that was replaced by another class.
    """

    def __init__(self, labels: Iterable[str], library: Path = Path("LIBRARY")) -> None:
        self._library = library
        self._labels: dict[str, list[str]] = {}
        for label in labels:
            self._labels.setdefault(plain(label), []).append(label)
        self.notes: list[str] = []
        self.meanings = WordMeanings(labels[0] for labels in self._labels.values())

    def spellings(self, label: str) -> list[str]:
        """Return the labels of the index that are spellings of one class."""
        return self._labels[plain(label)]

    def covering(self, text: str) -> dict[str, list[str]]:
        """Return by track the labels of the index whose class includes all that words mean."""
        out: dict[str, list[str]] = {}
        for track, labels in self.meanings.covering(text).items():
            out[track] = [spelled for label in labels for spelled in self.spellings(label)]
        return out

    def one(self) -> str:
        """Return a class of the library for an example; any class where it has none."""
        return next(iter(self._labels.values()), [ANY_CLASS])[0]

    def add(self, label: str) -> None:
        """Add a class that the clips were not parsed for."""
        self._labels[plain(label)] = [label]

    def is_class(self, text: str) -> bool:
        """Return whether a text is a class as it is written; case and underscores do not matter."""
        return plain(text) in self._labels

    def unknown(self, node: Node, query: str) -> list[str]:
        """Return the words of a query that mean no class, or only a part of a broad one.

        Raises:
            ConfigError: words that cannot be a name, such as "is" or "in w040".
        """
        if isinstance(node, Presence):
            text = node.label
            if text is None or self.is_class(text):
                return []
            found = self._by_other_name(text)
            if found is not None and not self._is_part(text, found[0]):
                return []
            self._check(node, text, query)
            return [] if self.meanings.same(text) else [text]
        if isinstance(node, And | Or):
            children: tuple[Node, ...] = node.children
        else:
            children = (node.child, node.other) if isinstance(node, Near) else (node.child,)
        return list(
            dict.fromkeys(text for child in children for text in self.unknown(child, query))
        )

    def guess(self, text: str) -> str | None:
        """Return the class spelled almost like a word that is no known word itself; None: none."""
        if any(lexicon.concept(text) is not None for lexicon in self._places):
            return None
        near = closest(plain(text), self._labels)
        return None if near is None else self._labels[near][0]

    def is_name(self, text: str) -> bool:
        """Return whether a text is the name of a class or of an entry of the lexicons."""
        return plain(text) in self._labels or self._by_other_name(text) is not None

    def _is_part(self, text: str, labels: Iterable[str]) -> bool:
        """Return whether a name of some classes means a part of a broad one, as piano of music."""
        for lexicon, places in self._places.items():
            concept = lexicon.concept(text)
            up = set() if concept is None else set(lexicon.above(concept))
            if any(places[label] in up & lexicon.broad for label in labels):
                return True
        return False

    def understood(self, node: Node, query: str) -> Node:
        """Return a query with its words replaced by the classes that they mean.

        Raises:
            ConfigError: words mean no class of the library.
        """
        if isinstance(node, Presence):
            return node if node.label is None else self._meant(node, node.label, query)
        if isinstance(node, And | Or):
            children = dict.fromkeys(self.understood(child, query) for child in node.children)
            if isinstance(node, And):
                children = _without_less(children)
            return next(iter(children)) if len(children) == 1 else type(node)(tuple(children))
        found = replace(node, child=self.understood(node.child, query))
        if isinstance(found, Near):
            return replace(found, other=self.understood(found.other, query))
        return found

    def _meant(self, term: Presence, text: str, query: str) -> Node:
        """Return the condition that a name stands for."""
        if plain(text) in self._labels:
            return replace(term, label=self.spellings(text)[0], at=0)
        found = self._by_other_name(text)
        if found is None:
            return replace(term, label=self._alike(term, text, query), at=0)
        labels, heard = found
        track = "audio" if heard and term.track == "any" else term.track
        terms = [Presence(track, label) for label in labels]
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _by_other_name(self, text: str) -> tuple[list[str], bool] | None:
        """Return the classes that a name means, and whether it names a sound."""
        from seehear.parser.zero_shot.words import forms

        known = set(forms(text))
        same = [first for first, every in self._forms.items() if known & every]
        if same:
            return same, False
        found = None
        for lexicon, places in self._places.items():
            concept = lexicon.concept(text)
            found = found or _related(lexicon, places, concept)
        if found is None:
            inside = [first for first in self._forms if f" {plain(text)} " in f" {plain(first)} "]
            return (inside, False) if len(inside) == 1 else None
        return found, self._is_of_sound(text, found)

    def _is_of_sound(self, text: str, labels: list[str]) -> bool:
        """Return whether a name, or a word of it, is a sound of a class, as barking is."""
        sounds, places = next(iter(self._places.items()))
        for part in (text, *plain(text).split()):
            concept = sounds.concept(part)
            above = set() if concept is None else set(sounds.above(concept))
            if any(places[label] in above for label in labels):
                return True
        return False

    @cached_property
    def _forms(self) -> dict[str, set[str]]:
        """The ways to write each class."""
        from seehear.parser.zero_shot.words import forms

        return {every[0]: set(forms(every[0])) for every in self._labels.values()}

    @cached_property
    def _places(self) -> "dict[Lexicon, dict[str, int | None]]":
        """By lexicon (of sounds, of pictures), the entry of each class; None: none."""
        from seehear.parser.zero_shot.lexicon import picture_lexicon, sound_lexicon

        places: dict[Lexicon, dict[str, int | None]] = {}
        for lexicon in (sound_lexicon(), picture_lexicon()):
            places[lexicon] = {first: lexicon.concept(first) for first in self._forms}
        return places

    def _alike(self, term: Presence, text: str, query: str) -> str:
        """Return the class that is most like some words.

        Raises:
            ConfigError: none is, or likeness cannot be told.
        """
        self._check(term, text, query)
        own = any(lexicon.concept(text) is not None for lexicon in self._places)
        label, likeness = (None, 0.0) if own else self._nearest(text)  # a cat is not a kind of dog
        if label is not None and likeness >= _ALIKE:
            self.notes.append(
                f"no class is called {text!r}; {label} is the one most like it"
                f" (likeness {likeness:.2f})"
            )
            return label
        label = self.meanings.same(text)
        if label is not None:
            self.notes.append(f"no class is called {text!r}; it is taken for {label}")
            return label
        hint = "the folder holds no timelines: parse videos into it"
        if self._labels:
            near = self.guess(text)
            todo = self._further(text) if near is None else ""
            guess = "" if near is None else f"did you mean {near}? "
            hint = (
                f"{guess}parsed for: {shown(self._forms)};{todo}"
                f" for example: {example(query, near or self.one())}"
            )
        raise fault(query, term.at, f"no clip was parsed for a class {text!r}", hint)

    def _further(self, text: str) -> str:
        """Return how to parse for a further word."""
        bare = " ".join(word for word in plain(text).split() if word not in FUNCTION)
        events, told = ",".join([*self._forms, bare or text]), ""
        if len(self._forms) > SHOWN or re.search(r"[^\w ,-]", events):
            events, told = "WORDS", f" (WORDS: those and {bare})"
        folder = shlex.quote(str(self._library))
        return (
            f" to parse for it too: seehear parse VIDEOS --out {folder} --events"
            f' "{events}" --again changed{told}; where features are kept, further words need no'
            " videos;"
        )

    def _check(self, term: Presence, text: str, query: str) -> None:
        """Refuse words that reverse a meaning, and without quotes those that begin no name.

        Raises:
            ConfigError: some do.
        """
        words = plain(text).split()
        named = [word for word in words if word not in _DENIALS and word not in FUNCTION]
        name = written(" ".join(named) or self.one())
        if denials := sorted(_DENIALS.intersection(words)):
            hint = f"ask with not or without, for example: without {name}"
            raise fault(query, term.at, f"{denials[0]!r} is not understood", hint)
        quoted = query[term.at : term.at + 1] == '"'
        if quoted or (words[0] not in LEADING and named):
            return
        hint = self._instead(text, name if named else None)
        raise fault(query, term.at, f"{words[0]!r} is not understood", hint)

    def _instead(self, text: str, name: str | None) -> str:
        """Return what to write for words that begin no name; `name`: what they hold of one."""
        words = plain(text).split()
        if LENGTH.intersection(words):
            return f"a length is written so: {written(self.one())} duration>3"
        if name is None:
            one = written(self.one())
            return f"name what is heard or seen, for example: {one} heard but not seen"
        if words[0] not in PLACES:
            return f'name what is heard or seen, or put it in quotes: "{text}"'
        if self.is_name(name) or any(lexicon.concept(name) for lexicon in self._places):
            return f"for both at once write & between them: & {name}"
        return "a query cannot be limited to a clip; the answer names the clip of each moment"

    def _nearest(self, text: str) -> tuple[str | None, float]:
        """Return the class most like some words and its likeness; None where nobody can tell."""
        from seehear.encoders.minilm import MiniLM, class_embeddings

        labels = list(self._forms)
        if not labels:
            return None, 0.0
        try:
            vectors = class_embeddings(tuple(map(plain, labels)))
            likeness = vectors @ MiniLM().encode([plain(text)])[0]
        except (MissingExtraError, WeightsError):
            return None, 0.0
        return labels[int(likeness.argmax())], float(likeness.max())


def _without_less(children: dict[Node, None]) -> dict[Node, None]:
    """Return conditions without those implied by another: "rooster crowing" is heard:rooster."""
    said = {
        child.label for child in children if isinstance(child, Presence) and child.track in _OWN
    }
    return {
        child: None
        for child in children
        if not (isinstance(child, Presence) and child.track == "any" and child.label in said)
    }


def _related(
    lexicon: "Lexicon", places: Mapping[str, int | None], concept: int | None
) -> list[str] | None:
    """Return the classes of the same concept, else of the nearest above, else of all below it."""
    if concept is None:
        return None
    for one in (concept, *lexicon.above(concept)):
        found = [label for label, place in places.items() if place == one]
        if found:
            return found
    below = [
        label
        for label, place in places.items()
        if place is not None and concept in lexicon.above(place)
    ]
    return below or None
