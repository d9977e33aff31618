"""What reviewers want to know of a library: what to look at next, and how good the parser is.

Each timeline is read once, and summed up as a `ClipLook`.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from seehear.closest import suggest
from seehear.errors import ConfigError
from seehear.library.corrections.figures import Count, Counts, counted
from seehear.library.corrections.queue import (
    ClipDoubt,
    Moment,
    clip_doubt,
    moments,
    ordered,
    whole,
)
from seehear.time import Timeline
from seehear.time.spans import Span

ORDERS = ("doubt", "random")


@dataclass(frozen=True)
class ClipLook:
    """What reviewers want to know of one clip.

    Args:
        moments: the doubtful ones.
        whole: the clip as one moment; None: all of it was reviewed.
        doubt: how much it is in doubt; None: all of it was reviewed.
        counts: what was reviewed, by class and track.
        words: the classes that were looked for.
    """

    moments: tuple[Moment, ...]
    whole: Moment | None
    doubt: ClipDoubt | None
    counts: Counts
    words: tuple[str, ...]


def look(name: str, timeline: Timeline) -> ClipLook:
    """Return what reviewers want to know of a clip."""
    found = tuple(moments(name, timeline))
    counts = counted([timeline])
    doubt = clip_doubt(name, timeline)
    return ClipLook(found, whole(name, timeline), doubt, counts, timeline.vocabulary)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to look at.

    Args:
        order: `doubt`, the most doubtful moments first, or `random`, whole clips.
        label: only moments and figures of this class; None: of all.
        most: largest number of moments.
        seed: of the random order.

    Raises:
        ConfigError: no such order.
    """

    order: str = "doubt"
    label: str | None = None
    most: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            got = f"expected {' or '.join(ORDERS)}, got {self.order!r}"
            raise ConfigError(got, parameter="order")


@dataclass(frozen=True)
class Looked:
    """What to look at next, and how good the parser is.

    Args:
        moments: in the order asked for.
        clips: those not reviewed completely, the most doubtful first.
        counts: what was reviewed, by class and track.
        words: all classes that were looked for.
    """

    moments: list[Moment]
    clips: list[ClipDoubt]
    counts: Counts
    words: list[str]


def looked(looks: Iterable[ClipLook], asked: Asked) -> Looked:
    """Return what to look at next in a library, and how good its parser is.

    Args:
        looks: of its clips.
        asked: what is wanted.

    Raises:
        ConfigError: no clip was parsed for the class asked for.
    """
    looks = list(looks)
    words = sorted({word for one in looks for word in one.words})
    if asked.label is not None and looks and asked.label not in words:
        hint = suggest(asked.label, words)
        raise ConfigError(f"no clip has class {asked.label!r}", hint=hint, parameter="label")
    clips = [one.doubt for one in looks if one.doubt is not None]
    clips.sort(key=lambda clip: (-clip.doubt, clip.name))
    return Looked(_moments(looks, asked), clips, _summed(looks, asked.label), words)


def _moments(looks: Iterable[ClipLook], asked: Asked) -> list[Moment]:
    if asked.order == "random":
        clips = [one.whole for one in looks if one.whole is not None]
        random.Random(asked.seed).shuffle(clips)
        return clips[: asked.most]
    found = [moment for one in looks for moment in one.moments]
    if asked.label is not None:
        found = [moment for moment in found if moment.label == asked.label]
    return ordered(found, most=asked.most)


def _summed(looks: Iterable[ClipLook], label: str | None) -> Counts:
    out: Counts = {}
    for one in looks:
        for key, count in one.counts.items():
            if label in (None, key[0]):
                total = out.setdefault(key, Count())
                for name, value in vars(count).items():
                    setattr(total, name, getattr(total, name) + value)
    return dict(sorted(out.items()))


def figure(key: tuple[str, str], count: Count) -> dict[str, object]:
    """Return what was reviewed of a class on a track, as JSON values."""
    precision, recall = map(_plain, count.intervals())
    return {
        "class": key[0],
        "track": key[1],
        **{name: round(value, 3) for name, value in vars(count).items()},
        "precision": count.precision,
        "precision_interval": precision,
        "recall": count.recall,
        "recall_interval": recall,
    }


def _plain(interval: Span | None) -> list[float] | None:
    return None if interval is None else list(interval)
