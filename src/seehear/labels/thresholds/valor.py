"""VALOR's rule: a segment has a weak label's class where its similarity passes a threshold.

Each class of the clip's labels is decided by itself: it is on where the similarity lies strictly
above the threshold.  Unlike LSLD this needs neither sentences for sets of labels nor statistics of
the training set.  Both rules have the same interface (`seehear.labels.rule`).

Source: Modality-Independent Teachers Meet Weakly-Supervised Audio-Visual Event Parser (VALOR),
NeurIPS 2023; captions and thresholds from its code Franklin905/VALOR.  The thresholds hold only for
the encoders they were chosen for; for others `calibrated` finds thresholds from the weak labels.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from seehear.arrays import Array
from seehear.errors import ConfigError, FeatureError
from seehear.labels.similarity import Floats, like, to_numpy


def threshold_labels(similarity: Array, weak: Array, thresholds: Sequence[float] | Floats) -> Array:
    """Return hard labels (N, T, C): the clip's classes whose similarity lies above the threshold.

    Args:
        similarity: (N, T, C), on the scale of the thresholds.
        weak: (N, C), 0 or 1.
        thresholds: (C,).

    Raises:
        ValueError: shapes that do not fit.
        FeatureError: NaN similarities.
    """
    values, labels = to_numpy(similarity), to_numpy(weak)
    limits = np.asarray(thresholds, np.float32)
    if values.ndim != 3 or labels.shape != values.shape[::2] or limits.shape != values.shape[2:]:
        raise ValueError(
            f"expected similarity (N, T, C), weak (N, C) and thresholds (C,), got {values.shape}, "
            f"{labels.shape} and {limits.shape}"
        )
    if np.isnan(values).any():
        raise FeatureError("similarities hold NaN", hint="extract these features again")
    return like(((values > limits) & (labels[:, None] > 0)).astype(np.float32), similarity)


def calibrated(similarity: Array, weak: Array, level: float = 0.9) -> Floats:
    """Return a threshold a class (C,) for any encoder, from weak labels alone.

    Segments of clips without a class cannot hold it, so the threshold is the similarity below which
    the share `level` of them stays.  A class that every clip has gets minus infinity, as there are
    no such segments.  This rule is ours.

    Args:
        similarity: (N, T, C), on any scale.
        weak: (N, C), 0 or 1.
        level: in (0, 1); greater is stricter.

    Raises:
        ValueError: a level outside (0, 1), or shapes that do not fit.
    """
    values, labels = to_numpy(similarity), to_numpy(weak) > 0
    if not 0 < level < 1:
        raise ValueError(f"level: expected a share between 0 and 1, got {level}")
    if values.ndim != 3 or labels.shape != values.shape[::2]:
        raise ValueError(
            f"expected similarity (N, T, C) and weak (N, C), got {values.shape} and {labels.shape}"
        )
    limits = np.full(labels.shape[1], -np.inf, np.float32)
    for c in np.flatnonzero(~labels.all(axis=0)):
        limits[c] = np.quantile(values[~labels[:, c], :, c], level)
    return limits


def published(encoder: str, names: Sequence[str]) -> tuple[list[str], Floats]:
    """Return VALOR's captions and thresholds (C,) for an encoder and these classes.

    Cosines times the encoder's own logit scale (100 for CLIP) are compared with these thresholds.

    Args:
        encoder: its id.
        names: of the C classes.

    Raises:
        ConfigError: VALOR has no thresholds for this encoder, or for one of the classes.
    """
    if encoder not in PUBLISHED:
        raise ConfigError(
            f"rule valor has thresholds for {' and '.join(PUBLISHED)}, not for {encoder}",
            hint="rule calibrated fits thresholds for any encoder to your weak labels",
            parameter="labels.segments.rule",
        )
    table = PUBLISHED[encoder]
    unknown = [name for name in names if name not in table]
    if unknown:
        raise ConfigError(
            f"rule valor has no threshold for class {unknown[0]}",
            hint="rule calibrated fits thresholds for any class to your weak labels",
            parameter="labels.segments.rule",
        )
    captions, limits = zip(*(table[name] for name in names), strict=True)
    return list(captions), np.array(limits, np.float32)


# by class: the words after "A photo of", their threshold; the words after "This is a sound of",
# their threshold.  Two captions are misspelt in the source, where thresholds were chosen with them.
_LLP: dict[str, tuple[str, float, str, float]] = {
    "Speech": ("people talking", 20, "speech", 0),
    "Car": ("a car", 15, "car", 0),
    "Cheering": ("people cheering", 18, "cheering", 1),
    "Dog": ("a dog", 14, "dog", 4),
    "Cat": ("a cat", 15, "cat", 6),
    "Frying_(food)": ("frying food", 18, "frying (food)", -2),
    "Basketball_bounce": ("people playing basketball", 18, "basketball bounce", 4),
    "Fire_alarm": ("a fire alarm", 15, "fire alarm", 4),
    "Chainsaw": ("a chainsaw", 15, "chainsaw", 2),
    "Cello": ("a cello", 15, "cello", 2),
    "Banjo": ("a banjo", 15, "banjo", 2),
    "Singing": ("people singing", 18, "singing", 1),
    "Chicken_rooster": ("a chicken or a rooster", 15, "chicken, rooster", 2),
    "Violin_fiddle": ("a violin", 15, "violin fiddle", 3),
    "Vacuum_cleaner": ("a vaccum cleaner", 15, "vacuum cleaner", 0),
    "Baby_laughter": ("a laughing baby", 15, "baby laughter", 2),
    "Accordion": ("an accordion", 15, "accordion", 2),
    "Lawn_mower": ("a lawnmower", 15, "lawn mower", 2),
    "Motorcycle": ("a motorcycle", 15, "motorcycle", 0),
    "Helicopter": ("a helicopter", 16, "helicopter", 2),
    "Acoustic_guitar": ("a acoustic guiter", 14, "acoustic guitar", -1),
    "Telephone_bell_ringing": ("a ringing telephone", 15, "telephone bell ringing", 2),
    "Baby_cry_infant_cry": ("a crying baby", 15, "baby cry, infant cry", 3),
    "Blender": ("a blender", 15, "blender", 3),
    "Clapping": ("hands clapping", 18, "clapping", 0),
}

# encoder: class: (caption, threshold)
_VISUAL = {name: (f"A photo of {words}.", limit) for name, (words, limit, _, _) in _LLP.items()}
_AUDIO = {
    name: (f"This is a sound of {words}", limit) for name, (_, _, words, limit) in _LLP.items()
}
PUBLISHED: dict[str, Mapping[str, tuple[str, float]]] = {
    "clip-vit-l14": _VISUAL,
    "clap-fusion": _AUDIO,
}
