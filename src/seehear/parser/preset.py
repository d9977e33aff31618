"""The presets: which encoders, and how words are compared with what they give."""

from typing import Protocol

from seehear.data import Vocabulary
from seehear.encoders import (
    AnyEncoder,
    AudioEncoder,
    EncoderLoader,
    TextTowerLoader,
    VisualEncoder,
    card,
    is_audio,
    is_visual,
    load_encoder,
    load_text,
)
from seehear.errors import ConfigError
from seehear.parser.scorer import Scorer
from seehear.parser.zero_shot.lexicon import Lexicon, Meaning, picture_lexicon, sound_lexicon
from seehear.parser.zero_shot.scorer import ZeroShot
from seehear.parser.zero_shot.space import SpaceEvidence, space_evidence
from seehear.time import Decoding
from seehear.weights import WEIGHTS, require

FPS = 2  # frames looked at a second
# by encoder with a text tower: the words around a class, and the factor of cosines in its training
LANGUAGE: dict[str, tuple[str, float]] = {
    "clip-vit-b16": ("a photo of {}", 100.0),
    "clip-vit-b32": ("a photo of {}", 100.0),
    "siglip2-b16": ("a photo of {}", 112.0),
    "clap": ("the sound of {}", 20.0),
}
_DECODING = Decoding(threshold=0.5, gate="none")
OFFLINE_DECODING = Decoding(threshold=0.5, gate="none", keep_threshold=0.25)


class Preset(Protocol):
    """Makes the scorer of a preset."""

    def __call__(self, vocabulary: Vocabulary, *, fps: int | None = None) -> Scorer:
        """Return a scorer of the user's classes that looks at `fps` frames a second."""


def offline(
    vocabulary: Vocabulary, *, fps: int | None = None, load: EncoderLoader = load_encoder
) -> ZeroShot:
    """Return the scorer that needs no network: EfficientNet-Lite2, YAMNet and MiniLM.

    Args:
        vocabulary: the user's classes.
        fps: frames looked at a second.
        load: gives an encoder by its id.

    Raises:
        WeightsError: the weights are not in the cache.
    """
    from seehear.parser.zero_shot.offline import (
        COUPLING,
        PICTURE,
        SOUND,
        picture_evidence,
        sound_evidence,
    )

    _require_weights("yamnet", "conse")
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
        _pair(load("yamnet"), load("conse", fps=fps or FPS)),
        (sound, picture),
        (heard, seen),
        decoding=OFFLINE_DECODING,
        coupling=COUPLING,
        notes=notes,
    )


def with_language(
    vocabulary: Vocabulary,
    *,
    audio: str = "clap",
    visual: str = "clip-vit-b16",
    fps: int | None = None,
    load: EncoderLoader | None = None,
    load_tower: TextTowerLoader = load_text,
) -> ZeroShot:
    """Return the scorer of two encoders that share a space with language.

    Args:
        vocabulary: the user's classes.
        audio, visual: encoder ids.
        fps: frames looked at a second.
        load: gives an encoder by its id; None: those of this installation.
        load_tower: gives a text tower by its id.

    Raises:
        ConfigError: an encoder without language, or of the other track.
        WeightsError: weights are not in the cache.
    """
    if load is None:
        _require_weights(audio, visual)
        load = load_encoder
    encoders = _pair(load(audio), load(visual, fps=fps or FPS))
    sound, heard = _evidence(encoders[0], vocabulary, sound_lexicon(), load_tower)
    picture, seen = _evidence(encoders[1], vocabulary, picture_lexicon(), load_tower)
    notes = {
        "calibrated on": (
            "nothing: cosines as the encoders were trained, against common things of another kind"
        )
    }
    return ZeroShot(
        vocabulary,
        encoders,
        (sound, picture),
        (heard, seen),
        decoding=_DECODING,
        notes=notes,
    )


# by preset: the encoder of sound, and that of pictures
ENCODERS = {"offline": ("yamnet", "conse"), "clip": ("clap", "clip-vit-b16")}
PRESETS: dict[str, Preset] = {"offline": offline, "clip": with_language}


def check_preset(preset: str, fps: int | None) -> None:
    """Refuse options that no preset takes.

    Raises:
        ConfigError: no such preset, or no frames at all.
    """
    if preset not in PRESETS:
        raise ConfigError(f"expected {' or '.join(PRESETS)}, got {preset!r}", parameter="preset")
    if fps is not None and fps < 1:
        raise ConfigError(f"expected at least 1 frame a second, got {fps}", parameter="fps")


def _require_weights(*encoders: str) -> None:
    """Check that the weights of all encoders are in the cache, in one message."""
    needed = {id_ for encoder in encoders for id_ in card(encoder).weights}
    require([id_ for id_ in WEIGHTS if id_ in needed])


def _pair(audio: AnyEncoder, visual: AnyEncoder) -> tuple[AudioEncoder, VisualEncoder]:
    if not is_audio(audio) or not is_visual(visual):
        raise ConfigError(
            "expected an audio and a visual encoder, got"
            f" {audio.card.id} ({audio.card.track}) and {visual.card.id} ({visual.card.track})"
        )
    return audio, visual


def _evidence(
    encoder: AnyEncoder, vocabulary: Vocabulary, lexicon: Lexicon, load_tower: TextTowerLoader
) -> tuple[SpaceEvidence, list[Meaning]]:
    """Return the evidence of an encoder, and what each class means among its common things."""
    about = encoder.card
    if about.language is None:
        raise ConfigError(
            f"encoder {about.id} shares no space with language",
            hint="take one that does, such as clap",
        )
    tower = load_tower(about.language)
    template, scale = LANGUAGE.get(about.id, ("{}", 100.0))
    output = "space" if "space" in about.outputs else "feature"
    meanings = [
        lexicon.find(name, text, tower.encode, lambda names: tower.encode(list(names)))
        for name, text in zip(vocabulary.names, vocabulary.descriptions, strict=True)
    ]
    evidence = space_evidence(
        f"{about.id}/{output}",
        tower,
        vocabulary.descriptions,
        meanings,
        lexicon,
        template=template,
        scale=scale,
    )
    return evidence, meanings
