"""The routes: each asks `Catalogue`, `Pictures` or `Uploads` and turns the answer into HTTP."""

import asyncio
import contextlib
import json
import mimetypes
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse

from seehear import export
from seehear._version import __version__
from seehear.data import LLP_VOCABULARY
from seehear.errors import DataError, SeehearError
from seehear.export.uses import Use, grouped
from seehear.library.corrections import loaded
from seehear.time import Timeline, decoded, decoding_of
from seehear.web import edits, like, review, teaching, why
from seehear.web.answers import Id, drawn, json_answer
from seehear.web.catalogue import Catalogue, UnknownClipError
from seehear.web.guard import Guard
from seehear.web.pictures import Pictures
from seehear.web.sending import SentFile
from seehear.web.settings import Settings
from seehear.web.uploads import Upload, Uploads

_PAGE = 60
_PICTURE_S = 600  # a browser need not ask for a picture again
_BEAT_S = 15.0  # a quiet stream of events says this often that it is alive
_SCRIPTS = (
    "app dom list builder classes pictures clip threshold upload queue clues corrections"
    " edit edit_keys edit_log edit_state edit_tools gestures history like next review teach"
)
_STYLES = ("app.css", "edit.css", "review.css")
_OURS = (*(f"{name}.js" for name in _SCRIPTS.split()), *_STYLES, "icon.svg")
_SHARED = ("lanes.js", "lanes.css", "theme.css")
# file -> package that holds it; nothing else is served
STATIC = dict.fromkeys(_OURS, "seehear.web") | dict.fromkeys(_SHARED, "seehear.export")
_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
Words = Annotated[str, Query(max_length=1000)]
Share = Annotated[float, Query(ge=0, le=1)]


def create_app(settings: Settings) -> FastAPI:
    """Return the server of one library, ready for uvicorn."""
    catalogue = Catalogue(settings.library, settings.media, links=settings.links)
    pictures, uploads = Pictures(catalogue.library), Uploads(settings, catalogue)
    lesson = teaching.Teaching(settings, catalogue)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        uploads.start()
        try:
            yield
        finally:
            await stop()

    async def stop() -> None:
        await pictures.stop()
        await lesson.stop()
        await uploads.stop()

    # no generated pages: they load scripts from elsewhere
    app = FastAPI(
        title="seehear",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Guard, settings=settings)
    _errors(app)
    _static(app)
    _clips(app, settings, catalogue, pictures)
    edits.add(app, catalogue)
    why.add(app, catalogue, pictures)
    review.add(app, catalogue)
    teaching.add(app, lesson)
    like.add(app, catalogue)
    _uploads(app, uploads)
    app.state.uploads, app.state.catalogue, app.state.stop = uploads, catalogue, stop
    return app


