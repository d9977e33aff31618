"""OpenTimelineIO: markers of timelines, tracks and clips, on the clock of what they hang on.

A clip's clock is its media's: where the media says what it shows at its first frame
(`available_range`), times count from there, else they are taken as they are written.
"""

from seehear.files import Json
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_told, track_of
from seehear.interchange.timecode import HOUR_S
from seehear.interchange.values import inside, seconds, text

_ITEMS = ("children", "tracks")
_DEEPEST = 60


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return content.is_json() and '"OTIO_SCHEMA"' in content.head


def read(content: Content, found: Findings) -> None:
    """Read the markers; colours may be words or objects, and every time has a rate of its own."""
    root = content.json
    start_s = _seconds(inside(root, "global_start_time")) or 0.0
    # markers count from 0; some writers count in time codes, which begin after an hour
    _item(root, "", found, (None, start_s if start_s >= HOUR_S else 0.0), 0)
    as_told(found)


def _item(
    value: Json, where: str, found: Findings, around: tuple[str | None, float], depth: int
) -> None:
    """Read the markers of an item, then what it holds."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    schema = str(value.get("OTIO_SCHEMA", ""))
    if schema.startswith("SerializableCollection"):
        around = (None, 0.0)
    if schema.startswith("Clip"):
        around = _media(value)
    markers = value.get("markers")
    for place, marker in enumerate(markers if isinstance(markers, list) else []):
        _marker(marker, f"{where}markers[{place}]", found, around)
    for key in _ITEMS:
        below = value.get(key)
        if isinstance(below, dict):
            _item(below, f"{where}{key}.", found, around, depth + 1)
        for place, child in enumerate(below if isinstance(below, list) else []):
            _item(child, f"{where}{key}[{place}].", found, around, depth + 1)


def _marker(value: Json, where: str, found: Findings, around: tuple[str | None, float]) -> None:
    source, origin_s = around
    span = inside(value, "marked_range") or inside(value, "range")  # as the first schema has it
    start_s = _seconds(inside(span, "start_time"))
    length_s = _seconds(inside(span, "duration"))
    if start_s is None:
        found.skip(where, "no time that can be read")
        return
    if start_s >= origin_s:
        start_s -= origin_s
    end_s = None if length_s is None else start_s + length_s
    ours = inside(value, "metadata", "seehear")
    named = [text(inside(at, key)) for at, key in ((ours, "label"), (value, "name"))]
    label = named[0] or named[1] or text(inside(value, "comment"))
    track = track_of(text(inside(ours, "track")))
    found.add(
        where,
        label,
        start_s,
        end_s,
        track=track,
        source=source,
        score=seconds(inside(ours, "score")),
        tier=_colour(inside(value, "color")),
    )


def _media(clip: dict[str, Json]) -> tuple[str | None, float]:
    """Return the address of a clip's media, and what its clock shows at the first frame."""
    reference = clip.get("media_reference")
    several = clip.get("media_references")
    if isinstance(several, dict):
        reference = several.get(str(clip.get("active_media_reference_key", "DEFAULT_MEDIA")))
    if not isinstance(reference, dict):
        return None, 0.0
    start = _seconds(inside(reference, "available_range", "start_time"))
    return text(reference.get("target_url")) or None, start or 0.0


def _seconds(value: Json) -> float | None:
    """Return a time of OTIO in seconds, or None."""
    at, rate = seconds(inside(value, "value")), seconds(inside(value, "rate"))
    return None if at is None or rate is None or rate <= 0 else at / rate


def _colour(value: Json) -> str:
    """Return the name of a colour; newer files have an object."""
    return text(inside(value, "name")) or text(value)
