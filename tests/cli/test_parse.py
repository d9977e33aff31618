"""`seehear parse`: files, folders, formats, exit codes, and what it prints where."""

import io
import json
import os
import subprocess
import sys

import pytest

import fake_scorer
from fake_scorer import fake
from media_files import several, tone
from seehear.cli import lanes as view
from seehear.cli.main import main
from seehear.parser import PRESETS
from seehear.time import Event, TimeGrid, Timeline


@pytest.fixture(autouse=True)
def _fakes(monkeypatch, tmp_path):
    monkeypatch.setitem(PRESETS, "offline", fake_scorer.scorer)
    monkeypatch.setattr("seehear.parser.many.SameEncoders", fake_scorer.loader)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def clip(tmp_path):
    return fake.make_clip(
        tmp_path / "clip.mp4", 3, loudness=[0.02, 0.9, 0.02], colours=[(250,) * 3] * 3
    )


def parse(*args):
    return main(["parse", *map(str, args)])


def test_one_file(clip, tmp_path, capsys):
    assert parse("clip.mp4") == 0
    text = capsys.readouterr()
    lines = text.out.splitlines()
    assert lines[0].startswith("clip.mp4  3.")
    bars = {line[:16].split()[0]: line for line in lines if "#" in line}
    assert list(bars) == ["heard", "seen"]
    assert bars["heard"].split() == ["heard", "Loud", "......######......", "1.0", "s"]
    assert bars["seen"].split()[2] == "#" * 18
    assert "wrote clip.timeline.json" in text.err
    timeline = Timeline.from_json(tmp_path / "clip.timeline.json")
    assert (timeline.source, timeline.parser["preset"]) == ("clip.mp4", "offline")
    assert [(e.track, e.label, e.start_s, e.end_s) for e in timeline.on("audio")] == [
        ("audio", "Loud", 1.0, 2.0)
    ]


