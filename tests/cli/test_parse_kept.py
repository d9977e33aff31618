"""`seehear parse --keep features`, and other questions that need no video again."""

import json
import shutil

import pytest

from fake_scorer import fake, scorer
from seehear.cli import parse as cli_parse
from seehear.cli.main import main
from seehear.data import Vocabulary
from seehear.errors import SeehearError
from seehear.features.kept import opened_kept
from seehear.library.written import signed
from seehear.parser import Parser
from seehear.parser.many import Parsed
from seehear.time import Timeline


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    for number, name in enumerate(("a.mp4", "sub/b.mp4")):
        fake.make_clip(folder / name, 3 + number)
    return folder


@pytest.fixture
def parsed(monkeypatch, tmp_path, films):
    """Return the list of files that were decoded; the working folder has them in `in`."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(films, tmp_path / "in")
    monkeypatch.setattr(cli_parse, "_parser", parser)
    monkeypatch.setattr("seehear.library.update", lambda library: no_index())
    names = []

    def parse_many(parser, paths, *, jobs, timeout_s, report):
        for path in paths:
            names.append(path.name)
            try:
                yield Parsed(path, parser(path))
            except SeehearError as error:
                yield Parsed(path, error=error)

    monkeypatch.setattr("seehear.parser.parse_many", parse_many)
    return names


def no_index():
    raise ImportError


def parser(args):
    """Return a parser of two classes, whatever they are called."""
    one = scorer(fps=args.fps)
    if args.events:
        one.vocabulary = Vocabulary.parse(args.events)
    limit = None if args.threshold is None else float(args.threshold)
    return Parser(one, {"preset": "fake"}, threshold=limit)


def run(*args):
    return main(["parse", *map(str, args)])


def files(folder, suffix=".timeline.json"):
    found = {}
    for path in sorted(folder.rglob(f"*{suffix}")):
        found[path.relative_to(folder).as_posix().removesuffix(suffix)] = path.read_bytes()
    return found


def without_origin(content):
    """Return what a timeline holds but for the line that says where it came from."""
    line = Timeline.from_json(content.decode())
    made = dict(line.parser)
    del made["kept"], made["written"]
    return signed(Timeline.from_dict({**line.to_dict(), "parser": made})).to_json()


def texts(folder):
    return {name: content.decode() for name, content in files(folder).items()}


def test_a_library_is_asked_for_other_words_without_its_videos(parsed, tmp_path, capsys):
    assert run("in", "--out", "lib", "--keep", "features") == 0
    assert parsed == ["a.mp4", "b.mp4"]
    kept = files(tmp_path / "lib", ".features.npz")
    assert kept.keys() == {"a", "sub/b"}
    words = ("--events", "Noise,Light", "--threshold", "0.3")
    assert run("in", "--out", "again", *words) == 0
    wanted = texts(tmp_path / "again")
    shutil.rmtree(tmp_path / "in")
    parsed.clear(), capsys.readouterr()
    assert run("lib", *words, "--json") == 0  # only asked to print
    assert len(json.loads(capsys.readouterr().out)["timelines"]) == 2
    assert "Noise" not in "".join(texts(tmp_path / "lib").values())
    assert run("lib", *words, "--out", "other") == 0
    assert run("lib", *words) == 0  # in the library itself
    assert parsed == []
    for folder in ("lib", "other"):
        now = files(tmp_path / folder)
        assert {name: without_origin(now[name]) for name in now} == wanted
    assert files(tmp_path / "lib", ".features.npz") == kept
    capsys.readouterr()
    assert run("lib", *words) == 0
    assert "2 of 2 files done already" in capsys.readouterr().err


def test_a_library_that_was_half_asked_ends_the_same(parsed, tmp_path):
    run("in", "--out", "lib", "--keep", "features")
    shutil.copytree(tmp_path / "lib", tmp_path / "half")
    run("lib", "--threshold", "0.3", "--from", "library")
    whole = files(tmp_path / "lib")
    (tmp_path / "half" / "a.timeline.json").write_bytes(whole["a"])
    run("half", "--threshold", "0.3")
    assert files(tmp_path / "half") == whole


def test_killed_between_features_and_timeline_all_ends_the_same(parsed, tmp_path):
    run("in", "--out", "whole", "--keep", "features")
    shutil.copytree(tmp_path / "whole", tmp_path / "half")
    (tmp_path / "half" / "a.timeline.json").unlink()
    (tmp_path / "half" / "sub" / ".999999998-0123abcd.part").write_text("half a file")
    parsed.clear()
    run("in", "--out", "half", "--keep", "features")
    assert parsed == ["a.mp4"]
    names = []
    for folder in ("whole", "half"):
        found = sorted((tmp_path / folder).rglob("*.*"))
        names.append([p.relative_to(tmp_path / folder) for p in found if ".seehear" not in p.parts])
    assert names[0] == names[1]
    for name in names[0]:
        same = [(tmp_path / folder / name).read_bytes() for folder in ("whole", "half")]
        assert same[0] == same[1], name


def test_parsing_again_answers_from_what_was_kept_where_it_fits(parsed, tmp_path, capsys):
    run("in", "--out", "lib")
    run("in", "--out", "lib", "--keep", "features")  # done, but not kept
    assert parsed == ["a.mp4", "b.mp4"] * 2
    parsed.clear(), capsys.readouterr()
    with (tmp_path / "in" / "a.mp4").open("ab") as film:
        film.write(b"\0" * 9)
    args = ("in", "--out", "lib", "--threshold", "0.3", "--again", "changed")
    assert run(*args, "--keep", "features") == 0
    assert parsed == ["a.mp4"]  # its features are of what it was
    told = "1 file parsed from kept features; --from media parses the media"
    assert told in capsys.readouterr().err
    parsed.clear()
    assert run(*args[:4], "0.4", *args[5:], "--fps", "3") == 0
    assert parsed == ["a.mp4", "b.mp4"]
    told = "2 files parsed from media (a.mp4, sub/b.mp4): 2 frames a second of eye were kept"
    assert told in capsys.readouterr().err
    parsed.clear()
    assert run(*args, "--from", "media") == 0
    assert parsed == ["a.mp4", "b.mp4"]


def test_what_cannot_be_answered_is_said_once(parsed, tmp_path, capsys):
    run("in", "--out", "lib", "--keep", "features-half")
    with opened_kept(tmp_path / "lib" / "a.features.npz") as rows:
        assert rows.about.precision == "half"
    capsys.readouterr()
    with (tmp_path / "in" / "a.mp4").open("ab") as film:
        film.write(b"\0" * 9)
    assert run("lib", "--threshold", "0.3") == 1
    err = capsys.readouterr().err
    assert "the video changed since it was parsed (1 file), first" in err
    assert "a.mp4; parse its video again and keep features" in err
    (tmp_path / "lib" / "sub" / "b.features.npz").unlink()
    (tmp_path / "lib" / "a.timeline.json").unlink()
    assert run("lib", "--threshold", "0.2") == 2
    assert "lib: no features were kept of it (1 file)" in capsys.readouterr().err


def test_a_folder_of_timelines_is_a_library_whatever_else_lies_in_it(parsed, tmp_path, capsys):
    run("in", "--out", "in", "--keep", "features")
    parsed.clear(), capsys.readouterr()
    assert run("in", "--threshold", "0.3", "--out", "in") == 0
    told = "in holds videos and timelines: its videos are parsed, from what was kept of them"
    assert told in capsys.readouterr().err
    assert run("in", "--threshold", "0.3", "--from", "library") == 0
    assert parsed == []
    assert b'"kept"' in files(tmp_path / "in")["a"]
    (tmp_path / "in" / "notes.txt").write_text("what else lies there")
    for film in ("a.mp4", "sub/b.mp4"):
        (tmp_path / "in" / film).unlink()
    assert run("in", "--threshold", "0.4") == 0
    assert run("in", "--from", "media") == 2
    for wrong in (("--from", "library", "in/sub", "in"), ("--from", "library", "in/notes.txt")):
        assert run(*wrong) == 2
        assert "folder of timelines" in capsys.readouterr().err
    for wrong in (("--keep", "features"), ("--watch", "--from", "library")):
        assert run("in", *wrong) == 2
    assert run("in/sub/b.mp4", "--keep", "features", "--json") == 2
    assert run("in/sub/b.mp4", "--keep", "features", "--format", "csv") == 2
