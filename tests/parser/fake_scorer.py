"""A parser of fake encoders: `Loud` is heard where the sound is loud, `Bright` is seen where the
picture is bright.
"""

import numpy as np

import fake_encoders as fake
from seehear.data import Vocabulary
from seehear.parser import Parser
from seehear.parser.zero_shot.lexicon import Meaning
from seehear.parser.zero_shot.scorer import ZeroShot
from seehear.time import Decoding

VOCABULARY = Vocabulary(("Loud", "Bright"), ("loud", "bright"))


class Level:
    """Probability of one class: the mean of a row, against a limit."""

    def __init__(self, stream, column, limit):
        self.streams, self.column, self.limit = (stream,), column, limit

    def of(self, values):
        out = np.zeros((len(values[self.streams[0]]), 2), np.float32)
        out[:, self.column] = values[self.streams[0]].mean(axis=1) / self.limit / 2
        return out

    def nothing(self):
        return 0.0

    def prob(self, kept):
        return np.clip(kept, 0, 1)


def scorer(vocabulary=VOCABULARY, *, fps=2, load=fake.load, visual="eye", decoding=None, **options):
    """Return the scorer; signature of a preset."""
    eye = load(visual)
    eye.fps = fps or 2
    meaning = [
        Meaning((0,), (1.0,), (), (name,), "name", name.casefold()) for name in VOCABULARY.names
    ]
    return ZeroShot(
        VOCABULARY,
        (load("ear"), eye),
        (Level("ear/feature", 0, 0.3), Level(f"{visual}/feature", 1, 130)),
        (meaning, meaning),
        decoding=decoding or Decoding(gate="none"),
    )


def parser(**options):
    """Return a parser of it."""
    return Parser(scorer(**options), {"preset": "fake"})


def fragile(vocabulary=VOCABULARY, *, fps=2):
    """Return a scorer whose visual encoder kills or hangs the decoding process at red and blue
    pictures.
    """
    return scorer(visual="fragile", fps=fps)


def loader(visual):
    """Stand for `SameEncoders`."""
    return fake.load
