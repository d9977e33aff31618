"""Figures of which a truth says nothing."""

from seehear.metrics.told import headline, is_told, told


def test_a_joint_truth_tells_what_is_heard_and_seen_at_once() -> None:
    figures = {"segment/audio": 0.1, "event/type": 0.2, "event/audio_visual": 0.3}
    assert told(figures, joint=False) == figures
    assert list(told(figures, joint=True).values()) == [None, None, 0.3]
    assert not is_told("segment/visual_only", joint=True)
    assert (headline("event", joint=True), headline("event", joint=False)) == (
        "event/audio_visual",
        "event/type",
    )
