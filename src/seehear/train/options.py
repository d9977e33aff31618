"""Options of how to train: device, progress, missing features.  A recipe says what to train."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from seehear.errors import ConfigError
from seehear.features.windowed import WINDOW
from seehear.train.team import ALONE, Team

_LARGEST_SEED = 2**63 - 1


class Bar(Protocol):
    """What training needs of a progress display."""

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Report that `step` more items are done."""

    def note(self, line: str) -> None:
        """Print a line."""


class Silent:
    """A progress display that shows nothing."""

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Do nothing."""


def _silent(total: int, label: str) -> AbstractContextManager[Bar]:
    return nullcontext(Silent())


def _say_nothing(line: str) -> None:
    pass


@dataclass(frozen=True)
class RunOptions:
    """How to train, and which parts of a dataset to learn from.

    Args:
        device: `cpu`, `cuda`, or `auto`.
        save_every: steps between saved states inside an epoch; 0: after epochs only.
        tensorboard: also write TensorBoard event files.
        stream: read each batch from the features folder when needed instead of holding all clips
            in memory, with the same losses; None: only if they do not fit into memory.
        skip_missing: leave out clips without features instead of refusing.
        window: segments of a training window, for datasets whose clips differ in length.
        track_labels: learn each track from its own weak labels, where the dataset has them.
        team: the processes that train together (`seehear.train.team.joined`).
        say: called with one line of text at a time.
        progress: opens a progress display; called with the number of items and a label.
    """

    device: str = "auto"
    save_every: int = 0
    tensorboard: bool = False
    stream: bool | None = None
    skip_missing: bool = False
    window: int = WINDOW
    track_labels: bool = False
    team: Team = ALONE
    say: Callable[[str], None] = _say_nothing
    progress: Callable[[int, str], AbstractContextManager[Bar]] = _silent


def check_seed(seed: int, parameter: str = "seed") -> None:
    """Refuse a seed that random generators, or the record of a run, cannot take.

    Args:
        seed: as asked for.
        parameter: who asked for it, for the message.

    Raises:
        ConfigError: it is negative, or 2^63 or more.
    """
    if not 0 <= seed <= _LARGEST_SEED:
        raise ConfigError(
            f"expected a seed from 0 to {_LARGEST_SEED}, got {seed}", parameter=parameter
        )
