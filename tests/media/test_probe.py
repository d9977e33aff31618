"""What a file holds, which files of a folder are media, what is wrong with a clip; and an hour
never lies in memory.
"""

import tracemalloc

import av
import numpy as np
import pytest

from media_files import code, film, mp4, tone, write
from seehear.errors import MediaError
from seehear.library.media import MEDIA_SUFFIXES as LIBRARY_SUFFIXES
from seehear.media import MEDIA_SUFFIXES, find_media, iter_audio, iter_frames, probe
from seehear.media.condition import examine


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


def test_find_media(tmp_path):
    for name in (
        "b.MP4",
        "a.mkv",
        "sub/c.wav",
        "notes.txt",
        ".hidden.mp4",
        ".git/d.mp4",
        "sub/.x/e.mp4",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [p.relative_to(tmp_path).as_posix() for p in find_media([tmp_path])] == [
        "a.mkv",
        "b.MP4",
        "sub/c.wav",
    ]
    assert find_media([tmp_path / "notes.txt"]) == [
        tmp_path / "notes.txt"
    ]  # a file named is a file meant
    assert len(find_media([tmp_path, tmp_path / "a.mkv"])) == 3
    with pytest.raises(MediaError, match="no such file or folder"):
        find_media([tmp_path / "x"])
    with pytest.raises(MediaError, match=r"no such file or folder|cannot be looked at"):
        find_media([tmp_path / ("x" * 5000)])
    with pytest.raises(
        MediaError, match="expected a local file, got a network address; download it first"
    ):
        find_media([type(tmp_path)("https://example.org/a.mp4")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediaError, match=r"no media files found; expected names such as clip\.mp4"):
        find_media([tmp_path / "empty"])


def test_library_and_parser_agree_on_what_is_media():
    assert LIBRARY_SUFFIXES == MEDIA_SUFFIXES


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
