"""The terminal's view: what was not parsed looks like neither 'there' nor 'not there'."""

from seehear.cli.lanes import lanes, summary
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

LINE = Timeline(
    "a.mp4",
    10.0,
    TimeGrid(10),
    ("Dog",),
    (Event(2, 8, Track.AUDIO, "Dog"), Event(1, 3, Track.VISUAL, "Dog")),
    {"visual": Extent.of((0, 4), (6, 7))},
)


def view(line: Timeline, *, blocks: bool = False) -> list[str]:
    return [text for text, _ in lanes(line, width=44, blocks=blocks)]


def test_seconds_that_were_not_parsed_are_marked() -> None:
    text = view(LINE)
    assert text[2].split()[:3] == ["heard", "Dog", "....############...."]
    assert text[3].split()[:3] == ["seen", "Dog", "..####..????..??????"]
    assert text[4].strip() == "not parsed: 4.0 s to 6.0 s, 7.0 s to 10.0 s"
    assert view(LINE, blocks=True)[3].split()[2] == "··████··╱╱╱╱··╱╱╱╱╱╱"


def test_a_track_without_events_says_what_is_not_known() -> None:
    heard = (Event(2, 8, Track.AUDIO, "Dog"),)
    tracks = {"visual": Extent.of(*((2.0 * k, 2.0 * k + 1) for k in range(5)))}
    line = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog",), heard, tracks)
    told = "nothing; not parsed: 1.0 s to 2.0 s, 3.0 s to 4.0 s, 5.0 s to 6.0 s and 2 more"
    assert view(line)[3] == f"seen    {told}"
    assert summary(line) == f"a.mp4: heard Dog 6 s; seen {told}"
    nothing = Timeline("a.mp4", 2.0, TimeGrid(2), ("Dog",), (), {"visual": Extent.of()})
    assert summary(nothing) == "a.mp4: heard nothing; seen not parsed"


def test_one_line_names_it_too() -> None:
    assert summary(LINE) == (
        "a.mp4: heard Dog 6 s; seen Dog 2 s (not parsed: 4.0 s to 6.0 s, 7.0 s to 10.0 s)"
    )
