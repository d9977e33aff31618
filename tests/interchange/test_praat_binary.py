"""Binary TextGrids, with texts of one byte and of two a sign."""

import struct

from foreign_rows import imported, plain
from seehear.interchange.praat_binary import START


def number(value: float) -> bytes:
    return struct.pack(">d", value)


def text(words: str) -> bytes:
    if words.isascii():
        return struct.pack(">H", len(words)) + words.encode()
    return struct.pack(">HH", 0xFFFF, len(words)) + words.encode("utf-16-be")


def kind(word: str) -> bytes:
    return bytes([len(word)]) + word.encode()


def test_intervals_and_points(tmp_path) -> None:
    data = START + kind("TextGrid") + number(0) + number(3) + b"\1" + struct.pack(">i", 2)
    data += kind("IntervalTier") + text("audio:Dog") + number(0) + number(3)
    data += struct.pack(">i", 2) + number(0) + number(1.5) + text("Größe")
    data += number(1.5) + number(3) + text("")
    data += kind("TextTier") + text("clicks") + number(0) + number(3) + struct.pack(">i", 1)
    data += number(2.25) + text("c")
    found = imported(tmp_path, data)
    assert plain(found) == [(0.0, 1.5, "Größe"), (2.25, 2.25, "c")]
    assert [row.track for row in found.rows] == ["audio", None]
    assert found.rows[0].where.startswith("byte ")
