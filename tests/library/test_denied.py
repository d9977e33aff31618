"""What a person cleared of a class is not found by words for a part of it."""

from pathlib import Path

import numpy as np
import pytest

from seehear.library.denied import denied, without_denied
from seehear.library.open_words import IndexedClip, OpenWord
from seehear.time import Event, Extent, TimeGrid, Timeline, Track

HEARD = Event(0, 2, Track.AUDIO, "Speech")


def line(**fields: object) -> Timeline:
    seen = {"audio": Extent.of((0.0, 6.0)), "visual": Extent.of((0.0, 6.0))}
    tracks = {**seen, **fields.pop("tracks", {})}  # type: ignore[dict-item]
    return Timeline("a.mp4", 6.0, TimeGrid(6), ("Speech",), tracks=tracks, **fields)  # type: ignore[arg-type]


def reviewed(*spans: tuple[float, float]) -> dict[str, Extent]:
    return {"audio": Extent("parsed", ((0.0, 6.0),), spans)}


def test_what_is_denied() -> None:
    gone = line(removed=(Event(1, 3, Track.AUDIO, "Speech"),))
    assert denied(gone, "audio", ["Speech", "Dog"]) == [(1.0, 3.0)]
    assert denied(gone, "visual", ["Speech"]) == []
    whole = line(events=(HEARD,), tracks=reviewed((0.0, 5.0)))
    assert denied(whole, "audio", ["Speech"]) == [(2.0, 5.0)]


@pytest.fixture
def word() -> OpenWord:
    levels = np.full((2, 12), 150, np.uint8)
    events = {
        "audio": ([0, 1], [0.0, 0.0], [6.0, 6.0]),
        "visual": ([0], [0.0], [6.0]),
        "audio_visual": ([0], [0.0], [6.0]),
    }
    return OpenWord("whisper", levels, np.ones(2, np.bool_), events, ())


def test_a_word_is_taken_out_where_a_class_that_includes_it_was(
    tmp_path: Path, word: OpenWord
) -> None:
    clips = [IndexedClip(f"{name}.timeline.json", None, at, 6) for name, at in (("a", 0), ("b", 6))]
    one = line(events=(HEARD,), tracks=reviewed((0.0, 5.0)))
    (tmp_path / "a.timeline.json").write_text(one.to_json())  # the other has been removed
    row = np.zeros(12, np.uint8)
    row[:2] = 200
    found = without_denied(tmp_path, word, clips, {"audio": ["Speech"]}, lambda track, label: row)
    assert found.events["audio"] == ([0, 0, 1], [0.0, 5.0, 0.0], [2.0, 6.0, 6.0])
    assert found.events["visual"] == word.events["visual"]
    assert found.events["audio_visual"] == ([0, 0], [0.0, 5.0], [2.0, 6.0])
    assert found.levels[0].tolist() == [150, 150, 0, 0, 0] + [150] * 7
    assert (found.levels[1] == 150).all()


def test_nothing_is_read_where_no_class_includes_the_word(tmp_path: Path, word: OpenWord) -> None:
    clips = [IndexedClip("a.timeline.json", None, 0, 12)]
    high = np.full(12, 9, np.uint8)
    assert without_denied(tmp_path, word, clips, {}, lambda *_: pytest.fail("read")) is word
    assert without_denied(tmp_path, word, clips, {"audio": ["x"]}, lambda *_: high) is word
