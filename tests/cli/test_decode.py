"""`seehear decode`: settings from options, what changed in a line, errors in one."""

import json
from pathlib import Path

import numpy as np
import pytest

from seehear.cli.main import main
from seehear.time import Decoding, Scores, TimeGrid, Timeline, decode_scores

AUDIO = [0.9, 0.45, 0.1, 0.9, 0.1, 0.9, 0.9, 0.9]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    decoding = Decoding(gate="none")
    prob = np.stack([AUDIO, np.zeros(8)], 1)[..., None]
    line = decode_scores(
        Scores(prob, TimeGrid(8), ("Dog",)),
        decoding,
        source="a.mp4",
        parser={"decoding": decoding.to_dict()},
    )
    (tmp_path / "a.timeline.json").write_text(line.to_json())
    return tmp_path


def decode(library: Path, *options: str) -> int:
    return main(["decode", str(library), *options])


def spans(library: Path) -> list[tuple[float, float]]:
    line = Timeline.from_json(library / "a.timeline.json")
    return [(event.start_s, event.end_s) for event in line]


def test_every_option_decides_and_no_option_takes_it_back(
    library: Path, capsys: pytest.CaptureFixture
) -> None:
    before = (library / "a.timeline.json").read_text()
    assert decode(library, "--hysteresis", "0.4") == 0
    assert capsys.readouterr().out == "1 of 1 timeline changed: 3 events before, 3 now\n"
    assert spans(library) == [(0, 2), (3, 4), (5, 8)]
    decode(library, "--min-duration", "2")
    assert spans(library) == [(5, 8)], "it starts from the parser's own settings each time"
    decode(library, "--fill-gap", "1", "--threshold", "0.5,0.9")
    assert spans(library) == [(0, 1), (3, 8)]
    decode(library, "--threshold", "0.95", "--dry-run")
    assert spans(library) == [(0, 1), (3, 8)]
    decode(library)
    assert (library / "a.timeline.json").read_text() == before


def test_json_names_each_clip(library: Path, capsys: pytest.CaptureFixture) -> None:
    (library / "b.timeline.json").write_text("{}")
    assert decode(library, "--threshold", "0.95", "--json") == 1
    printed = capsys.readouterr()
    value = json.loads(printed.out)
    assert value["clips"] == [
        {"timeline": "a.timeline.json", "before": 3, "after": 0, "changed": True}
    ]
    assert [one["timeline"] for one in value["failed"]] == ["b.timeline.json"]
    assert "b.timeline.json" in printed.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threshold", "2"], "--threshold: expected a number from 0 to 1, or two"),
        (["--hysteresis", "0.2,0.3"], "--hysteresis: expected a number from 0 to 1 or none"),
        (
            ["--threshold", "0.5,0.3", "--hysteresis", "0.4"],
            "no higher than the threshold, got 0.4",
        ),
        (["--fill-gap", "nan"], "--fill-gap: expected seconds, 0 or more"),
    ],
)
def test_a_setting_that_is_none_is_one_line(
    library: Path, options: list[str], said: str, capsys: pytest.CaptureFixture
) -> None:
    assert decode(library, *options) == 2
    assert said in capsys.readouterr().err
