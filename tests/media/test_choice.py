"""Which of several audio streams is listened to."""

import numpy as np
import pytest

from media_files import several, tone
from seehear.errors import MediaError
from seehear.media import iter_audio, probe


def pitch(path, **options):
    """Return the strongest frequency in hertz of what is listened to."""
    sounds = iter_audio(path, rate_hz=16000, chunk_s=10, **options)
    wave = np.concatenate([s.data for s in sounds])
    return float(np.abs(np.fft.rfft(wave)).argmax() * 16000 / len(wave))


def test_the_usual_stream_is_used_and_the_others_are_named(tmp_path):
    path = several(tmp_path / "a.mkv", [tone(1, hz=500), tone(1, hz=800)], default=1)
    assert pitch(path) == pytest.approx(800, abs=2)
    (line,) = probe(path).warnings
    assert line.startswith("2 audio streams: number 2 (pcm_s16le")
    assert "not used: 1 (pcm_s16le" in line


def test_a_silent_default_stream_gives_way(tmp_path):
    quiet = np.zeros(16000)
    path = several(tmp_path / "a.mkv", [quiet, quiet, tone(1, hz=700)])
    info = probe(path)
    assert info.audio.number == 3
    assert "is silent" in info.warnings[0]
    assert pitch(path) == pytest.approx(700, abs=2)


def test_all_silent_is_the_usual_one(tmp_path):
    path = several(tmp_path / "a.mkv", [np.zeros(16000), np.zeros(16000)], default=1)
    assert probe(path).audio.number == 2


def test_a_number_is_what_is_used(tmp_path):
    path = several(tmp_path / "a.mkv", [tone(1, hz=500), tone(1, hz=800)])
    info = probe(path, audio_stream=2)
    assert (info.audio.number, info.warnings) == (2, ())
    assert pitch(path, stream=2) == pytest.approx(800, abs=2)
    with pytest.raises(MediaError, match="one of its 2 audio streams, counted from 1, got 3"):
        probe(path, audio_stream=3)


def test_of_many_streams_a_few_are_named(tmp_path):
    path = several(tmp_path / "a.mkv", [tone(0.2)] * 9)
    (line,) = probe(path).warnings
    assert line.startswith("9 audio streams: number 1 ")
    assert line.count("pcm_s16le") == 6
    assert line.endswith(" and 3 more")
