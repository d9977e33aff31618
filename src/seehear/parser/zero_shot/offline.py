"""The evidence of the preset `offline`: ConSE and YAMNet, with words read by MiniLM.

The numbers below were fitted by `benchmarks/fit_zero_shot.py` on clips of the development set;
docs/zero-shot.md says how, and how well they do on other clips and other classes.
"""

from collections.abc import Sequence

from seehear.data import Vocabulary
from seehear.parser.zero_shot.calibration import Calibration
from seehear.parser.zero_shot.coupling import Coupling
from seehear.parser.zero_shot.lexicon import Lexicon, Meaning, picture_lexicon, sound_lexicon
from seehear.parser.zero_shot.picture import PictureEvidence
from seehear.parser.zero_shot.sound import SoundEvidence

_FITTED = "500 clips of restaged's folds, nine classes"
SOUND = Calibration(("above", "lead", "best"), (1.57, 1.12, 2.3), 0.49, _FITTED)
PICTURE = Calibration(("sum", "above", "margin", "best"), (0.64, 0.38, 0.28, 1.13), 3.71, _FITTED)
COUPLING = Coupling(pull=(1.0, 1.5), bias=(-0.7, -0.9))


def sound_evidence(
    vocabulary: Vocabulary, calibration: Calibration = SOUND
) -> tuple[SoundEvidence, list[Meaning]]:
    """Return the evidence of YAMNet for a vocabulary, and what each class means to it.

    Raises:
        WeightsError: weights are not in the cache.
    """
    from seehear.encoders.yamnet import audioset_classes

    lexicon = sound_lexicon(audioset_classes())
    meanings = _meanings(lexicon, vocabulary.names, vocabulary.descriptions)
    return SoundEvidence(meanings, lexicon, calibration), meanings


def picture_evidence(
    vocabulary: Vocabulary, calibration: Calibration = PICTURE
) -> tuple[PictureEvidence, list[Meaning]]:
    """Return the evidence of ConSE for a vocabulary, and what each class means to it.

    Raises:
        WeightsError: weights are not in the cache.
    """
    from seehear.encoders.conse import imagenet_classes
    from seehear.encoders.minilm import class_embeddings

    lexicon = picture_lexicon(imagenet_classes())
    common = tuple(concept.names[0] for concept in lexicon.concepts[: lexicon.common])
    meanings = _meanings(lexicon, vocabulary.names, vocabulary.descriptions)
    prompts = class_embeddings((*vocabulary.descriptions, "other"))
    evidence = PictureEvidence(
        meanings,
        prompts[:-1],
        prompts[-1],
        class_embeddings(imagenet_classes()),
        class_embeddings(common),
        calibration,
    )
    return evidence, meanings


def meanings(words: Sequence[str]) -> list[tuple[Meaning, Meaning]]:
    """Return what each word means to YAMNet and to ConSE.

    Raises:
        WeightsError: weights are not in the cache.
        MissingExtraError: the extra `offline` is not installed.
    """
    from seehear.encoders.conse import imagenet_classes
    from seehear.encoders.yamnet import audioset_classes

    if not words:
        return []
    heard = _meanings(sound_lexicon(audioset_classes()), words, words)
    seen = _meanings(picture_lexicon(imagenet_classes()), words, words)
    return list(zip(heard, seen, strict=True))


def _meanings(lexicon: Lexicon, names: Sequence[str], descriptions: Sequence[str]) -> list[Meaning]:
    from seehear.encoders.minilm import MiniLM, class_embeddings

    tower = MiniLM()
    return [
        lexicon.find(name, text, tower.encode, class_embeddings)
        for name, text in zip(names, descriptions, strict=True)
    ]
