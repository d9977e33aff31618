"""Corrections come from every format that is read: what a person wrote there is in the timeline."""

from pathlib import Path

import pytest

from seehear import export, interchange
from seehear.library.corrections import import_corrections
from seehear.library.corrections.importing import read_rows
from seehear.time import Event, TimeGrid, Timeline, Track
from small_library import save, scored

WORDS = ("Dog", "Car")
EVENTS = (
    Event(1, 3, Track.AUDIO, "Dog"),
    Event(1, 3, Track.VISUAL, "Dog"),
    Event(1, 3, Track.AUDIO_VISUAL, "Dog"),
    Event(4, 6, Track.VISUAL, "Car"),
)
RIGHT = Timeline("a.mp4", 8.0, TimeGrid(8), WORDS, EVENTS)
BOTH = sorted(set(export.names()) & set(interchange.names()))
# these say nothing of what is seen, or not which of the two it is
HEARD = ("audacity", "dcase", "rttm")


@pytest.mark.parametrize("format", BOTH)
def test_what_a_file_says_is_in_the_timeline(format: str, tmp_path: Path) -> None:
    path = export.write(RIGHT, format, tmp_path / f"a{export.get(format).suffix}")
    silence = dict.fromkeys(WORDS, "0.1 " * 8)
    save(tmp_path / "lib", "a", scored(silence, silence))
    read = read_rows(path)
    line = tmp_path / "lib" / "a.timeline.json"
    done = import_corrections(line, read.rows, reviewed=[("a", "here")], by="Ann")
    assert (done.unused, done.failed, read.unused) == ([], [], [])
    after = Timeline.from_json(line)
    # an EDL has one marker a frame: those that begin together stand beside one another
    got = {(e.label.casefold(), str(e.track), round(e.start_s), round(e.end_s)) for e in after}
    heard = {("dog", "audio", 1, 3)}
    seen = {("dog", "visual", 1, 3), ("car", "visual", 4, 6)}
    assert heard <= got
    if format not in HEARD:
        assert seen <= got
    assert list(after.reviewed("audio", "Dog")) == [(0, 8)]
