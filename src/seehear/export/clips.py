"""What formats share that hold many clips in one file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from seehear.time import Timeline


@dataclass(frozen=True)
class LinkedClip:
    """A clip on its way into a file of many.

    Args:
        name: its own among them.
        timeline: what is said of it.
        link: the address of its video, if known.
    """

    name: str
    timeline: Timeline
    link: str | None = None


@dataclass
class ManyClips:
    """What the clips of a file have between them.

    Args:
        classes: every class, in order.
        links: name of a clip -> address of its video.
    """

    classes: dict[str, None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def taking(self, clips: Iterable[LinkedClip]) -> Iterator[LinkedClip]:
        """Yield the clips, and note what they have."""
        for clip in clips:
            self.classes.update(dict.fromkeys(clip.timeline.vocabulary))
            if clip.link is not None:
                self.links[clip.name] = clip.link
            yield clip


def enclosed(first: str, items: Iterable[str], last: str) -> Iterator[str]:
    """Yield a list as JSON writes it: what opens it, the items between commas, what closes it."""
    sign = first
    for item in items:
        yield f"{sign}\n{item}"
        sign = ","
    yield f"{first}{last}\n" if sign == first else f"\n{last}\n"


# names of further files -> their text, given the name of the file that they go with
Beside = Mapping[str, str]
