"""Cuts: the frames and the sound of a stretch, copied, in step, from the last whole picture on."""

from pathlib import Path

import numpy as np
import pytest

from media_files import code, number, tone, write
from seehear.errors import MediaError
from seehear.media import iter_audio, iter_frames, probe
from seehear.media.cut import cut, suffix_of

FPS = 10


def clip(path: Path, **fields: object) -> Path:
    """Write 5 s: frame k shows k, a tone sounds from 2 s on.

    Every tenth picture needs no other, of FFV1 every twelfth.
    """
    frames = [code(k) for k in range(5 * FPS)]
    wave = np.concatenate([np.zeros(32000, np.float32), tone(3)])
    settings = {
        "video": "libx264",
        "audio": "aac",
        "options": {"g": "10", "bf": "2", "sc_threshold": "0"},
    }
    times = [k / FPS for k in range(len(frames))]
    return write(path, frames=frames, times=times, wave=wave, **{**settings, **fields})


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("a.mp4", {}),
        ("a.mkv", {}),
        ("a.mkv", {"video": "ffv1", "audio": "pcm_s16le", "options": None}),
    ],
)
def test_a_cut_begins_at_the_picture_before_and_stays_in_step(
    tmp_path: Path, name: str, fields: dict[str, object]
) -> None:
    path = clip(tmp_path / name, **fields)
    out = tmp_path / f"cut{suffix_of(path)}"
    start_s, end_s = cut(path, 1.45, 3.0, out)
    assert start_s == pytest.approx(1.2 if fields else 1.0, abs=0.01)
    assert 3.0 <= end_s < 3.35  # pictures that lean on later ones bring these
    assert probe(out).duration_s == pytest.approx(end_s - start_s, abs=0.15)
    (frame,) = iter_frames(out, [0.55])
    assert number(frame.data) == round((start_s + 0.5) * FPS)
    sound = np.concatenate([s.data for s in iter_audio(out, rate_hz=16000, chunk_s=1.0)])
    heard_s = np.flatnonzero(np.abs(sound) > 0.2)[0] / 16000
    assert heard_s == pytest.approx(2.0 - start_s, abs=0.12)


def test_sound_alone_is_cut_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", wave=tone(4), format="wav")
    assert suffix_of(path) == ".mkv"
    start_s, end_s = cut(path, 1.0, 2.0, tmp_path / "cut.mkv")
    assert (start_s, end_s) == (pytest.approx(1.0, abs=0.3), pytest.approx(2.0, abs=0.3))


def test_what_cannot_be_cut_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4")
    with pytest.raises(MediaError, match=r"a\.mp4: cannot be cut: there is nothing at that time"):
        cut(path, 90, 95, tmp_path / "cut.mp4")
    text = tmp_path / "b.mp4"
    text.write_text("no video")
    with pytest.raises(MediaError):
        cut(text, 0, 1, tmp_path / "cut.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]
