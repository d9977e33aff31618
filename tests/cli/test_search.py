"""`seehear search` from its entry point: outputs, exit codes, one line for every fault."""

import json
from pathlib import Path

import pytest

from media_files import code, tone, write
from seehear.cli.main import main
from seehear.time import Event, TimeGrid, Timeline, Track
from small_library import save, scored


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
        [f"{name}.mp4", start, end, length, "s", "1.00"]
        for name in ("one", "two")
        for start, end, length in (("0:00.0", "0:03.0", "3.0"), ("0:06.0", "0:07.0", "1.0"))
    ]
    assert "4 moments, 8.0 s in 2 of 2 clips" in out
    assert err == (
        "seehear: note: 2 of 2 clips without kept scores; there a class counts as absent wherever"
        " it has no event\n"
    )


def test_an_answer_that_is_empty_for_doubt_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, "a", scored({"Dog": "0.6 0.6 0.6 0.1"}, {"Dog": "0.1 0.1 0.1 0.1"}))
    note = (
        "nothing is sure enough; this shows 1 doubtful moment: "
        f"seehear search {tmp_path} --absent 1 --sure 0 'dog heard but not seen'"
    )
    query = ["search", str(tmp_path), "dog heard but not seen"]
    assert main([*query, "--sure", "0.6"]) == 0
    assert note not in capsys.readouterr().err  # who sets a bound knows of it
    save(tmp_path, "a", scored({"Dog": "0.55 0.55 0.55 0.1"}, {"Dog": "0.2 0.2 0.2 0.2"}))
    assert main(query) == 0
    out, err = capsys.readouterr()
    assert "0 moments" in out
    assert note in err


def test_words_of_a_query_need_no_quotes(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(library), "audio:Dog", "duration>2", "--format", "clips"]) == 0
    assert capsys.readouterr().out == "one.mp4\ntwo.mp4\n"


def test_a_query_may_begin_with_a_dash(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(library), "--json", "--", "-audio:Dog"]) == 0
    assert json.loads(capsys.readouterr().out)["spans"] == 4


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (["-dog"], "seehear search {} -- -dog"),
        (["dog", "-car"], "seehear search {} -- 'dog -car'"),
        (
            ["--limit", "3", "dog", "-visual:dog"],
            "seehear search {} --limit 3 -- 'dog -visual:dog'",
        ),
        (["-dog", "car", "--json"], "seehear search {} --json -- '-dog car'"),
    ],
)
def test_a_dash_that_does_not_stand_behind_two_gives_the_command(
    library: Path, typed: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(library), *typed]) == 2
    err = capsys.readouterr().err
    assert err.endswith(f"goes behind --: {command.format(library)}\n")
    assert len(err.splitlines()) == 1


def test_an_option_with_one_dash_is_told_as_an_option(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["search", str(library), "dog", "-limit", "3"])
    assert "unrecognized arguments: -limit" in capsys.readouterr().err


@pytest.mark.parametrize("how", [["dog"], ["--duplicates"], ["--like", "a@1"]])
def test_a_folder_without_timelines_is_told_first_and_left_alone(
    tmp_path: Path, how: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(tmp_path), *how]) == 2
    line = f"there are no timelines; make some: seehear parse VIDEOS --out {tmp_path}"
    assert line in capsys.readouterr().err
    (tmp_path / "a.mp4").touch()
    assert main(["search", str(tmp_path), *how]) == 2
    line = f"parse its videos first: seehear parse {tmp_path} --out LIBRARY; then name LIBRARY"
    assert line in capsys.readouterr().err
    assert main(["export", str(tmp_path), "--to", "csv", "--out", str(tmp_path / "b.csv")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_json_alone_on_stdout(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (library / "bad.timeline.json").write_text("no")
    assert (
        main(["search", str(library), "both:Dog", "--json", "--limit", "1"]) == 1
    )  # one file could not be read
    out, err = capsys.readouterr()
    value = json.loads(out)
    times = {"start_s": 3.0, "end_s": 4.0}
    hit = {"timeline": "one.timeline.json", "source": "one.mp4", **times, "score": 1.0}
    assert value["hits"] == [hit]
    assert (value["query"], value["searched_for"]) == ("both:Dog", None)
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
            "query: no clip was parsed for a class 'Dgo' at position 7 of 'audio:Dgo';"
            " did you mean Dog? parsed for: ",
        ),
        (
            "dog or a cat",
            "'a cat' at position 8 of 'dog or a cat'; parsed for: Car, Dog; to parse for it"
            " too: seehear parse VIDEOS --out {library} --events"
            ' "Car,Dog,cat" --again changed; where features are kept, further words need no videos;'
            " for example: audio:Car -visual:Car",
        ),
        ("audio:Dog &", "query: expected a condition, got nothing at position 12"),
        (
            "nose:Dog",
            "visual or seen, audio_visual or both, any), got 'nose'",
        ),
    ],
)
def test_faults_are_one_line(
    library: Path, query: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(library), query]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message.replace("{library}", str(library)) in err
    assert len(err.splitlines()) == 1


