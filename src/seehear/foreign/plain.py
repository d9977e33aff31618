"""Plain text of others: UTF-8 or UTF-16 where it is, else a character set of one byte a sign."""

import codecs

from seehear.errors import ConfigError

FALLBACK = "cp1252"  # what Windows has written by default for thirty years
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
        return FALLBACK
    return "utf-8"
