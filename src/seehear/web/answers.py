"""What routes answer with: JSON of any text, and timelines as a page draws them."""

import json
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from seehear.time import Timeline

Id = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]


def json_answer(value: object) -> Response:
    """Return a value as an answer."""
    # plain ASCII: labels may hold halves of characters, which UTF-8 has no form for
    return Response(json.dumps(value, allow_nan=False), media_type="application/json")


def drawn(timeline: Timeline) -> dict[str, Any]:
    """Return a timeline as a page draws it: without its scores, which the server decides from."""
    return {name: value for name, value in timeline.to_dict().items() if name != "scores"}
