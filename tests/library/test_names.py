"""Under which names results go."""

from seehear.library.names import result_names


def test_names_that_meet_get_apart():
    assert result_names(["x/a.mp4", "x/a.mov", "a.mp4", ".mp4"]) == [
        "x/a.mp4",
        "x/a.mov",
        "a",
        ".mp4",
    ]
    assert result_names(["a.mp4", "a.mp4"], ["a", "a.mp4"]) == ["a.mp4-2", "a.mp4-3"]
