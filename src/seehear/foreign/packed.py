"""Bytes inside JSON: deflated, in base64, and never more of them than are expected."""

import base64
import binascii
import zlib


def packed(content: bytes) -> str:
    """Return bytes as text."""
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def unpacked(text: str, count: int) -> bytes:
    """Return the bytes of a text that `packed` made of just `count` bytes.

    Raises:
        ValueError: it is no such text.
    """
    reader = zlib.decompressobj()
    try:
        # one byte more than there should be, so that a longer content is found out
        content = reader.decompress(base64.b64decode(text, validate=True), count + 1)
    except (binascii.Error, zlib.error, ValueError):
        raise ValueError("expected deflated bytes in base64") from None
    if len(content) != count or not reader.eof:
        got = f"{len(content):,}" if reader.eof else f"{len(content):,} or more"
        raise ValueError(f"expected {count:,} bytes, got {got}")
    return content
