"""What a file holds; and an hour never lies in memory."""

import tracemalloc

import av
import numpy as np
import pytest

from media_files import code, film, mp4, tone, write
from seehear.media import clock, iter_audio, iter_frames, probe


def test_both_tracks(tmp_path):
    info = probe(film(tmp_path / "a.mkv", 2, 25, size=(64, 48)))
    assert (info.visual.codec, info.visual.width, info.visual.height, info.visual.fps) == (
        "ffv1",
        64,
        48,
        25,
    )
    assert (info.audio.codec, info.audio.rate_hz, info.audio.channels) == ("pcm_s16le", 16000, 1)
    assert info.duration_s == pytest.approx(2)
    assert info.warnings == ()


def test_a_track_that_is_not_there_is_none(tmp_path):
    assert probe(film(tmp_path / "a.mkv", 1, wave=None)).audio is None
    assert probe(write(tmp_path / "a.wav", wave=tone(1))).visual is None


def test_cover_art_is_no_visual_track(tmp_path):
    path = tmp_path / "a.mp3"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("libmp3lame", rate=44100, layout="mono")
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 24, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(code(7), format="rgb24")
        for packet in [*cover.encode(frame.reformat(format="yuvj420p")), *cover.encode(None)]:
            out.mux(packet)
        wave = av.AudioFrame.from_ndarray(
            (tone(2, 44100) * 32767).astype(np.int16)[None], "s16", "mono"
        )
        wave.sample_rate = 44100
        for packet in [*sound.encode(wave), *sound.encode(None)]:
            out.mux(packet)
    info = probe(path)
    assert info.visual is None
    assert info.duration_s == pytest.approx(2, abs=0.1)


def test_a_file_cut_off_while_it_was_written_says_no_length(tmp_path):
    path = film(tmp_path / "a.mkv", 3)
    data = bytearray(path.read_bytes())
    at = data.index(bytes.fromhex("44898840"))  # the Duration element, a double
    data[at : at + 11] = bytes.fromhex("ec89") + bytes(9)  # a Void element instead
    path.write_bytes(data)
    info = probe(path)
    assert info.duration_s == pytest.approx(3, abs=0.2)  # to a packet of sound
    assert "the file does not say how long it is; its packets say 3." in info.warnings[0]


def test_a_header_that_says_weeks_is_checked_against_the_packets(tmp_path):
    path = film(tmp_path / "a.mkv", 3)
    data = bytearray(path.read_bytes())
    at = data.index(bytes.fromhex("44898840")) + 3
    data[at : at + 8] = np.array([2e9], ">f8").tobytes()  # milliseconds
    path.write_bytes(data)
    info = probe(path)
    assert info.duration_s == pytest.approx(3, abs=0.01)
    assert info.warnings == ("the file says it lasts 2000000.00 s; its packets say 3.00 s",)


def test_memory_does_not_grow_with_length(tmp_path):
    """Python's own memory, where frames and samples lie; the process's as a whole is measured by
    the benchmark.
    """
    peaks = []
    for seconds in (20, 120):
        frames = [code(k % 256, (160, 120)) for k in range(seconds * 4)]
        path = write(
            tmp_path / f"{seconds}.mp4",
            frames=frames,
            times=[k / 4 for k in range(len(frames))],
            wave=tone(seconds),
            video="libx264",
            audio="aac",
            options={"preset": "ultrafast"},
        )
        del frames
        list(iter_frames(path, [0.1]))  # imports and tables
        tracemalloc.start()
        seen = sum(1 for _ in iter_frames(path, np.arange(seconds * 4) / 4 + 0.1))
        heard = sum(len(s.data) for s in iter_audio(path, rate_hz=16000, chunk_s=10))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert seen == seconds * 4
        assert heard == pytest.approx(seconds * 16000, abs=1100)
    assert (
        peaks[1] < 1.2 * peaks[0] + 200_000
    )  # six times the length: 7.7 MB of sound alone, were it kept
    assert peaks[1] < 6_000_000


def test_reading_stops_where_the_last_moment_is(tmp_path):
    path = mp4(tmp_path / "a.mp4", 4)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    frames = iter_frames(path, [0.25, 0.75])
    assert len(list(frames)) == 2
    assert frames.problems == []  # the damage lies further on


@pytest.mark.parametrize("tags", [True, False])
def test_subtitles_do_not_lengthen_a_film(tmp_path, monkeypatch, tags):
    words = tmp_path / "a.srt"
    words.write_text("1\n00:20:00,000 --> 00:20:01,000\nThe end\n")
    path = tmp_path / "b.mkv"
    with (
        av.open(str(film(tmp_path / "a.mkv", 2))) as old,
        av.open(str(words)) as late,
        av.open(str(path), "w") as new,
    ):
        streams = {s: new.add_stream_from_template(s) for s in (*old.streams, late.streams[0])}
        for packet in [*old.demux(), *late.demux()]:
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                new.mux(packet)
    if not tags:
        path.write_bytes(path.read_bytes().replace(b"DURATION", b"WHATEVER"))
    reads = []
    real = clock.opened
    monkeypatch.setattr(clock, "opened", lambda p: reads.append(p) or real(p))
    info = probe(path)
    assert info.duration_s == pytest.approx(2, abs=0.05)
    assert info.warnings == ()
    assert probe(path) == info
    assert len(reads) == (0 if tags else 1)  # read whole only without tags, and then once
