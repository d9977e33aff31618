"""What the name of a clip tells."""

import pytest

from seehear.data.clip import Clip, with_unique_ids


@pytest.mark.parametrize(
    ("name", "clip_id", "span"),
    [
        ("-ab_c_0_d-e_101.8_111.8", "-ab_c_0_d-e", (101.8, 111.8)),
        ("__________1_30_40", "__________1", (30, 40)),
        ("holiday", "holiday", None),
        ("holiday_2024", "holiday_2024", None),
        ("a_10_10", "a_10_10", None),
        ("a_20_10", "a_20_10", None),
        ("a_-5_5", "a_-5_5", None),
        ("_1_2", "_1_2", None),
    ],
)
def test_ids(name: str, clip_id: str, span: tuple[float, float] | None) -> None:
    clip = Clip.parse(name)
    assert clip.id == clip_id
    assert (clip.start_s, clip.end_s) == (span or (None, None))


def test_ids_stay_unique() -> None:
    clips = with_unique_ids(Clip.parse(name) for name in ("take_1_2", "take_3_4", "other_1_2"))
    assert [clip.id for clip in clips] == ["take_1_2", "take_3_4", "other"]
