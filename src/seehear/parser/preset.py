"""The presets: which encoders, and how words are compared with what they give."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from seehear.data import Vocabulary
from seehear.errors import ConfigError
from seehear.parser.zero_shot.lexicon import Lexicon, picture_lexicon, sound_lexicon
from seehear.parser.zero_shot.scorer import ZeroShot
from seehear.parser.zero_shot.space import SpaceEvidence, space_evidence
from seehear.time import Decoding
from seehear.weights import PRESETS as WEIGHT_PRESETS
from seehear.weights import require

FPS = 2  # frames looked at a second
# of each encoder with language: the words around a class, and the factor its cosines were trained
# with
LANGUAGE: dict[str, tuple[str, float]] = {
    "clip-vit-b16": ("a photo of {}", 100.0),
    "clip-vit-b32": ("a photo of {}", 100.0),
    "siglip2-b16": ("a photo of {}", 112.0),
    "clap": ("the sound of {}", 20.0),
}
_DECODING = Decoding(threshold=0.5, gate="none")
Load = Callable[..., Any]


def offline(
    vocabulary: Vocabulary, *, fps: int | None = None, load: Load | None = None
) -> ZeroShot:
    """Return the scorer that needs no network: EfficientNet-Lite2, YAMNet and MiniLM.

    Raises:
        WeightsError: the weights are not in the cache.
    """
    from seehear.parser.zero_shot.offline import PICTURE, SOUND, picture_evidence, sound_evidence

    require(WEIGHT_PRESETS["offline"])
    load = load or _load
    sound, heard = sound_evidence(vocabulary)
    picture, seen = picture_evidence(vocabulary)
    notes = {
        "encoders are": (
            "small offline ones, a fallback: the preset clip knows more words and sees better"
        ),
        "calibrated on": {"audio": SOUND.fitted, "visual": PICTURE.fitted},
    }
    return ZeroShot(
        vocabulary,
        (load("yamnet"), load("conse", fps=fps or FPS)),
        (sound, picture),
        (heard, seen),
        decoding=_DECODING,
        notes=notes,
    )


def with_language(
    vocabulary: Vocabulary,
    *,
    audio: str = "clap",
    visual: str = "clip-vit-b16",
    fps: int | None = None,
    load: Load | None = None,
    load_tower: Load | None = None,
) -> ZeroShot:
    """Return the scorer of two encoders that share a space with language.

    Args:
        vocabulary: the user's classes.
        audio, visual: encoder ids.
        fps: frames looked at a second.
        load, load_tower: give an encoder and a text tower by id.

    Raises:
        ConfigError: an encoder without language.
        WeightsError: weights are not in the cache.
    """
    if load is None and {audio, visual} == set(WEIGHT_PRESETS["clip"]):
        require(WEIGHT_PRESETS["clip"])
    load = load or _load
    encoders = (load(audio), load(visual, fps=fps or FPS))
    lexicons = (sound_lexicon(), picture_lexicon())
    made = [
        _judge(encoder, vocabulary, lexicon, load_tower)
        for encoder, lexicon in zip(encoders, lexicons, strict=True)
    ]
    notes = {
        "calibrated on": (
            "nothing: cosines as the encoders were trained, against common things of another kind"
        )
    }
    return ZeroShot(
        vocabulary,
        encoders,
        (made[0][0], made[1][0]),
        (made[0][1], made[1][1]),
        decoding=_DECODING,
        notes=notes,
    )


def _judge(
    encoder: Any, vocabulary: Vocabulary, lexicon: Lexicon, load_tower: Load | None
) -> tuple[SpaceEvidence, list[Any]]:
    from seehear.encoders import load_text

    card = encoder.card
    if card.language is None:
        raise ConfigError(
            f"encoder {card.id} shares no space with language",
            hint="take one that does, such as clap",
        )
    tower = (load_tower or load_text)(card.language)
    template, scale = LANGUAGE.get(card.id, ("{}", 100.0))
    output = "space" if "space" in card.outputs else "feature"
    meanings = [
        lexicon.find(name, text, tower.encode, lambda names: tower.encode(list(names)))
        for name, text in zip(vocabulary.names, vocabulary.descriptions, strict=True)
    ]
    evidence = space_evidence(
        f"{card.id}/{output}",
        tower,
        vocabulary.descriptions,
        meanings,
        lexicon,
        template=template,
        scale=scale,
    )
    return evidence, meanings


PRESETS: Mapping[str, Callable[..., ZeroShot]] = {
    "offline": offline,
    "clip": partial(with_language),
}


def _load(id_: str, **options: Any) -> Any:
    from seehear.encoders import load_encoder

    return load_encoder(id_, **options)
