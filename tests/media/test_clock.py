"""The clock of a file runs on where its timestamps start again, for both tracks alike."""

from fractions import Fraction

import av
import numpy as np
import pytest

from joined_media import joined, part
from seehear.media import clock, iter_audio, iter_frames, probe


def heard(path, chunk_s=0.5):
    """Return the pitch in hertz of each whole chunk, and the problems."""
    sounds = iter_audio(path, rate_hz=16_000, chunk_s=chunk_s)
    whole = [s.data for s in sounds if s.duration_s == chunk_s]
    return [round(np.abs(np.fft.rfft(w)).argmax() / chunk_s, -1) for w in whole], sounds.problems


def seen(path, duration_s):
    """Return the grey seen in each half second, and the problems."""
    frames = iter_frames(path, np.arange(0.25, duration_s, 0.5))
    return [round(float(frame.data.mean()), -1) for frame in frames], frames.problems


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.ts", {}),
        ("back.ts", {"starts_s": (1000.0, 10.0)}),  # FFmpeg takes it for a wrap at 2^33
        ("ahead.ts", {"starts_s": (0.0, 5000.0)}),
        ("three.ts", {"starts_s": (0.0, 0.0, 700.0)}),
        ("a.mpg", {"format": "mpeg"}),
        ("a.vob", {"format": "vob"}),
        ("a.mkv", {}),
        ("opus.ogg", {"audio": "libopus", "video": None}),
        ("vorbis.ogg", {"audio": "vorbis", "video": None}),
        ("flac.ogg", {"audio": "flac", "video": None}),
    ],
)
def test_joined_recordings_follow_each_other_in_both_tracks(tmp_path, name, options):
    path = joined(tmp_path / name, **options)
    parts = len(options.get("starts_s", (0, 0)))
    info = probe(path)
    assert info.duration_s == pytest.approx(2 * parts, abs=0.06 * parts)
    assert info.audio.duration_s == pytest.approx(info.duration_s, abs=0.06)
    (line,) = info.warnings
    assert "its timestamps start again or jump at" in line
    assert "each part follows the one before it" in line
    tones, problems = heard(path)
    assert tones[: 4 * parts] == [500 * (k // 4 + 1) for k in range(4 * parts)]
    assert problems == []
    if info.visual is not None:
        greys, problems = seen(path, 2 * parts)
        assert greys == [40 * (k // 4 + 1) for k in range(4 * parts)]
        assert problems == []


def test_timestamps_that_wrap_are_no_join(tmp_path):
    path = joined(tmp_path / "a.ts", (2**33 / 90_000 - 1,))
    info = probe(path)
    assert info.duration_s == pytest.approx(2, abs=0.06)
    assert info.warnings == ()
    assert heard(path) == ([500] * 4, [])
    assert seen(path, 2) == ([40] * 4, [])


def test_what_cannot_be_read_of_a_chain_is_told(tmp_path):
    first = part(tmp_path / "1.ogg", hz=500, audio="vorbis", video=None)
    other = part(tmp_path / "2.ogg", hz=900, audio="vorbis", video=None, rate_hz=44_100)
    path = tmp_path / "a.ogg"
    path.write_bytes(first + other)
    (line,) = probe(path).warnings
    assert f"of its {len(first + other):,} bytes cannot be read (" in line


def test_a_recording_appended_to_a_flash_video_is_told(tmp_path):
    path = joined(tmp_path / "a.flv", video="flv1", audio="aac")
    assert "bytes cannot be read" in probe(path).warnings[0]


def fed(times, *, jumping=True, place=0, step=0.1):
    """Return the runs of a stream whose packets have these times and lie at rising places."""
    lane = clock._StreamRuns(jumping)
    for k, time_s in enumerate(times):
        packet = av.Packet(b"x")
        packet.pts = packet.dts = round(time_s * 1000)
        packet.duration, packet.time_base = round(step * 1000), Fraction(1, 1000)
        lane.add(packet, place + 10 * (k + 1))
    return lane.runs


def test_a_lone_packet_off_the_clock_begins_nothing():
    assert len(fed([0.0, 0.1, 90.0, 0.2, 0.3])) == 1
    assert len(fed([5.0, 5.1, 1.0, 5.2])) == 1
    assert [run.number for run in fed([0.0, 0.1, 90.0, 90.1, 0.0, 0.1])] == [0, 2, 4]


def test_a_gap_of_one_track_while_the_other_goes_on_stays_a_gap():
    slides, sound = fed([0.0, 1.0, 100.0, 101.0]), fed([k * 2.5 for k in range(41)])
    sound[0].at, sound[0].until = 5, 45
    joins = clock._Joins({0: slides, 1: sound})
    joins.find()
    assert (joins.at_s, joins.shifts) == ([], {})


def test_a_track_that_jumps_back_alone_is_moved_alone():
    picture, sound = fed([0.0, 1.0, 2.0, 0.0, 1.0], step=1.0), fed([k / 2 for k in range(12)])
    sound[0].at, sound[0].until = 5, 60
    joins = clock._Joins({0: picture, 1: sound})
    joins.find()
    assert joins.shifts == {0: [(3, 3.0)]}


def test_every_packet_is_read_once_a_process(tmp_path, monkeypatch):
    path = joined(tmp_path / "a.ts")
    opened = []
    real = clock.opened
    monkeypatch.setattr(clock, "opened", lambda p: opened.append(p) or real(p))
    for _ in range(3):
        probe(path)
    heard(path)
    assert len(opened) == 1
