"""The page of one clip."""

from seehear import export
from seehear.export.html import settings, time_text
from seehear.time import Extent, TimeGrid, Timeline


def test_the_page_of_a_silent_film_says_so() -> None:
    line = Timeline(
        "film.mp4",
        3.0,
        TimeGrid(3),
        ("Dog",),
        tracks={"audio": Extent()},
        warnings=("the file has no <audio> track",),
        parser={"preset": {"name": "<i>"}},
    )
    page = export.render(line, "html")
    assert "no audio track · seen: nothing" in page
    assert "the file has no &lt;audio&gt; track" in page
    assert "None of the 1 classes was found." in page
    assert "<i>" not in page


def test_times_are_rounded_before_they_are_split() -> None:
    assert time_text(59.96) == "1:00.0"
    assert time_text(3725.5) == "1:02:05.5"


def test_settings_are_a_list_of_nested_terms() -> None:
    text = settings({"gate": "own", "of": {"a": [1, 2], "b": None}, "<i>": []})
    assert "<dt>gate</dt><dd>own</dd>" in text
    assert "<dl><dt>a</dt><dd>1, 2</dd><dt>b</dt><dd>–</dd></dl>" in text
    assert "<dt>&lt;i&gt;</dt><dd>–</dd>" in text
