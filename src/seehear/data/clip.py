"""A clip's name, and what can be read from it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# id, start, end: the two last fields are times, and the id itself may hold `_`, `-` and start with
# either
_NAME = re.compile(r"(?P<id>.+)_(?P<start>\d+(?:\.\d+)?)_(?P<end>\d+(?:\.\d+)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clip:
    """One row of a split's table.

    Args:
        name: the full `filename` column; what truth is joined by.
        id: stem of the clip's media and feature files; `name` without its times.
        labels: the weak label, classes of the clip in table order, each once.
        start_s: where the clip was cut from its source video, seconds; None if the name does not
            say.
        end_s: likewise, after `start_s`.
        line: of the table; None where the table has none of its own for it.
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
    """Return the clips; those that share an id (`take_1_2`, `take_3_4`) go by their full name."""
    clips = list(clips)
    count = Counter(clip.id for clip in clips)
    out = []
    for clip in clips:
        shared = count[clip.id] > 1
        out.append(replace(clip, id=clip.name) if shared else clip)
    return out
