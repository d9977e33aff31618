"""The routes by which a page teaches the parser: one lesson at a time, in a process of its own.

What is learnt waits in `LIBRARY/.seehear/taught/` until somebody says which parser stays; then it
is the folder `LIBRARY/taught`, a model like any other, or it is gone.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query
from starlette.exceptions import HTTPException

from seehear.errors import SeehearError
from seehear.library.scan import FOLDER
from seehear.web.catalogue import Catalogue
from seehear.web.settings import Settings
from seehear.web.uploads import end_process, start_worker
from seehear.web.worker import TeachTask

NAME = "taught"  # of the folder in the library
_CARD = "taught.json"  # what makes a folder a taught parser
HOW = ("calibrate", "refit", "train")


class Teaching:
    """The lesson of a server.

    Args:
        settings: of it.
        catalogue: of its library.
    """

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self._settings, self._library = settings, catalogue.library
        self._new = catalogue.library / FOLDER / NAME
        self._running: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {"state": "none"}

    def told(self) -> dict[str, Any]:
        """Return how far it is."""
        return {**self.state, "taught": (self._library / NAME / _CARD).is_file()}

    def start(self, how: str) -> None:
        """Begin a lesson.

        Raises:
            HTTPException: no such way to learn, or another lesson is on.
        """
        if how not in HOW:
            raise HTTPException(400, f"expected {', '.join(HOW)}, got {how[:50]!r}")
        if self.state["state"] == "running":
            raise HTTPException(
                409, "a lesson is running already; wait until it is done, or end it"
            )
        self.state = {"state": "running", "how": how, "said": "reading what was reviewed"}
        self._running = asyncio.create_task(self._teach(how))

    async def stop(self) -> None:
        """End a lesson that is on."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    def keep(self, *, new: bool) -> None:
        """Say which parser stays.

        Raises:
            HTTPException: nothing was learnt, or something else stands in its place.
        """
        if self.state["state"] != "learnt":
            raise HTTPException(409, "nothing was learnt, so there is nothing to keep")
        home = self._library / NAME
        if new and home.exists() and not (home / _CARD).is_file():
            raise HTTPException(
                409, f"{NAME} in the library is a folder of yours, not a parser; rename it first"
            )
        if new:
            self._put()
        else:
            shutil.rmtree(self._new, ignore_errors=True)
        self.state = {**self.state, "state": "kept" if new else "dropped"}

    def _put(self) -> None:
        """Put the new parser in the place of the old one, which comes back if that fails."""
        home, old = self._library / NAME, self._new.with_name(f"{NAME}-old")
        shutil.rmtree(old, ignore_errors=True)
        if home.exists():
            os.replace(home, old)
        try:
            os.replace(self._new, home)
        except OSError:
            if old.exists():
                os.replace(old, home)
            raise
        shutil.rmtree(old, ignore_errors=True)

    async def _teach(self, how: str) -> None:
        shutil.rmtree(self._new, ignore_errors=True)
        try:
            async with asyncio.timeout(self._settings.limits.teach_s):
                answer = await self._work(how)
        except asyncio.CancelledError:
            self._fail("it was ended; the parser is as it was")
            raise
        except TimeoutError:
            self._fail("it took too long; the parser is as it was")
        except SeehearError as error:
            self._fail(error.told(places=False))
        except Exception as error:  # one broken lesson must not end the server
            self._fail(f"{type(error).__name__}: {error}")
        else:
            self.state = {"state": "learnt", "how": how, **answer}

    def _fail(self, why: str) -> None:
        shutil.rmtree(self._new, ignore_errors=True)
        self.state = {"state": "failed", "how": self.state["how"], "error": why}

    async def _work(self, how: str) -> dict[str, Any]:
        """Give the worker its task and follow it; return what came of it."""
        process = await start_worker(self._settings)
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(ConnectionError):
                process.stdin.write(json.dumps(self._task(how)).encode() + b"\n")
                await process.stdin.drain()
            async for line in process.stdout:
                answer = json.loads(line)
                if "error" in answer:
                    raise SeehearError(str(answer["error"]))
                if answer.get("done"):
                    return _shown(answer)
                self.state = {**self.state, "said": str(answer.get("said", ""))}
            raise SeehearError(f"it ended without a result (exit code {await process.wait()})")
        finally:
            await end_process(process)

    def _task(self, how: str) -> TeachTask:
        given = self._settings.parser.get("model")
        models = [Path(str(given))] if given else []
        if (self._library / NAME / _CARD).is_file():
            models.append(self._library / NAME)
        return {
            "library": str(self._library),
            "how": how,
            "out": str(self._new),
            "models": list(map(str, models)),
            "limits": dataclasses.asdict(self._settings.limits),
        }


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what a page is told of what was learnt."""
    card = answer["card"]
    seconds = [sum(of.values()) for of in card["reviewed_s"].values()]
    return {
        "better": answer["better"],
        "before": card["figures_before"],
        "after": card["figures_after"],
        "clips": card["reviewed_clips"],
        "classes": sum(map(bool, seconds)),
        "seconds": round(sum(seconds), 1),
    }


def add(app: FastAPI, teaching: Teaching) -> None:
    """Add the routes."""

    @app.get("/api/teach")
    async def told() -> dict[str, Any]:
        return teaching.told()

    @app.post("/api/teach", status_code=202)
    async def teach(how: Annotated[str, Query(max_length=100)]) -> dict[str, Any]:
        teaching.start(how)
        return teaching.told()

    @app.post("/api/teach/keep")
    async def keep(which: Annotated[str, Query(pattern="^(new|old)$")]) -> dict[str, Any]:
        teaching.keep(new=which == "new")
        return teaching.told()

    @app.delete("/api/teach")
    async def end() -> dict[str, Any]:
        await teaching.stop()
        return teaching.told()
