"""How far the parsing of many files is."""

from seehear.cli.hours import Hours


def test_hours_and_the_time_left_follow_sizes():
    now = [0.0]
    hours = Hours([1000, 3000, 500], clock=lambda: now[0])
    assert hours.text() == "0 s of video"
    hours.reached("a", 30)
    assert hours.text() == "30 s of video"
    now[0] = 60.0
    hours.finished("a", 1000, 600.0)
    assert hours.text() == "10.0 min of about 45.0 min of video, 3.5 min left"
    hours.finished("c", 500, None)  # it failed: nothing is left of it
    assert hours.text() == "10.0 min of about 40.0 min of video, 3.0 min left"
    hours.reached("b", 600)
    assert hours.text() == "20.0 min of about 40.0 min of video, 1.0 min left"
    now[0] = 90.0
    hours.finished("b", 3000, 7200.0)  # longer than its size said
    assert hours.text() == "2.2 h of about 2.2 h of video, 0 s left"
