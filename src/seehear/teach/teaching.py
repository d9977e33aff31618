"""Teaching as the command and the page do it: from a library to the folder of the new parser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.errors import ConfigError
from seehear.files import Json
from seehear.lock import owned
from seehear.teach import folder
from seehear.teach.calibrate import calibrate
from seehear.teach.lesson import Known, Lesson, known_of, learn
from seehear.teach.refit import refit
from seehear.teach.rows import reduced

if TYPE_CHECKING:
    from seehear.teach.training import Beside, HowTrained

HOW = ("calibrate", "refit", "train")


@dataclass(frozen=True)
class Wish:
    """What is to be learnt, from what.

    Args:
        library: a folder of timelines, or one timeline file.
        how: of `HOW`.
        catalogue: the classes of clips, by their names.
        model: what the library was parsed with, where that was a trained or taught parser.
        anyway: keep what was learnt even where it is no better.
        trained: how a network is trained, of `train`; None: as `HowTrained` has it.
    """

    library: Path
    how: str
    catalogue: Mapping[str, Sequence[str]] = field(default_factory=dict)
    model: Path | None = None
    anyway: bool = False
    trained: "HowTrained | None" = None


@dataclass(frozen=True)
class Taught:
    """What came of it.

    Args:
        lesson: what was learnt.
        kept: whether the folder holds it, not the parser as it was.
        card: what is to be told of the parser.
    """

    lesson: Lesson
    kept: bool
    card: Mapping[str, Json]


def teach(wish: Wish, out: Path) -> Taught:
    """Learn, and write the folder of the parser that comes of it.

    Args:
        wish: what is to be learnt.
        out: the folder; new, or of a taught parser that it replaces.

    Raises:
        ConfigError: no such way to learn, or the library was parsed by a parser that is not given.
        SeehearError: nothing is known, features are missing, or the folder takes no files.
    """
    if wish.how not in HOW:
        expected = f"expected {', '.join(HOW[:-1])} or {HOW[-1]}"
        raise ConfigError(f"{expected}, got {wish.how!r}", parameter="how")
    known = known_of(wish.library, wish.catalogue)
    base = folder.base_of(known.parsed, wish.model, whole=wish.how == "train")
    with owned(out):
        lesson, beside = _learnt(known, wish)
        kept = folder.write(out, lesson, base, how=wish.how, anyway=wish.anyway, beside=beside)
    return Taught(lesson, kept, folder.card_of(lesson, how=wish.how, kept=kept))


def _learnt(known: Known, wish: Wish) -> "tuple[Lesson, Beside | None]":
    if wish.how == "calibrate":
        return learn(known, calibrate), None
    if wish.how == "refit":
        return refit(reduced(known, wish.library)), None
    from seehear.teach import training

    rows = reduced(known, wish.library, catalogued=True)
    how = wish.trained or training.HowTrained()
    return training.train(rows, training.reader(known, wish.library), how)


def catalogue_of(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the classes of clips that a table `filename event_labels` names.

    Raises:
        DataError: it is no such table.
    """
    from seehear.data.tables import read_table

    out: dict[str, tuple[str, ...]] = {}
    for _, row in read_table(path, ("filename", "event_labels")):
        values: Sequence[Any] = row
        labels = (label.strip() for label in values[1].split(","))
        out[values[0].strip()] = tuple(filter(None, labels))
    return out
