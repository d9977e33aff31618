"""The worker: one task in, answers out, and no path of ours in any of them."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest

import fake_scorer
from fake_worker import fake_parser
from seehear.errors import MediaError
from seehear.features.kept import opened_kept
from seehear.time import Timeline
from seehear.web import worker
from seehear.web.settings import Limits
from web_world import make_video


def answers(task: worker.ParseTask, make=fake_parser) -> list[dict]:
    out = io.StringIO()
    worker.run(task, out, make)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def task(tmp_path: Path) -> worker.ParseTask:
    return {
        "path": str(make_video(tmp_path / "waiting.mp4")),
        "out": str(tmp_path / "waiting.timeline.json"),
        "name": "My dog.mp4",
        "parser": {"events": "Dog"},
        "limits": asdict(Limits()),
    }


def test_a_timeline_bears_the_name_the_user_knows(task: worker.ParseTask) -> None:
    first, *_, last = answers(task)
    assert (first, last) == ({"fraction": 0.0}, {"done": True})
    assert Timeline.from_json(Path(task["out"])).source == "My dog.mp4"


def test_an_error_does_not_say_where_we_keep_the_video(task: worker.ParseTask) -> None:
    def failing(where: object):
        def parse(path: Path, *, progress: worker.Progress) -> Timeline:
            raise MediaError("cannot be read", where=where)

        return lambda options: parse

    assert answers(task, failing(task["path"]))[-1] == {"error": "cannot be read"}
    assert answers(task, failing("events"))[-1] == {"error": "events: cannot be read"}
    assert not Path(task["out"]).exists()


def test_limits_hold_before_anything_is_decoded(task: worker.ParseTask) -> None:
    task["limits"]["duration_s"] = 1.0
    (only,) = answers(task)
    assert only["error"] == "the clip is 4 s long; at most 1 s are taken here"


def test_features_are_kept_beside_the_timeline(task: worker.ParseTask) -> None:
    def make(options: dict):
        return fake_scorer.parser()

    answers(task, make)
    kept = Path(task["out"]).with_name("waiting.features.npz")
    assert not kept.exists()
    task["keep"] = "half"
    assert answers(task, make)[-1] == {"done": True}
    with opened_kept(kept) as rows:
        assert rows.about.precision == "half"


def test_frames_are_bounded_as_they_are_decoded(task: worker.ParseTask) -> None:
    asked = []

    def make(options: dict):
        asked.append(options)
        return fake_parser(options)

    answers(task, make)
    assert asked == [{"events": "Dog", "max_pixels": Limits().pixels}]


def test_too_little_memory_is_one_line(task: worker.ParseTask) -> None:
    def parse(path: Path, *, progress: worker.Progress) -> Timeline:
        raise MemoryError

    assert "more memory than there is" in answers(task, lambda options: parse)[-1]["error"]
