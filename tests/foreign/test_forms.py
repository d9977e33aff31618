"""Forms take values of their kind and name the place of any other."""

from dataclasses import dataclass
from typing import Literal

import pytest

from seehear.foreign.forms import (
    Wrong,
    checked,
    first_of,
    flag,
    items,
    made,
    maybe,
    number,
    one_of,
    record,
    shortened,
    table,
    text,
    whole,
)


@dataclass(frozen=True)
class Grid:
    count: int
    kind: Literal["a", "b"] = "a"
    edges: tuple[float, ...] = ()
    gate: float | Literal["fit"] | None = None

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("count: too few")


@pytest.mark.parametrize(
    ("form", "value", "wanted"),
    [
        (whole(), 10.0, 10),
        (number(), 3, 3.0),
        (maybe(text), None, None),
        (items(whole()), [1, 2], [1, 2]),
        (table(number()), {"a": 1}, {"a": 1.0}),
        (record({"a": flag}), {"a": True, "b": 5}, {"a": True, "b": 5}),
        (first_of(whole(), text), "x", "x"),
        (made(Grid), {"count": 3, "edges": [1, 2.5]}, Grid(3, "a", (1.0, 2.5))),
        (made(Grid), {"count": 3, "gate": "fit"}, Grid(3, gate="fit")),
    ],
)
def test_a_value_of_its_form(form, value, wanted) -> None:
    assert form(value) == wanted


@pytest.mark.parametrize(
    ("form", "value", "message"),
    [
        (text, 5, "expected text, got 5"),
        (flag, 1, "expected true or false, got 1"),
        (whole(), True, "expected a whole number from 0 to"),
        (whole(1, 5), 6, "expected a whole number from 1 to 5, got 6"),
        (whole(), float("inf"), "got inf"),
        (number(0, 1), 1.5, "expected a number from 0 to 1, got 1.5"),
        (number(0), "x", "expected a number of at least 0, got 'x'"),
        (one_of("a", "b"), ["a"], "expected a or b, got a list of 1"),
        (items(text), {}, "expected a list, got an object of 0"),
        (items(text, least=2, most=2), ["a"], "expected a list of 2, got a list of 1"),
        (record({"a": table(items(text))}), {"a": {"x": ["y", 1]}}, "^a.x[1]: expected text"),
        (record({"a": text}), {}, "expected a, got none"),
        (record({}, {"a": text}, others=False), {"b": 1}, "unknown key b, expected a"),
        (checked(whole(), lambda value: "odd" if value % 2 else None), 3, "odd"),
        (made(Grid), {"count": -1}, "count: too few"),
        (made(Grid), {"count": 1, "kind": "c"}, "kind: expected a or b, got 'c'"),
        (made(Grid), {"count": 1, "more": 1}, "unknown key more"),
    ],
)
def test_any_other_is_told_with_its_place(form, value, message) -> None:
    with pytest.raises(Wrong) as caught:
        form(value)
    told = str(caught.value)
    assert told.startswith(message[1:]) if message.startswith("^") else message in told


def test_what_is_shown_of_a_value_is_short_and_one_line() -> None:
    assert shortened("a\nb" + "x" * 900) == "a?b" + "x" * 57 + "..."
    assert shortened([1] * 9) == "a list of 9"
