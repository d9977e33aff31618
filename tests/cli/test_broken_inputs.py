"""`seehear parse` on broken files: a timeline with warnings, or one line and exit code 2."""

import json

import numpy as np
import pytest

from helpers import states
from media_files import code, film, mp4, tone, write
from seehear.cli.main import main
from seehear.time import Timeline

pytestmark = pytest.mark.weights
EVENTS = "Dog,Speech"


@pytest.fixture
def parse(tmp_path, capfd):
    """Return a function that parses one file: (exit code, timeline or None, lines on stderr)."""

    def run(path, *options):
        out = tmp_path / "out"
        words = [
            "parse",
            *options,
            "--events",
            EVENTS,
            "--out",
            str(out),
            "--jobs",
            "1",
            "--json",
            "--",
            str(path),
        ]
        code = main(words)
        captured = capfd.readouterr()
        lines = [
            line
            for line in captured.err.splitlines()
            if line.startswith("seehear: ") and "note:" not in line
        ]
        assert "Traceback" not in captured.err
        value = json.loads(captured.out) if captured.out else None
        timeline = Timeline.from_dict(value) if value and "schema" in value else None
        return code, timeline, lines

    return run


def check(result, *, seconds=None, audio="parsed", visual="parsed", warnings=True):
    """Fail unless a timeline came, with or without warnings."""
    code, timeline, _ = result
    assert code == 0
    assert states(timeline) == {"audio": audio, "visual": visual}
    assert bool(timeline.warnings) is warnings, timeline.warnings
    if seconds is not None:
        assert timeline.duration_s == pytest.approx(seconds, abs=0.15)
        assert timeline.grid.count == max(1, round(seconds))


def refused(result, reason):
    """Fail unless it was refused in one line."""
    code, timeline, lines = result
    assert code == 2
    assert timeline is None
    assert len(lines) == 1, lines
    assert reason in lines[0]


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({"seconds": 0.3}, 0.3),
        ({"seconds": 0.1, "fps": 10}, 0.1),
        ({"seconds": 2, "fps": 5}, 2),
        ({"seconds": 1, "fps": 120}, 1),
        ({"size": (2, 2)}, 2),
        ({"size": (33, 17)}, 2),
    ],
    ids=["0.3s", "1frame", "5fps", "120fps", "2x2", "odd"],
)
def test_small_and_odd_but_whole(parse, tmp_path, options, seconds):
    check(parse(film(tmp_path / "a.mkv", **options)), seconds=seconds, warnings=False)


def test_a_huge_frame(parse, tmp_path):
    path = write(tmp_path / "a.mkv", frames=[code(9, (4096, 2304))], times=[0.0], wave=tone(0.1))
    check(parse(path), warnings=False)


@pytest.mark.parametrize(("rate", "layout"), [(8000, "mono"), (48000, "5.1"), (44100, "stereo")])
def test_rates_and_layouts(parse, tmp_path, rate, layout):
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    wave = np.stack([tone(2, rate)] * channels)
    check(
        parse(film(tmp_path / "a.mkv", wave=wave, rate=rate, layout=layout)),
        seconds=2,
        warnings=False,
    )


def test_a_track_that_is_missing_is_absent(parse, tmp_path):
    check(parse(film(tmp_path / "a.mkv", wave=None)), seconds=2, audio="absent")
    check(parse(write(tmp_path / "a.wav", wave=tone(2))), seconds=2, visual="absent")


def test_silence_and_a_moving_rate(parse, tmp_path):
    check(parse(film(tmp_path / "a.mkv", wave=np.zeros(32000, np.float32))), seconds=2)
    frames = [code(k) for k in range(5)]
    path = write(tmp_path / "b.mkv", frames=frames, times=[0, 0.1, 0.2, 1.5, 1.9], wave=tone(2))
    check(parse(path), seconds=2, warnings=False)


@pytest.mark.parametrize("name", ["-x.mkv", "two words.mkv", "🐕.mkv", "a'b%d.mkv"])
def test_names(parse, tmp_path, monkeypatch, name):
    film(tmp_path / "plain.mkv", 1).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    result = parse(name)
    check(result, seconds=1, warnings=False)
    assert result[1].source == name
    assert (tmp_path / "out" / f"{name.removesuffix('.mkv')}.timeline.json").is_file()


