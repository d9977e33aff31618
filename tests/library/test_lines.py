"""Lines of texts that a library remembers."""

from seehear.library.lines import Lines


def test_texts_of_any_kind_come_back_and_a_torn_line_is_cut_off(tmp_path):
    lines = Lines(tmp_path / "sub" / "x.tsv", make=True)
    texts = ["", "a\tb %20", "\n\udcff ä/:"]
    lines.add(texts)
    with lines.path.open("ab") as file:
        file.write(b"half a li")
    assert lines.read() == [texts]
    lines.add(["next"])
    assert lines.read() == [texts, ["next"]]
    lines.shorten(2000, [["next"]])
    assert lines.read() == [["next"]]
    lines.shorten(999, [])
    assert lines.read() == [["next"]]


def test_a_folder_that_takes_no_files_is_no_failure(tmp_path):
    Lines(tmp_path / "gone" / "x.tsv").add(["a"])
    assert not (tmp_path / "gone").exists()
    (tmp_path / "file").touch()
    lines = Lines(tmp_path / "file" / "x.tsv", make=True)
    lines.add(["a"])
    assert lines.read() == []
