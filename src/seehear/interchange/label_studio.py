"""Label Studio: exports in JSON, JSON-MIN, CSV and TSV; sound in seconds, video in frames."""

from collections.abc import Iterator

from seehear.files import Json
from seehear.foreign.texts import json_value
from seehear.interchange.content import Content
from seehear.interchange.grid import has_columns, read_grid
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import track_of
from seehear.interchange.timecode import rate_of
from seehear.interchange.tracks import track_said
from seehear.interchange.values import dicts, inside, read_seconds, seconds, text, texts

_LABELS = ("labels", "timelinelabels", "choices")
_MEDIA = ("audio", "video", "url", "file", "media", "image", "text")
_TRACKS = ("track", "tracks")
_RECORD = ("id", "annotation_id")  # stands in every short task
_FPS = 24.0  # what Label Studio takes where nobody says


def fits(content: Content) -> bool:
    """Return whether it is a task or a list of them."""
    if not content.is_json():
        return has_columns(content, *_RECORD)
    return any(_is_task(task) for _, task in list(_tasks(content))[:20])


def _is_task(task: Json) -> bool:
    if not isinstance(task, dict):
        return False
    if isinstance(task.get("data"), dict) or "completions" in task or set(_RECORD) <= task.keys():
        return True
    return any(_is_regions(value) for value in task.values())


def _is_regions(value: Json) -> bool:
    names = set(_LABELS)
    return isinstance(value, list) and any(names & region.keys() for region in dicts(value))


def _tasks(content: Content) -> Iterator[tuple[str, Json]]:
    """Yield where each task stands, and the task; in a table a field may be JSON."""
    if content.is_json():
        value = content.json
        for place, task in enumerate(value if isinstance(value, list) else [value]):
            yield f"[{place}]", task
        return
    table = read_grid(content)
    for where, row in table:
        yield where, {name: _cell(row.get(name)) for name in table.header}


def _cell(text: str) -> Json:
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json_value(text)
    except ValueError:
        return text


def read(content: Content, found: Findings) -> None:
    """Read the regions of annotations, or of predictions if nobody annotated.

    Cancelled annotations and regions without a time are left out.
    """
    for where, task in _tasks(content):
        if not isinstance(task, dict):
            found.skip(where, "expected a task")
            continue
        source = _source(task)
        if isinstance(task.get("data"), dict) or "annotations" in task or "predictions" in task:
            _full(task, where, source, content, found)
        else:
            _short(task, where, source, content, found)


def _source(task: dict[str, Json]) -> str | None:
    data = task.get("data")
    data = data if isinstance(data, dict) else task
    named = [data[key] for key in _MEDIA if isinstance(data.get(key), str)]
    others = [v for v in data.values() if isinstance(v, str) and "/" in v]
    name = (named or others or [task.get("file_upload")])[0]
    return name if isinstance(name, str) else None


def _full(
    task: dict[str, Json], where: str, source: str | None, content: Content, found: Findings
) -> None:
    given = dicts(task.get("annotations")) or dicts(task.get("completions"))
    kind = "annotations"
    fps = inside(task, "data", "fps")
    if not given:
        given, kind = dicts(task.get("predictions")), "predictions"
    for number, annotation in enumerate(given):
        if annotation.get("was_cancelled"):
            found.note(f"{where}.{kind}[{number}] was cancelled and is left out")
            continue
        results = dicts(annotation.get("result"))
        named = {r.get("id") for r in results if _labels(inside(r, "value"))} - {None}
        for place, region in enumerate(results):
            at = f"{where}.{kind}[{number}].result[{place}]"
            value = region.get("value")
            if not isinstance(value, dict) or (region.get("id") in named and not _labels(value)):
                continue  # no region, or more about one that stands here too
            own = region.get("score", annotation.get("score"))
            kept = {**value, "_score": own, "_from": region.get("from_name"), "_fps": fps}
            _region(kept, at, source, content, found)


def _short(
    task: dict[str, Json], where: str, source: str | None, content: Content, found: Findings
) -> None:
    if not any(map(_is_regions, task.values())):
        found.skip(where, "no region: what it says is about the whole")
    said = next((value for key, value in task.items() if key.casefold() in _TRACKS), None)
    for key, value in task.items():
        if _is_regions(value):
            for place, region in enumerate(dicts(value)):
                kept = {**region, "_from": key, "_track": said}
                _region(kept, f"{where}.{key}[{place}]", source, content, found)


def _region(
    value: dict[str, Json], where: str, source: str | None, content: Content, found: Findings
) -> None:
    """Read a region: each of its labels in each of its stretches."""
    if isinstance(value.get("text"), str) and "channel" not in value:
        found.skip(where, "it counts characters of a text, not seconds")
        return
    labels = _labels(value) or texts(value.get("text"))[:1]
    score, tier = seconds(value.get("_score")), text(value.get("_from"))
    track = track_of(tier) or track_said(text(value.get("_track")))
    if track is None:
        track = "visual" if {"timelinelabels", "sequence"} & value.keys() else None
    stretches = list(_stretches(value, content, found))
    if not stretches:
        found.skip(where, "no time: it is about the whole")
    for start_s, end_s in stretches:
        if not labels:
            found.skip(where, "no label")
        for label in labels:
            found.add(
                where, label, start_s, end_s, source=source, score=score, tier=tier, track=track
            )


def _stretches(
    value: dict[str, Json], content: Content, found: Findings
) -> Iterator[tuple[float, float | None]]:
    start_s = read_seconds(value.get("start"))
    if start_s is not None:
        yield start_s, read_seconds(value.get("end"))
        return
    if dicts(value.get("sequence")):
        frames = any(seconds(frame.get("time")) is None for frame in dicts(value["sequence"]))
        yield from _shown(value, _rate(value, content, found) if frames else _FPS)
    rate = _rate(value, content, found) if value.get("ranges") else 0.0
    for span in dicts(value.get("ranges")):
        first, last = seconds(span.get("start")), seconds(span.get("end"))
        if first is not None and last is not None:
            yield max(0.0, first - 1) / rate, last / rate  # frames count from 1


def _shown(value: dict[str, Json], rate: float) -> Iterator[tuple[float, float | None]]:
    """Yield when a box of a video is shown: from a frame that shows it to one that hides it."""
    begins: float | None = None
    at: float | None = None
    for frame in dicts(value.get("sequence")):
        at, number = seconds(frame.get("time")), seconds(frame.get("frame"))
        if at is None and number is not None:
            at = max(0.0, number - 1) / rate
        hidden = frame.get("enabled") is False
        if begins is None and not hidden:
            begins = at
        if begins is not None and hidden:
            yield begins, at
            begins = None
    if begins is not None:
        yield begins, seconds(value.get("duration")) or at


def _labels(value: Json) -> list[str]:
    out = [label for name in _LABELS for label in texts(inside(value, name))]
    paths = inside(value, "taxonomy")
    for path in paths if isinstance(paths, list) else []:
        out += texts(path)[-1:]  # the leaf
    return out


def _rate(value: dict[str, Json], content: Content, found: Findings) -> float:
    if content.hints.fps is not None:
        return float(content.hints.fps)
    given = seconds(value.get("_fps")) or 0.0
    if given > 0:
        return float(rate_of(given))
    count = seconds(value.get("framesCount")) or 0.0
    length_s = seconds(value.get("duration")) or 0.0
    if length_s > 0 and count > 0:
        return count / length_s
    found.note(
        f"nothing says how many frames make a second: {_FPS:g} taken, as Label Studio does; `fps`"
        " says otherwise"
    )
    return _FPS