def test_what_is_no_media(parse, tmp_path):
    for name, data, reason in [
        ("empty.mp4", b"", "the file is empty (0 bytes)"),
        ("text.mp4", b"not a video\n" * 200, "not a readable media file"),
        ("zeros.mp4", bytes(4000), "not a readable media file"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:3,\nhttp://127.0.0.1:9/a.ts\n", "not a readable"),
    ]:
        (tmp_path / name).write_bytes(data)
        refused(parse(tmp_path / name), reason)
    refused(parse(tmp_path / "none.mp4"), "no such file or folder")
    refused(parse("https://example.org/a.mp4"), "expected a local file, got a network address")


@pytest.fixture
def parse_all(capfd):
    """Return a function that parses the files of a folder by one command: their timelines."""

    def run(folder):
        main(["parse", str(folder), "--events", EVENTS, "--jobs", "1", "--json"])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        value = json.loads(captured.out)
        lines = [line for line in captured.err.splitlines() if line.startswith("seehear: /")]
        refused = [line for line in lines if ": warning: " not in line]
        # a timeline or one line
        assert len(refused) == len(value["failed"])
        timelines = [Timeline.from_dict(each) for each in value["timelines"]]
        assert len(timelines) + len(value["failed"]) == len(list(folder.iterdir()))
        return {timeline.source: timeline for timeline in timelines}

    return run


@pytest.mark.parametrize("kind", ["mkv", "mp4"])
def test_truncated_at_every_tenth(parse_all, tmp_path, kind):
    whole = (
        film(tmp_path / "whole.mkv", 2) if kind == "mkv" else mp4(tmp_path / "whole.mp4", 2)
    ).read_bytes()
    (tmp_path / "cut").mkdir()
    for tenth in range(10):
        path = tmp_path / "cut" / f"{tenth}.{kind}"
        path.write_bytes(whole[: len(whole) * tenth // 10])
    for source, timeline in parse_all(tmp_path / "cut").items():
        # cut within the last segment, or off the index at the end, it may be whole as far as
        # anyone can tell
        assert timeline.warnings or timeline.duration_s < 1.9 or source[0] in "89", (
            source,
            timeline.warnings,
        )


def test_truncated_alone(parse, tmp_path):
    whole = film(tmp_path / "whole.mkv", 2).read_bytes()
    path = tmp_path / "half.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    check(parse(path))


def test_flipped_bits(parse_all, tmp_path):
    whole = mp4(tmp_path / "whole.mp4", 2).read_bytes()
    rng = np.random.default_rng(0)
    (tmp_path / "flipped").mkdir()
    for k in range(6):
        data = np.frombuffer(whole, np.uint8).copy()
        data[rng.integers(0, len(data), 3 + 30 * k)] ^= 1 << (k % 8)
        (tmp_path / "flipped" / f"{k}.mp4").write_bytes(data.tobytes())
    parse_all(tmp_path / "flipped")


def test_one_bad_file_among_good_ones_costs_itself(tmp_path, capfd):
    film(tmp_path / "in" / "good.mkv", 1)
    (tmp_path / "in" / "bad.mp4").write_bytes(b"not a video" * 100)
    assert (
        main(
            [
                "parse",
                str(tmp_path / "in"),
                "--events",
                EVENTS,
                "--out",
                str(tmp_path / "out"),
                "--jobs",
                "1",
            ]
        )
        == 1
    )
    captured = capfd.readouterr()
    assert (
        sum(
            line.startswith("seehear: ") and "bad.mp4" in line for line in captured.err.splitlines()
        )
        == 1
    )
    assert (tmp_path / "out" / "good.timeline.json").is_file()
    assert not (tmp_path / "out" / "bad.timeline.json").exists()


def test_an_empty_cache_says_what_to_run(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    path = film(tmp_path / "a.mkv", 1)
    assert main(["parse", str(path), "--events", EVENTS, "--out", str(tmp_path / "out")]) == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert "run: seehear models fetch" in err