def test_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(tmp_path / "none"), "Dog"]) == 2
    assert (
        "none: expected a folder of timelines; make one: seehear parse VIDEOS --out"
        in capsys.readouterr().err
    )


def rated(folder: Path) -> Path:
    """Write two clips in which a dog is heard, the second time more surely."""
    for name, score in (("one", 0.6), ("two", 0.9)):
        event = Event(1, 3, Track.AUDIO, "Dog", score)
        line = Timeline(f"{name}.mp4", 5.0, TimeGrid(5), ("Dog",), (event,))
        (folder / f"{name}.timeline.json").write_text(line.to_json())
    return folder


def test_csv_is_ranked_by_score_unless_time_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["search", str(rated(tmp_path)), "heard", "dogs", "--format", "csv"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "timeline,source,start_s,end_s,score",
        "two.timeline.json,two.mp4,1.0,3.0,0.9",
        "one.timeline.json,one.mp4,1.0,3.0,0.6",
    ]
    assert err == "seehear: searched for audio:Dog\n"
    assert main([*command, "--rank", "time", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("one.timeline.json")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "cuts"], "--out: only cuts need a folder, and they must have one"),
        (["--out", "cuts"], "--out: only cuts need a folder, and they must have one"),
        (["--absent", "2"], "--absent: expected a number from 0 to 1, got 2"),
        (["--sure", "-1"], "--sure: expected a number from 0 to 1, got -1"),
    ],
)
def test_options_that_make_no_sense_are_one_line(
    library: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(library), "Dog", *options]) == 2
    assert message in capsys.readouterr().err


def test_cuts_and_their_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "videos" / "two.mp4"
    frames, times = [code(k) for k in range(50)], [k / 10 for k in range(50)]
    write(path, frames=frames, times=times, wave=tone(5), video="mpeg4", audio="aac")
    rated(tmp_path)
    out = tmp_path / "cuts"
    command = ["search", str(tmp_path), "audio:Dog", "--format", "cuts", "--out", str(out)]
    assert main([*command, "--media", str(tmp_path / "videos")]) == 1  # the other has no video
    printed, err = capsys.readouterr()
    assert printed.splitlines() == [str(out / "0001 two.mp4")]
    assert "one.mp4 at 1 s: its video was not found; name the folder where it lies" in err
    assert sorted(path.name for path in out.iterdir()) == ["0001 two.mp4", "cuts.csv", "cuts.edl"]
    other = ["search", str(tmp_path), "visual:*", *command[3:], "--media", str(tmp_path / "cuts")]
    assert main(other) == 2  # no video is found, so the cut of above is of another search
    told = f"seehear: {out}: holds 1 cut of another search: 0001 two.mp4; choose another folder"
    assert told in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == ["0001 two.mp4", "cuts.csv", "cuts.edl"]
    elsewhere = [*command[:-1], str(tmp_path / "new"), "--media", str(tmp_path / "cuts")]
    assert main(elsewhere) == 2  # none has its video
    assert main([*command, "--media", str(tmp_path / "cutts")]) == 2
    assert f"--media: {tmp_path / 'cutts'}: expected a folder" in capsys.readouterr().err
    assert main([*command, "--media", str(tmp_path / "videos")]) == 1
    head, row = (out / "cuts.csv").read_text().splitlines()
    assert head == "file,timeline,source,start_s,end_s,score,cut_from_s,cut_to_s"
    assert row.startswith("0001 two.mp4,two.timeline.json,two.mp4,1.0,3.0,0.9,")
    assert "* FROM CLIP NAME: two.mp4" in (out / "cuts.edl").read_text()
