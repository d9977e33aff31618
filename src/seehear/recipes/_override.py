"""Single settings of a recipe replaced, as in `training.lr=1e-4`.

Text is read as the type of the value that it replaces.
"""

import contextlib
import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from seehear.closest import closest
from seehear.errors import ConfigError
from seehear.foreign.texts import json_value
from seehear.recipes._recipe import PARTS_ONLY, Network, Recipe, Term

T = TypeVar("T")


def apply(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return `recipe` with single settings replaced.

    Args:
        recipe: what to change.
        settings: values, or their text, by path: `training.epochs`, `losses.audio` (the weight of
            a term), `network.layers`, `labels.segments.alpha`.  A path changes every training
            stage; `STAGE.training.epochs` changes one.

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
            raise _no_slot(recipe, head, path)
        if not rest:
            example = f"{head}.{_first(getattr(recipe, head))}"
            raise _wrong(path, f"name one of its settings, such as {example}")
        recipe = _set(recipe, path.split("."), value, path)
        # a stage with a slot of its own (DHHN's first training) is changed as well, unless it keeps
        # this setting (JoMoLD's estimator) or its slot has no such setting
        for stage in recipe.stages:
            if head in stage.change and path not in stage.keeps:
                with contextlib.suppress(ConfigError):
                    recipe = _in_stage(recipe, stage.name, path, value, path)
    return recipe


_SLOTS = ("labels", "network", "losses", "training", "decoding")


def _no_slot(recipe: Recipe, name: str, path: str) -> ConfigError:
    """Return the error for a path that begins with no slot; a slot with such a setting is named."""
    for slot in _SLOTS:
        owner = getattr(recipe, slot)
        if dataclasses.is_dataclass(owner) and name in _fields(owner):
            return _wrong(path, f"no setting {name!r}", f"did you mean {slot}.{path}?")
    return _unknown(path, name, (*_SLOTS, *(stage.name for stage in recipe.stages)))


def _first(slot: object) -> str:
    """Return the name of the first setting of a slot."""
    if isinstance(slot, tuple):
        return str(slot[0].name)
    return next(iter(_fields(slot)))


def _fields(owner: object) -> dict[str, dataclasses.Field[Any]]:
    assert dataclasses.is_dataclass(owner)
    return {field.name: field for field in dataclasses.fields(owner)}


def _in_stage(recipe: Recipe, name: str, inner: str, value: object, path: str) -> Recipe:
    """Return the recipe with a setting of one stage replaced."""
    index = [stage.name for stage in recipe.stages].index(name)
    stage = recipe.stages[index]
    slot, _, rest = inner.partition(".")
    if slot in stage.settings:
        changed = dataclasses.replace(stage, settings=_set(stage.settings, [slot], value, path))
    elif slot not in _SLOTS or not rest:
        raise _unknown(path, slot, (*_SLOTS, *stage.settings))
    else:
        old = stage.change.get(slot, getattr(recipe, slot))
        new = _set(old, rest.split("."), value, path)
        changed = dataclasses.replace(stage, change={**stage.change, slot: new})
    return dataclasses.replace(recipe, stages=_with(recipe.stages, index, changed))


def _with(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _set(owner: T, path: list[str], value: object, full: str) -> T:
    """Return a copy of `owner` in which the value at `path` is replaced."""
    changed: object
    if isinstance(owner, tuple):
        changed = _set_item(owner, path, value, full)
    elif isinstance(owner, Mapping):
        changed = _set_entry(owner, path, value, full)
    elif dataclasses.is_dataclass(owner):
        changed = _set_field(owner, path, value, full)
    else:
        hint = "this recipe has it switched off" if owner is None else None
        raise _wrong(full, f"nothing below {path[0]!r} can be set", hint)
    return typing.cast("T", changed)


def _set_item(owner: tuple[Any, ...], path: list[str], value: object, full: str) -> object:
    """Replace a value of a term or a helper, which are found by name."""
    name, *rest = path
    keys = [str(getattr(item, "name", "") or getattr(item, "key", "")) for item in owner]
    if name not in keys:
        raise _unknown(full, name, keys)
    index = keys.index(name)
    item = owner[index]
    if isinstance(item, Term) and not rest:
        rest = ["weight"]
    return _with(owner, index, _set(item, rest, value, full))


def _set_entry(owner: Mapping[str, Any], path: list[str], value: object, full: str) -> object:
    """Replace a value of a table of options; the present value says which type it has."""
    name, *rest = path
    if name not in owner:
        raise _unknown(full, name, owner)
    old = owner[name]
    if rest:
        return {**owner, name: _set(old, rest, value, full)}
    if name == _SHARE:
        return {**owner, name: _parse_share(value, full)}
    return {**owner, name: _parse(_kind(old), value, full)}


_SHARE = "cross_attention"  # the one option that takes a share as well as true and false


def _parse_share(value: object, full: str) -> float:
    """Return a share from 0 to 1; true and false are read as all and nothing."""
    text = str(value).strip().lower()
    with contextlib.suppress(ValueError):
        share = float(_WORDS_OF_BOOL.get(text, text))
        if 0 <= share <= 1:
            return share
    raise _wrong(full, f"expected a number from 0 to 1, or true or false, got {value!r}")


def _set_field(owner: Any, path: list[str], value: object, full: str) -> object:
    """Replace a field of a dataclass; the options of a network count as its fields."""
    name, *rest = path
    fields = _fields(owner)
    options: Mapping[str, Any] = owner.options if isinstance(owner, Network) else {}
    if name not in fields and name in options:
        return dataclasses.replace(owner, options=_set(options, path, value, full))
    if name not in fields:
        raise _unknown(full, name, [*fields, *options])
    if rest:
        new = _set(getattr(owner, name), rest, value, full)
        return dataclasses.replace(owner, **{name: new})
    if isinstance(value, str) and PARTS_ONLY in fields[name].metadata:
        raise _wrong(full, f"expected {_UNSETTABLE}, got {value!r}")
    parsed = _parse(typing.get_type_hints(type(owner))[name], value, full)
    try:
        return dataclasses.replace(owner, **{name: parsed})
    except ValueError as error:
        raise _wrong(full, str(error)) from None


_UNSETTABLE = "a value that no text can give"


def _kind(value: object) -> object:
    """Return the type of an option's present value, which text for it must have, too."""
    if isinstance(value, tuple) and value:
        return types.GenericAlias(tuple, (type(value[0]), ...))
    return type(value)


def _parse(kind: object, value: object, full: str) -> object:
    """Return `value` as `kind`; only text is parsed, anything else is taken as it is."""
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, str):
        return value
    for option in _alternatives(kind):
        try:
            return _parser(option)(value.strip())
        except (ValueError, TypeError, KeyError):
            continue
    raise _wrong(full, f"expected {_say(kind)}, got {value!r}")


def _alternatives(kind: object) -> tuple[object, ...]:
    """Return the types that a union allows; of any other type, itself."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return (kind,)


_WORDS_OF_BOOL = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _parse_none(text: str) -> None:
    if text.lower() not in ("none", "null", ""):
        raise ValueError(text)


def _parse_bool(text: str) -> bool:
    return _WORDS_OF_BOOL[text.lower()]


# for each type, what reads it from text, and below its name in messages
_PARSERS: dict[object, Callable[[str], object]] = {
    type(None): _parse_none,
    bool: _parse_bool,
    int: int,
    float: float,
    str: str,
    dict: json_value,
    list: json_value,
}
_CALLED: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    type(None): "none",
    tuple: "numbers with commas",
}


def _parser(kind: object) -> Callable[[str], object]:
    """Return what reads text as a type.

    Raises:
        TypeError: no text can give such a value.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return {choice: choice for choice in arguments}.__getitem__
    if tuple in (kind, origin):
        item = _parser((*arguments, float)[0])
        return lambda text: tuple(item(part.strip()) for part in text.split(","))
    if kind not in _PARSERS:
        raise TypeError(kind)
    return _PARSERS[kind]


def _say(kind: object) -> str:
    several = _alternatives(kind)
    if len(several) > 1:
        return " or ".join(_say(one) for one in several)
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        return "one of " + ", ".join(typing.get_args(kind))
    return _CALLED.get(origin or kind, _UNSETTABLE)


def _wrong(path: str, problem: str, hint: str | None = None) -> ConfigError:
    return ConfigError(problem, hint=hint, parameter=f"settings {path}")


def _unknown(path: str, name: str, known: Iterable[str]) -> ConfigError:
    names = sorted(set(known))
    near = closest(name, names)
    owner = path.rpartition(".")[0]
    hint = f"expected one of {', '.join(names)}" if names else f"{owner} has none"
    if near:
        hint = f"did you mean {near}?"
    return _wrong(path, f"no setting {name!r}", hint)
