"""Plain text of others: UTF-8 or UTF-16 where it is, else a character set of one byte a sign."""

import codecs
import re

from seehear.errors import ConfigError

FALLBACK = "cp1252"  # what Windows has written by default for thirty years
NAMES = {
    FALLBACK: "Windows-1252",
    "cp1251": "Windows-1251",
    "cp932": "Shift JIS",
    "cp949": "EUC-KR",
    "gb18030": "GB 18030",
}
_LETTER = re.compile(rb"[A-Za-z]")
_LEAST = 30  # bytes beyond ASCII
_LEAST_HIGH = 0.4  # share of all letters that must be beyond ASCII
# character set; which signs are usual in it, and how large a part of those beyond ASCII they are
_ALPHABETS = (
    ("cp932", "\u3041", "\u30ff", 0.25),
    ("cp949", "\uac00", "\ud7a3", 0.8),
    ("gb18030", "\u4e00", "\u9fff", 0.6),
    ("cp1251", "\u0430", "\u044f", 0.6),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return text with LF line ends, and the name of the character set it was in.

    Args:
        content: of a file.
        encoding: its character set; None: found out.

    Raises:
        ConfigError: there is no such character set.
    """
    name = encoding or _found(content)
    try:
        text = content.decode(name, "replace")
    except LookupError:
        raise ConfigError(
            f"expected a character set such as utf-8, cp1251 or shift_jis, got {name!r:.60}",
            parameter="encoding",
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), name


def _found(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    start = content[:256]
    if len(start) >= 4 and not any(start[1::2]):
        return "utf-16-le"
    if len(start) >= 4 and not any(start[::2]):
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _old(content)
    return "utf-8"


def _old(content: bytes) -> str:
    """Return an old character set by what it looks like: text of letters beyond ASCII alone."""
    high = sum(byte > 127 for byte in content)
    letters = high + len(_LETTER.findall(content))
    if high < max(_LEAST, _LEAST_HIGH * letters):  # accents among other letters, or too few to tell
        return FALLBACK
    for name, first, last, least in _ALPHABETS:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        beyond = [sign for sign in text if sign > "\x7f"]
        if sum(first <= sign <= last for sign in beyond) > least * len(beyond):
            return name
    return FALLBACK
