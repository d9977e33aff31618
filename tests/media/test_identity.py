"""The hash of a file's content: whole of a small file, both ends and the length of a large one."""

import hashlib
from pathlib import Path

import pytest

from seehear.errors import MediaError
from seehear.media import content_hash, identify
from seehear.media.identity import WHOLE


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_small_file_is_hashed_whole_and_a_large_one_at_its_ends(tmp_path: Path) -> None:
    small, large = tmp_path / "a.mp4", tmp_path / "b.mp4"
    small.write_bytes(b"x" * WHOLE)
    assert content_hash(small) == f"sha256:{sha256(b'x' * WHOLE)}"
    head, tail = b"a" * (WHOLE // 2), b"b" * (WHOLE // 2)
    large.write_bytes(head + b"-" + tail)
    length = str(WHOLE + 1).encode()
    assert content_hash(large) == f"sha256-ends:{sha256(head + tail + length)}"


def test_a_file_is_known_by_another_name(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"film")
    found = identify(file, name="sub/a.mp4", duration_s=1.23456789)
    assert (found.path, found.bytes, found.duration_s) == ("sub/a.mp4", 4, 1.234568)
    moved = file.rename(tmp_path / "other.mov")
    assert identify(moved, name="other.mov", duration_s=1).hash == found.hash
    with pytest.raises(MediaError, match="cannot be read: No such file"):
        identify(file, name="a.mp4", duration_s=1)