def _errors(app: FastAPI) -> None:
    """Answer every error as `{"error": "one line"}`."""

    def answer(status: int, text: str) -> JSONResponse:
        return JSONResponse({"error": text}, status)

    @app.exception_handler(SeehearError)
    async def _(_: Request, error: SeehearError) -> JSONResponse:
        status = getattr(error, "status", 404 if isinstance(error, UnknownClipError) else 400)
        return answer(status, error.told(places=False))  # without paths of this machine

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["loc"][0] == "path":
            return answer(404, "there is no such clip")
        return answer(400, f"{first['loc'][-1]}: {first['msg']}")

    @app.exception_handler(HTTPException)
    async def _(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


def _static(app: FastAPI) -> None:
    def asset(package: str, name: str) -> bytes:
        return files(package).joinpath("static", name).read_bytes()

    @app.get("/")
    def page() -> Response:
        return Response(asset("seehear.web", "index.html"), media_type="text/html")

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        return Response(asset(STATIC[name], name), media_type=_TYPES[name.rpartition(".")[2]])


def _clips(app: FastAPI, settings: Settings, catalogue: Catalogue, pictures: Pictures) -> None:
    limits = settings.limits

    @app.get("/api/library")
    def library() -> Response:
        custom = any(map(settings.parser.get, ("vocabulary", "events", "model")))
        classes = [] if custom else list(LLP_VOCABULARY.names)
        uses = [_use(use, names) for use, names in grouped(export.names())]
        return json_answer(
            {
                "name": catalogue.library.name,
                "version": __version__,
                "uses": uses,
                "uploads": settings.uploads,
                "read_only": settings.read_only,
                "open_vocabulary": not settings.parser.get("model"),
                "classes": classes,
                "limits": {
                    "bytes": limits.bytes,
                    "duration_s": limits.duration_s,
                    "pixels": limits.pixels,
                    "waiting": limits.waiting,
                },
            }
        )

    @app.get("/api/classes")
    def classes() -> Response:
        return json_answer(catalogue.classes())

    @app.get("/api/clips")
    def clips(
        query: Words = "",
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = _PAGE,
    ) -> Response:
        return json_answer(catalogue.page(query, offset=offset, limit=limit))

    @app.get("/api/clips/{clip}")
    def clip(clip: Id, query: Words = "") -> Response:
        media = catalogue.media_path(clip)
        timeline, version = loaded(catalogue.timeline_path(clip))
        return json_answer(
            {
                "id": clip,
                "name": catalogue.name(clip),
                "folder": catalogue.folder(clip),
                "timeline": drawn(timeline),
                "version": version,
                "decoding": _decoding(timeline),
                "media": None if media is None else f"/api/clips/{clip}/media",
                "spans": catalogue.spans(clip, query),
            }
        )

    @app.get("/api/clips/{clip}/timeline")
    def decided(clip: Id, threshold: Share, keep: Share) -> Response:
        """Answer what other thresholds would make of a clip; nothing is written."""
        timeline = catalogue.timeline(clip)
        decoding = replace(
            decoding_of(timeline, parsed=True),
            threshold=threshold,
            visual_threshold=threshold,
            keep_threshold=min(keep, threshold),
        )
        return json_answer(drawn(decoded(timeline, decoding)))

    @app.get("/api/clips/{clip}/media")
    def media(
        clip: Id,
        range: Annotated[str | None, Header()] = None,
        if_range: Annotated[str | None, Header()] = None,
    ) -> Response:
        path = catalogue.media_path(clip)
        if path is None:
            why = "the video of this clip is not in the library"
            if catalogue.is_refused(clip):
                why = "the video of this clip is a link out of the folders that are served"
            raise HTTPException(404, why)
        kind = mimetypes.guess_type(path.name)[0] or "video/mp4"
        return SentFile(path, kind, wanted=range, known=if_range)

    @app.get("/api/clips/{clip}/picture")
    async def picture(clip: Id) -> Response:
        path = await asyncio.to_thread(catalogue.media_path, clip)
        made = None if path is None else await pictures.get(clip, path)
        if made is None:
            raise HTTPException(404, "there is no picture in this clip")
        answer = await asyncio.to_thread(SentFile, made, "image/jpeg")
        answer.headers["cache-control"] = f"private, max-age={_PICTURE_S}"
        return answer

    @app.get("/api/clips/{clip}/export/{format}")
    def export_as(clip: Id, format: str) -> Response:
        form = export.get(format)
        timeline, media = catalogue.timeline(clip), catalogue.media_path(clip)
        # downloads go into one folder, so a link names the video alone
        link = None if media is None else export.media_url(media, media.parent, embed=form.embeds)
        text = export.render(timeline, format, media=link)
        stem = catalogue.timeline_path(clip).name.split(".timeline.json")[0]
        return Response(
            text.encode(),
            media_type="application/octet-stream",
            headers={"content-disposition": _attachment(stem + form.suffix)},
        )


def _decoding(timeline: Timeline) -> dict[str, float | None] | None:
    """Return the two thresholds that a slider begins at; None: there is nothing to decide from.

    A threshold is None where there are several.
    """
    if timeline.kept is None:
        return None
    try:
        decoding = decoding_of(timeline)
    except DataError:  # it does not say how it was decided, or says what nobody can read
        return None
    limits = {decoding.threshold, decoding.visual_threshold} - {None}
    one = limits.pop() if len(limits) == 1 else None
    threshold = float(one) if isinstance(one, float | int) else None
    return {"threshold": threshold, "keep_threshold": decoding.keep_threshold}


def _uploads(app: FastAPI, uploads: Uploads) -> None:
    @app.post("/api/uploads", status_code=202)
    async def upload(
        request: Request,
        name: Annotated[str, Query(max_length=1000)],
        events: Annotated[str, Query(max_length=5000)] = "",
    ) -> dict[str, Any]:
        coming = uploads.new(name, length=_announced(request), events=events)
        try:
            await uploads.receive(coming, request.stream())
        except ClientDisconnect:
            raise HTTPException(400, "the upload broke off") from None
        return coming.to_dict()

    @app.get("/api/uploads")
    async def states(id: Annotated[list[str], Query(max_length=1000)]) -> dict[str, Any]:
        known = (uploads.by_id[one] for one in id if one in uploads.by_id)
        return {upload.id: upload.brief() for upload in known}

    @app.get("/api/uploads/{upload}")
    async def state(upload: Id) -> dict[str, Any]:
        return _upload(uploads, upload).to_dict()

    @app.get("/api/uploads/{upload}/events")
    async def events(upload: Id) -> Response:
        return StreamingResponse(
            _stream(_upload(uploads, upload).watch()),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )


def _announced(request: Request) -> int | None:
    """Return the length that an upload says it has, if it says one."""
    length = request.headers.get("content-length")
    if length is None:
        return None
    if re.fullmatch("[0-9]{1,18}", length) is None:
        raise HTTPException(400, "the header Content-Length is not a number of bytes")
    return int(length)


def _use(use: Use, names: list[str]) -> dict[str, Any]:
    """Return what people want, and the formats that are for it."""
    formats = []
    for name in names:
        form = export.get(name)
        formats.append({"name": name, "suffix": form.suffix, "summary": form.summary})
    return {"title": use.title, "text": use.text, "formats": formats}


def _upload(uploads: Uploads, id_: str) -> Upload:
    if id_ not in uploads.by_id:
        raise HTTPException(404, "there is no such upload")
    return uploads.by_id[id_]


async def _stream(states: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """Turn states into server-sent events, with a comment now and then while nothing happens."""
    coming: asyncio.Future[dict[str, Any]] = asyncio.ensure_future(anext(states))
    try:
        while True:
            done, _ = await asyncio.wait([coming], timeout=_BEAT_S)
            if not done:
                yield ": still here\n\n"
                continue
            try:
                state = coming.result()
            except StopAsyncIteration:
                return
            yield f"data: {json.dumps(state, ensure_ascii=True)}\n\n"
            coming = asyncio.ensure_future(anext(states))
    finally:
        coming.cancel()


def _attachment(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_. -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
