"""The route by which a page corrects a clip: all that it wants, over the version it has seen."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from seehear.errors import DataError, SeehearError
from seehear.files import Json
from seehear.foreign.forms import flag, items, maybe, number, one_of, record, text
from seehear.foreign.texts import parse_json
from seehear.library.corrections import ChangedSinceError, Intended, edited, loaded, saved
from seehear.time import ORIGINS, TRACKS, Event, Track
from seehear.time.spans import Span
from seehear.web.answers import Id, drawn, json_answer
from seehear.web.catalogue import Catalogue

MOVED = (
    "this clip was saved since it was opened here, in another tab or by another person;"
    " nothing of that was overwritten, and nothing of yours was saved"
)
_MOST_BYTES = 8_000_000  # of what a page sends
_MOST_EVENTS = 50_000
_SECONDS = number(-1e6, 1e6)
_EVENT = record(
    {"track": one_of(*TRACKS), "label": text, "start_s": _SECONDS, "end_s": _SECONDS},
    {"origin": one_of(*ORIGINS)},
)
_SPANS = items(items(_SECONDS, least=2, most=2), most=_MOST_EVENTS)
_FORM = record(
    {"version": text, "events": items(_EVENT, most=_MOST_EVENTS)},
    {
        "reviewed": record({}, dict.fromkeys(TRACKS, _SPANS), others=False),
        "words": items(text, most=1000),
        "complete": flag,
        "by": maybe(text),
    },
    others=False,
)
_LONGEST_NAME = 100  # of a person


def add(app: FastAPI, catalogue: Catalogue) -> None:
    """Add the route."""

    @app.put("/api/clips/{clip}/corrections")
    async def correct(clip: Id, request: Request) -> Response:
        sent = parse_json(await _body(request), _FORM, where="what was sent")
        return json_answer(await asyncio.to_thread(_save, catalogue, clip, sent))


async def _body(request: Request) -> bytes:
    """Return what a request carries, if it is not too much."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > _MOST_BYTES:
            raise HTTPException(413, f"at most {_MOST_BYTES // 1_000_000} MB are taken here")
    return bytes(parts)


def _save(catalogue: Catalogue, clip: str, sent: dict[str, Json]) -> dict[str, Any]:
    """Write what a page sent; return the clip as it stands then."""
    path, seen = catalogue.timeline_path(clip), sent["version"]
    before, version = loaded(path)
    if version != seen:
        raise HTTPException(409, MOVED)
    by = "".join(filter(str.isprintable, sent.get("by") or "")).strip()
    after = edited(before, _wanted(sent), by=by[:_LONGEST_NAME] or None)
    try:
        if after is not before:
            version = saved(path, after, version=seen)
    except ChangedSinceError:
        raise HTTPException(409, MOVED) from None
    except SeehearError as error:  # the disk
        told = f"not saved: {error.problem}; the clip is as it was, and your changes are still here"
        raise HTTPException(507, told) from None
    return {"version": version, "timeline": drawn(after)}


def _wanted(sent: dict[str, Json]) -> Intended:
    """Return what a page sent, as values."""
    reviewed = {track: list(map(_span, spans)) for track, spans in _reviewed(sent).items()}
    events = tuple(_event(one) for one in sent["events"])
    words = tuple(sent.get("words", ()))
    return Intended(events, reviewed, words, complete=sent.get("complete", False))


def _reviewed(sent: dict[str, Json]) -> dict[str, list[list[float]]]:
    reviewed: dict[str, list[list[float]]] = sent.get("reviewed", {})
    return reviewed


def _span(edges: list[float]) -> Span:
    start_s, end_s = edges
    if not start_s < end_s:
        raise DataError(f"a stretch must end after it starts, got {start_s:g} to {end_s:g} s")
    return start_s, end_s


def _event(one: dict[str, Json]) -> Event:
    start_s, end_s = _span([one["start_s"], one["end_s"]])
    return Event(
        start_s, end_s, Track(one["track"]), one["label"], None, one.get("origin", "added")
    )
