"""Walking through the rooms is counted as journeys.py says."""

from journeys import noted, stays


def test_stays_are_stretches_of_functions_in_one_room() -> None:
    functions = ["train/run.py:run", "train/loop.py:step", "files.py:read", "train/run.py:end"]
    assert stays(functions) == ["train", "files", "train"]


def test_functions_are_noted_once_in_the_order_of_their_first_call() -> None:
    from seehear.closest import suggest
    from seehear.errors import SeehearError

    with noted() as functions:
        SeehearError("first")
        suggest("hann", ["han"])
        SeehearError("again")
    assert functions[0] == "errors.py:SeehearError.__init__"
    assert stays(functions)[:2] == ["errors", "closest"]
    assert len(functions) == len(set(functions))
