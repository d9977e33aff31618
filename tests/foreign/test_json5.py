"""JSON5, made strict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.files import Json
from seehear.foreign.json5 import json5_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, 'b': [2,],}", {"a": 1, "b": [2]}),
        ("// c\n[+.5, -1., 0x1F, 1e3] /* d */", [0.5, -1.0, 31, 1000.0]),
        (
            r"['it\'s', 'a\nb', '\u00e9\x41', 'c\
d', '\"']",
            ["it's", "a\nb", "éA", "cd", '"'],
        ),
        ("{a: true, $b_1: null}", {"a": True, "$b_1": None}),
    ],
)
def test_what_is_read(text: str, value: Json) -> None:
    assert json5_value(text) == value


@pytest.mark.parametrize("text", ["{a: NaN}", "{a: b}", "'x", "{a 1}", "[,]", "{a: Infinity}", ""])
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        json5_value(text)


@given(st.text("{}[]:,'\"\\ab1./* \n", max_size=30))
def test_anything_else_is_refused_in_order(text: str) -> None:
    try:
        json5_value(text)
    except ValueError:
        pass
