"""Many files at once: the same timelines, and a fault costs its file alone."""

import threading

import pytest

from fake_scorer import fake, parser
from seehear.errors import MediaError
from seehear.parser import Parser, parse_many


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return fake.make_clip(tmp_path_factory.mktemp("clip") / "ten seconds.mp4", 10)


def test_many_files_one_by_one_or_at_once_are_the_same(clip, tmp_path):
    paths = [
        clip,
        fake.make_clip(tmp_path / "b.mkv", 4),
        tmp_path / "broken.mp4",
        fake.make_clip(tmp_path / "c.mp4", 12, audio=False),
    ]
    paths[2].write_text("no video")
    alone = parser()
    from seehear.streaming.worker import Front

    front = Front(("eye",), ("ear",), "grid", 1.0, load_two_frames)
    reports = []
    found = {
        p.path: p
        for p in parse_many(
            alone,
            paths,
            jobs=2,
            front=front,
            report=lambda path, time_s: reports.append((path, time_s)),
        )
    }
    assert set(found) == set(paths)
    assert isinstance(found[paths[2]].error, MediaError)
    for path in (paths[0], paths[1], paths[3]):
        assert found[path].timeline.to_dict() == alone(path).to_dict()
    assert (paths[3], 12.0) in reports


def load_two_frames(name):
    encoder = fake.load(name)
    if name == "eye":
        encoder.fps = 2
    return encoder


def test_a_file_that_kills_its_decoder_costs_that_file_alone(tmp_path):
    from fake_scorer import fragile
    from seehear.streaming.worker import Front

    good = fake.make_clip(tmp_path / "good.mp4", 2)
    killer = fake.make_clip(tmp_path / "killer.mp4", 2, colours=[fake.CRASH] * 9)
    front = Front(("fragile",), ("ear",), "grid", 1.0, fake.load)
    found = {
        p.path: p
        for p in parse_many(Parser(fragile(fps=8), {"preset": "fake"}), [killer, good], front=front)
    }
    assert found[good].timeline is not None
    assert "died" in str(found[killer].error)


def test_python_does_not_end_while_weights_are_read_ahead(tmp_path, monkeypatch):
    """Or the libraries that read them crash, as where the only file is damaged."""
    (tmp_path / "broken.mp4").write_text("no video")
    from seehear.streaming.worker import Front

    go_on, loaded = threading.Event(), []

    class Slow:
        def load(self):
            go_on.wait(60)
            loaded.append(self)

    one = parser()
    monkeypatch.setattr(one.scorer, "audio", {"ear": Slow(), "second": Slow()})
    front = Front(("eye",), ("ear",), "grid", 1.0, load_two_frames)
    (parsed,) = parse_many(one, [tmp_path / "broken.mp4"], front=front)
    (thread,) = (t for t in threading.enumerate() if t.name == "seehear-load")
    assert isinstance(parsed.error, MediaError)
    assert not thread.daemon
    go_on.set()
    thread.join(60)
    assert len(loaded) == 1  # what nobody waits for is not begun
