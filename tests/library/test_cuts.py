"""Lists of moments for editors; the cuts themselves: `tests/media/test_cut.py`, `tests/cli`."""

from pathlib import Path

from seehear.library import Hit
from seehear.library.cuts import edl, export
from seehear.time import MediaFile, TimeGrid, Timeline
from small_library import put


def test_moments_stand_one_after_the_other_in_the_time_codes_of_their_files(tmp_path: Path) -> None:
    for name, rate, start in (("a", 25.0, "10:00:00:00"), ("b", 50.0, None), ("c", None, None)):
        media = MediaFile(f"{name}.mp4", 1, "h", 4000.0, rate, start)
        line = Timeline(f"{name}.mp4", 4000.0, TimeGrid(0), (), media=media)
        (tmp_path / f"{name}.timeline.json").write_text(line.to_json())
    hits = [
        Hit("a.timeline.json", "sub/dog.mp4", 1.0, 3.0, 0.9),
        Hit("b.timeline.json", "b\n.mp4", 3599.98, 3661.5, 0.8),
        Hit("c.timeline.json", "b\n.mp4", 5.0, 5.001, 0.8),
    ]
    lines = edl(tmp_path, hits).splitlines()
    assert lines[:2] == ["TITLE: seehear", "FCM: NON-DROP FRAME"]
    assert [line.split()[4:] for line in lines if line[:3].isdigit()] == [
        ["10:00:01:00", "10:00:03:00", "00:00:00:00", "00:00:02:00"],
        ["00:59:59:49", "01:01:01:25", "00:00:02:00", "00:01:03:13"],
        ["00:00:05:00", "00:00:05:01", "00:01:03:13", "00:01:03:14"],  # a frame at least
    ]
    names = [line for line in lines if line.startswith("*")]
    rate = "* FROM CLIP RATE: 50 FRAMES A SECOND"  # the list has 25, as its first file
    other = "* FROM CLIP NAME: b .mp4"
    assert names == ["* FROM CLIP NAME: dog.mp4", other, rate, other]


def test_a_moment_without_its_video_is_named_and_the_lists_are_written(tmp_path: Path) -> None:
    put(tmp_path, "a", {"Dog": "##.."}, None)
    done = export(tmp_path, [Hit("a.timeline.json", "a.mp4", 1.0, 2.0, 1.0)], tmp_path / "out")
    assert done.made == ()
    assert done.failed == ("a.mp4 at 1 s: its video was not found; name the folder where it lies",)
    assert (tmp_path / "out/cuts.csv").read_text().startswith("file,timeline,source,")
    assert (tmp_path / "out/cuts.edl").read_text().startswith("TITLE: seehear\n")
