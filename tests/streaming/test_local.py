"""Several decoding processes on this machine."""

import pytest

import fake_encoders as fake
from seehear.errors import SeehearError
from seehear.streaming.local import EngineOptions, Times, decode_all, run_local
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.streaming.streams import stream_specs
from seehear.streaming.worker import Front

FRONT = Front(("eye",), ("ear",), "grid", 1.0, fake.load)


def no_encoder(name):
    raise SeehearError(f"no encoder {name}")


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    clips = {"a": 2, "b": 12, "c": 3}
    paths = {name: fake.make_clip(folder / f"{name}.mkv", length) for name, length in clips.items()}
    return [ClipJob(name, name, str(path)) for name, path in paths.items()]


def test_each_clip_comes_in_order_and_ends_with_its_outcome(jobs):
    messages = {job.name: [] for job in jobs}
    for job, message in decode_all(jobs, FRONT, workers=2, timeout_s=60):
        messages[job.name].append(message)
    for of_clip in messages.values():
        assert [isinstance(m, ClipOutcome) for m in of_clip] == [False] * (len(of_clip) - 1) + [
            True
        ]
    assert [message.segments[0] for message in messages["b"][:-1]] == [0, 10, 0, 10]


def test_rows_do_not_depend_on_the_number_of_processes(jobs):
    encoders = {"eye": fake.load("eye"), "ear": fake.load("ear")}
    specs = stream_specs(encoders, "grid", 1.0, keep_frames=False)
    done = []
    for workers in (1, 3):
        times = Times()
        clips = run_local(jobs, FRONT, encoders, specs, EngineOptions(workers), times)
        done.append({clip.job.name: clip.rows["eye/feature"].tobytes() for clip in clips})
        assert times.waiting_s > 0
        assert times.encoding_s > 0
    assert done[0] == done[1]
    assert set(done[0]) == {"a", "b", "c"}


def test_a_process_that_cannot_start_ends_the_run(jobs):
    front = Front(("eye",), (), "grid", 1.0, no_encoder)
    with pytest.raises(SeehearError, match="cannot start a decoding process: no encoder eye"):
        list(decode_all(jobs, front, workers=1, timeout_s=60))
