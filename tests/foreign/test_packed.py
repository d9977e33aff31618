"""Bytes inside JSON: never more of them than are expected."""

import base64
import zlib

import pytest

from seehear.foreign.packed import packed, unpacked


def test_bytes_come_back() -> None:
    assert unpacked(packed(bytes(range(200))), 200) == bytes(range(200))
    assert unpacked(packed(b""), 0) == b""


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(ValueError, match="expected 10 bytes, got 11 or more"):
        unpacked(packed(bytes(100_000_000)), 10)


@pytest.mark.parametrize(
    "text", ["?", "AAAA", "é", packed(b"abc")[:-4], base64.b64encode(zlib.compress(b"ab")).decode()]
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        unpacked(text, 3)
