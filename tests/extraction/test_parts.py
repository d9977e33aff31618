"""Parts that workers write, joined without copying.  The workers are here, in one process: a real
cluster is in `test_ray`.
"""

import os

import numpy as np
import pytest

import fake_encoders as fake
from seehear.errors import ConfigError, FeatureError
from seehear.extraction.extract import ExtractOptions, extract
from seehear.extraction.parts import part_folder
from seehear.features import open_features
from seehear.streaming.decode import decode
from seehear.streaming.messages import ClipOutcome

STREAMS = ("eye/feature", "ear/feature")


class Workers:
    """Two workers in turn; stands for `run_on_cluster`.

    Attributes:
        done: names of the clips that were done.
        most: clips after which they die.
    """

    def __init__(self):
        self.done, self.most = [], 100

    def __call__(self, jobs, front, make, options):
        works = [make(), make()]
        visual, audio = front.encoders()
        try:
            for number, (job, note) in enumerate(jobs):
                if len(self.done) == self.most:
                    raise KeyboardInterrupt
                clip = works[number % 2].begin(job, note)
                for message in decode(job, visual, audio):
                    if isinstance(message, ClipOutcome):
                        self.done.append(job.name)
                        yield number, clip.finish(job, message)
                    else:
                        clip.add(message)
        finally:
            for work in works:
                if work.journal is not None:
                    work.journal.close()


@pytest.fixture
def workers(monkeypatch):
    found = Workers()
    monkeypatch.setattr("seehear.extraction.ray.run_on_cluster", found)
    return found


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    for number, length in enumerate((2, 1, 3, 2)):
        fake.make_clip(folder / f"c{number}.mkv", length)
    (folder / "c4.mkv").write_text("no video")
    return folder


def run(media, out, **options):
    return extract(
        [media],
        visual=["eye"],
        audio=["ear"],
        out=out,
        load=fake.load,
        options=ExtractOptions(**{"engine": "ray", "parts": True, **options}),
    )


@pytest.fixture(scope="module")
def local(media, tmp_path_factory):
    """Return the features that one machine makes of it."""
    out = tmp_path_factory.mktemp("local") / "out"
    run(media, out, engine="local", parts=False)
    return open_features(out)


def assert_same(one, other):
    assert one.names == other.names
    assert one.entries() == other.entries()
    for stream in STREAMS:
        for name in one.names[:4]:
            assert one.count(stream, name) == other.count(stream, name)
            np.testing.assert_array_equal(one.rows(stream, name), other.rows(stream, name))


def test_the_same_rows_as_from_one_machine_and_nothing_is_copied(workers, media, local, tmp_path):
    linked = []
    link = os.link
    try:
        os.link = lambda source, target: linked.append(source) or link(source, target)
        summary = run(media, tmp_path / "out")
    finally:
        os.link = link
    assert summary.states == {"ok": 4, "failed": 1}
    assert len(linked) == 6  # two workers, three streams
    store = open_features(tmp_path / "out")
    assert_same(store, local)
    for stream in STREAMS:
        clips = ["c0", "c3", "c0"]
        np.testing.assert_array_equal(store.array(stream, clips), local.array(stream, clips))
    with pytest.raises(FeatureError, match="clip c4 has no rows"):
        store.rows("eye/feature", "c4")
    assert not (tmp_path / "out" / ".progress").exists()
    store.verify()
    assert run(media, tmp_path / "out").done == 0


def test_workers_that_die_leave_what_they_did(workers, media, local, tmp_path):
    workers.most = 3
    with pytest.raises(KeyboardInterrupt):
        run(media, tmp_path / "out")
    parts = list(part_folder(tmp_path / "out", "x").parent.iterdir())
    with (parts[0] / "journal.jsonl").open("ab") as file:
        file.write(b'{"name": "torn')
    workers.most = 100
    summary = run(media, tmp_path / "out")
    assert (summary.done, workers.done) == (2, ["c0", "c1", "c2", "c3", "c4"])
    assert_same(open_features(tmp_path / "out"), local)


def test_a_clip_is_done_again_where_its_rows_are_not_those_that_were_written(
    workers, media, local, tmp_path
):
    workers.most = 1
    with pytest.raises(KeyboardInterrupt):
        run(media, tmp_path / "out")
    found = (tmp_path / "out" / ".progress" / "parts").glob("*/ear+feature.rows")
    (rows,) = (path for path in found if path.stat().st_size)
    rows.write_bytes(bytes(rows.stat().st_size))
    workers.most = 100
    with pytest.raises(FeatureError, match="clip c0: the rows of ear/feature did not reach"):
        run(media, tmp_path / "out")
    assert run(media, tmp_path / "out").states == {"ok": 4, "failed": 1}
    assert workers.done == ["c0", "c1", "c2", "c3", "c4", "c0"]
    assert_same(open_features(tmp_path / "out"), local)


def test_a_part_that_was_changed_is_told(workers, media, tmp_path):
    run(media, tmp_path / "out")
    part = next((tmp_path / "out" / "eye").glob("feature.*.rows"))
    part.write_bytes(part.read_bytes()[:-1])
    store = open_features(tmp_path / "out")
    with pytest.raises(FeatureError, match=r"expected a file of \d+ bytes, got \d+ bytes"):
        store.rows("eye/feature", "c0")


def test_parts_are_of_a_cluster(media, tmp_path):
    with pytest.raises(ConfigError, match="works only with the engine ray"):
        run(media, tmp_path / "out", engine="local")
