"""seehear's own JSON, the one format that keeps everything; its schema: timeline.schema.json."""

import json
from importlib.resources import files

from seehear.files import Json
from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the timeline as JSON text."""
    return timeline.to_json()


def schema() -> dict[str, Json]:
    """Return the JSON Schema (draft 2020-12) of `seehear.timeline/2`."""
    value: dict[str, Json] = json.loads(
        files("seehear.export").joinpath("timeline.schema.json").read_text("utf-8")
    )
    return value
