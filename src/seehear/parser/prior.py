"""A trained parser guided by language: by the zero-shot scorer with the run's own classes.

A network trained on few clips sees little on footage that looks unlike them, and takes sounds that
it was never trained on for one of its classes; its probabilities do not show either.  Language is
not fitted to those clips.  So each is believed where it is good:

    heard   where the network hears it, and language does not rule it out around there
    seen    where the network sees it, likewise; or where language sees it by itself

Language rules a class out where its probability stays below a limit for nine seconds on each side.
That a network does not see something counts for nothing, because on footage unlike its training
clips it sees next to nothing.

How far each is believed depends on the footage: where it is like the training clips
(`seehear.runs.likeness`), the network decides more than elsewhere.

Source: none; `benchmarks/notes/2026-11-27-own-parser.md` has the rules that were tried.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import AudioEncoder, VisualEncoder
from seehear.errors import ConfigError
from seehear.parser.scorer import Gathered, Scorer, keep_of_each
from seehear.parser.trained import Trained
from seehear.parser.zero_shot.calibration import around_max
from seehear.runs.likeness import FEWEST
from seehear.time import Scores, TimeGrid
from seehear.time.decode import spread

Probs = NDArray[np.floating]
Beyond = Callable[[Gathered, TimeGrid], NDArray[np.float64]]
_REACH = 9  # segments on each side in which language is asked
_SURE = 30.0


@dataclass(frozen=True)
class Prior:
    """How far a network may depart from language.

    Args:
        heard: limit of language's logit: where the highest around a second lies below it, the
            network is not believed to hear.
        seen: likewise for what the network sees.
        keep: a lower probability of language that is enough in seconds next to one with `alone`.
        alone: probability from which language sees something by itself.
    """

    heard: float = -1.25
    seen: float = -2.0
    keep: float = 0.25
    alone: float = 0.5

    def guided(self, network: Scores, language: Probs) -> Scores:
        """Return the scores of both together.

        Args:
            network: of the trained run.
            language: probabilities (T, 2, C) of the zero-shot scorer, of the same classes.
        """
        odds = _logit(language)
        around = around_max(odds, _REACH)
        allowed = _prob(around - np.array([[self.heard], [self.seen]]))
        prob = np.minimum(network.segment_prob, allowed)
        sees = language[:, 1] >= self.alone
        kept = spread(sees[:, None], sees[:, None] | (language[:, 1:] >= self.keep))[:, 0]
        seen = _prob(odds[:, 1] - _logit(np.array(self.alone)))
        own = np.where(kept, np.maximum(seen, 0.5), seen)
        prob[:, 1] = np.maximum(prob[:, 1], own)
        track, clip = network.pooled()
        ever = own.max(axis=0)
        track, clip = track.copy(), np.maximum(clip, ever)
        track[..., 1, :] = np.maximum(track[..., 1, :], ever)
        return replace(network, segment_prob=prob, track_prob=track, clip_prob=clip)


# language: for footage unlike the training clips; it is no worse there than language alone
# support: for footage like them; language adds what it sees, and rules out only what it is sure of
# likeness: one rule for footage like them, and `ELSEWHERE` the rule for all other footage
PRIORS: dict[str, Prior | None] = {
    "none": None,
    "language": Prior(),
    "support": Prior(heard=-3.0, seen=-4.0),
    "likeness": Prior(heard=-3.0, seen=-4.0, alone=0.65),
}
ELSEWHERE: dict[str, Prior] = {"likeness": Prior(heard=-1.0, seen=-2.0)}
# the rule of a run that cannot tell which footage is like its training clips
UNMEASURED = "likeness could not be measured, every video counts as unlike the training clips"
_CANNOT_TELL = (
    "this parser cannot tell which videos are like its training clips (that takes at least"
    f" {FEWEST} clips of train and of val with sound and picture); it treats every video as unlike"
    " them, so the words decide more than the network; with the prior none the network decides"
    " alone"
)


def rule_of(prior: str, *, measured: bool) -> str:
    """Return in words which rule holds for a run.

    Args:
        prior: a name of `PRIORS`.
        measured: whether the run can tell footage unlike its training clips.

    Examples:
        >>> rule_of("support", measured=False), rule_of("likeness", measured=True)
        ('support', 'likeness')
    """
    return UNMEASURED if prior in ELSEWHERE and not measured else prior


def mixed(like: Scores, unlike: Scores, beyond: NDArray[np.floating]) -> Scores:
    """Return scores of one clip: in segments unlike the training clips `unlike`, else `like`.

    Args:
        like, unlike: scores of the clip by the rules for either kind of footage.
        beyond: (T,), above zero where the footage is unlike the training clips.
    """
    far = beyond > 0
    if not far.any():
        return like
    prob = np.where(far[:, None, None], unlike.segment_prob, like.segment_prob)
    track, clip = like.pooled()
    track_far, clip_far = unlike.pooled()
    return replace(
        like,
        segment_prob=prob,
        track_prob=np.maximum(track, track_far),
        clip_prob=np.maximum(clip, clip_far),
    )


class Guided:
    """A trained scorer and the zero-shot scorer of the same classes as one.

    Args:
        trained: the run's scorer.
        language: the zero-shot scorer.
        prior: how far the first may depart from the second.
        elsewhere: likewise on footage unlike the training clips; None: `prior` holds there, too.
        beyond: returns how unlike the training clips each segment is (`Trained.beyond`).
        rule: which rule that is in words (`rule_of`); empty: timelines do not say.

    Raises:
        ConfigError: their segments have another length.
    """

    def __init__(
        self,
        trained: Scorer,
        language: Scorer,
        prior: Prior | None = None,
        *,
        elsewhere: Prior | None = None,
        beyond: Beyond | None = None,
        rule: str = "",
    ) -> None:
        if trained.step_s != language.step_s:
            raise ConfigError(
                f"expected segments of {language.step_s:g} s, got a parser of {trained.step_s:g} s",
                parameter="prior",
                hint="leave it out: language judges whole seconds",
            )
        self._trained, self._language, self._prior = trained, language, prior or Prior()
        self._elsewhere, self._beyond, self._rule = elsewhere, beyond, rule
        # a network that starts from language passes rows on to it
        inside = getattr(trained, "language", None) is language
        self._keepers = (trained,) if inside else (trained, language)
        self.vocabulary, self.decoding = trained.vocabulary, trained.decoding
        self.step_s, self.keep_frames = trained.step_s, trained.keep_frames
        self.streams = trained.streams | language.streams
        # of an encoder that both have, the run's, because its options are those of training
        self.audio: Mapping[str, AudioEncoder] = {**language.audio, **trained.audio}
        self.visual: Mapping[str, VisualEncoder] = {**language.visual, **trained.visual}

    def keep(
        self,
        kept: Gathered,
        encoder: str,
        values: Mapping[str, NDArray[np.float32]],
        places: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Keep what each of them needs."""
        keep_of_each(self._keepers, kept, encoder, values, places)

    def scores(self, kept: Gathered, grid: TimeGrid, present: tuple[bool, bool]) -> Scores:
        """Return the probabilities of both together."""
        network = self._trained.scores(kept, grid, present)
        language = self._language.scores(kept, grid, present)
        both = self._prior.guided(network, language.segment_prob)
        if self._elsewhere is None or self._beyond is None:
            return both
        far = self._elsewhere.guided(network, language.segment_prob)
        return mixed(both, far, self._beyond(kept, grid))

    def about(self) -> dict[str, Any]:
        """Return which run this is, and what language adds."""
        words = self._language.about().get("words")
        prior = {"by": "language", **asdict(self._prior), "words": words}
        if self._elsewhere is not None:
            prior["on other footage"] = asdict(self._elsewhere)
        rule = {"prior_rule": self._rule} if self._rule else {}
        return {**self._trained.about(), "prior": prior, **rule}

    def doubts(self) -> list[str]:
        """Return a line for each class that language may have misunderstood, and one where the
        run cannot tell which footage is like its training clips.
        """
        found = list(dict.fromkeys([*self._trained.doubts(), *self._language.doubts()]))
        return [*found, _CANNOT_TELL] if self._rule == UNMEASURED else found


