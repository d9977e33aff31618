"""Formats by what people want them for."""

from seehear import export
from seehear.export.table import READERS
from seehear.export.uses import OTHER, USES, grouped


def test_every_format_stands_under_one_use() -> None:
    groups = grouped(list(export.FORMATS))
    assert [use for use, _ in groups] == list(USES)
    offered = [name for _, names in groups for name in names]
    assert sorted(offered) == sorted(export.FORMATS)


def test_formats_of_other_packages_come_last_and_empty_uses_are_left_out() -> None:
    groups = grouped(["shout", "csv"])
    assert [(use.title, names) for use, names in groups] == [
        ("For a spreadsheet", ["csv"]),
        (OTHER.title, ["shout"]),
    ]


def test_of_every_format_it_is_said_who_reads_it_and_what_it_cannot_hold() -> None:
    assert list(READERS) == list(export.FORMATS)
    for about in READERS.values():
        assert about.who
        assert about.lacks
        assert about.whose
