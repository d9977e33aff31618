"""Broken files: each ends in what can be read and warnings, or in one line; never in a crash, a
hang or a full memory.

Decoding runs in a worker process with a limit of time and memory, because a decoder that crashes
takes its process along.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_files import code, film, mp4, tone, write
from seehear.errors import MediaError
from seehear.media import iter_audio, iter_frames, probe
from seehear.media.condition import examine

LIMIT_S = 30
EXAMPLES = int(os.environ.get("SEEHEAR_BROKEN_MEDIA", "150"))  # make fuzz: many more


class Worker:
    """A decoding process; one that died or hung fails the test and is replaced."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> dict:
        """Return what the process says of a file."""
        if self.process is None:
            self._start()
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(str(path)) + "\n")
        self.process.stdin.flush()
        try:
            line = self.answers.get(timeout=LIMIT_S)
        except queue.Empty:
            self.stop()
            pytest.fail(f"decoding hangs: more than {LIMIT_S} s")
        if not line:
            code = self.process.wait()
            self.stop()
            pytest.fail(f"the decoding process died with {code}")
        answer = json.loads(line)
        assert "crash" not in answer, answer["crash"]
        check_answer(answer)
        return answer

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("media_worker.py"))],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.answers: queue.Queue[str] = queue.Queue()

        def listen(lines, answers) -> None:
            for line in lines:
                answers.put(line)
            answers.put("")

        self.listener = threading.Thread(
            target=listen, args=(self.process.stdout, self.answers), daemon=True
        )
        self.listener.start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.listener.join()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


def check_answer(answer: dict) -> None:
    """Fail unless every message is one line, and a file that is read at all gives something."""
    for line in [*answer.get("warnings", []), *answer.get("errors", []), answer.get("error", "x")]:
        assert line
        assert "\n" not in line
        assert "Traceback" not in line
    if "error" not in answer:
        assert (
            answer["frames"]
            or answer["samples"]
            or answer.get("errors")
            or answer["duration_s"] < 0.5
        )
        assert 0 < answer["duration_s"] < 1e7


@pytest.fixture(scope="module")
def worker():
    made = Worker()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, bytes]:
    """Return small good files of several containers."""
    folder = tmp_path_factory.mktemp("good")
    files = {"mp4": mp4(folder / "a.mp4"), "mkv": film(folder / "a.mkv", 3)}
    for suffix, options in {"ts": {}, "avi": {"audio": "libmp3lame"}, "mov": {}}.items():
        files[suffix] = write(
            folder / f"a.{suffix}",
            frames=[code(k, (64, 48)) for k in range(30)],
            times=[k / 10 for k in range(30)],
            wave=tone(3),
            video="libx264",
            **{"audio": "aac", "options": {"preset": "ultrafast"}, **options},
        )
    moved = folder / "front.mp4"
    with_index_in_front(files["mp4"], moved)
    files["front.mp4"] = moved
    return {name: path.read_bytes() for name, path in files.items()}


def with_index_in_front(source: Path, target: Path) -> None:
    """Copy an MP4 so that its index comes first, as for the web: a cut-off copy can then be
    opened.
    """
    import av

    with (
        av.open(str(source)) as old,
        av.open(str(target), "w", options={"movflags": "faststart"}) as new,
    ):
        streams = {s.index: new.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)


