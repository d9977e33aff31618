"""ActivityNet JSON: truth (`database`) and results (`results`), segments in seconds a video."""

from itertools import zip_longest

from seehear.files import Json
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import track_of
from seehear.interchange.values import dicts, inside, read_seconds, seconds, text


def fits(content: Content) -> bool:
    """Return whether the file is of this format, or a bare `database`, as THUMOS shares it."""
    if not content.is_json() or not isinstance(content.json, dict):
        return False
    if any(isinstance(content.json.get(key), dict) for key in ("database", "results")):
        return True
    return any(_is_video(about) for about in list(content.json.values())[:20])


def _is_video(about: Json) -> bool:
    """Return whether it is the entry of a video: segments, or sentences with times."""
    if isinstance(inside(about, "timestamps"), list) and isinstance(
        inside(about, "sentences"), list
    ):
        return True
    return any("segment" in note for note in dicts(_notes(about)))


def read(content: Content, found: Findings) -> None:
    """Read the segments of every video."""
    value = content.json if isinstance(content.json, dict) else {}
    parts = {f"{key}.": value[key] for key in ("database", "results") if key in value}
    for key, videos in (parts or {"": value}).items():
        for name, about in (videos if isinstance(videos, dict) else {}).items():
            notes = _notes(about)
            for place, note in enumerate(notes):
                _segment(note, f"{key}{name}[{place}]", name, found)
            if not notes:
                found.silent.append(name)


def _notes(about: Json) -> list[Json]:
    """Return the segments of a video; sentences with times of their own are some, too."""
    times, words = inside(about, "timestamps"), inside(about, "sentences")
    if isinstance(times, list) and isinstance(words, list):
        pairs = zip_longest(times, words)
        return [{"segment": segment, "label": label} for segment, label in pairs]
    notes = inside(about, "annotations") if isinstance(about, dict) else about
    return notes if isinstance(notes, list) else []


def _segment(note: Json, where: str, name: str, found: Findings) -> None:
    segment, label = inside(note, "segment"), inside(note, "label")
    times = list(map(read_seconds, segment)) if isinstance(segment, list) else []
    label = str(label) if isinstance(label, int) else text(label).strip()
    if len(times) != 2 or None in times:
        found.skip(where, "expected a segment of two times in seconds")
        return
    start_s, end_s = times
    score, track = seconds(inside(note, "score")), track_of(text(inside(note, "track")))
    found.add(where, label, start_s, end_s, source=name, score=score, track=track)
