"""ActivityNet JSON: truth (`database`) and results (`results`), segments in seconds a video."""

from seehear.files import Json
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import track_of
from seehear.interchange.values import inside, seconds, text


def fits(content: Content) -> bool:
    """Whether it is one: also a bare `database`, as THUMOS and others share it."""
    if not content.is_json() or not isinstance(content.json, dict):
        return False
    return any(isinstance(content.json.get(key), dict) for key in ("database", "results"))


def read(content: Content, found: Findings) -> None:
    """Read the segments of every video."""
    value = content.json if isinstance(content.json, dict) else {}
    for key in ("database", "results"):
        videos = value.get(key)
        for name, about in (videos if isinstance(videos, dict) else {}).items():
            notes = about.get("annotations") if isinstance(about, dict) else about
            notes = notes if isinstance(notes, list) else []
            for place, note in enumerate(notes):
                _segment(note, f"{key}.{name}[{place}]", name, found)
            if not notes:
                found.silent.append(name)


def _segment(note: Json, where: str, name: str, found: Findings) -> None:
    segment, label = inside(note, "segment"), inside(note, "label")
    times = list(map(seconds, segment)) if isinstance(segment, list) else []
    label = str(label) if isinstance(label, int) else label
    if len(times) != 2 or None in times or not isinstance(label, str):
        found.skip(where, "expected a label and a segment of two times in seconds")
        return
    start_s, end_s = times
    score, track = seconds(inside(note, "score")), track_of(text(inside(note, "track")))
    found.add(where, label, start_s, end_s, source=name, score=score, track=track)
