"""Which clips there are to do."""

import pytest

import fake_encoders as fake
from benchmarks_like import write_unav
from seehear.errors import DataError
from seehear.extraction.clips import collect


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_names_are_paths_without_suffix_sorted(tmp_path):
    touch(tmp_path, "b.mp4", "sub/a.mkv", "notes.txt")
    clips = collect([tmp_path])
    assert [(job.name, job.id) for job in clips.jobs] == [("b", "b"), ("sub/a", "sub/a")]
    assert [job.source for job in clips.jobs] == [
        str(tmp_path / "b.mp4"),
        str(tmp_path / "sub" / "a.mkv"),
    ]
    assert (clips.name, clips.fingerprint) == (tmp_path.name, None)


def test_files_that_differ_in_the_suffix_alone_keep_it(tmp_path):
    touch(tmp_path, "a.mp4", "a.wav", "b.mp4")
    assert [job.name for job in collect([tmp_path]).jobs] == ["a.mp4", "a.wav", "b"]


def test_two_files_of_one_name_are_refused(tmp_path):
    touch(tmp_path, "one/a.mp4", "two/a.mp4")
    with pytest.raises(DataError, match="two media files would both be called a"):
        collect([tmp_path / "one", tmp_path / "two"])


def test_a_dataset_gives_its_clips_in_its_order(tmp_path):
    root = fake.make_dataset(tmp_path / "data", [None, None])
    touch(root / "videos", "c1.mp4")
    clips = collect([root])
    assert [(job.name, job.id) for job in clips.jobs] == [("c0_0_10", "c0"), ("c1_0_10", "c1")]
    assert [job.source for job in clips.jobs] == [None, str(root / "videos" / "c1.mp4")]
    assert clips.name == "made"
    assert clips.fingerprint


def test_media_go_with_a_dataset_only(tmp_path):
    touch(tmp_path, "a.mp4")
    with pytest.raises(DataError, match="works only with one dataset folder") as caught:
        collect([tmp_path], media=str(tmp_path))
    assert caught.value.parameter == "media"


def test_clips_of_different_lengths_have_segments_of_their_own(tmp_path):
    write_unav(tmp_path)
    for name in ("uuuuuuuuuu1", "vvvvvvvvvv1"):
        (tmp_path / f"{name}.mp4").write_bytes(b"no media, but a file of the name")
    assert {job.grid for job in collect([tmp_path]).jobs} == {None}
