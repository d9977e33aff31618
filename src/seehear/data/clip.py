"""A clip: its name, what can be read from the name, and its weak label."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# id, start, end: the last two fields are times; the id may contain `_` and `-`, also as its first
# character
_NAME = re.compile(r"(?P<id>.+)_(?P<start>\d+(?:\.\d+)?)_(?P<end>\d+(?:\.\d+)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clip:
    """One row of a split's table.

    Args:
        name: the column `filename`; rows of truth name their clip by it.
        id: stem of the clip's media and feature files: `name` without its times.
        labels: the weak label: the clip's classes in table order, each once.
        start_s: where in its source video the clip begins, in seconds; None: the name does not say.
        end_s: where it ends there, likewise.
        line: of the table, counted from 1; None: the clip has no line of its own.
    """

    name: str
    id: str
    labels: tuple[str, ...] = ()
    start_s: float | None = None
    end_s: float | None = None
    line: int | None = field(default=None, compare=False)

    @classmethod
    def parse(cls, name: str, labels: Iterable[str] = ()) -> "Clip":
        """Return the clip called `name`, which may end in `_START_END`, seconds, as LLP's do.

        Examples:
            >>> Clip.parse("-ab_c_0_d-e_101.8_111.8").id
            '-ab_c_0_d-e'
            >>> Clip.parse("holiday_2024").id
            'holiday_2024'
        """
        labels = tuple(dict.fromkeys(labels))
        match = _NAME.fullmatch(name)
        if match and float(match["start"]) < float(match["end"]):
            return cls(name, match["id"], labels, float(match["start"]), float(match["end"]))
        return cls(name, name, labels)


def with_unique_ids(clips: Iterable[Clip]) -> list[Clip]:
    """Return the clips; those that share an id (`take_1_2`, `take_3_4`) get their name as id."""
    clips = list(clips)
    count = Counter(clip.id for clip in clips)
    out = []
    for clip in clips:
        shared = count[clip.id] > 1
        out.append(replace(clip, id=clip.name) if shared else clip)
    return out
