"""`seehear search` from its entry point: outputs, exit codes, one line for every fault."""

import json
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.time import Event, TimeGrid, Timeline, Track


@pytest.fixture
def library(tmp_path: Path) -> Path:
    events = (
        Event(0, 4, Track.AUDIO, "Dog"),
        Event(3, 4, Track.VISUAL, "Dog"),
        Event(3, 4, Track.AUDIO_VISUAL, "Dog"),
        Event(6, 7, Track.AUDIO, "Dog"),
    )
    for name in ("one", "two"):
        line = Timeline(f"{name}.mp4", 70.0, TimeGrid(70), ("Dog", "Car"), events)
        (tmp_path / f"{name}.timeline.json").write_text(line.to_json())
    return tmp_path


def test_table(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(library), "audio:Dog -visual:Dog"]) == 0
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines() if ".mp4" in line]
    assert rows == [
        [f"{name}.mp4", start, end, length, "s"]
        for name in ("one", "two")
        for start, end, length in (("0:00.0", "0:03.0", "3.0"), ("0:06.0", "0:07.0", "1.0"))
    ]
    assert "4 moments, 8.0 s in 2 of 2 clips" in out
    assert err == ""


def test_words_of_a_query_need_no_quotes(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(library), "audio:Dog", "duration>2", "--format", "clips"]) == 0
    assert capsys.readouterr().out == "one.mp4\ntwo.mp4\n"


def test_a_query_may_begin_with_a_dash(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(library), "--json", "--", "-audio:Dog"]) == 0
    assert json.loads(capsys.readouterr().out)["spans"] == 4


def test_json_alone_on_stdout(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (library / "bad.timeline.json").write_text("no")
    assert (
        main(["search", str(library), "both:Dog", "--json", "--limit", "1"]) == 1
    )  # one file could not be read
    out, err = capsys.readouterr()
    value = json.loads(out)
    assert value["hits"] == [
        {"timeline": "one.timeline.json", "source": "one.mp4", "start_s": 3.0, "end_s": 4.0}
    ]
    assert (value["clips_searched"], value["clips"], value["spans"], value["seconds"]) == (
        2,
        2,
        2,
        2.0,
    )
    assert "bad.timeline.json: not JSON" in err
    assert len(err.splitlines()) == len(value["failed"]) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "audio:Dgo",
            "query: no clip was searched for a class 'Dgo' (did you mean Dog? searched for: ",
        ),
        ("audio:Dog &", "query: expected a condition, got nothing at position 12"),
        ("nose:Dog", "expected a track (audio, visual, audio_visual, any), got 'nose'"),
    ],
)
def test_faults_are_one_line(
    library: Path, query: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(library), query]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1


def test_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(tmp_path / "none"), "Dog"]) == 2
    assert (
        "none: expected a folder of timelines; make one: seehear parse VIDEOS --out"
        in capsys.readouterr().err
    )