def test_json_prints_only_the_timeline_and_writes_nothing(clip, tmp_path, capsys):
    assert parse(clip, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schema"] == "seehear.timeline/2"
    assert printed["events"]
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_another_audio_stream_is_heard_when_it_is_asked_for(tmp_path, capsys):
    several(tmp_path / "two.mkv", [tone(2, level=0.02), tone(2, level=0.95)])

    def heard(*options):
        assert parse("two.mkv", "--json", *options) == 0
        printed = json.loads(capsys.readouterr().out)
        return [e["label"] for e in printed["events"]], printed["warnings"]

    labels, warnings = heard()
    assert labels == []
    assert any(line.startswith("2 audio streams: number 1 ") for line in warnings)
    labels, warnings = heard("--audio-stream", "2")
    assert labels == ["Loud"]
    assert not any("audio streams" in line for line in warnings)
    assert parse("two.mkv", "--audio-stream", "3") == 2
    assert "one of its 2 audio streams, counted from 1, got 3" in capsys.readouterr().err


def test_json_with_out_writes_too(clip, tmp_path, capsys):
    assert parse(clip, "--json", "--out", "lib") == 0
    assert json.loads(capsys.readouterr().out) == json.loads(
        (tmp_path / "lib" / "clip.timeline.json").read_text()
    )


def test_folders_formats_and_names_that_meet(clip, tmp_path):
    for name in ("a.mkv", "sub/a.mkv", "sub/a.mov", "sub/-x 😀.mkv"):
        fake.make_clip(tmp_path / "in" / name, 1)
    assert (
        parse(
            clip,
            tmp_path / "in",
            "--out",
            tmp_path / "out",
            "--format",
            "json",
            "--format",
            "vtt,csv",
        )
        == 0
    )
    found = {
        p.relative_to(tmp_path / "out").as_posix()
        for p in (tmp_path / "out").rglob("*")
        if p.is_file()
    }
    names = {"clip", "a", "sub/a.mkv", "sub/a.mov", "sub/-x 😀"}
    assert {name for name in found if not name.startswith(".seehear/")} == {
        f"{name}{suffix}" for name in names for suffix in (".timeline.json", ".vtt", ".csv")
    }
    sources = {Timeline.from_json(p).source for p in (tmp_path / "out").rglob("*.timeline.json")}
    assert sources == {"clip.mp4", "a.mkv", "sub/a.mkv", "sub/a.mov", "sub/-x 😀.mkv"}
    assert (tmp_path / "out" / ".seehear" / "index.parquet").is_file()


def test_a_name_that_begins_with_a_dash(tmp_path, capsys):
    fake.make_clip(tmp_path / "-x.wav", 1, visual=False)
    assert parse("--json", "--", "-x.wav") == 0
    assert json.loads(capsys.readouterr().out)["source"] == "-x.wav"


def test_some_fail_and_the_rest_is_done(clip, tmp_path, capsys):
    (tmp_path / "bad.mp4").write_text("no video")
    assert parse(clip, "bad.mp4", "gone.mp4", "--out", "out", "--json") == 1
    text = capsys.readouterr()
    result = json.loads(text.out)
    assert [t["source"] for t in result["timelines"]] == ["clip.mp4"]
    assert {f["source"] for f in result["failed"]} == {"bad.mp4", "gone.mp4"}
    failures = [line for line in text.err.splitlines() if line.startswith("seehear:")]
    assert failures == [
        "seehear: gone.mp4: no such file or folder",
        "seehear: bad.mp4: not a readable media file (Invalid data found when processing input)",
    ]
    assert (tmp_path / "out" / "clip.timeline.json").is_file()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["gone.mp4"], "gone.mp4: no such file or folder"),
        (["clip.mp4", "--format", "vttt"], "did you mean vtt?"),
        (
            ["clip.mp4", "--threshold", "2"],
            "--threshold: expected a number from 0 to 1, or two (audio,visual), got 2",
        ),
        (["clip.mp4", "--threshold", "much"], "got much"),
        (["clip.mp4", "--preset", "online"], "--preset: expected offline or clip, got 'online'"),
        (["clip.mp4", "--jobs", "0"], "must be positive"),
        (["clip.mp4", "--audio-stream", "0"], "--audio-stream counts from 1, got 0"),
        (["clip.mp4", "--still", "300"], "--still: expected grey levels from 0 to 255, got 300"),
        (["clip.mp4", "--fps", "0"], "at least 1 frame a second"),
        (["clip.mp4", "--model", "nowhere"], "nowhere: no such file"),
        (
            ["clip.mp4", "--model", "nowhere", "--events", "Dog"],
            "--events: does not work with a model",
        ),
        (["clip.mp4", "--vocabulary", "nowhere.txt"], "cannot be read as a vocabulary"),
        (["clip.mp4", "--vocabulary", "v", "--events", "Dog"], "not allowed with"),
        (["http://example.org/clip.mp4"], "expected a local file, got a network address"),
    ],
)
def test_wrong_requests_are_one_line_and_2(clip, args, message, capsys):
    try:
        code = parse(*args)
    except SystemExit as stop:  # argparse
        code = stop.code
    text = capsys.readouterr()
    assert code == 2
    assert text.out == ""
    assert message in text.err
    assert len(text.err.splitlines()) == 1


def test_nothing_could_be_done_is_2(tmp_path, capsys):
    (tmp_path / "bad.mp4").write_text("no video")
    (tmp_path / "empty").mkdir()
    assert parse("bad.mp4", "--json") == 2
    text = capsys.readouterr()
    assert json.loads(text.out)["failed"][0]["source"] == "bad.mp4"
    assert len(text.err.splitlines()) == 1  # no progress beside it
    assert parse("empty") == 2
    assert "no media files found" in capsys.readouterr().err


def test_warnings_reach_stderr_and_the_result(tmp_path, capsys):
    fake.make_clip(tmp_path / "mute.mp4", 1, audio=False)
    assert parse("mute.mp4") == 0
    text = capsys.readouterr()
    assert text.err.count("warning: no audio track") == 1
    assert "seehear: mute.mp4: warning: no audio track" in text.err
    assert "heard   no audio track" in text.out
    assert "warning" not in text.out  # the terminal shows both


