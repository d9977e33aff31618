"""Shared by the formats that hold many clips in one file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from seehear.time import Timeline


@dataclass(frozen=True)
class LinkedClip:
    """A clip that is to be written into a file of many.

    Args:
        name: unique in the file.
        timeline: of the clip.
        link: the address of its video, if known.
    """

    name: str
    timeline: Timeline
    link: str | None = None


@dataclass
class ManyClips:
    """The classes and videos of all clips of a file, collected while they are written.

    Args:
        classes: every class, in order.
        links: name of a clip -> address of its video.
    """

    classes: dict[str, None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def taking(self, clips: Iterable[LinkedClip]) -> Iterator[LinkedClip]:
        """Yield the clips, noting their classes and links."""
        for clip in clips:
            self.classes.update(dict.fromkeys(clip.timeline.vocabulary))
            if clip.link is not None:
                self.links[clip.name] = clip.link
            yield clip


def enclosed(first: str, items: Iterable[str], last: str) -> Iterator[str]:
    """Yield a JSON list piece by piece: `first`, the items with commas between them, `last`."""
    sign = first
    for item in items:
        yield f"{sign}\n{item}"
        sign = ","
    yield f"{first}{last}\n" if sign == first else f"\n{last}\n"


# names of further files -> their text, given the name of the file that they go with
Beside = Mapping[str, str]
