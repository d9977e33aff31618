"""The files that could not be parsed, from one run to the next."""

import os

from seehear.files import stamp
from seehear.library.failures import Failures


def test_a_failure_counts_while_the_file_stays_as_it_is(tmp_path):
    film = tmp_path / os.fsdecode(b"\xff.mp4")
    film.write_bytes(b"bad")
    library = tmp_path / "library"
    Failures(library).add(film, film.name, "no sound, no picture", stamp(film))
    found = Failures(library)
    assert found.of(film).error == "no sound, no picture"
    assert found.of(film).source == "?.mp4"
    assert found.of(tmp_path / "other.mp4") is None
    film.write_bytes(b"still bad")
    assert Failures(library).of(film) is None
    found.clear(film)
    assert not found.path.exists()
    assert list(Failures(library)) == []


def test_a_damaged_list_is_found_out_again(tmp_path):
    failures = Failures(tmp_path)
    failures.add(tmp_path / "a.mp4", "a.mp4", "why", None)
    assert [one.source for one in Failures(tmp_path)] == ["a.mp4"]
    failures.path.write_text('{"schema": "seehear.failed/1", "failed": [{"source": 1}]}')
    assert list(Failures(tmp_path)) == []
