"""Opening media files safely, and which of their streams count."""

import sys

import av
import pytest

from media_files import film
from seehear.errors import MediaError, MissingExtraError
from seehear.media.container import audio_stream, clip_start, opened, require_av, visual_stream


def test_without_pyav_the_extra_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"PyAV is not installed.*'seehear\[media\]'"):
        require_av()
    with pytest.raises(MissingExtraError, match=r"'seehear\[offline\]'"):
        require_av("offline")


def test_a_file_is_closed_again(tmp_path):
    with opened(film(tmp_path / "a.mkv", 1)) as container:
        assert visual_stream(container).type == "video"
        assert audio_stream(container).type == "audio"
        assert clip_start(container) == 0.0
    with pytest.raises(AssertionError):
        next(container.demux())


def test_the_default_stream_is_chosen(tmp_path):
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as out:
        for default in (False, True):
            stream = out.add_stream("pcm_s16le", rate=16000, layout="mono")
            if default:
                stream.disposition = av.stream.Disposition.default
            else:
                stream.disposition = av.stream.Disposition(0)
        for stream in out.streams.audio:
            frame = av.AudioFrame(format="s16", layout="mono", samples=1600)
            frame.sample_rate, frame.pts = 16000, 0
            out.mux(stream.encode(frame))
    with opened(path) as container:
        assert audio_stream(container).index == 1
        assert visual_stream(container) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none.mp4", "no such file"),
        ("https://a.b/c.mp4", "expected a local file, got a network address"),
        (".", "expected a regular file"),
    ],
)
def test_what_is_no_local_file_is_refused(tmp_path, name, problem):
    with pytest.raises(MediaError, match=problem), opened(tmp_path / name):
        pass


def test_hundreds_of_streams_are_refused_in_one_line(tmp_path):
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(257)]
        for stream in streams:
            frame = av.AudioFrame(format="s16", layout="mono", samples=80)
            frame.sample_rate, frame.pts = 8000, 0
            out.mux(stream.encode(frame))
    with pytest.raises(MediaError, match=r"many\.mkv: .*more than 256 streams"), opened(path):
        pass
