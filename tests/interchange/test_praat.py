"""Praat: long and short, points, doubled quotes, line breaks in labels."""

from foreign_rows import imported, plain

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

-0
3.5
<exists>
2
"IntervalTier"
"words"
0
3.5
2
0
1.5
"say ""hi""
twice"
1.5
3.5
""
"TextTier"
"seen"
0
3.5
1
2.25
"click ! not a comment"
"""


def test_the_short_form(tmp_path) -> None:
    found = imported(tmp_path, SHORT)
    assert plain(found) == [(0.0, 1.5, 'say "hi"\ntwice'), (2.25, 2.25, "click ! not a comment")]
    assert [(r.tier, r.track) for r in found.rows] == [("words", None), ("seen", "visual")]
    assert imported(tmp_path, SHORT.encode("utf-16")).rows == found.rows


def test_the_long_form_with_comments_and_crlf(tmp_path) -> None:
    text = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n! a comment 1 2 "3"\n'
        "xmin = 0 seconds\nxmax = 2 \ntiers? <exists> \nsize = 1 \nitem []: \n    item [1]:\n"
        '        class = "IntervalTier" \n        name = "a 1" \n        xmin = 0 \n'
        "        xmax = 2 \n        intervals: size = 1 \n        intervals [1]:\n"
        '            xmin = 0.5 \n            xmax = 1e0 \n            text = "x" \n'
    )
    assert plain(imported(tmp_path, text.replace("\n", "\r\n"))) == [(0.5, 1.0, "x")]


def test_a_grid_without_tiers(tmp_path) -> None:
    text = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<absent>\n'
    assert imported(tmp_path, text).count == 0
