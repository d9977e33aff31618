from pathlib import Path
from types import SimpleNamespace

from seehear.cli.parse_look import kept_lines
from seehear.library.plan import Standing


def test_of_many_timelines_that_others_changed_the_first_are_named() -> None:
    archive = SimpleNamespace(timeline_path=lambda task: Path(task.name))
    tasks = [
        SimpleNamespace(name=f"{index}.timeline.json", standing=Standing.WORDS, before=None)
        for index in range(21)
    ]
    *named, more = kept_lines(tasks, archive)
    assert len(named) == 20
    assert "0.timeline.json: changed since parsing wrote it, and left as it is" in named[0]
    assert more == "left as before: 1 more timeline, changed since"
