"""Sound: sample k is what is heard at k / rate seconds, mono, whatever is in the file."""

import numpy as np
import pytest

from media_files import TICK, code, film, mp4, tone, write
from seehear.errors import MediaError
from seehear.media import iter_audio, probe


def heard(path, rate=16000, chunk_s=1.0):
    """Return the whole track, checked to come in chunks of one length that say when they are heard,
    and its problems.
    """
    sounds = iter_audio(path, rate_hz=rate, chunk_s=chunk_s)
    parts = list(sounds)
    assert all(len(p.data) == round(chunk_s * rate) for p in parts[:-1])
    assert all(p.data.dtype == np.float32 and p.rate_hz == rate for p in parts)
    ends = np.cumsum([len(p.data) for p in parts])
    assert [p.time_s for p in parts] == [0.0, *(ends[:-1] / rate)]
    assert [p.duration_s for p in parts] == [len(p.data) / rate for p in parts]
    return np.concatenate([p.data for p in parts]), sounds.problems


def sound(path, rate=16000, chunk_s=1.0):
    """Return the whole track."""
    return heard(path, rate, chunk_s)[0]


def pitch(wave, rate=16000):
    """Return the strongest frequency in hertz."""
    return float(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))).argmax() * rate / len(wave))


def test_the_wave_comes_back_exactly(tmp_path):
    wave = np.random.default_rng(0).uniform(-0.9, 0.9, 40000).astype(np.float32)
    path = write(tmp_path / "a.wav", wave=wave)
    np.testing.assert_allclose(sound(path), wave, atol=2 / 32767)
    np.testing.assert_array_equal(sound(path, chunk_s=0.37), sound(path))  # chunks change nothing


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("wanted", [16000, 48000])
def test_rates(tmp_path, rate, wanted):
    path = write(tmp_path / "a.wav", wave=tone(2, rate, hz=1000), rate=rate)
    wave = sound(path, wanted)
    assert len(wave) == pytest.approx(2 * wanted, abs=wanted / 100)
    assert pitch(wave, wanted) == pytest.approx(1000, abs=1)
    assert np.abs(wave[wanted // 10 : -wanted // 10]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
def test_all_channels_are_heard(tmp_path, layout, channels):
    for loud in {0, min(2, channels - 1)}:  # the first, and the centre of 5.1, where speech is
        rows = np.zeros((channels, 16000), np.float32)
        rows[loud] = tone(1, hz=500 + 100 * loud)
        wave = sound(write(tmp_path / f"{loud}.wav", wave=rows, layout=layout))
        assert pitch(wave) == pytest.approx(500 + 100 * loud, abs=2)
        assert np.abs(wave).max() > 0.05


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_track_that_starts_late_is_silent_before(tmp_path, suffix):
    codecs = {} if suffix == "mkv" else {"video": "libx264", "audio": "aac"}
    path = write(
        tmp_path / f"a.{suffix}",
        frames=[code(k, (64, 64)) for k in range(8)],
        times=[k / 2 for k in range(8)],
        wave=tone(2),
        audio_start_s=1.5,
        **codecs,
    )
    wave = sound(path)
    assert np.abs(wave[: int(1.4 * 16000)]).max() < 0.01
    assert np.abs(wave[int(1.6 * 16000) : int(3.4 * 16000)]).max() > 0.4
    assert len(wave) == pytest.approx(3.5 * 16000, abs=1700)


def gap_file(path, starts):
    """Write half a second of tone (the k-th at 400 + 200 k hertz) at each of `starts`."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16000, layout="mono")
        for k, start in enumerate(starts):
            piece = (tone(0.5, hz=400 + 200 * k) * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(piece, "s16", "mono")
            frame.sample_rate, frame.time_base, frame.pts = 16000, TICK, round(start * 1000)
            for packet in stream.encode(frame):
                out.mux(packet)
    return path


def test_gaps_are_silence_and_what_follows_stays_in_its_place(tmp_path):
    wave, problems = heard(gap_file(tmp_path / "a.mkv", [0, 1.5, 2.0]))
    assert len(wave) == 2.5 * 16000
    assert not wave[8000:24000].any()
    assert pitch(wave[24000:32000]) == pytest.approx(600, abs=2)
    assert pitch(wave[32000:40000]) == pytest.approx(800, abs=2)
    assert problems == ["audio track: 1 gaps or overlaps were filled with silence or cut"]


def test_overlaps_are_cut(tmp_path):
    wave, problems = heard(gap_file(tmp_path / "a.mkv", [0, 0.25, 0.75]))
    assert len(wave) == 1.25 * 16000
    assert pitch(wave[:8000]) == pytest.approx(400, abs=2)
    assert pitch(wave[12000:20000]) == pytest.approx(800, abs=2)
    assert "gaps or overlaps" in problems[0]


def test_timestamps_from_another_century_make_no_days_of_silence(tmp_path):
    path = gap_file(tmp_path / "a.mkv", [0, 0.5, 9e6])
    sounds = iter_audio(path, rate_hz=16000, chunk_s=10)
    assert sum(s.duration_s for s in sounds) < 3600
    assert probe(path).duration_s < 3600
    assert any("cannot last" in line or "its packets say" in line for line in probe(path).warnings)


def test_silence_is_a_track_of_zeros(tmp_path):
    wave = sound(write(tmp_path / "a.wav", wave=np.zeros(16000, np.float32)))
    assert len(wave) == 16000
    assert not wave.any()


@pytest.mark.parametrize("samples", [1, 160, 4800])
def test_very_short(tmp_path, samples):
    path = write(tmp_path / "a.wav", wave=np.full(samples, 0.5, np.float32))
    assert len(sound(path)) == samples
    assert probe(path).duration_s == pytest.approx(samples / 16000, rel=1e-3)


def test_no_audio_track(tmp_path):
    path = film(tmp_path / "a.mkv", 1, wave=None)
    with pytest.raises(MediaError, match=r"a\.mkv: no audio track"):
        next(iter_audio(path, rate_hz=16000, chunk_s=1))


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [
        ("mp3", "libmp3lame", 44100),
        ("flac", "flac", 48000),
        ("ogg", "libopus", 48000),
        ("mka", "libopus", 24000),
        ("m4a", "aac", 44100),
        ("aac", "aac", 16000),
    ],
)
def test_codecs(tmp_path, suffix, codec, rate):
    path = write(
        tmp_path / f"a.{suffix}",
        wave=tone(3, rate, hz=1000),
        rate=rate,
        audio=codec,
        format="adts" if suffix == "aac" else None,
    )
    wave = sound(path)
    assert len(wave) == pytest.approx(3 * 16000, abs=2000)
    assert pitch(wave[8000:40000]) == pytest.approx(1000, abs=2)
    info = probe(path)
    assert info.duration_s == pytest.approx(3, abs=0.1)
    assert (info.visual, info.warnings) == (None, ())


def test_sound_and_picture_stay_together(tmp_path):
    wave, problems = heard(mp4(tmp_path / "a.mp4"))
    assert len(wave) == pytest.approx(3 * 16000, abs=1100)
    assert problems == []
    expected = tone(3)
    lag = np.argmax(np.correlate(wave[4000:6000], expected[3980:6020], "valid")) - 20
    assert abs(lag) <= 18  # a period of the tone is 36 samples
