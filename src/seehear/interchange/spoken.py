"""Our own words in text formats: "dog heard", "dog seen and heard", "[dog barking]", tiers such as
`audio:Dog`, and the stretches of which nothing is known.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from seehear.interchange.rows import Findings, ForeignRow
from seehear.interchange.tracks import track_said
from seehear.time import NOT_PARSED, Track

_HOW = {
    " seen and heard": Track.AUDIO_VISUAL,
    " heard": Track.AUDIO,
    " seen": Track.VISUAL,
}
_UNKNOWN = {"[sound not parsed]": Track.AUDIO, "[picture not parsed]": Track.VISUAL}
_TIER = re.compile(r"(audio|visual|audio_visual)(?::.*)?", re.DOTALL)


def as_told(found: Findings) -> None:
    """Give rows the tracks that their words name, where all of them are worded as we do."""
    rows = [_told(row) for row in found.rows]
    kept = [row for row in rows if row is not None]
    if len(kept) == len(found.rows) and any(row.track for row in kept):
        found.replace(kept)


def _told(row: ForeignRow) -> ForeignRow | None:
    text = row.label.strip()
    if text in _UNKNOWN:
        return replace(row, track=str(_UNKNOWN[text]), label=NOT_PARSED)
    for ending, track in _HOW.items():
        if text.endswith(ending) and text != ending.strip():
            return replace(row, track=str(track), label=text.removesuffix(ending))
    return None


def as_captions(rows: Sequence[ForeignRow]) -> list[ForeignRow]:
    """Return captions of sound without their brackets; other rows as they are."""
    out = []
    for row in rows:
        text = row.label.strip()
        if text[:1] + text[-1:] == "[]" and text not in _UNKNOWN and text != NOT_PARSED:
            row = replace(row, label=text[1:-1].strip(), track="audio")
        out.append(row)
    return out


def track_of(tier: str) -> str | None:
    """Return the track that a tier, layer or kind is called after, or None.

    Examples:
        >>> track_of("audio:Dog"), track_of("Seen"), track_of("phones")
        ('audio', 'visual', None)
    """
    found = _TIER.fullmatch(tier.strip())
    return track_said(tier) if found is None else found[1]
