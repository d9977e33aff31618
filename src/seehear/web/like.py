"""More like this: the routes of what is most like a second of a clip, or like the whole clip."""

from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Query
from starlette.responses import Response

from seehear.errors import FeatureError
from seehear.library.kept_files import KeptFiles
from seehear.library.like import By, like
from seehear.time import TRACKS
from seehear.web.answers import Id, json_answer

if TYPE_CHECKING:
    from seehear.web.catalogue import Catalogue

_PAGE = 60
_MOMENTS = 3  # of a clip, the likest


def add(app: FastAPI, catalogue: "Catalogue") -> None:
    """Add the routes."""

    @app.get("/api/clips/{clip}/like")
    def alike(
        clip: Id,
        at: Annotated[float | None, Query(ge=0, lt=1e9)] = None,
        track: By = "both",
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = _PAGE,
    ) -> Response:
        path = _below(catalogue, clip)
        text = path if at is None else f"{path}@{at:.6f}"
        page = catalogue.found(
            lambda: like(catalogue.library, text, track), offset=offset, limit=limit
        )
        for item in page["items"]:
            item["spans"] = sorted(item["spans"], key=lambda span: -span[2])[:_MOMENTS]
        about = {"name": catalogue.name(clip), "tracks": compared(catalogue, clip)}
        return json_answer(page | about)

    @app.get("/api/clips/{clip}/like/tracks")
    def tracks(clip: Id) -> list[str]:
        return compared(catalogue, clip)


def compared(catalogue: "Catalogue", clip: str) -> list[str]:
    """Return the tracks of a clip that can be compared: those that features were kept of."""
    from seehear.features.kept import opened_kept

    try:
        with opened_kept(KeptFiles(catalogue.library).path(_below(catalogue, clip))) as rows:
            kept = {encoder["track"] for encoder in rows.about.encoders.values()}
            states = rows.about.outcome.tracks
    except FeatureError:
        return []
    return [track for track in TRACKS if track in kept and states.get(track) != "absent"]


def _below(catalogue: "Catalogue", clip: str) -> str:
    """Return the path of a clip's timeline below the library."""
    return catalogue.timeline_path(clip).relative_to(catalogue.library).as_posix()
