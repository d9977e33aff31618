"""Files that a spreadsheet or a packer wrote where text was expected, told by what they hold."""

import io

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of Excel before 2007, and of old Word
_ZIP = b"PK\x03\x04"
_SAVE = "open it in the spreadsheet and save it as CSV"
# a name, or the beginning of one, inside the ZIP archive -> what the file is
_INSIDE = {
    "xl/": "a workbook (Excel)",
    "Index/": "a workbook (Numbers)",
    "content.xml": "a workbook or document (OpenDocument)",
    "word/": "a document (Word)",
}


def packed_kind(content: bytes) -> tuple[str, str] | None:
    """Return what a file is and what to do about it; None: it is no workbook and no ZIP archive.

    Args:
        content: of the file, or at least its beginning.
    """
    if content.startswith(_OLD):
        return "a workbook (Excel before 2007)", _SAVE
    if not content.startswith(_ZIP):
        return None
    for name in _names(content):
        for inside, what in _INSIDE.items():
            if name.startswith(inside):
                return what, _SAVE if "workbook" in what else "save its table as CSV"
    return "a ZIP archive", "unpack it and give the file in it"


def _names(content: bytes) -> list[str]:
    """Return the names in a ZIP archive; of a damaged one, those that its beginning shows."""
    import zipfile  # here: few files are packed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        start = content[:4096].decode("latin-1")
        return [name for name in _INSIDE if name in start]