def test_a_folder_that_cannot_be_written_to(clip, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert parse(clip, "--out", "file") == 2
    text = capsys.readouterr()
    assert "expected a folder that can be written to" in text.err
    assert len(text.err.splitlines()) == 1


def test_many_files_get_one_line_each(tmp_path, capsys):
    for index in range(7):
        fake.make_clip(tmp_path / "in" / f"{index}.wav", 1, visual=False, loudness=[0.9])
    assert parse("in", "--out", "out", "--jobs", "2") == 0
    text = capsys.readouterr()
    assert sorted(text.out.splitlines()) == [
        f"{i}.wav: heard Loud 1 s; no visual track" for i in range(7)
    ]
    assert "7 files in out" in text.err


def test_a_threshold_for_each_track(clip, capsys):
    assert parse(clip, "--threshold", "1,0", "--json") == 0
    tracks = {e["track"] for e in json.loads(capsys.readouterr().out)["events"]}
    assert tracks == {"visual"}


def test_the_index_is_an_extra(clip, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert parse(clip, "--out", "out") == 0
    assert not (tmp_path / "out" / ".seehear" / "index.parquet").exists()


def test_help_is_quick_and_complete():
    found = subprocess.run(
        [sys.executable, "-m", "seehear.cli.main", "parse", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for option in (
        "--events",
        "--vocabulary",
        "--preset",
        "--model",
        "--format",
        "--out",
        "--threshold",
        "--jobs",
        "--json",
    ):
        assert option in found.stdout


class TestView:
    """The lanes."""

    def timeline(self, **fields):
        events = (
            Event(0, 2, "audio", "Dog", 0.9),
            Event(1, 3, "visual", "Dog", 0.8),
            Event(1, 2, "audio_visual", "Dog"),
        )
        return Timeline(
            **{
                "source": "a.mp4",
                "duration_s": 4.0,
                "grid": TimeGrid(4),
                "vocabulary": ("Dog", "Cat"),
                "events": events,
                **fields,
            }
        )

    def test_lanes_are_as_wide_as_the_screen_allows(self):
        lines = [line for line, _ in view.lanes(self.timeline(), width=80)]
        assert [line.split()[2] for line in lines[2:]] == [
            "#" * 12 + "." * 12,
            "." * 6 + "#" * 12 + "." * 6,
            "." * 6 + "#" * 6 + "." * 12,
        ]
        assert all(len(line) <= 80 for line in lines)
        narrow = [line for line, _ in view.lanes(self.timeline(), width=32)]
        assert narrow[2].split()[2] == "####...."

    def test_an_hour_fits_and_short_events_stay_visible(self):
        long = Timeline(
            "h.mp4", 3600.0, TimeGrid(3600), ("Dog",), (Event(100, 101, "audio", "Dog"),)
        )
        lines = [line for line, _ in view.lanes(long, width=80)]
        bar = next(line for line in lines if line.startswith("heard")).split()[2]
        assert bar.count("#") == 1
        assert lines[0].endswith("1:00:00")

    def test_control_characters_do_not_reach_the_terminal(self):
        lines = view.lanes(self.timeline(source="a\x1b[2Jb.mp4"), width=80)
        assert "\x1b" not in "".join(line for line, _ in lines)

    def test_colour_and_blocks_only_on_a_terminal(self, monkeypatch):
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)

        class Screen(io.StringIO):
            encoding = "utf-8"

            def isatty(self):
                return True

        screen, pipe = Screen(), io.StringIO()
        view.print_lanes(self.timeline(), screen)
        view.print_lanes(self.timeline(), pipe)
        assert "█" in screen.getvalue()
        assert "\x1b[" in screen.getvalue()
        assert "\x1b" not in pipe.getvalue()
        assert "#" in pipe.getvalue()

    def test_nothing_found(self):
        lines = [line for line, _ in view.lanes(self.timeline(events=()), width=80)]
        assert lines == ["a.mp4  4.0 s", "heard   nothing", "seen    nothing"]


def test_what_a_folder_holds_besides_is_told_and_tried_when_asked(clip, tmp_path, capsys):
    folder = tmp_path / "in"
    fake.make_clip(folder / "a.mkv", 1)
    os.rename(clip, folder / "b.mka")
    (folder / "notes.txt").write_text("no media")
    (folder / "gone.mp4").symlink_to("nothing")
    assert parse(folder, "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["skipped"] == {str(folder): ["b.mka", "notes.txt"]}
    assert f"seehear: note: {folder}: skipped: 1 .mka, 1 .txt (b.mka, notes.txt)" in err
    assert f"seehear: {folder / 'gone.mp4'}: no such file" in err
    os.remove(folder / "gone.mp4")
    assert parse(folder, "--json", "--all") == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert {line["source"] for line in result["timelines"]} == {"a.mkv", "b.mka"}
    assert result["skipped"] == {str(folder): ["notes.txt"]}
    os.remove(folder / "a.mkv")
    assert parse(folder) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no media files found, skipped: 1 .mka, 1 .txt" in line
    assert line.endswith(
        "expected names such as clip.mp4 or sound.wav; --all tries files of any name"
    )