@pytest.mark.parametrize("name", ["mp4", "front.mp4", "mkv", "ts", "avi", "mov"])
def test_truncated_at_every_tenth(worker, good, tmp_path, name):
    data = good[name]
    seen = []
    for tenth in range(11):
        path = tmp_path / f"{tenth}.{name}"
        path.write_bytes(data[: len(data) * tenth // 10])
        answer = worker.read(path)
        seen.append(answer.get("frames", 0))
        if tenth == 0:
            assert "the file is empty (0 bytes)" in answer["error"]
        elif tenth == 10:
            assert answer["warnings"] == []
            assert answer["frames"] == 6
            assert answer["samples"] == pytest.approx(48000, abs=2000)
        elif answer.get("frames"):
            short = answer["frames"] < 6 or answer["samples"] < 46000
            assert (
                not short
                or answer["warnings"]
                or answer.get("errors")
                or answer["duration_s"] < 2.9
            )
    assert seen == sorted(seen)  # more of the file is never less of the film
    if name not in ("mp4", "mov"):  # whose index is at the end
        assert seen[5] >= 2


@pytest.mark.parametrize("name", ["mp4", "mkv", "ts", "avi"])
def test_flipped_bits(worker, good, tmp_path, name):
    rng = np.random.default_rng(0)
    for k, share in enumerate([1e-5, 1e-4, 1e-3, 1e-2]):
        data = np.frombuffer(good[name], np.uint8).copy()
        count = max(1, int(len(data) * share))
        data[rng.integers(0, len(data), count)] ^= (1 << rng.integers(0, 8, count)).astype(np.uint8)
        path = tmp_path / f"{k}.{name}"
        path.write_bytes(data.tobytes())
        worker.read(path)


@pytest.mark.parametrize(
    "field", ["mdhd", "mvhd", "tkhd", "stts", "stsz", "stco", "stsc", "elst", "avcC", "esds"]
)
def test_every_byte_of_an_index_box_can_be_wrong(worker, good, tmp_path, field):
    data = good["front.mp4"]
    start = data.index(field.encode())
    for offset in range(4, 40, 5):
        for value in (0x00, 0x7F, 0xFF):
            damaged = bytearray(data)
            damaged[start + offset : start + offset + 2] = bytes([value, value])
            path = tmp_path / "a.mp4"
            path.write_bytes(damaged)
            worker.read(path)


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_no_change_of_bytes_crashes_or_hangs(worker, good, tmp_path_factory, data):
    name = data.draw(st.sampled_from(sorted(good)), label="container")
    original = good[name]
    content = bytearray(original)
    header = st.integers(0, min(len(content), 1500) - 1)  # where one byte can mean most
    for _ in range(data.draw(st.integers(1, 6), label="changes")):
        kind = data.draw(st.sampled_from(["set", "cut", "repeat", "insert"]))
        at = data.draw(header | st.integers(0, max(0, len(content) - 1)))
        size = data.draw(st.integers(1, 64))
        if kind == "set":
            content[at : at + size] = data.draw(st.binary(min_size=1, max_size=64))
        elif kind == "cut":
            del content[at : at + size * 8]
        elif kind == "repeat":
            content[at:at] = content[at : at + size * 8]
        else:
            content[at:at] = data.draw(st.binary(min_size=1, max_size=64))
    path = tmp_path_factory.getbasetemp() / f"mutated.{name}"
    path.write_bytes(bytes(content))
    worker.read(path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", r"the file is empty \(0 bytes\)"),
        ("text.mp4", b"This is not a video.\n" * 200, "not a readable media file"),
        ("zeros.mp4", bytes(5000), "not a readable media file"),
        ("page.mp4", b"<!doctype html><html><body>404</body></html>", "not a readable media file"),
        ("picture.mp4", b"\x89PNG\r\n\x1a\n" + bytes(100), "not a readable media file"),
        ("script.wav", b"#!/bin/sh\necho hello\n", "not a readable media file"),
    ],
)
def test_what_is_no_media_is_refused_in_one_line(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError, match=reason) as caught:
        probe(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert [kind for kind, _ in examine(path)] == ["media_damaged"]


@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "ffconcat", "sdp", "mpd", "txt"])
@pytest.mark.parametrize("inside", ["http://127.0.0.1:9/a.ts", "secret.mkv"])
def test_playlists_and_addresses_inside_are_not_followed(tmp_path, suffix, inside):
    film(tmp_path / "secret.mkv", 1)
    texts = [
        f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{inside}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{inside}'\n",
        (
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP"
            " 96\na=rtpmap:96 H264/90000\n"
        ),
        (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT3S">'
            f"<Period><AdaptationSet><Representation><BaseURL>{inside}</BaseURL></Representation></AdaptationSet></Period>"
            "</MPD>"
        ),
    ]
    for k, text in enumerate(texts):
        path = tmp_path / f"list{k}.{suffix}"
        path.write_text(text)
        with pytest.raises(MediaError, match="not a readable media file"):
            probe(path)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/a.mp4",
        "https://example.org/a.mp4",
        "rtmp://h/a",
        "ftp://h/a",
        "concat:a.mp4|b.mp4",
        "data:video/mp4;base64,AAAA",
        "lavfi:testsrc",
        "pipe:0",
    ],
)
def test_addresses_and_protocols_are_only_ever_names(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        MediaError, match=r"no such file|expected a local file, got a network address"
    ):
        probe(address)


@pytest.mark.parametrize(
    "name",
    [
        "-x.mkv",
        "--help.mkv",
        "two words.mkv",
        "🐕 bark.mkv",
        "a'b\"c.mkv",
        "50%d.mkv",
        "a*?.mkv",
        "concat:a|b.mkv",
        "naïve\u2028line.mkv",
        "http:x.mkv",
        "%05d.mkv",
        "  .mkv",
        "a\nb.mkv",
    ],
)
def test_any_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "plain.mkv", 1).rename(tmp_path / name)
    assert probe(Path(name)).duration_s == pytest.approx(1)
    assert len(list(iter_frames(name, [0.5]))) == 1
    assert sum(len(s.data) for s in iter_audio(name, rate_hz=16000, chunk_s=1)) == 16000


def test_a_name_that_is_no_text(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff\xfe.mkv")
    film(tmp_path / "plain.mkv", 1).rename(path)
    assert probe(path).duration_s == pytest.approx(1)


def test_places_that_hold_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    for name in ("pipe.mp4", "folder.mp4"):
        with pytest.raises(MediaError, match="expected a regular file"):
            probe(tmp_path / name)
    for name in ("loop.mp4", "x" * 5000, "a\0b", "none.mp4"):
        with pytest.raises(MediaError, match=r"no such file|cannot be looked at") as caught:
            probe(tmp_path / name)
        assert len(str(caught.value)) < 400


def test_frame_rates_and_lengths_at_the_edges(worker, tmp_path):
    clips = {
        "one": {"seconds": 0.1, "fps": 10},
        "short": {"seconds": 0.3},
        "slow": {"seconds": 3, "fps": 5},
        "fast": {"seconds": 2, "fps": 120},
        "tiny": {"size": (2, 2)},
    }
    for name, options in clips.items():
        answer = worker.read(film(tmp_path / f"{name}.mkv", **options))
        seconds = options.get("seconds", 2)
        assert answer["warnings"] == []
        assert answer["duration_s"] == pytest.approx(seconds, abs=0.01)
        assert answer["frames"] == int(seconds * 2)
        assert answer["samples"] == round(seconds * 16000)


def test_the_libraries_say_nothing_on_their_own(good, tmp_path):
    path = tmp_path / "a.mp4"
    data = bytearray(good["mp4"])
    data[3000:3400] = bytes(400)
    path.write_bytes(data)
    worker = Path(__file__).with_name("media_worker.py")
    done = subprocess.run(
        [sys.executable, str(worker)],
        input=json.dumps(str(path)) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
