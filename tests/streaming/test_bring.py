"""Media at addresses, brought for as long as they are read."""

import pytest

import fake_encoders as fake
from seehear.errors import UnreachableError
from seehear.media.identity import content_hash
from seehear.streaming.bring import clip_messages
from seehear.streaming.messages import ClipJob, ClipOutcome

fsspec = pytest.importorskip("fsspec")


class Echo:
    """Stands for a decoder: says where the media lie while it reads them."""

    def run(self, job):
        self.path = type(self).kind(job.source)
        yield ClipOutcome(segments=self.path.stat().st_size)


@pytest.fixture
def decoder(tmp_path):
    Echo.kind = type(tmp_path)
    return Echo()


def test_it_lies_here_for_as_long_as_it_is_read_and_is_known_by_its_content(decoder, tmp_path):
    clip = fake.make_clip(tmp_path / "a.mkv", 1)
    fsspec.filesystem("memory").put_file(str(clip), "/media/a.mkv")
    job = ClipJob("a", "a", "memory:///media/a.mkv")
    [(told, outcome)] = clip_messages(decoder, job)
    assert told.content == (clip.stat().st_size, content_hash(clip))
    assert content_hash(type(clip)("memory:///media/a.mkv")) == content_hash(clip)
    assert (told.source, outcome.segments) == (job.source, clip.stat().st_size)
    assert decoder.path.name == "a.mkv"
    assert not decoder.path.exists()


def test_what_is_not_there_is_the_clips_fault_and_what_is_out_of_reach_is_not(decoder, monkeypatch):
    job = ClipJob("a", "a", "memory:///media/none.mkv")
    [(_, outcome)] = clip_messages(decoder, job)
    assert outcome.problems == ["no such file or folder"]

    def refuse(self, *args, **kwargs):
        raise TimeoutError("no answer")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "get_file", refuse)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        list(clip_messages(decoder, job))


def test_a_path_is_read_where_it_lies(decoder, tmp_path):
    clip = fake.make_clip(tmp_path / "a.mkv", 1)
    [(told, _)] = clip_messages(decoder, ClipJob("a", "a", str(clip)))
    assert told.content is None
    assert decoder.path == clip
