"""What lets a person see why: scores of classes, how loud it is, small pictures along the clip."""

import asyncio
import base64
from typing import Annotated

from fastapi import FastAPI, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from seehear.time import TRACKS
from seehear.web.answers import Id, json_answer
from seehear.web.catalogue import Catalogue
from seehear.web.pictures import Pictures
from seehear.web.sending import SentFile

_KEPT_S = 600  # a browser need not ask again
_TYPES = {"strip": "image/jpeg", "sound": "application/octet-stream"}
Labels = Annotated[list[str], Query(max_length=200)]


def add(app: FastAPI, catalogue: Catalogue, pictures: Pictures) -> None:
    """Add the routes."""

    @app.get("/api/clips/{clip}/scores")
    def scores(clip: Id, label: Labels) -> Response:
        """Answer with the probabilities of some classes, a byte a segment: steps of 1/`levels`."""
        timeline = catalogue.timeline(clip)
        kept = timeline.kept
        known = [] if kept is None else list(filter(timeline.vocabulary.__contains__, label))
        tracks: dict[str, dict[str, str]] = {}
        for index, track in enumerate(TRACKS):
            rows = {}
            for one in known:
                assert kept is not None
                row = kept.segments[index, timeline.vocabulary.index(one)]
                rows[one] = base64.b64encode(row.tobytes()).decode()
            tracks[track] = {} if timeline.tracks[track].absent else rows
        levels = None if kept is None else kept.LEVELS
        return json_answer({"levels": levels, **tracks})

    async def made(clip: str, kind: str) -> Response:
        path = await asyncio.to_thread(catalogue.media_path, clip)
        file = None if path is None else await pictures.get(clip, path, kind)
        if file is None:
            raise HTTPException(404, "this clip has none")
        answer = await asyncio.to_thread(SentFile, file, _TYPES[kind])
        answer.headers["cache-control"] = f"private, max-age={_KEPT_S}"
        return answer

    @app.get("/api/clips/{clip}/strip")
    async def strip(clip: Id) -> Response:
        """Answer with small pictures side by side, each of its share of the clip."""
        return await made(clip, "strip")

    @app.get("/api/clips/{clip}/sound")
    async def sound(clip: Id) -> Response:
        """Answer with how loud each share of the clip is, a byte each."""
        return await made(clip, "sound")
