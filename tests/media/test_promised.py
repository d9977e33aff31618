"""What the sizes in a file promise is compared with what is there."""

import av
import pytest

from media_files import code, film, mp4, tone, write
from seehear.errors import MediaError
from seehear.media import probe
from seehear.media.promised import promise_of

AUDIO = {".ogg": "libopus", ".flac": "flac", ".aiff": "pcm_s16be", ".mp3": "libmp3lame"}
FAST = {"movflags": "faststart"}


def faststart(path):
    """Bring the index of a film to its front, as files for the web have it."""
    with av.open(str(path)) as old, av.open(str(path.with_stem("b")), "w", options=FAST) as out:
        streams = {s.index: out.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    return path.with_stem("b")


def made(path):
    """Return a small whole file of the kind its suffix says."""
    if path.suffix in (".mp4", ".mov"):
        return faststart(mp4(path))
    if path.suffix == ".avi":
        frames = [code(k, (64, 48)) for k in range(20)]
        times = [k / 10 for k in range(20)]
        return write(path, frames=frames, times=times, wave=tone(2), video="mpeg4")
    if path.suffix == ".mkv":
        return film(path, 2)
    audio = AUDIO.get(path.suffix, "pcm_s16le")
    return write(path, wave=tone(3, rate=48_000), rate=48_000, audio=audio)


@pytest.mark.parametrize("kind", ["mp4", "mov", "avi", "wav", "aiff", "mkv", "flac", "ogg", "mp3"])
def test_a_file_that_was_cut_off_says_so(tmp_path, kind):
    path = made(tmp_path / f"a.{kind}")
    whole = path.read_bytes()
    assert probe(path).warnings == ()
    path.write_bytes(whole[: len(whole) * 7 // 10])
    (line,) = probe(path).warnings
    if kind == "flac":
        assert line.startswith("the file says it lasts 3.00 s; its packets say ")
    else:
        assert line.startswith("the file is cut off: ")


def test_a_film_that_lost_the_index_at_its_end_says_why_it_is_not_readable(tmp_path):
    path = mp4(tmp_path / "a.mp4")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match=r"not a readable media file .*the file is cut off: "):
        probe(path)


def test_a_chain_of_pages_that_stops_between_two_is_cut_off(tmp_path):
    path = made(tmp_path / "a.ogg")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"OggS")])
    assert probe(path).warnings == (
        "the file is cut off: it stops without the mark that belongs at its end",
    )


@pytest.mark.parametrize("kind", ["mp4", "avi", "wav", "aiff"])
def test_a_second_recording_that_is_not_read_is_told(tmp_path, kind):
    path = made(tmp_path / f"a.{kind}")
    whole = path.read_bytes()
    path.write_bytes(whole + whole)
    (line,) = probe(path).warnings
    assert line == (
        f"a second recording is appended at byte {len(whole):,} of {2 * len(whole):,}; it is not"
        " read"
    )


@pytest.mark.parametrize(
    "head",
    [
        b"RIFF\xff\xff\xff\xffWAVE",  # written into a pipe
        b"RIFF\0\0\0\0AVI ",
        b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\0mdat",  # up to the end of the file
        b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
        b"\x1a\x45\xdf\xa3",
        b"RIFF",
        b"OggSshort",
        b"no media at all",
    ],
)
def test_sizes_that_are_not_known_promise_nothing(tmp_path, head):
    path = tmp_path / "a"
    path.write_bytes(head + b"\0" * 100 if len(head) > 10 else head)
    assert promise_of(path).promised is None


def test_a_large_avi_is_the_sum_of_its_chunks(tmp_path):
    path = tmp_path / "a.avi"
    first = b"RIFF" + (96).to_bytes(4, "little") + b"AVI " + bytes(92)
    second = b"RIFF" + (900).to_bytes(4, "little") + b"AVIX" + bytes(92)
    path.write_bytes(first + second)
    promise = promise_of(path)
    assert (promise.size, promise.promised, promise.second) == (208, 1012, None)
    path.write_bytes(b"RF64" + b"\xff" * 4 + b"WAVEds64" + bytes(4) + (5000).to_bytes(8, "little"))
    assert promise_of(path).promised == 5008
