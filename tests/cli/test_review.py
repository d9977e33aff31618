"""`seehear review`: corrections from files, the queue, figures; faults in a line each."""

import json
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.time import Timeline
from small_library import save, scored

HEAD = "filename\ttrack\tonset\toffset\tevent_label\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    clip = scored({"Dog": "0.9 0.9 0.6 0.1"}, {"Dog": "0.1 0.1 0.1 0.1"})
    for name in ("a", "b", "c"):
        save(tmp_path / "lib", name, clip.named(f"{name}.mp4"))
    return tmp_path / "lib"


def put(library: Path, name: str, text: str) -> str:
    file = library.parent / name
    file.write_text(text)
    return str(file)


def review(library: Path, *options: str) -> int:
    return main(["review", str(library), *options])


def line(library: Path, name: str) -> Timeline:
    return Timeline.from_json(library / f"{name}.timeline.json")


def test_a_misspelt_class_is_told_with_the_one_probably_meant(library: Path, capsys) -> None:
    table = put(library, "t.tsv", f"{HEAD}a_0_4\taudio\t0\t2\tDogg\na_0_4\tvisual\t1\t2\tOwl\n")
    assert review(library, "--import", table, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "class Dogg is new to 1 clip (did you mean Dog?)" in out
    assert "class Owl is new to 1 clip\n" in out


def test_a_table_and_the_clips_gone_through(library: Path, capsys) -> None:
    table = put(library, "t.tsv", f"{HEAD}a_0_4\taudio\t0\t2\tDog\nb.mp4\tvisual\t1\t2\tOwl\n")
    seen = put(library, "seen.txt", "a.mp4\n\nc\n")
    assert review(library, "--import", table, "--reviewed", seen, "--by", "Ann") == 0
    out = capsys.readouterr().out
    assert "2 of 2 rows used; 3 of 3 timelines changed: 1 added, 1 corrected, 2 removed;" in out
    assert "2 clips reviewed" in out
    assert "class Owl is new to 3 clips" in out
    a, b, c = (line(library, name) for name in "abc")
    assert [(e.end_s, e.origin) for e in a.on("audio")] == [(2, "corrected")]
    assert [(e.label, e.origin) for e in b] == [("Dog", "parser"), ("Owl", "added")]
    assert (c.events, c.reviewed("audio", "Dog")) == ((), ((0, 4),)), "silence counts"
    assert a.review.edits[0].by == "Ann"
    assert a.review.edits[0].did == "import of t.tsv and seen.txt"
    before = {p.name: p.read_bytes() for p in library.glob("*.json")}
    assert review(library, "--import", table, "--reviewed", seen) == 0
    assert {p.name: p.read_bytes() for p in library.glob("*.json")} == before
    capsys.readouterr()
    assert review(library, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["clips"]] == ["b"]
    audio = next(f for f in found["figures"] if (f["class"], f["track"]) == ("Dog", "audio"))
    assert (audio["right_s"], audio["wrong_s"], audio["precision"]) == (2, 4, pytest.approx(1 / 3))
    low, high = audio["precision_interval"]
    assert low < audio["precision"] < high


def test_what_stands_in_a_clip_gone_through_is_confirmed(library: Path) -> None:
    assert review(library, "--reviewed", put(library, "seen.txt", "a\n")) == 0
    assert {e.origin for e in line(library, "a")} == {"confirmed"}


def test_the_queue_in_words(library: Path, capsys) -> None:
    assert review(library, "--limit", "1") == 0
    out = capsys.readouterr().out
    assert "3 clips not reviewed completely" in out
    assert "one track is sure" in out
    assert out.count("Dog") == 1
    assert review(library, "--order", "random", "--seed", "1", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["queue"]) == 3


@pytest.mark.parametrize(
    ("rows", "told", "code"),
    [
        ("z\taudio\t0\t1\tDog\n", "t.tsv: line 2: not used: no clip of the library is called z", 2),
        ("a\taudio\t7\t9\tDog\n", "t.tsv: line 2: not used: 7 to 9 s lies outside the clip", 1),
        ("a\tsmell\t0\t1\tDog\n", "t.tsv: line 2: not used: track: expected audio", 2),
        ("a\taudio\tnow\t1\tDog\n", "t.tsv: line 2: not used: ", 2),
    ],
)
def test_a_row_that_is_not_used_is_told(library: Path, rows, told, code, capsys) -> None:
    before = {p.name: p.read_bytes() for p in library.glob("*.json")}
    assert review(library, "--import", put(library, "t.tsv", HEAD + rows)) == code
    assert told in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in library.glob("*.json")} == before


def test_faults_are_one_line(library: Path, tmp_path: Path, capsys) -> None:
    assert review(library, "--import", put(library, "t.tsv", "{\x00 not a table")) == 2
    assert review(library, "--import", "gone.tsv") == 2
    assert review(library, "--class", "Dogg") == 2
    assert "--class: no clip has class 'Dogg'" in capsys.readouterr().err
    assert review(library, "--limit", "-1") == 2
    assert review(tmp_path / "none") == 2
    (library / "b.timeline.json").write_text('{"schema": "foreign"}')
    capsys.readouterr()
    assert review(library, "--reviewed", put(library, "seen.txt", "a\nb\nnobody\n")) == 1
    err = capsys.readouterr().err
    assert "b: " in err
    assert "seen.txt:3: no clip of the library is called nobody" in err
    assert (library / "b.timeline.json").read_text() == '{"schema": "foreign"}'
    assert len(err.splitlines()) == 2, err
