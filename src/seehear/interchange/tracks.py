"""What people write for heard, seen and both, and the column of a table that holds it."""

import re
from typing import Protocol

from seehear.time import Track

_SAID = {
    "audio": Track.AUDIO,
    "heard": Track.AUDIO,
    "visual": Track.VISUAL,
    "seen": Track.VISUAL,
    "audio visual": Track.AUDIO_VISUAL,
    "audiovisual": Track.AUDIO_VISUAL,
    "both": Track.AUDIO_VISUAL,
    "audio and visual": Track.AUDIO_VISUAL,
    "heard and seen": Track.AUDIO_VISUAL,
    "seen and heard": Track.AUDIO_VISUAL,
}
_ALSO = {
    "sound": Track.AUDIO,
    "video": Track.VISUAL,
    "picture": Track.VISUAL,
}
_BETWEEN = re.compile(r"[\s_-]+")
_NUMBERED = re.compile(r"\D{0,10}\d+")  # as editors number their tracks: 1, A1, Track 2
_NAMES = ("track", "tracks", "heard or seen", "seen or heard", "audio or visual")
_MAYBE = ("channel", "channels", "modality", "kind", "lane", "tier")  # if their fields say it


class Fields(Protocol):
    """A row of a table."""

    def get(self, *names: str) -> str:
        """Return the text of the first of these columns that is not empty; "" if all are."""


def track_said(text: str) -> str | None:
    """Return the track that a text says, in any case; None if it says none.

    Examples:
        >>> track_said("Seen"), track_said("AUDIO-VISUAL"), track_said("left")
        ('visual', 'audio_visual', None)
    """
    word = _word(text)
    found = _SAID.get(word) or _ALSO.get(word)
    return None if found is None else str(found)


class TrackColumn:
    """The columns of a table that say what is heard and what is seen.

    A column `track` does so; a column such as `channel` or `kind` only if all of its fields are
    `heard`, `seen`, `both` or what else names a track.

    Args:
        header: names of the columns.
        rows: of the table.
    """

    def __init__(self, header: "tuple[str, ...]", rows: "list[Fields]") -> None:
        there = {_word(name): name for name in header}
        self.names = [there[name] for name in _NAMES if name in there]
        for name in _MAYBE:
            if name in there and _all_say(there[name], rows):
                self.names.append(there[name])

    def of(self, row: Fields) -> str | None:
        """Return the track that a row names, or the text that stands for it; None: it names none.

        A number, as editors count their tracks, says nothing of it.
        """
        text = row.get(*self.names)
        if not text or _NUMBERED.fullmatch(text):
            return None
        return track_said(text) or text


def _all_say(name: str, rows: "list[Fields]") -> bool:
    fields = [row.get(name) for row in rows]
    said = [field for field in fields if field]
    return bool(said) and all(_word(field) in _SAID for field in said)


def _word(text: str) -> str:
    return _BETWEEN.sub(" ", text.strip().strip('"').casefold()).strip()
