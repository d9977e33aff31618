"""MA's removal of labels by exchange: does a track show a class when the other track is replaced?

Every clip is parsed three times by a trained network: as it is, with the visual track of a clip
that shares no label, and with the audio track of that clip.  If a label stays improbable on both
tracks although the clip's own visual track is there, the visual track does not show it, and it is
removed from the visual label; likewise for audio.  "Improbable" means below half the relative error
of the class:

    err_c = 1 - mean over clips of [(p_c > 0.5) = y_c]      unchanged clips, negatives included
    r_c   = err_c / max over classes of err                 per track

    visual loses c  iff  p^a_c < r^v_c / 2 and p^v_c < r^v_c / 2    foreign audio, own visual track
    audio loses c   iff  p^a_c < r^a_c / 2 and p^v_c < r^a_c / 2    own audio, foreign visual track

r is relative to the worst class, so most classes have tiny thresholds and lose few labels.  A class
without error loses none.  DHHN's refinement stage uses the same removals.

Source: Wu and Yang, "Exploring Heterogeneous Clues for Weakly-Supervised Audio-Visual Video
Parsing", CVPR 2021; released as Yu-Wu/Modaily-Aware-Audio-Visual-Video-Parsing.

Differs: the release divides by r (infinite where r is 0) and draws partners by trial; the decisions
are the same, the random numbers are not.  In the release the audio target and the clip's label are
one array; `alias_audio_target` keeps that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import DataError


@dataclass(frozen=True)
class TrackProbabilities:
    """Track probabilities of every clip in one pass.

    Args:
        audio, visual: (clips, classes) float.
    """

    audio: NDArray[np.floating]
    visual: NDArray[np.floating]


@dataclass(frozen=True)
class Removals:
    """Labels to withdraw.

    Args:
        audio, visual: (clips, classes) bool, True only where the weak label is 1.
    """

    audio: NDArray[np.bool_]
    visual: NDArray[np.bool_]


@dataclass(frozen=True)
class Targets:
    """Training targets after the removals.

    Args:
        clip, audio, visual: (clips, classes) float32; the visual one is smoothed, and a removed
            label is 0 in it, not 0.05.
    """

    clip: NDArray[np.float32]
    audio: NDArray[np.float32]
    visual: NDArray[np.float32]


def class_accuracy(prob: ArrayLike, label: ArrayLike) -> NDArray[np.float64]:
    """Return per class the share of clips whose decision (above 0.5) equals the weak label.

    Args:
        prob, label: (clips, classes).
    """
    right = (np.asarray(prob) > 0.5) == (np.asarray(label) > 0.5)
    share: NDArray[np.float64] = right.mean(axis=0)
    return share


def relative_error(prob: ArrayLike, label: ArrayLike) -> NDArray[np.float64]:
    """Return each class's error divided by that of the worst class; all 0 if no class has any.

    Args:
        prob, label: (clips, classes).
    """
    error = 1 - class_accuracy(prob, label)
    worst = error.max()
    return error / worst if worst > 0 else np.zeros_like(error)


def removals(
    label: ArrayLike,
    own: TrackProbabilities,
    foreign_audio: TrackProbabilities,
    foreign_visual: TrackProbabilities,
) -> Removals:
    """Return which labels to withdraw from which track.

    Args:
        label: (clips, classes) weak labels, 0 or 1.
        own: predictions on the clips as they are, from which the relative errors are computed.
        foreign_audio: predictions on the clips' own visual track under another clip's audio.
        foreign_visual: predictions on the clips' own audio under another clip's visual track.
    """
    given = np.asarray(label) > 0.5

    def unlikely(seen: TrackProbabilities, threshold: NDArray[np.float64]) -> NDArray[np.bool_]:
        return given & (np.asarray(seen.audio) < threshold) & (np.asarray(seen.visual) < threshold)

    return Removals(
        audio=unlikely(foreign_visual, 0.5 * relative_error(own.audio, given)),
        visual=unlikely(foreign_audio, 0.5 * relative_error(own.visual, given)),
    )


def targets(
    label: ArrayLike,
    removed: Removals,
    *,
    alias_audio_target: bool = True,
    visual_confidence: float = 0.9,
) -> Targets:
    """Return the training targets of the clips.

    Args:
        label: (clips, classes) weak labels, 0 or 1.
        removed: labels withdrawn from each track.
        alias_audio_target: True, as released: audio target and clip label are one array, so a label
            withdrawn from audio is also missing from the clip.  False: the clip keeps all labels.
        visual_confidence: smoothing of the visual target: 0.9 makes 0.95 and 0.05.
    """
    weak = np.asarray(label, np.float32)
    audio = np.where(removed.audio, np.float32(0), weak)
    smoothed = visual_confidence * weak.astype(np.float64) + (1 - visual_confidence) * 0.5
    return Targets(
        clip=audio.copy() if alias_audio_target else weak.copy(),
        audio=audio,
        visual=np.where(removed.visual, np.float32(0), smoothed.astype(np.float32)),
    )


def draw_partners(label: ArrayLike, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return for every clip another one, drawn uniformly from those that share no label with it.

    Args:
        label: (clips, classes) weak labels.
        rng: draws the partners.

    Returns:
        (clips,), index of each clip's partner.

    Raises:
        DataError: a clip shares a label with every other clip.
    """
    weak = (np.asarray(label) > 0.5).astype(np.float32)
    partners = np.empty(len(weak), np.int64)
    for start in range(0, len(weak), 1024):  # a block of the overlap matrix at a time
        overlap = weak[start : start + 1024] @ weak.T
        for row, shared in enumerate(overlap, start):
            shared[row] = 1  # a clip is never its own partner
            strangers = np.flatnonzero(shared == 0)
            if not len(strangers):
                raise DataError(
                    "every other clip shares a label with it, none is left to exchange tracks with",
                    where=f"clip {row}",
                    hint="MA needs clips with disjoint label sets",
                )
            partners[row] = strangers[rng.integers(len(strangers))]
    return partners
