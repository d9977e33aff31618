"""Frames: the one that is shown at each moment, whatever rate, offset, rotation or size."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from media_files import code, film, mp4, number, tone, write
from seehear.errors import MediaError
from seehear.media import iter_frames, probe


def seen(path, times):
    """Return {index: number of the frame shown} and the problems."""
    frames = iter_frames(path, times)
    found = {frame.index: number(frame.data) for frame in frames}
    return found, frames.problems


def numbers(path, times):
    """Return {index: number of the frame shown}."""
    return seen(path, times)[0]


def pictures(path, times):
    """Return {index: picture}."""
    return {frame.index: frame.data for frame in iter_frames(path, times)}


@pytest.mark.parametrize("fps", [5, 10, 25, 120])
def test_the_frame_shown_at_each_moment(tmp_path, fps):
    path = film(tmp_path / "a.mkv", 2, fps)
    times = np.arange(0.0625, 2, 0.125)
    # file times are rounded to milliseconds
    shown = [
        int(np.searchsorted(np.round(np.arange(2 * fps) / fps, 3), t, side="right")) - 1
        for t in times
    ]
    assert numbers(path, times) == dict(enumerate(shown))


def test_variable_frame_rate(tmp_path):
    at = [0.0, 0.1, 0.2, 0.3, 1.0, 2.5, 2.6, 3.9]
    path = write(tmp_path / "a.mkv", frames=[code(k) for k in range(8)], times=at)
    times = [0.05, 0.15, 0.35, 0.95, 1.0, 2.45, 2.55, 3.5, 3.95]
    assert numbers(path, times) == dict(enumerate([0, 1, 3, 3, 4, 4, 5, 6, 7]))


def test_asked_twice_or_between_frames_the_same_frame_comes_again(tmp_path):
    path = film(tmp_path / "a.mkv", 1, 4)
    found = list(iter_frames(path, [0.3, 0.3, 0.4, 0.6]))
    assert [frame.index for frame in found] == [0, 1, 2, 3]
    assert [number(frame.data) for frame in found] == [1, 1, 1, 2]


def test_a_frame_says_when_it_is_shown_and_to_which_moment_it_is_the_answer(tmp_path):
    found = list(iter_frames(film(tmp_path / "a.mkv", 1, 4), [0.3, 0.4, 0.6]))
    assert [frame.asked_s for frame in found] == [0.3, 0.4, 0.6]
    assert [frame.time_s for frame in found] == pytest.approx([0.25, 0.25, 0.5])
    assert all(frame.duration_s in (None, pytest.approx(0.25)) for frame in found)


@pytest.mark.parametrize("suffix", ["mkv", "ts", "mp4"])
def test_the_first_track_to_start_is_second_zero(tmp_path, suffix):
    codecs = (
        {}
        if suffix == "mkv"
        else {"video": "libx264", "audio": "aac", "options": {"crf": "1", "bf": "0"}}
    )
    at = [5 + k / 4 for k in range(8)]
    path = write(
        tmp_path / f"a.{suffix}",
        frames=[code(k * 16 + 4, (64, 64)) for k in range(8)],
        times=at,
        wave=tone(2),
        audio_start_s=5.0,
        **codecs,
    )
    found = pictures(path, [0.125 + k / 4 for k in range(8)])
    assert [number(found[k]) // 16 for k in range(8)] == list(range(8))
    assert probe(path).duration_s == pytest.approx(2, abs=0.15)


def test_a_visual_track_that_starts_late_shows_nothing_before(tmp_path):
    path = write(
        tmp_path / "a.mkv", frames=[code(k) for k in range(4)], times=[2, 2.5, 3, 3.5], wave=tone(4)
    )
    found, problems = seen(path, [0.5, 1.0, 1.75, 2.25, 3.75])
    assert found == {2: 0, 3: 0, 4: 3}  # 1.75 is but a moment before
    assert problems == ["visual track starts at 2.00 s"]


def test_moments_after_the_end_get_no_frame_and_a_warning(tmp_path):
    found, problems = seen(film(tmp_path / "a.mkv", 1, 10), [0.5, 1.1, 3.0])
    assert found == {0: 5, 1: 9}
    assert problems == [
        "visual track ends at 1.00 s, before the last picture that is wanted (3.00 s)"
    ]


@pytest.mark.parametrize(
    ("turns", "matrix"),
    [(1, (0, 65536, -65536, 0)), (2, (-65536, 0, 0, -65536)), (3, (0, -65536, 65536, 0))],
)
def test_rotation_is_applied(tmp_path, turns, matrix):
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :32, 0] = 250  # left half red, right half blue
    picture[:, 32:, 2] = 250
    path = write(
        tmp_path / "a.mp4", frames=[picture] * 5, times=[k / 5 for k in range(5)], video="libx264"
    )
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 44
    a, b, c, d = matrix
    data[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    rgb = pictures(path, [0.5])[0]
    expected = np.rot90(picture, -turns)  # a display matrix turns clockwise
    assert rgb.shape == expected.shape
    assert np.abs(rgb.astype(int) - expected).mean() < 12


@pytest.mark.parametrize("size", [(2, 2), (33, 17), (1, 1), (3, 200), (4096, 2304)])
def test_any_size(tmp_path, size):
    path = write(tmp_path / "a.mkv", frames=[code(77, size)], times=[0.0])
    rgb = pictures(path, [0.05])[0]
    assert rgb.shape == (size[1], size[0], 3)
    assert rgb.dtype == np.uint8
    assert number(rgb) == 77


def test_a_longer_side_than_needed_is_reduced(tmp_path):
    path = write(tmp_path / "a.mkv", frames=[code(77, (8192, 64))], times=[0.0])
    rgb = pictures(path, [0.05])[0]
    assert rgb.shape == (32, 4096, 3)


def test_an_absurd_size_is_refused_before_it_is_decoded(tmp_path):
    path = film(tmp_path / "a.mkv", 1, size=(40, 30))
    with pytest.raises(
        MediaError, match=r"frames of 40x30 pixels are too large \(limit 1,000 pixels\)"
    ):
        list(iter_frames(path, [0.5], max_pixels=1000))


@pytest.mark.parametrize(
    ("side", "told"),
    [
        (300, "4 frames of more than 80,000 pixels were skipped"),
        (3000, "4 frames of more than 80,000 pixels, or of no size, were skipped"),
    ],
)
def test_frames_larger_than_the_header_says_are_not_decoded(tmp_path, side, told):
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for k in range(8):
            size = (64, 48) if k < 4 else (side, side)
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuvj420p"
            encoder.time_base = Fraction(1, 8)
            frame = av.VideoFrame.from_ndarray(code(k, size), "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 8)
            for packet in encoder.encode(frame):
                packet.stream = stream
                out.mux(packet)
    assert probe(path).visual.width == 64
    frames = iter_frames(path, [0.1, 0.4, 0.9], max_pixels=80_000)
    assert [frame.data.shape for frame in frames] == [(48, 64, 3)] * 2
    assert f"visual track: {told}" in frames.problems


def test_no_visual_track(tmp_path):
    path = write(tmp_path / "a.wav", wave=tone(1))
    with pytest.raises(MediaError, match=r"a\.wav: no visual track"):
        list(iter_frames(path, [0.5]))


def test_one_frame(tmp_path):
    path = write(tmp_path / "a.mkv", frames=[code(9)], times=[0.0])
    assert numbers(path, [0.0, 0.05]) == {0: 9, 1: 9}
    assert probe(path).duration_s > 0


def test_nothing_asked_nothing_given(tmp_path):
    assert numbers(film(tmp_path / "a.mkv", 1), []) == {}


def test_b_frames_come_in_presentation_order(tmp_path):
    path = write(
        tmp_path / "a.mp4",
        frames=[code(16 * k + 4, (64, 64)) for k in range(12)],
        times=[k / 8 for k in range(12)],
        video="libx264",
        options={"bf": "3", "crf": "1", "preset": "slow"},
    )
    found = pictures(path, [k / 8 + 0.06 for k in range(12)])
    assert [number(found[k]) // 16 for k in range(12)] == list(range(12))


def test_an_mp4_as_phones_make_them(tmp_path):
    info = probe(mp4(tmp_path / "a.mp4"))
    assert (info.visual.codec, info.audio.codec, info.visual.fps) == ("h264", "aac", 10)
    assert info.duration_s == pytest.approx(3, abs=0.1)
    assert len(numbers(info.path, [0.5, 1.5, 2.5])) == 3
