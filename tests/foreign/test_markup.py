"""XML of others: a plain tree, and nothing that reaches out of it or blows up."""

import pytest

from seehear.errors import DataError
from seehear.foreign.markup import parse_markup


def test_a_tree_that_knows_its_lines_and_forgets_namespaces() -> None:
    text = '<a xmlns="urn:x" xmlns:y="urn:y">\n one <b y:c="1">two</b>\n<b/></a>'
    root = parse_markup(text.encode(), where="x")
    first, second = root.all("b")
    assert (first.line, first.attributes, first.text()) == (2, {"c": "1"}, "two")
    assert (second.line, root.said("b")) == (3, "two")
    assert root.text().split() == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://localhost/x"> %b;]><a/>',
        '<!DOCTYPE a SYSTEM "http://localhost/x"><a>&b;</a>',
        "<a>" * 300 + "</a>" * 300,
        "<a>",
        "",
        "<a>&b;</a>",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_markup(text.encode(), where="x.xml")
    assert "x.xml" in str(caught.value)
    assert "passwd" not in str(caught.value)


def test_a_named_document_type_and_a_character_set_of_its_own_are_fine() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><!DOCTYPE a><a>\xe9&#1053;</a>'
    assert parse_markup(text.encode("cp1252"), where="x").text() == "éН"
