"""Foreign rows in the timelines of a library."""

from pathlib import Path

from seehear.interchange.gather import GatheredClip
from seehear.interchange.rows import ForeignRow
from seehear.library.imports import blank, place_rows
from seehear.time import Event, TimeGrid, Timeline, Track


def row(track: str, label: str, start_s: float, end_s: float, number: int = 0) -> ForeignRow:
    return ForeignRow(None, track, label, start_s, end_s, None, str(number))


def test_a_new_timeline_knows_only_what_our_own_exports_looked_at() -> None:
    rows = [row("audio", "Dog", 0, 4), row("visual", "[not parsed]", 1, 2)]
    ours = blank(GatheredClip("a", "a.mp4", rows=rows))
    assert ours.parsed("audio") == ((0.0, 4.0),)
    assert ours.parsed("visual") == ((0.0, 1.0), (2.0, 4.0))
    others = blank(GatheredClip("a", "a.mp4", rows=rows, complete=False))
    assert others.parsed("audio") == ()
    assert others.vocabulary == ("Dog",)


def test_without_media_rows_find_the_timeline_of_their_clip(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    line = Timeline("sub/film.mp4", 9.0, TimeGrid(9), ("Dog",), (Event(0, 1, Track.AUDIO, "Dog"),))
    (tmp_path / "sub" / "film.timeline.json").write_text(line.to_json())
    clips = [
        GatheredClip(
            "film", "film.mp4", rows=[row("audio", "DOG", 0, 1), row("audio", "x", 9, 9.5, 1)]
        )
    ]
    done = place_rows(tmp_path, clips, reviewed=False)
    assert (done.timelines, done.new) == (("sub/film",), ())
    assert list(done.unused) == ["1"]
    now = Timeline.from_json(tmp_path / "sub" / "film.timeline.json")
    assert [(e.label, e.origin) for e in now] == [("Dog", "confirmed")]


def test_both_is_heard_and_seen(tmp_path: Path) -> None:
    place_rows(
        tmp_path, [GatheredClip("a", "a", rows=[row("audio_visual", "Dog", 1, 2)])], reviewed=True
    )
    now = Timeline.from_json(tmp_path / "a.timeline.json")
    assert [str(e.track) for e in now] == ["audio", "visual", "audio_visual"]
    assert now.tracks["visual"].reviewed == ((0.0, 2.0),)
