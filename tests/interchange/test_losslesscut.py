"""LosslessCut: lists and projects, segments without an end."""

from foreign_rows import imported, plain


def test_a_list_with_open_ends_and_commas_in_names(tmp_path) -> None:
    found = imported(tmp_path, '1,2,"a, b"\n3,,open\n,4,from the start\n5,x,no\n')
    assert plain(found) == [(1.0, 2.0, "a, b"), (3.0, None, "open"), (0.0, 4.0, "from the start")]
    assert [u.where for u in found.unused] == ["line 4"]


def test_a_project_is_json5(tmp_path) -> None:
    text = (
        "{\n  version: 1,\n  mediaFileName: 'it\\'s.mp4',\n  cutSegments: [\n"
        "    { start: 0.5, end: 1.5, name: 'Dog \"x\"', },\n    { start: 2, name: '', },\n  ],\n}\n"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(0.5, 1.5, 'Dog "x"'), (2.0, None, "")]
    assert found.rows[0].source == "it's.mp4"
