"""A lexicon of four concepts, a word of it, and calibrations that pass one number."""

from seehear.parser.zero_shot.calibration import Calibration
from seehear.parser.zero_shot.lexicon import Concept, Lexicon, Meaning

# animal(0) over dog(1) over bark(2); car(3)
TREE = Lexicon(
    (
        Concept(("animal",), (0,), (0, 1, 2), None, "Animal"),
        Concept(("dog",), (1,), (1, 2), 0, "Dog"),
        Concept(("bark",), (2,), (2,), 1, "Bark"),
        Concept(("car",), (3,), (3,), None, "Car"),
    ),
    4,
)


DOG = Meaning((1, 2), (1.0, 1.0), (0,), ("Dog",), "name")


def plain(count: int) -> Calibration:
    """Return a calibration that passes the first of `count` numbers."""
    return Calibration(tuple("abcdef"[:count]), (1.0, *[0.0] * (count - 1)), 0.0, "by hand")
