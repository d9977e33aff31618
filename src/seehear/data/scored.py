"""Which split is scored by default, and the warning where few seeds or clips were scored.

The first of these that has truth is scored: `test`, `val`, other splits, `train`.
"""

from dataclasses import dataclass

from seehear.amounts import amount
from seehear.data.dataset import Dataset, Split
from seehear.errors import DataError

FEWEST_SEEDS, FEWEST_CLIPS = 3, 100  # with fewer of either, figures prove nothing
_FIRST, _LAST = ("test", "val"), "train"
_OPTIMISTIC = {
    "val": "; the epoch of a trained parser was chosen on it",
    "train": "; a trained parser has learned from it",
}


@dataclass(frozen=True)
class Chosen:
    """The split that is scored.

    Args:
        split: which.
        why: in words, if it is not `test` and was not asked for; else None.
    """

    split: Split
    why: str | None = None

    @property
    def name(self) -> str:
        """The split's name."""
        return self.split.name

    @property
    def notes(self) -> list[str]:
        """A line on the choice; empty if there is nothing to say."""
        return [] if self.why is None else [f"split {self.name}: {self.why}"]


def choose_split(dataset: Dataset, asked: str | None, *, truth: bool = True) -> Chosen:
    """Return the split that was asked for, else the one that the rule gives.

    Args:
        dataset: as opened.
        asked: a name; None: by the rule.
        truth: whether the split must have truth; otherwise one without is taken if none has it.

    Raises:
        DataError: there is no such split, or it has no truth, or none has.
    """
    if asked is not None:
        return Chosen(dataset.scored(asked) if truth else dataset.split(asked))
    order = sorted(dataset.splits, key=_rank)
    known = [name for name in order if dataset.splits[name].scorable]
    if truth and not known:
        raise DataError(
            f"expected a split with truth, got {', '.join(dataset.splits)} without",
            where=dataset.root,
            hint="add tables of truth: docs/own-data.md",
        )
    name = (known or order)[0]
    if name == "test":
        return Chosen(dataset.splits[name])
    kind = "split test with truth" if known else "split with truth"
    why = f"chosen because there is no {kind}{_OPTIMISTIC.get(name, '')}"
    return Chosen(dataset.splits[name], why)


def _rank(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    return len(_FIRST) + (name == _LAST)


def caution(*, clips: int, seeds: int | None = None, split: str | None = None) -> str | None:
    """Return the sentence that belongs below figures of few seeds or clips; None if enough.

    Args:
        clips: how many were scored.
        seeds: how many the row with the fewest has; None: no runs are compared.
        split: the name of their split, if figures of several splits are shown; None: of one.

    Examples:
        >>> caution(clips=36, seeds=1)
        'These figures prove nothing: 1 seed (at least 3 needed), 36 clips (at least 100 needed).'
        >>> caution(clips=1200, seeds=3) is None
        True
    """
    few = []
    if seeds is not None and seeds < FEWEST_SEEDS:
        few.append(f"{amount(seeds, 'seed')} (at least {FEWEST_SEEDS} needed)")
    if clips < FEWEST_CLIPS:
        of_split = "" if split is None else f" of {split}"
        few.append(f"{amount(clips, 'clip')}{of_split} (at least {FEWEST_CLIPS} needed)")
    return f"These figures prove nothing: {', '.join(few)}." if few else None
