"""A timeline file as a row of a table, and back again, byte by byte.

A row has the columns of the index, and further ones for the rest of a timeline.  If these do not
give the same bytes again (a file of another program, or in an older form), the row also holds the
file.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.forms import anything
from seehear.foreign.texts import parse_json
from seehear.library.index import COLUMNS, row_of
from seehear.library.scan import Stamp
from seehear.time import Timeline

OF_PARTS = {
    "version": "VARCHAR",  # name of its commit; of rows with one path the latest counts
    "rest": "VARCHAR",  # JSON: grid, tracks, parser, media, source, vocabulary, warnings
    "corrections": "VARCHAR",  # JSON: what people removed and changed
    "probabilities": "VARCHAR",  # JSON: the scores that the timeline keeps
    "file": "VARCHAR",  # base64
}
PART_COLUMNS = {name: kind for name, kind in COLUMNS.items() if name != "scores"} | OF_PARTS
TIMELINE = ("path", "mtime_ns", "size", "events", "rest", "corrections", "probabilities", "file")
_PEOPLE = ("removed", "review")


def read_row(path: str, stamp: Stamp, content: bytes, where: object) -> tuple[Json, Timeline]:
    """Return the row of a timeline file, and the timeline itself.

    Raises:
        DataError: it is not a timeline.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        told = "the file name is not UTF-8"
        raise DataError(told, where=repr(path), hint="rename the file") from None
    timeline = Timeline.from_dict(parse_json(content, anything, where=where), where=where)
    row: dict[str, Json] = row_of(path, stamp, timeline, where=where)
    try:
        whole = timeline.to_dict()
        del whole["events"]
        people = {name: whole.pop(name) for name in _PEOPLE if whole.get(name)}
        scores = whole.pop("scores", None)
        row["rest"] = _text(whole)
        row["corrections"] = _text(people) if people or timeline.is_corrected else None
        row["probabilities"] = None if scores is None else _text(scores)
        row["file"] = None
        same = row_content(row) == content
        json.dumps(row, ensure_ascii=False).encode()
    except (UnicodeEncodeError, DataError):  # lone surrogates, which no table holds
        same = False
    except ValueError:  # NaN and infinity
        raise DataError("a number is not finite", where=where) from None
    if not same:
        row["file"] = base64.b64encode(content).decode()
    return row, timeline


def row_content(row: Mapping[str, Any]) -> bytes:
    """Return the timeline file of a row."""
    if row["file"] is not None:
        return base64.b64decode(row["file"])
    return row_timeline(row).to_json().encode()


def row_timeline(row: Mapping[str, Any]) -> Timeline:
    """Return the timeline of a row.

    Raises:
        DataError: it is not a timeline.
    """
    where = row["path"]
    if row["file"] is not None:
        content = base64.b64decode(row["file"])
        return Timeline.from_dict(parse_json(content, anything, where=where), where=where)
    whole = _parsed(row["rest"], where)
    whole["events"] = list(row["events"])
    if row["corrections"] is not None:
        whole |= _parsed(row["corrections"], where)
    if row["probabilities"] is not None:
        whole["scores"] = _parsed(row["probabilities"], where)
    return Timeline.from_dict(whole, where=where)


def _parsed(text: str, where: object) -> Json:
    return parse_json(text, anything, where=where)


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
