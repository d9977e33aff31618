"""JSON, JSON lines and TOML of others: read with limits, then held against a form.

What no value of ours needs is refused: nesting deeper than `DEEPEST`, numbers beyond 64 bits, NaN
and infinity, a key that appears twice, text that is not Unicode.
"""

import json
import math
from pathlib import Path
from typing import NoReturn

from seehear.errors import DataError, SeehearError
from seehear.files import Json
from seehear.foreign.forms import Form, T, Wrong, shortened

MOST_BYTES = 256 << 20  # of a file: far more than the manifest of a million clips
DEEPEST = 64  # lists and objects, one in the other
_MOST_DIGITS = 20  # of a whole number, its sign among them


def read_json(
    path: Path,
    form: Form[T],
    *,
    kind: type[SeehearError] = DataError,
    hint: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> T:
    """Return the JSON value of a file, as its form has it.

    Args:
        path: the file.
        form: what is expected.
        kind: class of the error.
        hint: what to do about a damaged file.
        most_bytes: a longer file is refused before it is read.

    Raises:
        SeehearError: of class `kind`: missing, unreadable, not JSON, or not of the form.
    """
    content = read_bytes(path, kind=kind, hint=hint, most_bytes=most_bytes)
    return parse_json(content, form, where=path, kind=kind, hint=hint)


def parse_json(
    content: str | bytes,
    form: Form[T],
    *,
    where: object,
    kind: type[SeehearError] = DataError,
    hint: str | None = None,
) -> T:
    """Return the value of JSON text, as its form has it; errors as `read_json`."""
    try:
        return form(json_value(content))
    except ValueError as error:
        told = str(error) if isinstance(error, Wrong) else f"not JSON: {error}"
        raise kind(told, where=where, hint=hint) from None


def read_json_lines(
    path: Path, form: Form[T], *, kind: type[SeehearError] = DataError, hint: str | None = None
) -> list[T]:
    """Return the values of a file of lines of JSON, each as its form has it.

    A last line without a line end is left out: its writer was stopped in the middle.

    Raises:
        SeehearError: of class `kind`: unreadable, or a line that is not JSON or not of the form.
    """
    whole, _, _ = read_bytes(path, kind=kind, hint=hint).rpartition(b"\n")
    values = []
    for place, line in enumerate(whole.split(b"\n") if whole else (), start=1):
        values.append(parse_json(line, form, where=f"{path}:{place}", kind=kind, hint=hint))
    return values


def read_toml(path: Path, *, kind: type[SeehearError] = DataError) -> dict[str, Json]:
    """Return the table of a TOML file; dates and times are refused.

    Raises:
        SeehearError: of class `kind`: missing, unreadable, or not TOML.
    """
    import tomllib  # here: most commands read none

    content = read_bytes(path, kind=kind)
    try:
        value = tomllib.loads(content.decode("utf-8-sig"))
        _check(value)
    except Wrong as wrong:
        raise kind(str(wrong), where=path) from None
    except RecursionError:
        raise kind("not TOML: nested too deeply", where=path) from None
    except ValueError as error:
        raise kind(f"not TOML: {error}", where=path) from None
    return value


def read_bytes(
    path: Path,
    *,
    kind: type[SeehearError] = DataError,
    hint: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> bytes:
    """Return the content of a file that is not too long.

    Raises:
        SeehearError: of class `kind`: missing, unreadable, or longer than `most_bytes`.
    """
    try:
        size = path.stat().st_size  # a pipe tells none, hence the bound below
        content = b""
        if size <= most_bytes:
            with path.open("rb") as file:
                content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that holds a zero byte
        told = getattr(error, "strerror", None) or error
        raise kind(f"cannot be read: {told}", where=path, hint=hint) from None
    if max(size, len(content)) > most_bytes:
        found = max(size, len(content))
        told = f"expected at most {most_bytes:,} bytes, got a file of {found:,} bytes"
        raise kind(told, where=path, hint=hint)
    return content


def json_value(content: str | bytes) -> Json:
    """Return the value of JSON text within all limits.

    Raises:
        ValueError: it is not JSON; `Wrong` if it is beyond a limit.
    """
    if isinstance(content, bytes):
        content = content.decode("utf-8-sig")
    try:
        value = json.loads(
            content, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_object
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check(value)
    return value


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise Wrong(f"expected numbers of 64 bits, got one of {len(digits):,} digits")
    return int(digits)


def _no_number(word: str) -> NoReturn:
    raise Wrong(f"expected finite numbers, got {word}")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value: dict[str, Json] = {}
    for key, item in pairs:
        if key in value:
            raise Wrong(f"key {shortened(key)!r} appears twice")
        value[key] = item
    return value


def _check(root: Json) -> None:
    """Refuse deep nesting, text that is not Unicode and numbers that are not finite or too long.

    Raises:
        Wrong: there is such a value.
    """
    level, depth = [root], 0
    while level:
        if depth > DEEPEST:
            raise Wrong(f"expected at most {DEEPEST} nested values, got more")
        below: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                below += value.keys()
                below += value.values()
            elif isinstance(value, list):
                below += value
            else:
                _check_plain(value)
        level, depth = below, depth + 1


def _check_plain(value: Json) -> None:
    if isinstance(value, str):
        if not value.isascii():
            _check_unicode(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Wrong(f"expected finite numbers, got {value}")
    elif isinstance(value, int):
        if value.bit_length() > 64:
            raise Wrong(f"expected numbers of 64 bits, got one of {value.bit_length():,} bits")
    elif value is not None:
        raise Wrong(f"expected text, numbers, lists and tables, got {value}")


def _check_unicode(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong(f"expected Unicode text, got {shortened(value)!r}") from None
