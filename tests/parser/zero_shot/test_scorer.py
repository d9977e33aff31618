"""The zero-shot scorer tells what it took words for."""

import dataclasses

from fake_scorer import scorer


def test_doubts_name_the_words_that_no_name_fits():
    from seehear.parser.zero_shot.lexicon import Meaning

    odd = scorer()
    odd._meanings = (
        [Meaning((1,), (0.6,), (), ("Boom",), "likeness"), odd._meanings[0][1]],
        odd._meanings[1],
    )
    assert odd.doubts() == ["Loud: no sound class has this name; what is heard as Boom counts"]
    odd._meanings = (
        [Meaning((1,), (1.0,), (), ("helicopter", "aircraft"), "above"), odd._meanings[0][1]],
        odd._meanings[1],
    )
    assert odd.doubts() == ["Loud: no sound class has this name; what is heard as aircraft counts"]
    assert dataclasses.is_dataclass(Meaning)
