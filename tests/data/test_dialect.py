"""The dialect of tables: what is written is read back, and what spreadsheets write is read."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from own_dataset import TRUTH, write
from seehear import export
from seehear.data import open_dataset, read_predictions
from seehear.data.dialect import read_lines, read_rows, read_text, write_rows
from seehear.data.tables import read_table
from seehear.errors import DataError
from seehear.time import Event, TimeGrid, Timeline, Track

CHARACTERS = st.one_of(
    st.sampled_from(list('""\'\t\r\n ,;|=#\u2028\x85\x0b\x0c\x1e')),
    st.characters(blacklist_categories=["Cs"]),
)
FIELDS = st.text(CHARACTERS, max_size=6)
ROWS = st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=5)
NASTY = ('The "Best" dog', '"all"', '"', '""', "a\tb", "a\nb", "a\r\nb", "a\u2028b\x85c\x0bd", "' ")


@given(ROWS)
@example([[name] for name in NASTY])
@example([["", '"a'], ['b"', ""]])
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    text = write_rows(rows)
    assert [fields for _, fields in read_rows(text)] == rows
    # and by a reader that others wrote
    kept = [row for row in rows if row != [""]]
    assert [row for row in csv.reader(io.StringIO(text, newline=""), "excel-tab") if row] == kept


@given(st.lists(st.lists(FIELDS.filter(lambda f: "\0" not in f), min_size=2, max_size=3)))
def test_what_python_writes_is_read(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, "excel-tab", quoting=csv.QUOTE_ALL).writerows(rows)
    assert [fields for _, fields in read_rows(out.getvalue())] == rows


def test_rows_know_the_line_they_begin_in() -> None:
    assert read_rows('a\tb\r"c\nd"\t"e\r\nf"\r\n\ng') == [
        (1, ["a", "b"]),
        (2, ["c\nd", "e\r\nf"]),
        (5, [""]),
        (6, ["g"]),
    ]


@pytest.mark.parametrize("line", ['"Best" dog\t1', 'say "hi"\t1', '"open\t1', '"a" b\t"c'])
def test_quotes_that_quote_nothing_are_characters(line: str) -> None:
    assert read_rows(line) == [(1, line.split("\t"))]


def test_a_table_of_many_odd_quotes_is_read_in_one_go() -> None:
    assert len(read_rows('"a""\tb\n' * 20000)) == 20000


def test_lines_end_where_an_editor_ends_them() -> None:
    assert read_lines("a\u2028b\nc\r\n\nd\re") == ["a\u2028b", "c", "", "d", "e"]
    assert read_lines("a\n") == ["a"]
    assert read_lines("") == []


TABLE = 'filename\tevent_labels\r\n"The ""Best"" dog"\tDog\r\n\t\r\nh\u00e4nd\t"Dog,Cat"\r\n'


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + TABLE.encode(),
        codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),  # "Unicode text" of Excel
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("\r\n", "\r").encode(),
        TABLE.replace("filename\tevent_labels", '"filename"\t"event_labels"').encode(),
    ],
)
def test_what_spreadsheets_save_is_read(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(data)
    rows = read_table(tmp_path / "t.txt", ("filename", "event_labels"))
    assert rows == [(2, ['The "Best" dog', "Dog"]), (4, ["h\u00e4nd", "Dog,Cat"])]


@pytest.mark.parametrize("kind", ["utf-16-le", "utf-16-be"])
def test_text_that_hides_what_it_is_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(TABLE.encode(kind))
    with pytest.raises(DataError, match="UTF-16 without a byte order mark; save it as UTF-8"):
        read_text(tmp_path / "t.txt")
    (tmp_path / "t.txt").write_bytes(TABLE.encode("cp1252"))
    with pytest.raises(DataError, match=r"expected UTF-8 text .*; save it as UTF-8"):
        read_text(tmp_path / "t.txt")


@pytest.mark.parametrize("name", NASTY)
def test_our_own_predictions_come_back(name: str, tmp_path: Path) -> None:
    label = f"say {name} twice"
    described = "".join(f"\\U{ord(character):08x}" for character in label)
    toml = f"""[vocabulary]
"{described}" = "words"
[splits.test]
clips = "test.csv"
audio = "audio.csv"
visual = "visual.csv"
[grid]
count = 4
"""
    clips = [["filename", "event_labels"], [name, label], ["quiet", ""]]
    truth = [TRUTH.strip().split("\t"), [name, "0", "2", label]]
    tables = {"test_csv": clips, "audio_csv": truth}
    dataset = open_dataset(
        write(tmp_path, dataset_toml=toml, **{key: write_rows(t) for key, t in tables.items()})
    )
    files = []
    for source, events in ((name, (Event(0, 2, Track.AUDIO, label, 0.5),)), ("quiet", ())):
        line = Timeline(f"{source}.mp4", 4.0, TimeGrid(4), (label,), events)
        files.append(export.render(line, "tsv"))
    heading = files[0].split("\n", 1)[0] + "\n"
    (tmp_path / "p.tsv").write_bytes("".join([files[0], files[1].removeprefix(heading)]).encode())
    split = dataset.split("test")
    found = read_predictions(tmp_path / "p.tsv", split, dataset.vocabulary, dataset.grid)
    assert (found.audio == split.truth().audio).all()
    assert found.audio.sum() == 2
    assert not found.missing


def test_official_tables_read_as_plain_lines_and_tabs(shared: Path) -> None:
    """No row of LLP's needs the dialect: reading them is splitting them, as it always was."""
    files = sorted((shared / "llp").glob("AVVP_*.csv"))
    assert files
    for file in files:
        lines = file.read_text("utf-8").splitlines()
        assert [fields for _, fields in read_rows(read_text(file))] == [
            line.split("\t") for line in lines
        ]
