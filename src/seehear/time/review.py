"""What people did to a timeline, beyond its events: what the parser had found, who, when.

The events, the stretches that were reviewed and what was removed say what holds now.  Here stands
what the parser had found before anybody touched it, so that a correction loses nothing and can be
counted; for which classes stretches were reviewed; and which classes a person brought in.
"""

from dataclasses import dataclass, replace
from typing import Self

from seehear.time.event import Event


@dataclass(frozen=True)
class Edit:
    """One time that a person, or a file of theirs, changed a timeline.

    Args:
        at: date and time, in the form of ISO 8601.
        did: what was changed, in a few words.
        by: name of the person; None: not given.
    """

    at: str
    did: str
    by: str | None = None


@dataclass(frozen=True)
class Review:
    """What people did to a timeline.

    Args:
        machine: the events that the parser found, all tracks.
        words: the classes for which the reviewed stretches were looked through; None: all of the
            vocabulary.
        added: classes of the vocabulary that a person added; the parser did not look for them.
        edits: the oldest first.
    """

    machine: tuple[Event, ...] = ()
    words: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    def with_edit(self, edit: Edit) -> Self:
        """Return the same with one more change noted."""
        return replace(self, edits=(*self.edits, edit))
