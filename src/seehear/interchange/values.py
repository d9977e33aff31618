"""Values of JSON that others wrote; a value of another kind counts as missing."""

from seehear.files import Json
from seehear.interchange.rows import number


def dicts(value: Json) -> list[dict[str, Json]]:
    """Return the objects of a list, or an object alone."""
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def texts(value: Json) -> list[str]:
    """Return the texts of a list, or a text alone."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str)]


def text(value: Json) -> str:
    """Return a text; "" for anything else."""
    return value if isinstance(value, str) else ""


def seconds(value: Json) -> float | None:
    """Return a number; None for anything else, truth values too."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def read_seconds(value: Json) -> float | None:
    """Return a number, or one that stands as a text, as scripts write them."""
    return number(value) if isinstance(value, str) else seconds(value)


def inside(value: Json, *keys: str) -> Json:
    """Return the value under these keys, one inside the other; None if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
