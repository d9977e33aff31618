"""Forms: what is expected of a value that was read, and what it then is.

A form takes a JSON value and returns it as one of our types, or raises `Wrong`, which knows where
in the file the value stands.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from seehear.files import Json

T = TypeVar("T")
Form: TypeAlias = Callable[[Json], T]

MOST = 1 << 48  # of anything that is counted: what no disk holds is a damaged number
_SHOWN = 60  # characters of a wrong value in a message


class Wrong(ValueError):
    """A value that is not of its form; `str` says where it stands and what was expected."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self._problem = problem
        self._place = ""

    def below(self, key: str | int) -> "Wrong":
        """Return the same, one step further out: `key` is where the value stands."""
        step = f"[{key}]" if isinstance(key, int) else shortened(key)
        dot = "." if self._place and not self._place.startswith("[") else ""
        self._place = f"{step}{dot}{self._place}"
        return self

    def __str__(self) -> str:
        return f"{self._place}: {self._problem}" if self._place else self._problem


_PYTHON = {"None": "null", "True": "true", "False": "false"}  # as JSON and TOML write them


def _printable(sign: str) -> str:
    return sign if sign.isprintable() else "?"


def shortened(value: Json) -> str:
    """Return a value as a message may show it: one short line."""
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        return f"{kind} of {len(value)}"
    shown = value if isinstance(value, str) else _PYTHON.get(repr(value), repr(value))
    shown = "".join(map(_printable, shown[: _SHOWN + 1]))
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _not(what: str, value: Json) -> Wrong:
    quoted = f"'{shortened(value)}'" if isinstance(value, str) else shortened(value)
    return Wrong(f"expected {what}, got {quoted}")


def anything(value: Json) -> Json:
    """Take any value; limits of depth and numbers hold all the same."""
    return value


def text(value: Json) -> str:
    """Expect text."""
    if isinstance(value, str):
        return value
    raise _not("text", value)


def flag(value: Json) -> bool:
    """Expect true or false."""
    if isinstance(value, bool):
        return value
    raise _not("true or false", value)


def whole(least: int = 0, most: int = MOST) -> Form[int]:
    """Expect a whole number between two, both allowed; 10.0 is one."""

    def read(value: Json) -> int:
        number = int(value) if isinstance(value, float) and value.is_integer() else value
        if type(number) is int and least <= number <= most:
            return number
        raise _not(f"a whole number from {least} to {most}", value)

    return read


def number(least: float = -math.inf, most: float = math.inf) -> Form[float]:
    """Expect a finite number between two, both allowed."""

    def read(value: Json) -> float:
        if type(value) in (int, float) and math.isfinite(value) and least <= value <= most:
            return float(value)
        bounds = f" from {least:g} to {most:g}" if math.isfinite(most) else ""
        bounds = bounds or (f" of at least {least:g}" if math.isfinite(least) else "")
        raise _not(f"a number{bounds}", value)

    return read


def one_of(*allowed: str) -> Form[str]:
    """Expect one of some texts."""

    def read(value: Json) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise _not(" or ".join(allowed), value)

    return read


def maybe(form: Form[T]) -> Form[T | None]:
    """Expect a value of a form, or null."""
    return lambda value: None if value is None else form(value)


def items(form: Form[T], *, least: int = 0, most: int = MOST) -> Form[list[T]]:
    """Expect a list whose items are of a form."""

    def read(value: Json) -> list[T]:
        if not isinstance(value, list):
            raise _not("a list", value)
        if not least <= len(value) <= most:
            raise _not(f"a list of {least if least == most else f'{least} to {most}'}", value)
        out = []
        for place, item in enumerate(value):
            try:
                out.append(form(item))
            except Wrong as wrong:
                raise wrong.below(place) from None
        return out

    return read


def table(form: Form[T]) -> Form[dict[str, T]]:
    """Expect an object of any keys whose values are of a form."""

    def read(value: Json) -> dict[str, T]:
        if not isinstance(value, dict):
            raise _not("an object", value)
        out = {}
        for key, item in value.items():
            try:
                out[key] = form(item)
            except Wrong as wrong:
                raise wrong.below(key) from None
        return out

    return read


def record(
    fields: Mapping[str, Form[object]],
    optional: Mapping[str, Form[object]] | None = None,
    *,
    others: bool = True,
) -> Form[dict[str, Json]]:
    """Expect an object with these keys.

    Args:
        fields: keys that must be there, and the forms of their values.
        optional: keys that may be there.
        others: whether it may have other keys, which are kept as they are.
    """
    known = {**fields, **(optional or {})}

    def read(value: Json) -> dict[str, Json]:
        if not isinstance(value, dict):
            raise _not("an object", value)
        missing = [key for key in fields if key not in value]
        if missing:
            raise Wrong(f"expected {', '.join(missing)}, got none")
        out = dict(value)
        for key in value:
            if key not in known and not others:
                raise Wrong(f"unknown key {shortened(key)}, expected {', '.join(known)}")
            try:
                out[key] = known.get(key, anything)(value[key])
            except Wrong as wrong:
                raise wrong.below(key) from None
        return out

    return read


def checked(form: Form[T], check: Callable[[T], str | None]) -> Form[T]:
    """Expect a value of a form that a check accepts.

    Args:
        form: of the value.
        check: returns what is wrong with it, or None.
    """

    def read(value: Json) -> T:
        found = form(value)
        if (problem := check(found)) is not None:
            raise Wrong(problem)
        return found

    return read


def first_of(*forms: Form[object]) -> Form[Json]:
    """Expect a value of one of some forms; the last one says what is wrong."""

    def read(value: Json) -> Json:
        for form in forms[:-1]:
            try:
                return form(value)
            except Wrong:
                continue
        return forms[-1](value)

    return read


def made(kind: Callable[..., T]) -> Form[T]:
    """Expect an object with the fields of a dataclass; what comes out is one.

    Args:
        kind: a dataclass whose fields are text, numbers, choices and tuples of them; its own
            `ValueError` is `Wrong` too.
    """
    fields: dict[str, Form[object]] = {}
    optional: dict[str, Form[object]] = {}
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(typing.cast(type, kind)):
        has_default = field.default is not dataclasses.MISSING
        has_default = has_default or field.default_factory is not dataclasses.MISSING
        (optional if has_default else fields)[field.name] = _form_of(hints[field.name])
    form = record(fields, optional, others=False)

    def read(value: Json) -> T:
        found = form(value)
        try:
            return kind(**found)
        except (ValueError, TypeError) as error:
            raise Wrong(str(error)) from None

    return read


_PLAIN: dict[object, Form[object]] = {
    str: text,
    bool: flag,
    int: whole(-MOST, MOST),
    float: number(),
}


def _form_of(hint: object) -> Form[object]:
    """Return the form of a type hint."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return one_of(*arguments)
    if origin in (typing.Union, types.UnionType):
        forms = [_form_of(argument) for argument in arguments if argument is not types.NoneType]
        several = first_of(*forms)
        return maybe(several) if types.NoneType in arguments else several
    if origin is tuple:
        several_items = items(_form_of(arguments[0]))
        return lambda value: tuple(several_items(value))
    return _PLAIN.get(hint, anything)
