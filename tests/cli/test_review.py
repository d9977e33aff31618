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


# --- tables that people have


def events(library: Path, name: str) -> list[tuple[str, str, float, float, str]]:
    found = line(library, name).events
    return [(e.track, e.label, e.start_s, e.end_s, e.origin) for e in found if e.track != "both"]


def test_a_column_track_is_used_and_a_guess_is_told(library: Path, capsys) -> None:
    head = "File,Track,Start,End,Label\n"
    table = put(library, "t.csv", f"{head}a.mp4,visual,0,2,Dog\n")
    assert review(library, "--import", table) == 0
    assert events(library, "a")[0] == ("audio", "Dog", 0, 3, "parser")
    assert ("visual", "Dog", 0, 2, "added") in events(library, "a")
    assert capsys.readouterr().err == ""
    table = put(library, "t.csv", "File,Start,End,Label\nb.mp4,0,2,Dog\n")
    assert review(library, "--import", table, "--dry-run") == 0
    told = "t.csv: 1 row taken as heard, as nothing says heard or seen; --track says otherwise"
    assert told in capsys.readouterr().err
    assert review(library, "--import", table, "--track", "seen") == 0
    assert ("visual", "Dog", 0, 2, "added") in events(library, "b")
    assert capsys.readouterr().err == ""


def test_another_spelling_of_a_class_means_that_class(library: Path, capsys) -> None:
    clip = scored({"Baby_cry": "0.9 0.1"}, {"Baby_cry": "0.1 0.1"})
    save(library, "d", clip.named("d.mp4"))
    rows = "a\taudio\t0\t3\tdog\na\tseen\t0\t2\tbaby  CRY\nb\tBoth\t0\t1\tbarn owl\n"
    rows += "c\theard\t0\t1\tBarn_Owl\nd\taudio\t0\t1\tDOG\n"
    seen = put(library, "seen.txt", "d\n")
    table = put(library, "t.tsv", HEAD + rows)
    assert review(library, "--import", table, "--reviewed", seen) == 0
    out = capsys.readouterr().out
    assert "dog is taken as class Dog\n" in out
    assert "baby CRY is taken as class Baby_cry\n" in " ".join(out.split(" ")).replace("  ", " ")
    assert "class barn owl is new to 3 clips" in out
    assert "did you mean" not in out
    assert ("audio", "Dog", 0, 3, "confirmed") in events(library, "a")
    assert [line(library, name).vocabulary for name in "abcd"] == [
        ("Dog", "Baby_cry"),
        ("Dog", "barn owl"),
        ("Dog", "barn owl"),
        ("Baby_cry", "Dog", "barn owl"),
    ]


def test_a_row_that_reaches_beyond_its_clip_is_named(library: Path, capsys) -> None:
    rows = "a\taudio\t0\t50\tDog\nb\taudio\t0\t4.9\tDog\nc\taudio\t5\t50\tDog\n"
    table = put(library, "t.tsv", HEAD + rows)
    assert review(library, "--import", table, "--json") == 1
    told = "t.tsv: line 2: 0 to 50 s reaches beyond the clip: only 0 to 4 s used"
    printed = capsys.readouterr()
    assert told in printed.err
    assert "t.tsv: line 4: not used: 5 to 50 s lies outside the clip" in printed.err
    assert len(printed.err.splitlines()) == 2
    assert [told] == [f"t.tsv: line 2: {one['what']}" for one in json.loads(printed.out)["cut"]]
    assert [events(library, name)[0][3] for name in "abc"] == [4, 4, 3]


def test_a_format_can_be_named(library: Path, capsys) -> None:
    table = put(library, "t.csv", "Foo,Bar,Baz\n1,2,3\n")
    assert review(library, "--import", table) == 2
    assert "or --format says which it is" in capsys.readouterr().err
    assert review(library, "--import", table, "--format", "cvs") == 2
    assert "--format: unknown format 'cvs'; did you mean csv?" in capsys.readouterr().err
    table = put(library, "t.txt", "0\t2\tDog\n")
    single = library / "a.timeline.json"
    assert review(single, "--import", table, "--format", "audacity", "--track", "heard") == 0
    assert ("audio", "Dog", 0, 2, "corrected") in events(library, "a")


def test_a_folder_of_tables(library: Path, capsys) -> None:
    assert main(["export", str(library), "--to", "tsv", "--out", str(library.parent / "t")]) == 0
    put(library, "t/notes.txt", "nothing to see")
    put(library, "t/a.txt", "0\t1\tOwl\n")  # labels of Audacity name no clip: the file does
    capsys.readouterr()
    folder = str(library.parent / "t")
    assert review(library, "--import", folder) == 1
    printed = capsys.readouterr()
    assert "notes.txt: not read: expected a known format" in printed.err
    assert "4 of 4 rows used; 3 of 3 timelines changed: 1 added, 3 confirmed" in printed.out
    assert ("audio", "Owl", 0, 1, "added") in events(library, "a")
    for path in Path(folder).glob("*.tsv"):
        path.unlink()
    (Path(folder) / "a.txt").unlink()
    assert review(library, "--import", folder) == 2
    assert "got 1 file of no known format" in capsys.readouterr().err


def test_an_exported_table_with_a_row_changed_and_one_deleted(library: Path, capsys) -> None:
    clip = scored({"Dog": "0.9 0.9 0.9 0.9 0.1"}, {"Dog": "0.1 0.9 0.9 0.9 0.1"})
    save(library, "a", clip.named("a.mp4"))
    table = library.parent / "t.csv"
    assert main(["export", str(library), "--to", "csv", "--out", str(table)]) == 0
    head, heard, seen, both, *others = table.read_text().splitlines()
    assert [one.split(",")[2] for one in (heard, seen, both)] == ["audio", "visual", "audio_visual"]
    rows = [head, heard.replace(",0,4,", ",0,3,"), both, *others]
    table.write_text("\n".join(rows))
    capsys.readouterr()
    assert review(library, "--import", str(table)) == 0
    out = capsys.readouterr().out
    assert "4 of 4 rows used; 3 of 3 timelines changed: 2 confirmed, 1 corrected, 1 removed;" in out
    assert "rows used: 2 as the parser had found, 1 new or changed, 1 repeated (what is both" in out
    assert (
        "note: 2 rows that say what the parser had found now count as confirmed; leave out" in out
    )
    assert "unless --reviewed names its clip" in out
    assert events(library, "a")[:2] == [
        ("audio", "Dog", 0, 3, "corrected"),  # the row on both tracks does not undo it
        ("visual", "Dog", 1, 4, "parser"),
    ]
    assert review(library, "--import", str(table)) == 0
    out = capsys.readouterr().out
    assert "4 of 4 rows used; 0 of 3 timelines changed: nothing new" in out
    assert "rows used: 4 as it stood already" in out
    assert "note:" not in out


def test_who_goes_through_a_clip_is_not_told_to_leave_rows_out(library: Path, capsys) -> None:
    table = put(library, "t.tsv", f"{HEAD}a\taudio\t0\t3\tDog\n")
    seen = put(library, "seen.txt", "a\n")
    assert review(library, "--import", table, "--reviewed", seen) == 0
    out = capsys.readouterr().out
    assert "1 confirmed" in out
    assert "note:" not in out