def with_prior(trained: Trained, prior: str | None = None) -> Scorer:
    """Return a trained scorer guided by the zero-shot preset `offline`.

    A run that cannot tell footage unlike its training clips has the rule for such footage
    everywhere.

    Args:
        trained: the run's scorer.
        prior: a name of `PRIORS`; None: that of its recipe.

    Raises:
        WeightsError: the preset's weights are not in the cache.
        ConfigError: no such prior, or see `Guided`.
    """
    from seehear.parser.preset import offline

    prior = prior or trained.run.prior
    check_prior(prior)
    limits = PRIORS[prior]
    if limits is None:
        return trained
    language, elsewhere = trained.language or offline(trained.vocabulary), ELSEWHERE.get(prior)
    rule = rule_of(prior, measured=trained.knows_footage)
    if rule == UNMEASURED:
        return Guided(trained, language, elsewhere, rule=rule)
    return Guided(trained, language, limits, elsewhere=elsewhere, beyond=trained.beyond, rule=rule)


def check_prior(prior: str) -> None:
    """Refuse a prior that does not exist.

    Raises:
        ConfigError: no such prior.
    """
    if prior not in PRIORS:
        raise ConfigError(f"expected one of {', '.join(PRIORS)}, got {prior!r}", parameter="prior")


def _logit(prob: Probs) -> NDArray[np.float64]:
    inside = np.clip(prob.astype(np.float64), 1e-12, 1 - 1e-12)
    odds: NDArray[np.float64] = np.clip(np.log(inside) - np.log1p(-inside), -_SURE, _SURE)
    return odds


def _prob(odds: Probs) -> NDArray[np.float32]:
    prob: NDArray[np.float32] = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return prob
