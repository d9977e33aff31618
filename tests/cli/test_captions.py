"""`seehear captions` from the command line."""

import json
import os
from pathlib import Path

import pytest

from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.time import Event, TimeGrid, Timeline, Track

SHARED = Path(os.environ.get("SEEHEAR_SHARED", "../shared"))
SRT = "1\r\n00:00:00,500 --> 00:00:01,500\r\n<i>Hello?</i>\r\n\r\n"
SRT += "2\r\n00:00:09,000 --> 00:00:10,000\r\nBye.\r\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return the folder of a film with a dog that is heard from 2 s on and seen from 8 s on."""
    events = (Event(2, 12, Track.AUDIO, "Dog"), Event(8, 12, Track.VISUAL, "Dog"))
    events += (Event(20, 22, Track.AUDIO, "Car"), Event(20, 22, Track.VISUAL, "Car"))
    line = Timeline("film.mp4", 30.0, TimeGrid(30), ("Dog", "Car"), events)
    (tmp_path / "film.timeline.json").write_text(line.to_json())
    (tmp_path / "film.srt").write_bytes(SRT.encode())
    return tmp_path


def run(folder: Path, *options: str) -> int:
    merge = [] if "--alone" in options else ["--merge", str(folder / "film.srt")]
    rest = [option for option in options if option != "--alone"]
    return main(["captions", str(folder / "film.timeline.json"), *merge, *rest])


def test_captions_go_between_the_dialogue(film: Path, capfd: pytest.CaptureFixture) -> None:
    out = film / "out.srt"
    assert run(film, "--out", str(out)) == 0
    assert capfd.readouterr().out == f"{out}: 2 captions of sounds\n"
    blocks = SRT.split("2\r\n00:00:09", 1)
    assert out.read_bytes().decode() == (
        blocks[0]
        + "3\r\n00:00:02,000 --> 00:00:03,200\r\n[dog barking]\r\n\r\n"
        + "2\r\n00:00:09"
        + blocks[1]
        + "\r\n4\r\n00:00:20,000 --> 00:00:21,200\r\n[car passing]\r\n\r\n"
    )


def test_only_what_is_off_screen(film: Path, capfd: pytest.CaptureFixture) -> None:
    options = ("--only", "off-screen", "--language", "de", "--json", "--out", str(film / "o.srt"))
    assert run(film, *options) == 0
    said = json.loads(capfd.readouterr().out)
    assert [(c["start_s"], c["lines"]) for c in said["captions"]] == [(2.0, ["[Hund bellt]"])]
    assert said["left_out"] == []


def test_captions_alone(film: Path) -> None:
    assert run(film, "--alone", "--out", str(film / "o.vtt")) == 0
    assert (film / "o.vtt").read_text().startswith("WEBVTT\n\n00:00:02.000 --> 00:00:03.200\n[dog")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--out", "{}/o.vtt"), "--out: expected a file of the same kind as the subtitles (srt)"),
        (("--out", "{}/film.srt"), "expected another file than the subtitles themselves"),
        (
            ("--alone", "--out", "{}/o.txt"),
            "--out: expected a file that ends in .srt, .vtt or .ass",
        ),
        (("--out", "{}/o.srt", "--events", "Dog"), "--events: "),
        (("--out", "{}/o.srt", "--language", "xx"), "--language: no words in 'xx'"),
        (("--out", "{}/o.srt", "--reading-speed", "0"), "--reading-speed: expected 1 to 100"),
    ],
)
def test_mistakes_are_one_line(
    film: Path, options: tuple[str, ...], says: str, capfd: pytest.CaptureFixture
) -> None:
    before = (film / "film.srt").read_bytes()
    assert run(film, *(option.format(film) for option in options)) == 2
    error = capfd.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert (film / "film.srt").read_bytes() == before


@pytest.mark.shared
def test_off_screen_sounds_of_a_film_of_restaged_clips(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    if not (SHARED / "restaged").is_dir():
        pytest.skip("needs the development clips in ../shared/restaged")
    dataset = open_dataset(SHARED / "restaged")
    split = dataset.splits["test"]
    truth = split.truth()
    count = min(30, len(split.clips))
    at_s = 10.0
    events, talk = [], []
    for index in range(count):
        for track, of_clip in (
            (Track.AUDIO, truth.audio[index]),
            (Track.VISUAL, truth.visual[index]),
        ):
            for segment, column in zip(*of_clip.nonzero(), strict=True):
                start = at_s * index + float(segment)
                label = dataset.vocabulary.names[column]
                events.append(Event(start, start + 1, track, label))
        talk.append((at_s * index + 4, at_s * index + 6))
    line = Timeline(
        "film.mp4", at_s * count, TimeGrid(10 * count), dataset.vocabulary.names, tuple(events)
    )
    (tmp_path / "film.timeline.json").write_text(line.to_json())
    blocks = []
    for number, (start, end) in enumerate(talk, 1):
        clocks = [f"00:{int(t) // 60:02d}:{int(t) % 60:02d},000" for t in (start, end)]
        blocks.append(f"{number}\n{clocks[0]} --> {clocks[1]}\nLine {number}.\n\n")
    (tmp_path / "film.srt").write_text("".join(blocks))
    out = tmp_path / "out.srt"
    assert run(tmp_path, "--only", "off-screen", "--json", "--out", str(out)) == 0
    said = json.loads(capfd.readouterr().out)
    text = out.read_text()
    for block in blocks:
        assert block in text, "the dialogue stays as it was"
    assert said["captions"]
    words = {"Dog": "[dog barking]", "Car": "[car passing]", "Chainsaw": "[chainsaw buzzing]"}
    for label, described in words.items():
        column = dataset.vocabulary.names.index(label)
        found = [c["start_s"] for c in said["captions"] if described in c["lines"]]
        for start_s in found:
            near = range(max(0, int(start_s) - 2), int(start_s) + 2)
            assert any(
                truth.audio[s // 10][s % 10, column] and not truth.visual[s // 10][s % 10, column]
                for s in near
                if s < 10 * count
            ), "it is heard there and not seen"
