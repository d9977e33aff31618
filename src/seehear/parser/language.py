"""What the zero-shot preset `offline` says of clips of any length whose features are on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.data import Dataset, Vocabulary
from seehear.errors import ConfigError, FeatureError
from seehear.features import FeatureStore
from seehear.features.reader import read_segments, require_rows
from seehear.features.windowed import Window, WindowedStore
from seehear.parser.zero_shot.scorer import TrackEvidence
from seehear.runs.inputs import held
from seehear.runs.language import starting_logits

Probs = NDArray[np.float32]
SECOND = 1.0  # the segments that language judges


@dataclass(frozen=True)
class StoredLanguage:
    """The zero-shot scorer over stored features.

    Args:
        vocabulary: the classes.
        evidence: of sound and of pictures.
    """

    vocabulary: Vocabulary
    evidence: tuple[TrackEvidence, TrackEvidence]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "StoredLanguage":
        """Return the scorer of some classes.

        Raises:
            WeightsError: weights of the text encoder are not in the cache.
        """
        from seehear.parser.zero_shot.offline import picture_evidence, sound_evidence

        return cls(vocabulary, (sound_evidence(vocabulary)[0], picture_evidence(vocabulary)[0]))

    def unfit(self, store: FeatureStore) -> FeatureError | None:
        """Return the error for a folder that lacks streams needed here; None if it lacks none."""
        needed = [stream for track in self.evidence for stream in track.streams]
        lacking = [stream for stream in needed if stream not in store.streams]
        if not lacking:
            return None
        return FeatureError(
            f"expected {', '.join(lacking)} for the prior, the folder holds {held(store)}",
            where=store.path,
            hint="extract with yamnet and conse, or take the prior none",
        )

    def probs(
        self, store: FeatureStore, names: Sequence[str], lengths: Sequence[int]
    ) -> list[Probs]:
        """Return the probabilities of whole clips, (T, 2, C) each.

        Args:
            store: an open features folder.
            names: of the clips.
            lengths: T of each.

        Raises:
            FeatureError: a clip has no rows, or damaged ones.
        """
        from seehear.parser.zero_shot.offline import COUPLING

        for track in self.evidence:
            for stream in track.streams:
                require_rows(store, stream, names)
        found = []
        for name, segments in zip(names, lengths, strict=True):
            prob = np.zeros((segments, 2, len(self.vocabulary)), np.float32)
            present = []
            for number, track in enumerate(self.evidence):
                values = {}
                for stream in track.streams:
                    values[stream] = read_segments(store, stream, [name], segments)[0]
                prob[:, number], there = _track(track, values)
                present.append(there)
            found.append(COUPLING.prob(prob, (present[0], present[1])))
        return found


def stored_logits(
    dataset: Dataset, store: FeatureStore, names: Sequence[str]
) -> NDArray[np.float32]:
    """Return the logits that a network starts from, (N, T, 2, C), for clips of a dataset.

    A window has the logits of its whole clip, cut to the window, as in parsing.

    Args:
        dataset: whose classes and segments are meant.
        store: its features.
        names: of clips, or of windows of a `WindowedStore`.

    Raises:
        FeatureError: the folder lacks streams that are needed.
        ConfigError: segments are not one second long.
        WeightsError: weights of the text encoder are not in the cache.
    """
    if dataset.grid.step_s != SECOND:
        raise ConfigError(
            f"language judges seconds, expected segments of 1 s, got {dataset.grid.step_s:g} s",
            where=dataset.root,
            hint="set network.from_language=false",
        )
    language = StoredLanguage.of(dataset.vocabulary)
    if problem := language.unfit(store):
        problem.hint = "extract with yamnet and conse, or set network.from_language=false"
        raise problem
    length, classes = dataset.grid.count, len(dataset.vocabulary)
    if not isinstance(store, WindowedStore):
        said = language.probs(store, names, [length] * len(names))
        return starting_logits(said, length, classes)
    windows = [store.window(name) for name in names]
    counts = {window.clip: window.count for window in windows}
    found = language.probs(store.whole, list(counts), list(counts.values()))
    whole = dict(zip(counts, found, strict=True))
    cut = [_cut(whole[window.clip], window) for window in windows]
    return starting_logits(cut, length, classes)


def _cut(prob: Probs, window: Window) -> Probs:
    return prob[window.start : window.start + window.length]


def _track(
    evidence: TrackEvidence, values: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], bool]:
    """Return the probabilities of one track of a clip, and whether anything of it is there."""
    some = values[evidence.streams[0]].any(axis=1)
    kept = evidence.of(values)
    kept[~some] = evidence.nothing()
    return (
        (evidence.prob(kept), True) if some.any() else (np.zeros(kept.shape[:2], np.float32), False)
    )
