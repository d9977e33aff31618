"""One setting of a recipe at a time: `training.lr=1e-4`, parsed against the type of what it
replaces.
"""

import contextlib
import dataclasses
import difflib
import json
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from seehear.errors import ConfigError
from seehear.recipes._recipe import Network, Recipe, Term

T = TypeVar("T")


def apply(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return `recipe` with single settings replaced.

    Args:
        recipe: what to change.
        settings: value (or its text) by path, such as `training.epochs`, `losses.audio`,
            `network.layers`, `labels.segments.alpha`.  A path changes every training stage;
            `STAGE.training.epochs` changes one.

    Raises:
        ConfigError: no such setting (the closest one is named), or a value of another type.
    """
    for path, value in settings.items():
        head, _, rest = path.partition(".")
        stages = {stage.name: stage for stage in recipe.stages}
        if rest and head in stages and not hasattr(recipe, head):
            recipe = _in_stage(recipe, head, rest, value, path)
            continue
        if head not in _SLOTS:
            raise _unknown(path, head, (*_SLOTS, *stages))
        if not rest:
            raise ConfigError(
                f"name one of its settings, such as {head}.{_first(getattr(recipe, head))}",
                where=f"--set {path}",
            )
        recipe = _set(recipe, path.split("."), value, path)
        # a stage that brings a slot of its own (DHHN's first training) follows the same wish,
        # unless it has the thing switched off (JoMoLD's estimator)
        for stage in recipe.stages:
            if head in stage.change:
                with contextlib.suppress(ConfigError):
                    recipe = _in_stage(recipe, stage.name, path, value, path)
    return recipe


def _first(slot: Any) -> str:
    return slot[0].name if isinstance(slot, tuple) else dataclasses.fields(slot)[0].name


_SLOTS = ("labels", "network", "losses", "training", "decoding")


def _in_stage(recipe: Recipe, name: str, inner: str, value: Any, path: str) -> Recipe:
    stage = next(s for s in recipe.stages if s.name == name)
    slot, _, rest = inner.partition(".")
    if slot in stage.settings:
        changed = dataclasses.replace(stage, settings=_set(stage.settings, [slot], value, path))
    elif slot not in _SLOTS or not rest:
        raise _unknown(path, slot, (*_SLOTS, *stage.settings))
    else:
        old = stage.change.get(slot, getattr(recipe, slot))
        new = _set(old, rest.split("."), value, path)
        changed = dataclasses.replace(stage, change={**stage.change, slot: new})
    return dataclasses.replace(
        recipe, stages=tuple(changed if s.name == name else s for s in recipe.stages)
    )


def _set(owner: T, path: list[str], value: Any, full: str) -> T:
    """Return a copy of `owner` in which the value at `path` is replaced."""
    name, rest = path[0], path[1:]
    if isinstance(owner, tuple):  # terms and helpers are found by name
        keys = [getattr(item, "name", None) or getattr(item, "key", "") for item in owner]
        if name not in keys:
            raise _unknown(full, name, keys)
        index = keys.index(name)
        item = owner[index]
        rest = ["weight"] if isinstance(item, Term) and not rest else rest
        return (*owner[:index], _set(item, rest, value, full), *owner[index + 1 :])  # type: ignore[return-value]
    if isinstance(owner, Mapping):
        if name not in owner:
            raise _unknown(full, name, owner)
        old = owner[name]
        new = _set(old, rest, value, full) if rest else _parse(_kind(old), value, full)
        return {**owner, name: new}  # type: ignore[return-value]
    if not dataclasses.is_dataclass(owner):
        raise ConfigError(
            f"nothing below {name!r} can be set",
            where=f"--set {full}",
            hint="this recipe has it switched off" if owner is None else None,
        )
    names = [f.name for f in dataclasses.fields(owner)]
    if isinstance(owner, Network) and name not in names and name in owner.options:
        return dataclasses.replace(owner, options=_set(owner.options, path, value, full))
    if name not in names:
        extra = list(owner.options) if isinstance(owner, Network) else []
        raise _unknown(full, name, names + extra)
    if rest:
        return dataclasses.replace(owner, **{name: _set(getattr(owner, name), rest, value, full)})  # type: ignore[type-var]
    parsed = _parse(typing.get_type_hints(type(owner))[name], value, full)
    try:
        return dataclasses.replace(owner, **{name: parsed})  # type: ignore[type-var]
    except ValueError as error:
        raise ConfigError(str(error), where=f"--set {full}") from None


def _kind(value: Any) -> Any:
    """Return the type that text for an option must have, told by the option's present value."""
    return tuple[type(value[0]), ...] if isinstance(value, tuple) and value else type(value)  # type: ignore[misc]


def _parse(kind: Any, value: Any, full: str) -> Any:
    """Return `value` as `kind`; only text is parsed, anything else is taken as it is."""
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    options = (
        typing.get_args(kind)
        if typing.get_origin(kind) in (typing.Union, types.UnionType)
        else (kind,)
    )
    for option in options:
        try:
            return _parse_one(option, value.strip())
        except (ValueError, TypeError):
            continue
    raise ConfigError(f"expected {_say(kind)}, got {value!r}", where=f"--set {full}")


def _parse_one(kind: Any, text: str) -> Any:
    if kind is type(None):
        if text.lower() not in ("none", "null", ""):
            raise ValueError
        return None
    if typing.get_origin(kind) is typing.Literal:
        if text not in typing.get_args(kind):
            raise ValueError
        return text
    if kind is bool:
        return (
            {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
                text.lower()
            ]
            if text.lower() in ("true", "yes", "1", "false", "no", "0")
            else _refuse()
        )
    if kind in (int, float, str):
        return kind(text)
    if kind is tuple or typing.get_origin(kind) is tuple:
        inner = (typing.get_args(kind) or (float,))[0]
        return tuple(_parse_one(inner, part.strip()) for part in text.split(","))
    if kind in (dict, list):
        return json.loads(text)
    raise TypeError


def _refuse() -> bool:
    raise ValueError


def _say(kind: Any) -> str:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_say(k) for k in typing.get_args(kind))
    if origin is typing.Literal:
        return "one of " + ", ".join(typing.get_args(kind))
    names = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "text",
        type(None): "none",
        tuple: "numbers with commas",
    }
    return names.get(origin or kind, "a value that cannot be set from the command line")


def _unknown(full: str, name: str, known: Iterable[str]) -> ConfigError:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(sorted(known))}"
    return ConfigError(f"no setting {name!r}", where=f"--set {full}", hint=hint)
