"""Sets of class descriptions: the words that stand for a class in prompts.

A vocabulary has a name and a description for every class.  LLP's descriptions are the paper's best
set, "+ playing" ("Basketball_bounce" becomes "playing basketball").  A set says whether it starts
from names or descriptions, which classes it words differently, and what is put around every whole
prompt.  A new set is a new entry in the table.

Source: LSLD (NeurIPS 2023), table 6.  The paper shows "+ a photo of" and "+ playing + a person" by
one example each; the rest of those two is our reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from seehear.data import Vocabulary
from seehear.errors import ConfigError, DataError


@dataclass(frozen=True)
class DescriptionSet:
    """How classes are worded.

    Args:
        name: what `Denoising.descriptions` and `text` call it.
        summary: one line.
        start: the vocabulary's `names` or its `descriptions`.
        wording: class name to a pattern with `{}` for the text it starts from; classes not named
            stay as they are.
        template: put around every whole visual prompt.
    """

    name: str
    summary: str
    start: Literal["names", "descriptions"] = "descriptions"
    wording: Mapping[str, str] = field(default_factory=dict)
    template: str = "{}"

    def texts(self, vocabulary: Vocabulary) -> list[str]:
        """Return one text for each class of a vocabulary."""
        start = vocabulary.names if self.start == "names" else vocabulary.descriptions
        return [
            self.wording.get(name, "{}").replace("{}", text)
            for name, text in zip(vocabulary.names, start, strict=True)
        ]


# activities of people, which "+ a person" words with their subject
_ACTIVITIES = (
    "Cheering",
    "Basketball_bounce",
    "Cello",
    "Banjo",
    "Singing",
    "Violin_fiddle",
    "Accordion",
    "Acoustic_guitar",
    "Clapping",
)
_PERSON = {"Speech": "a person speaking", **dict.fromkeys(_ACTIVITIES, "a person {}")}

DESCRIPTIONS: dict[str, DescriptionSet] = {
    s.name: s
    for s in (
        DescriptionSet(
            "playing", "the vocabulary's descriptions; for LLP the paper's best set, \"+ playing\""
        ),
        DescriptionSet("original", "the bare class names of the dataset", start="names"),
        DescriptionSet(
            "photo",
            '"a photo of" before every prompt made of the class names',
            start="names",
            template="a photo of {}",
        ),
        DescriptionSet(
            "playing-photo",
            '"a photo of" before every prompt made of the descriptions',
            template="a photo of {}",
        ),
        DescriptionSet(
            "person",
            'the descriptions, human activities with their subject: "+ playing + a person"',
            wording=_PERSON,
        ),
    )
}


def description_set(name: str, vocabulary: Vocabulary) -> tuple[list[str], str]:
    """Return one text for each class, and the template of whole prompts, of a set or a file.

    Args:
        name: a name of `DESCRIPTIONS`, or the path of a file with `class = description` lines that
            names every class of the vocabulary.
        vocabulary: `names` and `descriptions` of C classes.

    Raises:
        ConfigError: neither a set nor a file.
        DataError: the file leaves out a class, or names one the vocabulary does not have.
    """
    if name in DESCRIPTIONS:
        chosen = DESCRIPTIONS[name]
        return chosen.texts(vocabulary), chosen.template
    path = Path(name)
    if not path.is_file():
        raise ConfigError(
            f"expected {', '.join(DESCRIPTIONS)}, or a file of your own, got {name!r}",
            parameter="descriptions",
            hint="a file holds one line a class: Dog = a dog that barks",
        )
    own = Vocabulary.parse(path)
    words = dict(zip(own.names, own.descriptions, strict=True))
    unknown = [n for n in words if n not in vocabulary.names]
    missing = [n for n in vocabulary.names if n not in words]
    problem = None
    if unknown:
        problem = f"no class {unknown[0]} in the vocabulary"
    elif missing:
        problem = f"no description for {', '.join(missing)}"
    if problem is not None:
        raise DataError(
            problem, where=path, hint="the file must name exactly the classes of the dataset"
        )
    return [words[n] for n in vocabulary.names], "{}"
