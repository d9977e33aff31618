"""`seehear parse` of an archive that was begun: what is done stays, nothing of others is lost."""

import json
import os
import shutil
import signal

import pytest

from fake_archive import FakeParser, FakeParsing
from seehear.cli import parse as cli_parse
from seehear.cli.main import main
from seehear.files import write_text
from seehear.time import Timeline


@pytest.fixture
def parsing(monkeypatch, tmp_path):
    """Return the fake parsing; the working folder has `in` with a.mp4, b.mp4 and sub/c.mp4."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_parse, "_parser", FakeParser)
    fake = FakeParsing(tmp_path / "log")
    monkeypatch.setattr("seehear.parser.parse_many", fake)
    monkeypatch.setattr("seehear.library.update", lambda library: no_index())
    for number, name in enumerate(("a.mp4", "b.mp4", "sub/c.mp4")):
        put(tmp_path / "in" / name, number)
    return fake


def no_index():
    raise ImportError


def put(path, number, tail=b" a film"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes([number]) + tail)
    return path


def parse(*args):
    return main(["parse", *map(str, args)])


def timelines(folder):
    found = {}
    for path in sorted(folder.rglob("*.timeline.json")):
        found[path.relative_to(folder).as_posix().removesuffix(".timeline.json")] = path
    return found


def contents(folder):
    return {name: path.read_bytes() for name, path in timelines(folder).items()}


def change(path):
    """Change a timeline as another tool would."""
    data = json.loads(path.read_text())
    data["events"] = []
    path.write_text(json.dumps(data))


def test_what_is_done_is_not_parsed_again(parsing, tmp_path, capsys):
    assert parse("in", "--out", "lib") == 0
    assert parsing.parsed() == ["a.mp4", "b.mp4", "c.mp4"]
    before = contents(tmp_path / "lib")
    put(tmp_path / "in" / "d.mp4", 3)
    capsys.readouterr()
    assert parse("in", "--out", "lib") == 0
    assert parsing.parsed() == ["d.mp4"]
    assert "seehear: note: 3 of 4 files done already\n" in capsys.readouterr().err
    now = contents(tmp_path / "lib")
    assert now.pop("d")
    assert now == before
    # without what `.seehear` remembers, files are read once more, and that is all
    shutil.rmtree(tmp_path / "lib" / ".seehear")
    assert parse("in", "--out", "lib", "--format", "json,csv") == 0
    assert parsing.parsed() == []
    assert (tmp_path / "lib" / "sub" / "c.csv").is_file()  # made of the timeline that was there
    assert contents(tmp_path / "lib").keys() == {"a", "b", "d", "sub/c"}


def test_the_working_folder_is_a_library_too(parsing, tmp_path, capsys):
    assert parse("in/a.mp4") == 0
    assert parse("in/a.mp4", "in/b.mp4") == 0
    assert parsing.parsed() == ["a.mp4", "b.mp4"]
    put(tmp_path / "other" / "a.mp4", 2)
    assert parse("other/a.mp4") == 0
    assert contents(tmp_path).keys() == {"a", "b", "a.mp4"}
    capsys.readouterr()
    assert parse("other/a.mp4", "--threshold", "0.7", "--json") == 0  # only asked to print
    assert json.loads(capsys.readouterr().out)["parser"]["decoding"] == {"threshold": 0.7}


def test_what_stands_otherwise_is_named_and_parsed_again_when_asked(parsing, tmp_path, capsys):
    parse("in", "--out", "lib")
    before = contents(tmp_path / "lib")
    put(tmp_path / "in" / "a.mp4", 1, b" another film")
    parsing.parsed(), capsys.readouterr()
    assert parse("in", "--out", "lib", "--threshold", "0.7", "--json") == 0
    out, err = capsys.readouterr()
    assert (
        "seehear: note: 3 files left as before: 1 changed since parsing (a.mp4); 2 parsed"
        " in another way (b.mp4, sub/c.mp4: decoding.threshold 0.5, now 0.7); --again changed"
        " parses again\n"
    ) in err
    assert {line["source"] for line in json.loads(out)["left"]} == {"a.mp4", "b.mp4", "sub/c.mp4"}
    assert parse("in", "--out", "lib", "--events", "Dog") == 0
    assert "(b.mp4, sub/c.mp4: Loud, Bright, now Dog)" in capsys.readouterr().err
    assert parsing.parsed() == []
    assert contents(tmp_path / "lib") == before
    assert parse("in", "--out", "lib", "--again", "changed") == 0
    assert parsing.parsed() == ["a.mp4"]
    assert parse("in", "--out", "lib", "--again", "all") == 0
    assert parsing.parsed() == ["a.mp4", "b.mp4", "c.mp4"]
    assert contents(tmp_path / "lib").keys() == before.keys()


def test_a_new_version_alone_is_no_change(parsing, monkeypatch):
    parse("in", "--out", "lib")
    about = FakeParser.about
    monkeypatch.setattr(FakeParser, "about", lambda self: {**about(self), "version": "2"})
    parsing.parsed()
    assert parse("in", "--out", "lib", "--again", "changed") == 0
    assert parsing.parsed() == []


def test_a_timeline_that_others_changed_is_never_written_over_unasked(parsing, tmp_path, capsys):
    parse("in", "--out", "lib")
    a, b, c = timelines(tmp_path / "lib").values()
    change(a)
    change(b)
    c.write_text(json.dumps(json.loads(c.read_text())))  # laid out anew: the same content
    before = contents(tmp_path / "lib")
    parsing.parsed(), capsys.readouterr()
    assert parse("in", "--out", "lib", "--again", "all") == 0
    assert parsing.parsed() == ["c.mp4"]
    err = capsys.readouterr().err
    for path in (a, b):
        told = f"{path.relative_to(tmp_path)}: changed since parsing wrote it, and left as it is"
        assert f"seehear: note: {told}; --overwrite-changed replaces it\n" in err
    assert "sub/c.timeline.json: changed" not in err
    now = contents(tmp_path / "lib")
    assert (now["a"], now["b"]) == (before["a"], before["b"])
    # the rule travels with a copy of the library
    shutil.copytree(tmp_path / "lib", tmp_path / "copy", ignore=lambda *_: [".seehear"])
    assert parse("in", "--out", "copy", "--again", "all") == 0
    assert parsing.parsed() == ["c.mp4"]
    assert parse("in", "--out", "lib", "--again", "all", "--overwrite-changed") == 0
    assert parsing.parsed() == ["a.mp4", "b.mp4", "c.mp4"]
    assert contents(tmp_path / "lib")["sub/c"] == now["sub/c"]
    assert parse("in", "--out", "lib", "--overwrite-changed") == 2
    assert "--overwrite-changed works only with --again" in capsys.readouterr().err


def test_what_a_person_corrected_stays_when_all_is_parsed_again(parsing, tmp_path, capsys):
    parse("in", "--out", "lib")
    b = timelines(tmp_path / "lib")["b"]
    machine = json.loads(b.read_text())
    by_hand = json.loads(b.read_text())
    by_hand["events"] = [{**by_hand["events"][0], "end_s": 1.5, "origin": "corrected"}]
    by_hand["tracks"]["visual"]["reviewed"] = [[0.0, by_hand["duration_s"]]]
    b.write_text(json.dumps(by_hand))
    parsing.parsed(), capsys.readouterr()
    assert parse("in", "--out", "lib", "--again", "all", "--events", "Loud,Odd") == 0
    assert "b.mp4" in parsing.parsed()
    assert "b.timeline.json: kept what a person did (1 event, 1 stretch)" in (
        capsys.readouterr().err
    )
    now = json.loads(b.read_text())
    mine = [event for event in now["events"] if event["origin"] == "corrected"]
    assert mine == by_hand["events"]
    assert now["tracks"]["visual"]["reviewed"] == by_hand["tracks"]["visual"]["reviewed"]
    assert now["review"]["words"] == machine["vocabulary"], "nobody looked for Odd"
    parsing.parsed()
    assert parse("in", "--out", "lib", "--again", "changed", "--events", "Loud,Odd") == 0
    assert parsing.parsed() == [], "a class of a person's is no other way of parsing"
    put(tmp_path / "in" / "b.mp4", 9)
    assert parse("in", "--out", "lib", "--again", "changed", "--events", "Loud,Odd") == 0
    assert "corrected by a person, but its video has been replaced since" in capsys.readouterr().err
    assert json.loads(b.read_text()) == now


def test_a_timeline_changed_while_its_file_is_parsed_is_kept(parsing, tmp_path, capsys):
    parse("in", "--out", "lib")
    a = tmp_path / "lib" / "a.timeline.json"
    parsing.after = lambda number: change(a)
    assert parse("in", "--out", "lib", "--again", "all") == 0
    assert Timeline.from_json(a).events == ()
    assert "a.timeline.json: changed since parsing wrote it" in capsys.readouterr().err


def test_two_clips_of_one_name_are_two(parsing, tmp_path):
    put(tmp_path / "in" / "sub" / "a.mp4", 3)
    put(tmp_path / "in" / "twin" / "a.mp4", 0)  # even with the same content
    put(tmp_path / "other" / "a.mp4", 2)
    assert parse("in", "--out", "lib") == 0
    assert contents(tmp_path / "lib").keys() == {"a", "b", "sub/a", "sub/c", "twin/a"}
    first = contents(tmp_path / "lib")
    assert parse("other", "--out", "lib") == 0  # its a.mp4 is another file
    assert contents(tmp_path / "lib") == first | {
        "a.mp4": (tmp_path / "lib" / "a.mp4.timeline.json").read_bytes()
    }
    put(tmp_path / "in" / "b.mov", 2)  # a name that would have met another from the start
    parsing.parsed()
    assert parse("in", "other", "--out", "lib") == 0
    assert parsing.parsed() == ["b.mov"]
    sources = {n: Timeline.from_json(p).source for n, p in timelines(tmp_path / "lib").items()}
    assert sources == {
        "a": "a.mp4",
        "a.mp4": "a.mp4",
        "b": "b.mp4",
        "b.mov": "b.mov",
        "sub/a": "sub/a.mp4",
        "sub/c": "sub/c.mp4",
        "twin/a": "twin/a.mp4",
    }


def test_a_moved_file_keeps_its_timeline(parsing, tmp_path, capsys):
    parse("in", "--out", "lib")
    change(tmp_path / "lib" / "b.timeline.json")
    archive = tmp_path / "in"
    (archive / "new").mkdir()
    (archive / "a.mp4").rename(archive / "new" / "x.mp4")
    (archive / "b.mp4").rename(archive / "a.mp4")  # into the place of the other
    put(archive / "b.mp4", 3)
    parsing.parsed(), capsys.readouterr()
    assert parse("in", "--out", "lib") == 0
    assert parsing.parsed() == ["b.mp4"]
    err = capsys.readouterr().err
    assert "2 files moved and not parsed again: b.mp4 is now a.mp4, a.mp4 is now new/x" in err
    found = {n: Timeline.from_json(p) for n, p in timelines(tmp_path / "lib").items()}
    assert {name: line.media.path for name, line in found.items()} == {
        "a": "new/x.mp4",
        "b": "a.mp4",
        "b.mp4": "b.mp4",
        "sub/c": "sub/c.mp4",
    }
    assert found["b"].events == ()
    assert parse("in", "--out", "lib", "--again", "all") == 0
    assert "lib/b.timeline.json: changed since" in capsys.readouterr().err
    assert sorted(parsing.parsed()) == ["b.mp4", "c.mp4", "x.mp4"]


def test_failures_are_listed_kept_and_tried_again_when_asked(parsing, tmp_path, capsys):
    bad = tmp_path / "in" / "bad.mp4"
    bad.write_bytes(b"bad")
    assert parse("in", "--out", "lib") == 1
    err = capsys.readouterr().err
    assert err.endswith(
        "1 file failed (kept in lib/.seehear/failed.json; --retry tries again):\n"
        "  bad.mp4: no sound, no picture\n"
    )
    kept = json.loads((tmp_path / "lib" / ".seehear" / "failed.json").read_text())
    assert [(f["source"], f["error"]) for f in kept["failed"]] == [
        ("bad.mp4", "no sound, no picture")
    ]
    parsing.parsed()
    assert parse("in", "--out", "lib", "--json") == 1
    out, err = capsys.readouterr()
    assert "1 file failed before and not tried again (bad.mp4); --retry tries again\n" in err
    assert json.loads(out)["failed"] == [{"source": "bad.mp4", "error": "no sound, no picture"}]
    assert parsing.parsed() == []
    assert parse("in", "--out", "lib", "--retry") == 1
    assert parsing.parsed() == ["bad.mp4"]
    assert parse("in/bad.mp4", "--out", "lib") == 2  # named itself: asked for
    assert parsing.parsed() == ["bad.mp4"]
    put(bad, 1)  # another file by now
    assert parse("in", "--out", "lib") == 0
    assert parsing.parsed() == ["bad.mp4"]
    assert not (tmp_path / "lib" / ".seehear" / "failed.json").exists()


def test_results_are_told_in_the_order_of_the_files(parsing, tmp_path, capsys):
    for number in range(6):
        put(tmp_path / "in" / f"{number}.mp4", number)
    parsing.reverse = True
    assert parse("in", "--out", "lib") == 0
    out = capsys.readouterr().out
    names = [line.split(":")[0] for line in out.splitlines()]
    assert names == [*(f"{number}.mp4" for number in range(6)), "a.mp4", "b.mp4", "sub/c.mp4"]


def test_a_watched_folder_is_parsed_as_it_grows(parsing, tmp_path, monkeypatch, capsys):
    looks = 0

    def next_look(seconds):
        nonlocal looks
        looks += 1
        assert seconds == 7
        if looks == 1:
            put(tmp_path / "in" / "d.mp4", 3)  # new: it may still be growing
        elif looks == 2:
            put(tmp_path / "in" / "d.mp4", 3, b" a longer film")
        elif looks == 4:
            (tmp_path / "in" / "bad.mp4").write_bytes(b"bad")
            os.utime(tmp_path / "in" / "bad.mp4", (0, 0))  # whole long since
        elif looks == 6:
            raise KeyboardInterrupt
        parsed.append(parsing.parsed())

    parsed = []
    monkeypatch.setattr(cli_parse.time, "sleep", next_look)
    for name in ("a.mp4", "b.mp4", "sub/c.mp4"):
        os.utime(tmp_path / "in" / name, (0, 0))
    assert parse("in", "later", "--out", "lib", "--watch", "--interval", "7", "--retry") == 1
    assert parsed == [["a.mp4", "b.mp4", "c.mp4"], [], [], ["d.mp4"], ["bad.mp4"]]
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines() if ".mp4" in line] == [
        *("a.mp4", "b.mp4", "sub/c.mp4"),
        "d.mp4",
    ]
    assert err.count("later: no such file or folder; it will be looked at again") == 1
    assert err.count("no sound, no picture") == 2  # when it failed, and at the end
    assert "failed before" not in err
    assert "done already" not in err
    assert "stopped watching; run the same command again to go on" in err
    assert parsing.parsed() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["in/a.mp4", "--watch"], "in/a.mp4: --watch: expected folders, got a file"),
        (["--interval", "5"], "--interval works only with --watch"),
        (["--watch", "--interval", "0"], "expected seconds, up to a day"),
        (["--watch", "--again", "all"], "does not work with --watch"),
        (["--watch", "--json"], "does not work with --watch"),
    ],
)
def test_what_does_not_go_with_watching_is_one_line(parsing, capsys, options, message):
    assert parse("in", *options, "--out", "lib") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize(
    ("stop", "moments"), [(signal.SIGKILL, range(1, 9)), (signal.SIGINT, (2, 5))]
)
def test_killed_anywhere_and_run_again_nothing_is_parsed_twice(parsing, tmp_path, stop, moments):
    (tmp_path / "in" / "bad.mp4").write_bytes(b"bad")
    command = ("in", "--out", "lib", "--format", "json,csv")
    assert parse(*command) == 1
    whole, parsed = files(tmp_path / "lib"), parsing.parsed()
    for writes in moments:
        shutil.rmtree(tmp_path / "lib")
        kill_after(writes, stop, command)
        before = parsing.parsed()
        done = contents(tmp_path / "lib")
        assert parse(*command) == 1
        after = parsing.parsed()
        assert files(tmp_path / "lib") == whole, writes
        assert sorted({*before, *after}) == sorted(parsed)
        # the one whose timeline was not written when the process ended, and no other
        assert len(before) + len(after) - len(parsed) <= 1, writes
        assert not {f"{name}.mp4".split("/")[-1] for name in done} & {*after}


def files(folder):
    """Return all that a library holds, but for what it remembers of times and places."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("media.tsv", "timelines.tsv", "failed.json"):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def kill_after(writes, stop, command):
    """Run the command in a process that ends while it writes its file of that number."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    count = 0

    def write(path, text):
        nonlocal count
        count += 1
        if count == writes:
            path.with_name(f".{os.getpid()}-0badc0de.part").write_text(text[: len(text) // 2])
            os.kill(os.getpid(), stop)
        write_text(path, text)

    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1), os.dup2(null, 2)
    for module in ("seehear.export", "seehear.library.failures"):
        pytest.MonkeyPatch().setattr(f"{module}.write_text", write)
    try:
        parse(*command)
    finally:
        os._exit(0)
