"""How sure an answer is, and "not" by scores: surely absent, doubtful, flickering, unparsed."""

from pathlib import Path

import pytest

from seehear.library import search, update
from seehear.time import Extent
from small_library import put, save, scored, spans


def write(folder: Path, name: str, audio: str, visual: str, **fields: object) -> None:
    save(folder, name, scored({"Dog": audio}, {"Dog": visual}, **fields))  # type: ignore[arg-type]


def test_absent_is_below_the_bound_for_two_seconds_around(tmp_path: Path) -> None:
    #                         0   1   2   3   4   5   6   7   8   9
    write(tmp_path, "a", "0.9 0.9 0.9 0.9 0.9 0.9 0.9 0.9 0.9 0.9",
                         "0.1 0.1 0.1 0.1 0.1 0.3 0.1 0.1 0.1 0.1")  # fmt: skip
    assert spans(tmp_path, "-visual:Dog") == [("a", 0, 3), ("a", 8, 10)]
    assert spans(tmp_path, "audio:Dog -visual:Dog") == [("a", 0, 3), ("a", 8, 10)]
    assert len(search(tmp_path, "audio:Dog -visual:Dog", absent=0.31)) == 1
    assert len(search(tmp_path, "-visual:Dog", absent=0.05)) == 0
    assert len(search(tmp_path, "visual:Dog")) == 0  # doubtful is neither


def test_a_flickering_dog_is_there_throughout(tmp_path: Path) -> None:
    write(tmp_path, "a", " ".join(["0.9"] * 10), "0.6 0.4 0.2 0.6 0.1 0.3 0.6 0.2 0.1 0.6")
    assert spans(tmp_path, "audio:Dog -visual:Dog") == []


def test_beside_not_all_of_it_must_be_sure(tmp_path: Path) -> None:
    write(tmp_path, "a", "0.9 0.6 0.3 0.3 0.6 0.3 0.6", "0.0 0.0 0.0 0.0 0.0 0.0 0.0", keep=0.25)
    assert spans(tmp_path, "audio:Dog") == [("a", 0, 7)]  # an event lasts down to 0.25
    # a dip of one second is passed over, one of two is not
    assert spans(tmp_path, "audio:Dog -visual:Dog") == [("a", 0, 2), ("a", 4, 7)]
    assert len(search(tmp_path, "audio:Dog -visual:Dog", sure=0)) == 1


@pytest.mark.parametrize("query", ["-visual:Dog", "audio:Dog -visual:Dog", "-any:Dog", "-both:Dog"])
def test_not_is_never_true_where_a_track_was_not_parsed(tmp_path: Path, query: str) -> None:
    nothing, heard = " ".join(["0"] * 10), "0.9" if "audio" in query else "0"
    heard = " ".join([heard] * 10)
    tracks = {"visual": Extent.of((0, 4), (6, 8))}
    write(tmp_path, "a", heard, nothing, tracks=tracks)
    write(tmp_path, "b", heard, nothing, tracks={"visual": Extent()})
    assert spans(tmp_path, query) == [("a", 0, 4), ("a", 6, 8)]


def test_the_score_of_a_moment_is_the_mean_over_its_seconds(tmp_path: Path) -> None:
    write(tmp_path, "a", "0.5 0.7 0.9 0.0", "0.0 0.8 0.8 0.0")
    update(tmp_path)

    def scores(query: str) -> list[float]:
        return [hit.score for hit in search(tmp_path, query).hits()]

    assert scores("audio:Dog") == [0.7]
    assert scores("audio:Dog visual:Dog") == [pytest.approx((0.7 * 0.8 + 0.9 * 0.8) / 2, abs=1e-3)]
    assert scores("audio_visual:Dog") == [0.75]
    assert scores("audio:Dog | visual:Dog") == [pytest.approx((0.5 + 0.8 + 0.9) / 3, abs=1e-3)]
    assert scores("audio:Dog duration>2") == [0.7]


def test_score_beside_a_condition_compares_what_the_answer_shows(tmp_path: Path) -> None:
    write(tmp_path, "a", "0.9 0.8 0.0 0.6 0.6", "0 0 0 0 0")
    write(tmp_path, "b", "0.7 0.7 0.0 0.0 0.0", "0 0 0 0 0")
    assert spans(tmp_path, "audio:Dog score>0.8") == [("a", 0, 2)]
    assert spans(tmp_path, "audio:Dog score>=0.7") == [("a", 0, 2), ("b", 0, 2)]
    assert spans(tmp_path, "audio:Dog score<0.7") == [("a", 3, 5)]
    # where it is known that there is no such stretch
    assert ("a", 3, 5) in spans(tmp_path, "-(audio:Dog score>0.8)")
    ranked = [(h.path[0], h.score) for h in search(tmp_path, "audio:Dog").ranked().hits()]
    assert ranked == [("a", 0.85), ("b", 0.7), ("a", 0.6)]


def test_clips_without_scores_go_by_their_events_and_it_is_said(tmp_path: Path) -> None:
    put(tmp_path, "bare", {"Dog": "####"}, {"Dog": "..#."})
    write(tmp_path, "kept", "0.9 0.9 0.9 0.9", "0.1 0.1 0.1 0.1")
    assert spans(tmp_path, "audio:Dog -visual:Dog") == [
        ("bare", 0, 2),
        ("bare", 3, 4),
        ("kept", 0, 4),
    ]
    (note,) = search(tmp_path, "audio:Dog -visual:Dog").notes
    assert note.startswith(
        "1 of 2 clips without kept scores; there a class counts as absent wherever"
    )
    assert search(tmp_path, "audio:Dog").notes == ()


def test_scores_of_a_clip_that_is_gone_are_nobodys(tmp_path: Path) -> None:
    heard = "0.9 0.9 0.9 0.9"
    write(tmp_path, "a", heard, "0.1 0.1 0.1 0.1")
    write(tmp_path, "b", heard, "0.9 0.9 0.9 0.9")
    update(tmp_path)
    write(tmp_path, "b", heard + " 0.9", "0.9 0.9 0.9 0.9 0.9")
    assert spans(tmp_path, "audio:Dog -visual:Dog") == [("a", 0, 4)]
    (tmp_path / "a.timeline.json").unlink()
    assert spans(tmp_path, "audio:Dog -visual:Dog") == []
