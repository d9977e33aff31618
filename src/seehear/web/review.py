"""The route that says what to look at next, and how good the parser is by what was reviewed."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query
from starlette.responses import Response

from seehear.errors import SeehearError
from seehear.library.at import timeline_at
from seehear.library.corrections.looked import Asked, ClipLook, figure, look, looked
from seehear.library.corrections.queue import Moment
from seehear.library.index import index_path
from seehear.time import SUFFIX
from seehear.web.answers import json_answer
from seehear.web.catalogue import Catalogue, clip_id

_MOST = 200  # moments of an answer
_Stamp = tuple[int, int]


class Looks:
    """What the clips of a library say to reviewers; a timeline is read again when it changes.

    Args:
        catalogue: of the library.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[str, tuple[_Stamp, ClipLook | None]] = {}

    def all(self) -> tuple[list[ClipLook], int]:
        """Return what the clips say, and how many cannot be read."""
        paths = self._catalogue.paths()
        now: dict[str, tuple[_Stamp, ClipLook | None]] = {}
        for path in paths:
            entry = self._look(path)
            if entry is not None:
                now[path] = entry
        self._known = now
        found = [one for _, one in now.values() if one is not None]
        return found, len(paths) - len(found)

    def _look(self, path: str) -> tuple[_Stamp, ClipLook | None] | None:
        whole = self._catalogue.library / path
        stamp = _stamp(whole) or _stamp(index_path(self._catalogue.library))
        if stamp is None:
            return None
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known
        return stamp, _read(whole, path.removesuffix(SUFFIX))


def _stamp(path: Path) -> _Stamp | None:
    """Return when a file was written, and its size; None if there is none, as in Parquet parts."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _read(path: Path, name: str) -> ClipLook | None:
    try:
        return look(name, timeline_at(path))
    except SeehearError:
        return None


def add(app: FastAPI, catalogue: Catalogue) -> None:
    """Add the route."""
    looks = Looks(catalogue)

    @app.get("/api/review")
    def review(
        order: Annotated[str, Query(max_length=20)] = "doubt",
        label: Annotated[str, Query(alias="class", max_length=1000)] = "",
        limit: Annotated[int, Query(ge=0, le=_MOST)] = 20,
        seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> Response:
        every, failed = looks.all()
        found = looked(every, Asked(order, label or None, limit, seed))
        return json_answer(
            {
                "clips": len(every),
                "left": len(found.clips),
                "failed": failed,
                "classes": found.words,
                "moments": list(map(_moment, found.moments)),
                "figures": [figure(*item) for item in found.counts.items()],
            }
        )


def _moment(one: Moment) -> dict[str, Any]:
    return {**vars(one), "clip": clip_id(f"{one.name}{SUFFIX}")}
