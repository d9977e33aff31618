"""Workbooks and archives where text was expected."""

import io
import zipfile

import pytest

from seehear.foreign.workbooks import packed_kind


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "todo"),
    [
        (packed("[Content_Types].xml", "xl/workbook.xml"), "a workbook (Excel)", "save it as CSV"),
        (packed("xl/workbook.xml")[:80], "a workbook (Excel)", "save it as CSV"),
        (packed("mimetype", "content.xml"), "(OpenDocument)", "save it as CSV"),
        (packed("Index/Document.iwa"), "a workbook (Numbers)", "save it as CSV"),
        (packed("word/document.xml"), "a document (Word)", "save its table as CSV"),
        (packed("a.srt"), "a ZIP archive", "unpack it"),
        (b"PK\x03\x04", "a ZIP archive", "unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "(Excel before 2007)", "save it as CSV"),
    ],
)
def test_it_is_told_what_it_is_and_what_to_do(content: bytes, what: str, todo: str) -> None:
    told = packed_kind(content)
    assert told is not None
    assert what in told[0]
    assert todo in told[1]


def test_text_is_none() -> None:
    assert packed_kind(b"PK is a name\n") is None
