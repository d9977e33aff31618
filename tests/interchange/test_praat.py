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


def test_the_chronological_form_and_quotes_that_are_not_doubled(tmp_path) -> None:
    text = (
        '"Praat chronological TextGrid text file"\n0 3   ! Time domain.\n2   ! Number of tiers.\n'
        '"IntervalTier" "Mary" 0 3\n"TextTier" "pts" 0 3\n\n1 0 1.5\n"a"\n\n2 0.5\n"b"\n\n1 1.5 3\n'
        '""'
    )
    assert plain(imported(tmp_path, text)) == [(0.0, 1.5, "a"), (0.5, 0.5, "b")]
    text = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\nxmin = 0\nxmax = 1\ntiers? <exists>\n'
        'size = 1\nitem []:\nitem [1]:\nclass = "IntervalTier"\nname = "t"\nxmin = 0\nxmax = 1\n'
        'intervals: size = 2\nintervals [1]:\nxmin = 0\nxmax = 1\ntext = "a "b" c" \n'
        'intervals [2]:\nxmin = 1\nxmax = 2\ntext = ""\n'
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(0.0, 1.0, 'a "b" c')]
    assert "not doubled" in found.notes[0]
