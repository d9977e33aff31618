"""The running figure: seconds of the parser against seconds of the person, where reviewed."""

from seehear.interchange import ForeignRow
from seehear.library.corrections import corrected
from seehear.library.corrections.figures import Count, counted, wilson
from seehear.time import Event, TimeGrid, Timeline

LINE = Timeline("a.mp4", 10.0, TimeGrid(10), ("Dog",), (Event(0, 4, "audio", "Dog", 0.9),))


def test_only_what_was_reviewed_counts() -> None:
    rows = [
        ForeignRow("a", "audio", "Dog", 1, 6, None, "t:2"),
        ForeignRow("a", "visual", "Dog", 1, 2, None, "t:3"),
    ]
    unreviewed = corrected(LINE, rows).timeline
    assert counted([LINE, unreviewed]) == {}
    counts = counted([corrected(LINE, rows, complete=True).timeline])
    assert counts["Dog", "audio"] == Count(10, 3, 1, 2, 1, 1)
    assert (counts["Dog", "audio"].precision, counts["Dog", "audio"].recall) == (0.75, 0.6)
    assert counts["Dog", "visual"].precision is None
    assert counts["Dog", "visual"].recall == 0


def test_the_interval_narrows_with_events() -> None:
    few, many = wilson(0.8, 5), wilson(0.8, 500)
    assert few[0] < many[0] < 0.8 < many[1] < few[1]
    assert wilson(None, 5) is None
