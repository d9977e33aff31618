"""The offline preset's evidence: its calibrations fit it, and every word gets a judgement."""

import numpy as np
import pytest

from seehear.data import Vocabulary
from seehear.parser.zero_shot.offline import PICTURE, SOUND, picture_evidence, sound_evidence

WORDS = Vocabulary(("Dog", "zzz"), ("dog", "zzz"))


def test_a_calibration_names_every_number_once():
    for calibration in (SOUND, PICTURE):
        assert len(calibration.names) == len(calibration.weights)
        assert len(set(calibration.names)) == len(calibration.names)


@pytest.mark.weights
def test_every_word_is_judged_and_a_known_one_by_its_name():
    rng = np.random.default_rng(0)
    outputs = {
        "yamnet/logits": rng.normal(size=(12, 521)).astype(np.float32),
        "conse/logits": rng.normal(size=(12, 1000)).astype(np.float32),
        "conse/space": rng.normal(size=(12, 384)).astype(np.float32),
    }
    for make, calibration in ((sound_evidence, SOUND), (picture_evidence, PICTURE)):
        evidence, meanings = make(WORDS)
        assert [meaning.how for meaning in meanings] == ["name", "likeness"]
        kept = evidence.of(outputs)
        assert evidence.full(kept).shape == (12, 2, len(calibration.names))
        prob = evidence.prob(kept)
        assert prob.shape == (12, 2)
        assert (prob >= 0).all()
        assert (prob <= 1).all()
