"""The page of one clip."""

from seehear import export
from seehear.export.html import settings
from seehear.time import Event, Extent, TimeGrid, Timeline, Track


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
    assert "Looked for 1 class, found none." in page
    assert "All 0 events" in page
    assert "<i>" not in page


def test_classes_are_written_as_people_write_them_and_one_event_is_one() -> None:
    event = Event(0, 1, Track.AUDIO, "Baby_cry", 0.5)
    page = export.render(Timeline("a.mp4", 3.0, TimeGrid(3), ("Baby_cry",), [event]), "html")
    assert "heard: Baby cry · " in page
    assert page.count('<th scope="row">Baby cry</th>') >= 2  # by class, and among the events
    assert "All 1 event</summary>" in page


def test_settings_are_a_list_of_nested_terms() -> None:
    text = settings({"gate": "own", "of": {"a": [1, 2], "b": None}, "<i>": []})
    assert "<dt>gate</dt><dd>own</dd>" in text
    assert "<dl><dt>a</dt><dd>1, 2</dd><dt>b</dt><dd>–</dd></dl>" in text
    assert "<dt>&lt;i&gt;</dt><dd>–</dd>" in text
