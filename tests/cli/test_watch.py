"""A file that is still being written is waited for."""

import os

from seehear.cli.inputs import Inputs
from seehear.cli.watch import Watch
from seehear.library.plan import Wanted


def test_a_file_is_whole_when_it_stays_as_it_is_or_is_older_than_a_look(tmp_path):
    film, now = tmp_path / "a.mp4", [1000.0]
    watch = Watch(10, now=lambda: now[0])
    found = Inputs([Wanted(film, "a.mp4"), Wanted(tmp_path / "gone.mp4", "gone.mp4")], [], {})

    def whole(written_s=None, text=""):
        if written_s is not None:
            film.write_text(text)
            os.utime(film, (written_s, written_s))
        return len(watch.whole(found).files)

    assert whole(995.0) == 0
    assert whole(999.0, "more") == 0
    assert whole() == 1
    assert whole(1005.0, "more still") == 0  # a clock that goes ahead
    now[0] = 1020.0
    assert whole() == 1
    assert Watch(10, now=lambda: now[0]).whole(found).files == found.files[:1]
