"""The three readings of the truth, and the one line for each damage."""

from pathlib import Path

import pytest

from helpers import picture
from llp_like import write_llp
from own_dataset import TRUTH, write
from seehear.data import Dataset, open_dataset
from seehear.data.truth import TruthRow, clashes
from seehear.errors import DataError


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("filename\tonset\tevent_labels\nc\t0\tCat\n", "audio.csv: column offset is missing"),
        (
            TRUTH + "c\tsoon\t1\tCat\n",
            "audio.csv:2: onset: expected a number of seconds, got 'soon'",
        ),
        (
            TRUTH + "c\t0\tnan\tCat\n",
            "audio.csv:2: offset: expected a number of seconds, got 'nan'",
        ),
        (TRUTH + "c\t0\t1\tdog\n", r"audio.csv:2: unknown class 'dog'; did you mean Dog\?"),
        (TRUTH + "c\t0\t1\tEngine\n", "unknown class 'Engine'; the classes are Dog, Cat"),
    ],
)
def test_damaged_truth(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_dataset(write(tmp_path, audio_csv=rows)).split("test").truth()


def test_the_legacy_reading_is_llps_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'legacy' exists for LLP's official tables only"):
        open_dataset(write(tmp_path)).split("test").truth("legacy")


def shown(
    dataset: Dataset, split: str, track: str, clip: str, label: str, reading="literal"
) -> str:
    truth = dataset.splits[split].truth(reading)
    return picture(
        getattr(truth, track)[truth.names.index(clip), :, dataset.vocabulary.index(label)]
    )


def test_three_readings(tmp_path: Path) -> None:
    dataset = open_dataset(write_llp(tmp_path))
    assert shown(dataset, "val", "audio", "_BBBBBBBBB2_5_15", "Dog") == "#######..."
    assert shown(dataset, "val", "audio", "19jWnmYnlD8_30_40", "Speech") == ".........."
    assert shown(dataset, "val", "audio", "19jWnmYnlD8_30_40", "Speech", "repaired") == "##########"
    assert (
        shown(dataset, "test", "visual", "1-VMTJRpjbE_150_160", "Dog", "repaired") == "##########"
    )
    assert shown(dataset, "test", "audio", "JfZEqeLZqWk_30_40", "Speech") == "####......"
    assert shown(dataset, "test", "audio", "JfZEqeLZqWk_30_40", "Speech", "legacy") == ".........."
    spans = [
        [(e.start_s, e.end_s) for e in dataset.splits["val"].truth(reading).audio_intervals[1]]
        for reading in ("literal", "repaired")
    ]
    assert spans == [[(0, 4), (2, 6), (6, 7), (6, 7)], [(0, 7)]]


def test_every_dropped_or_changed_row_is_listed_with_its_line(tmp_path: Path) -> None:
    split = open_dataset(write_llp(tmp_path)).splits["val"]

    def listed(reading):
        return {
            (i.file.removeprefix("AVVP_eval_")[:5], i.line, i.kind)
            for i in split.truth(reading).issues
        }

    literal = {
        ("audio", 6, "empty"),
        ("audio", 7, "reversed"),
        ("audio", 8, "orphan"),
        ("audio", 9, "orphan"),
        ("visua", 2, "orphan"),
    }
    assert listed("literal") == literal
    # the visual row is mended too, but belongs to the other split
    assert listed("repaired") == (literal - {("audio", 8, "orphan"), ("visua", 2, "orphan")}) | {
        ("audio", 8, "mended"),
        ("audio", 3, "overlap"),
        ("audio", 4, "touching"),
        ("audio", 5, "duplicate"),
    }
    assert str(split.truth().issues[0]).startswith(
        "AVVP_eval_audio.csv:6: _BBBBBBBBB2_5_15 Cat 9-9: empty interval"
    )


def row(line: int, onset_s: float, offset_s: float, label: str = "Dog") -> TruthRow:
    return TruthRow("audio.csv", line, "clip", onset_s, offset_s, label)


def test_each_row_clashes_with_the_earlier_one_that_reaches_furthest() -> None:
    rows = [row(2, 0, 5), row(3, 1, 2), row(4, 1, 2), row(5, 5, 6), row(6, 7, 8)]
    other = row(7, 0, 5, "Cat")
    found = [(kind, later.line, earlier.line) for kind, later, earlier in clashes([*rows, other])]
    assert found == [("overlap", 3, 2), ("overlap", 4, 2), ("touching", 5, 2)]
    assert [kind for kind, *_ in clashes([row(2, 0, 5), row(3, 0, 5)])] == ["duplicate"]


def test_a_row_says_what_is_wrong_with_it() -> None:
    assert [row(2, 0, end).span_fault for end in (1, 0, -1)] == [None, "empty", "reversed"]
    spans = [(0, 4), (-0.5, 1), (3, 4.5)]
    assert [row(2, *span).reaches_outside(0, 4) for span in spans] == [False, True, True]
    assert str(row(2, 0, 1).issue("empty", "why")) == "audio.csv:2: clip Dog 0-1: why"


def test_a_selection_keeps_arrays_and_events_together(tmp_path: Path) -> None:
    truth = open_dataset(write_llp(tmp_path)).splits["val"].truth()
    turned = truth.select(truth.names[::-1])
    assert turned.names == truth.names[::-1]
    assert (turned.audio == truth.audio[::-1]).all()
    assert turned.audio_intervals == truth.audio_intervals[::-1]
    assert turned.visual_intervals == truth.visual_intervals[::-1]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("c\t1\t0\tCat", "1 with the end before the beginning (not counted)"),
        ("c\t1\t1\tCat", "1 without length (not counted)"),
        ("c\t0\t60\tCat", "1 reaching outside the clip (only what lies in it counts)"),
        ("c\t2.1\t2.2\tCat", "1 reaching outside the clip (only what lies in it counts)"),
        ("c\t-1\t1\tCat", "1 reaching outside the clip (only what lies in it counts)"),
        ("c\t0\t2.04\tCat", None),  # less than a segment: nothing is lost
        ("c\t0\t2\tCat", None),
    ],
)
def test_rows_that_are_lost_are_warned_of_from_a_share_on(
    tmp_path: Path, row: str, told: str | None
) -> None:
    good = "c\t0\t1\tDog\n"
    many = open_dataset(write(tmp_path, audio_csv=TRUTH + row + "\n" + 19 * good))
    found = many.split("test").warnings()
    assert len(found) == (told is not None)
    assert told is None or "audio.csv: 1 of 20 rows of truth does not count" in found[0]
    assert told is None or told in found[0]
    few = open_dataset(write(tmp_path, audio_csv=TRUTH + row + "\n" + 20 * good))
    assert few.split("test").warnings() == []
    assert many.split("test").unmatched() == []  # doctor lists the rows themselves
