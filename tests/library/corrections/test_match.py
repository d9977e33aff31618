"""Names in somebody's file, and the clips they mean."""

import pytest

from seehear.library.corrections.match import ClipNames, NamedClip

NAMES = ClipNames(
    [
        NamedClip("a/one", "a/one.mp4"),
        NamedClip("b/one", "b/one.mp4"),
        NamedClip("v_1_x", "v_1_x.mov"),
    ]
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a/one.mp4", "a/one"),
        ("a/one", "a/one"),
        ("v_1_x", "v_1_x"),
        ("v_1_x_0_10", "v_1_x"),
        ("elsewhere/v_1_x.wav", "v_1_x"),
        ("b\\one.mp4", "b/one"),
    ],
)
def test_a_name_means_the_nearest_clip(name: str, found: str) -> None:
    clip, why = NAMES.find(name)
    assert clip is not None, why
    assert clip.name == found


def test_a_name_of_no_clip_or_of_two_is_told() -> None:
    assert NAMES.find("one.mp4") == (None, "one.mp4 fits 2 clips (a/one, b/one)")
    clip, why = NAMES.find("a/onne")
    assert clip is None
    assert why == "no clip of the library is called a/onne; did you mean a/one?"
