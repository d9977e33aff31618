"""Names from files never lead out of a folder."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import FeatureError
from seehear.names import inside, is_plain

HOSTILE = [
    "../x", "/etc/passwd", "..", ".", "a/../../x", "a//b", "a/", "/a", "C:\\x", "a\\..\\x", "a:b",
    "", " ", "a\x00b", "a\nb", "x" * 256, "end.", "end ", "..hidden/..", "a\u2028b", None, 3,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_in_one_line(tmp_path: Path, name: object) -> None:
    with pytest.raises(FeatureError, match="expected the name of a file below") as caught:
        inside(tmp_path, name, parts=2, kind=FeatureError)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


def test_plain_names_are_taken(tmp_path: Path) -> None:
    assert inside(tmp_path, "conse/feature.npy", parts=2) == tmp_path / "conse" / "feature.npy"
    assert inside(tmp_path, "Ärger 1.npy") == tmp_path / "Ärger 1.npy"
    with pytest.raises(Exception, match="NAME"):
        inside(tmp_path, "conse/feature.npy")


@given(st.text(max_size=40))
def test_what_is_plain_is_one_part_of_a_path_on_any_system(name: str) -> None:
    if is_plain(name):
        assert PurePosixPath("/a", name).parts == ("/", "a", name)
        assert PureWindowsPath("C:/a", name).parts == ("C:\\", "a", name)
