"""Walking through the rooms is counted as journeys.py says."""

from journeys import Walk, noted


def test_stays_are_stretches_of_functions_in_one_room() -> None:
    functions = ["train/run.py:run", "train/loop.py:step", "files.py:read", "train/run.py:end"]
    assert Walk(dict.fromkeys(functions)).stays == ["train", "files", "train"]


def test_functions_and_calls_are_noted_once_in_the_order_of_their_first_call() -> None:
    from seehear.errors import ConfigError
    from seehear.time import TimeGrid
    from seehear.time.spans import gaps

    with noted() as walk:
        ConfigError("first")
        gaps([(0, 1)], 0, 2)
        gaps([(1, 2)], 0, 3)
        TimeGrid(3)
    assert next(iter(walk.functions)) == "errors.py:SeehearError.__init__"
    assert walk.stays == ["errors", "time"]
    assert ("time/spans.py:gaps", "time/spans.py:difference") in walk.calls
    assert walk.crossings == []


def test_calls_into_another_room_are_crossings() -> None:
    calls = [("a/b.py:f", "a/c.py:g"), ("a/c.py:g", "d.py:h"), ("a/c.py:g", "d.py:i")]
    assert Walk(calls=dict.fromkeys(calls)).crossings == calls[1:]
