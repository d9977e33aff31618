"""seehear's own JSON (`seehear.timeline/1`); the only format that keeps everything.  Schema:
timeline.schema.json.
"""

import json
from importlib.resources import files
from typing import Any

from seehear.time import Timeline


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the timeline as JSON text."""
    return timeline.to_json()


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `seehear.timeline/1`."""
    value: dict[str, Any] = json.loads(
        files("seehear.export").joinpath("timeline.schema.json").read_text("utf-8")
    )
    return value
