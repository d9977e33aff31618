"""What is wrong with a clip's media."""

import numpy as np
import pytest

from media_files import code, film, tone, write
from seehear.media.condition import examine


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (lambda p: film(p / "a.mkv", 2), []),
        (lambda p: film(p / "a.mkv", 2, wave=None), ["no_audio"]),
        (lambda p: write(p / "a.wav", wave=tone(2)), ["no_visual"]),
        (lambda p: film(p / "a.mkv", 2, wave=np.zeros(32000, np.float32)), ["silent"]),
        (
            lambda p: write(
                p / "a.mkv", frames=[code(5)] * 8, times=[k / 4 for k in range(8)], wave=tone(2)
            ),
            ["frozen"],
        ),
        (lambda p: film(p / "a.mkv", 1), ["short"]),
        (lambda p: film(p / "a.mkv", 2, wave=tone(1)), ["media_damaged"]),
    ],
    ids=["good", "no-audio", "no-visual", "silent", "frozen", "short", "audio-ends-early"],
)
def test_the_condition_of_a_clip(tmp_path, make, kinds):
    assert [kind for kind, _ in examine(make(tmp_path), expected_s=2)] == kinds


def test_a_cut_off_clip_is_said_to_be_damaged(tmp_path):
    data = film(tmp_path / "a.mkv", 4, 10).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(data[: len(data) * 6 // 10])
    texts = [text for kind, text in examine(path, expected_s=4) if kind == "media_damaged"]
    assert any("visual track ends at" in text for text in texts)
    assert any("audio track ends at" in text for text in texts)


def test_what_cannot_be_opened_is_damaged(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video" * 100)
    ((kind, text),) = examine(tmp_path / "a.mp4")
    assert kind == "media_damaged"
    assert "not a readable media file" in text
