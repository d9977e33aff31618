"""`seehear import`: files of others into timelines and datasets, and what is told."""

import json
from pathlib import Path

import pytest

import media_files
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.time import Event, TimeGrid, Timeline, Track


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two clips: a film of two seconds, and one without a picture."""
    folder = tmp_path_factory.mktemp("media")
    media_files.film(folder / "film.mkv", 2.0)
    media_files.write(folder / "sub" / "sound.wav", wave=media_files.tone(3.0))
    return folder


def run(*words: object) -> int:
    return main(["import", *map(str, words)])


def told(capsys: pytest.CaptureFixture, *words: object, code: int = 0) -> dict:
    assert run(*words, "--json") == code
    return json.loads(capsys.readouterr().out)


def events(path: Path) -> list[tuple[str, str, float, float, str]]:
    line = Timeline.from_json(path)
    return [(str(e.track), e.label, e.start_s, e.end_s, e.origin) for e in line]


def test_rows_go_into_new_timelines_and_every_one_left_out_says_why(
    tmp_path: Path, media: Path, capsys: pytest.CaptureFixture
) -> None:
    table = tmp_path / "labels.txt"
    table.write_text(
        "filename\tonset\toffset\tevent_label\nfilm.mkv\t0.5\t1.5\tDog\nsound.wav\t1\t1\tclick\n"
        "sound.wav\t1\t9\tHorn\nfilm.mkv\t5\t6\tDog\nfilm.mkv\t2\t1\tDog\n"
    )
    out = tmp_path / "library"
    got = told(capsys, table, "--media", media, "--out", out)
    (file,) = got["files"]
    assert (file["format"], file["rows"], file["used"]) == ("dcase", 5, 2)
    assert {u["where"]: u["reason"] for u in file["unused"]} == {
        "line 6": "it ends before it begins: 2 to 1 s",
        "line 3": "it is a moment without a length; --point says how long such rows last",
        "line 5": file["unused"][-1]["reason"],
    }
    assert "outside the clip" in file["unused"][-1]["reason"]
    assert "line 4: 1 to 9 s reaches beyond the clip: only 1 to 3 s used" in file["notes"]
    assert got["new"] == ["film", "sub/sound"]
    assert events(out / "film.timeline.json") == [("audio", "Dog", 0.5, 1.5, "added")]
    line = Timeline.from_json(out / "sub" / "sound.timeline.json")
    assert line.tracks["visual"].absent
    assert (line.duration_s, line.source) == (3.0, "sub/sound.wav")
    assert [(e.start_s, e.end_s) for e in line] == [(1.0, 3.0)]
    assert line.media is not None
    again = told(capsys, table, "--media", media, "--out", out)
    assert again["new"] == []
    assert len(events(out / "film.timeline.json")) == 1


def test_a_timeline_that_is_there_is_corrected_in_its_own_words(
    tmp_path: Path, media: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "library"
    out.mkdir()
    found = (Event(0, 1, Track.AUDIO, "Dog", 0.8), Event(0, 1, Track.VISUAL, "Car", 0.7))
    line = Timeline("film.mkv", 2.0, TimeGrid(2), ("Dog", "Car"), found)
    (out / "film.timeline.json").write_text(line.to_json())
    labels = tmp_path / "film.txt"
    labels.write_text("0\t1.5\tdog heard\n1\t2\tbird seen and heard\n")
    told(capsys, labels, "--out", out, "--reviewed")
    now = Timeline.from_json(out / "film.timeline.json")
    assert [(str(e.track), e.label, e.end_s, e.origin) for e in now.on("audio")] == [
        ("audio", "Dog", 1.5, "corrected"),
        ("audio", "bird", 2.0, "added"),
    ]
    assert [e.label for e in now.on("visual")] == ["bird"]
    assert now.tracks["audio"].reviewed == ((0.0, 2.0),)
    assert [(e.label, str(e.track)) for e in now.removed] == [("Car", "visual")]


def test_truth_is_a_dataset_that_evaluate_reads(
    tmp_path: Path, media: Path, capsys: pytest.CaptureFixture
) -> None:
    labels = tmp_path / "film.srt"
    labels.write_text(
        "00:00:00,000 --> 00:00:01,000\nDog, big\n\n00:00:01,000 --> 00:00:02,000\nCar\n"
    )
    rules = tmp_path / "map.toml"
    rules.write_text('[labels]\n"Car" = "seen: Car"\n')
    out = tmp_path / "dataset"
    got = told(capsys, labels, "--media", media, "--out", out, "--as", "truth", "--map", rules)
    assert got["notes"] == ["class 'Dog, big' is called 'Dog / big' in the dataset"]
    dataset = open_dataset(out)
    assert dataset.vocabulary.names == ("Dog / big", "Car")
    truth = dataset.splits["test"].truth()
    assert truth.audio[0].T.tolist() == [[True, False], [False, False]]
    assert truth.visual[0].T.tolist() == [[False, False], [False, True]]
    table = tmp_path / "pred.tsv"
    table.write_text(
        "filename\ttrack\tonset\toffset\tevent_label\nfilm\taudio\t0\t1\tDog / big\n"
        "film\tvisual\t1\t2\tCar\n"
    )
    assert main(["evaluate", str(out), "--predictions", str(table), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["segment/audio"] == 1.0
    assert run(labels, "--out", out, "--as", "truth") == 2
    assert "expected a new or empty folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_spoils_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    good, bad = tmp_path / "a.txt", tmp_path / "b.txt"
    good.write_text("0\t1\tDog\n")
    bad.write_text("prose")
    got = told(capsys, good, bad, "--out", tmp_path / "library", code=1)
    assert [file["used"] for file in got["files"]] == [1, 0]
    assert "expected a known format" in got["files"][1]["error"]
    assert run(bad, "--out", tmp_path / "other") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "--format says which it is: json, " in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--format", "cvs"], "--format: unknown format 'cvs'"),
        (["--fps", "0"], "--fps: expected frames a second"),
        (["--start-timecode", "soon"], "--start-timecode: expected a timecode"),
        (["--point", "-1"], "--point: expected seconds above 0"),
        (["--encoding", "klingon"], "--encoding: expected a character set"),
        (["--events", "Dog", "--vocabulary", "x"], "--events: expected one list"),
        (["--as", "truth", "--split", "a b"], "--split: expected the name of a split"),
        (["--media", "nowhere"], "expected a folder of media"),
    ],
)
def test_a_wrong_option_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture, words: list[str], says: str
) -> None:
    (tmp_path / "a.txt").write_text("0\t1\tDog\n")
    assert run(tmp_path / "a.txt", "--out", tmp_path / "out", *words) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_a_folder_means_its_files(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "a.txt").write_text("0\t1\tDog\n")
    (folder / "b.csv").write_text("Foo,Bar,Baz\n1,2,3\n")
    got = told(capsys, folder, "--out", tmp_path / "library", code=1)
    assert [(Path(one["file"]).name, one["used"]) for one in got["files"]] == [
        ("a.txt", 1),
        ("b.csv", 0),
    ]
    assert got["new"] == ["a"]


def test_what_a_person_reads(tmp_path: Path, media: Path, capsys: pytest.CaptureFixture) -> None:
    labels = tmp_path / "notes.txt"
    labels.write_text("0\t1\tDog\n1\t1\tclick\n")
    assert run(labels, "--media", media / "film.mkv", "--out", tmp_path / "library") == 0
    out, err = capsys.readouterr()
    assert f"{labels}: audacity, 1 of 2 rows used" in out
    assert "note: 1 row taken as heard, as nothing says heard or seen" in out
    assert out.endswith("1 timeline in " + str(tmp_path / "library") + ", 1 of them new\n")
    assert "line 2: not used: it is a moment without a length; --point says" in err
    assert (tmp_path / "library" / "film.timeline.json").is_file()
