"""Tab-separated tables in any order of columns, with any line end."""

from pathlib import Path

import numpy as np
import pytest

from llp_like import FILES, write_llp
from own_dataset import TRUTH, write
from seehear.data import Issue, open_dataset
from seehear.data.tables import Faults, read_table, seconds
from seehear.errors import DataError


def test_columns_may_stand_in_any_order_with_any_line_end(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in FILES["AVVP_eval_audio.csv"].splitlines()]
    mixed = (
        "\ufeff" + "\r\n".join("\t".join([r[3], "x", r[2], r[0], r[1]]) for r in rows) + "\r\n\r\n"
    )
    one, other = (
        open_dataset(write_llp(tmp_path / "a")),
        open_dataset(write_llp(tmp_path / "b", audio=mixed)),
    )
    for split in ("val", "test"):
        np.testing.assert_array_equal(
            one.splits[split].truth().audio, other.splits[split].truth().audio
        )


def test_tables_that_are_no_text(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "train.csv").write_bytes(b"filename\tevent_labels\n\xff\tDog\n")
    with pytest.raises(DataError, match="expected UTF-8 text"):
        open_dataset(tmp_path)


def test_rows_come_with_their_lines_and_columns_in_the_order_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("b\tother\ta\n1\tx\t2\n\n3\ty\t4\n")
    assert read_table(path, ("a", "b")) == [(2, ["2", "1"]), (4, ["4", "3"])]
    with pytest.raises(DataError, match=r"column c is missing, found b, other, a"):
        read_table(path, ("a", "c"))
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path / "none.csv", ("a",))


def test_many_faults_are_told_as_the_first_and_a_number() -> None:
    faults = Faults()
    faults.check()  # none yet
    for line in (2, 3, 4):
        faults.add("bad row", where=f"table.csv:{line}", hint="mend it")
    with pytest.raises(DataError) as caught:
        faults.check()
    assert str(caught.value) == "table.csv:2: bad row (and 2 more such rows); mend it"


def test_an_issue_says_where_it_stands() -> None:
    assert str(Issue("table.csv", 3, "empty", "no length")) == "table.csv:3: no length"
    assert str(Issue("videos", None, "media_missing", "a: no file")) == "videos: a: no file"


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("a;b", "separated by semicolons: they must be separated by tabs"),
        ("A;B", "separated by semicolons: they must be separated by tabs"),
        ('\ufeff"A","B"', "separated by commas"),
        ("a,b", "separated by commas"),
        ('"a","b"', "separated by commas"),
        ("a|b", "separated by vertical bars"),
        ("a   b", "separated by spaces"),
        ("sep=;\na;b", r"remove the first line \(sep=;\)"),
        ("a\tc", "the first line must name a, b, separated by tabs"),
        ("a\tb\ta", "column a appears twice; keep one of them"),
    ],
)
def test_a_first_line_that_names_no_columns_says_what_stands_there(
    header: str, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\nx;1\n", encoding="utf-8")
    with pytest.raises(DataError, match=hint):
        read_table(tmp_path / "t.csv", ("a", "b"))


def test_a_tab_inside_a_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\tb\nmy\tdog\tx\n\ty\t\t\n")
    with pytest.raises(DataError, match=r"t.csv:2: expected 2 .* got 3; .* must stand in quotes"):
        read_table(tmp_path / "t.csv", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1,5", "; a decimal comma stands there: write 1.5"),
        (" -,25", "; a decimal comma stands there: write -.25"),
        ("1.234,5", None),
        ("1_0", None),
        ("0:03", None),
        ("nan", None),
    ],
)
def test_numbers_that_are_none(text: str, hint: str | None) -> None:
    faults = Faults()
    assert seconds(text, "onset", faults, where="t.csv:2") is None
    with pytest.raises(DataError) as caught:
        faults.check()
    told = f"t.csv:2: onset: expected a number of seconds, got {text!r}"
    assert str(caught.value) == " ".join((told + (hint or "")).split())


def test_columns_may_be_named_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\ufeffFilename\t Event_Labels\nc\tDog\n", encoding="utf-8")
    assert read_table(path, ("filename", "event_labels")) == [(2, ["c", "Dog"])]
    path.write_text("Filename\tfilename\tevent_labels\nc\tc\tDog\n")
    with pytest.raises(DataError, match="column filename appears twice"):
        read_table(path, ("filename", "event_labels"))
    truth = "Filename\tONSET\tOffset\tEvent_labels\nc\t0.5\t1.0\tCat\n"
    (tmp_path / "data").mkdir()
    split = open_dataset(write(tmp_path / "data", audio_csv=truth)).split("test")
    assert split.truth().audio.sum() == 1


def test_unknown_classes_of_all_rows_are_named_with_the_nearest(tmp_path: Path) -> None:
    rows = "a\tDogg\nb\tDog,Katt\nc\tDogg\nd\tzebra,Dog\n"
    write(tmp_path, train_csv=f"filename\tevent_labels\n{rows}")
    with pytest.raises(DataError) as caught:
        open_dataset(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/train.csv:2: unknown classes 'Dogg', 'Katt', 'zebra' (and 3 more such rows);"
        " did you mean Dog for 'Dogg', Cat for 'Katt'? the classes are Dog, Cat"
    )
    rows = "".join(f"x{n}\tclass{n}\n" for n in range(9))
    write(tmp_path, train_csv=f"filename\tevent_labels\n{rows}")
    with pytest.raises(DataError, match=r"'class7' \.\.\. \(9 in all\) \(and 8 more such rows\)"):
        open_dataset(tmp_path)
    rows = "c\t0\t1\tDogg\nc\t0\t1\tKatt\n"
    write(tmp_path, train_csv="filename\tevent_labels\na\tDog\n", audio_csv=TRUTH + rows)
    with pytest.raises(DataError, match=r"audio\.csv:2: unknown classes 'Dogg', 'Katt'"):
        open_dataset(tmp_path).split("test").truth()
