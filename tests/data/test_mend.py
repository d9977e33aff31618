"""Damaged names of clips are mended only where there is one clip they can mean."""

import pytest

from seehear.data.mend import Mender

NAMES = ("-ab_c-d_EF0_30_40", "AAAAAAAAAA1_0_10", "AAAAAAAAAA2_0_10", "BBBBBBBBBBB_150_160")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AAAAAAAAAA1_0_10`", "AAAAAAAAAA1_0_10"),  # a stray character
        ("'AAAAAAAAAA1_0_10 ", "AAAAAAAAAA1_0_10"),
        ("ab_c-d_EF0_30_40", "-ab_c-d_EF0_30_40"),  # one lost at the start
        ("BBBBBBBBB_150_160", "BBBBBBBBBBB_150_160"),  # two
        ("BBBBBBBBBBB_150_1600", "BBBBBBBBBBB_150_160"),  # one added at the end
        ("BBBBBBBB_150_160", None),  # three: too far
        ("AAAAAAAAAA", None),  # either of two
        ("CCCCCCCCCCC_0_10", None),  # well-formed: another video
        ("AAAAAAAAAA1_0_10", "AAAAAAAAAA1_0_10"),
    ],
)
def test_a_name_is_mended(name: str, meant: str | None) -> None:
    assert Mender(NAMES).mend(name) == meant


def test_where_names_have_every_length_only_stray_characters_tell() -> None:
    mender = Mender(["dog", "barking dog", "cats"])
    assert mender.mend("cat") is None
    assert mender.mend("'cats'") == "cats"
