"""Choosing a format by name, writing whole files, and formats that other packages add."""

import importlib.metadata

import pytest

from seehear import export
from seehear.errors import ConfigError
from seehear.time import Event, TimeGrid, Timeline, Track

LINE = Timeline("clip.mp4", 3.0, TimeGrid(3), ("Dog",), (Event(0, 2, Track.AUDIO, "Dog", 0.5),))


def test_an_unknown_format_names_the_closest() -> None:
    with pytest.raises(ConfigError, match="unknown format 'TextGird'; did you mean textgrid"):
        export.get("TextGird")


def test_every_suffix_is_its_own() -> None:
    suffixes = [form.suffix for form in export.FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert export.FORMATS["json"].suffix == ".timeline.json"


def test_a_package_can_add_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    point = importlib.metadata.EntryPoint("shout", f"{__name__}:SHOUT", "seehear.exporters")
    broken = importlib.metadata.EntryPoint("broken", "no_such_module:X", "seehear.exporters")
    points = importlib.metadata.EntryPoints([point, broken])
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda **wanted: points.select(**wanted)
    )
    assert export.names()[-2:] == ["broken", "shout"]
    assert export.render(LINE, "shout") == "DOG"
    with pytest.raises(
        ConfigError,
        match=r"exporter 'broken' cannot be loaded: ModuleNotFoundError: No module named",
    ):
        export.get("broken")


SHOUT = export.Format(
    ".txt", "loud", lambda timeline, *, media=None: " ".join(e.label.upper() for e in timeline)
)


def test_small_videos_go_into_the_page_and_large_ones_are_linked(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "videos" / "a: b#1.mp4"
    video.parent.mkdir()
    video.write_bytes(b"0123")
    page = export.write(LINE, "html", tmp_path / "out" / "x.html", media=video).read_text()
    assert 'src="data:video/mp4;base64,MDEyMw=="' in page
    monkeypatch.setattr(export, "EMBED_LIMIT_BYTES", 3)
    page = export.write(LINE, "html", tmp_path / "out" / "x.html", media=video).read_text()
    assert 'src="./../videos/a%3A%20b%231.mp4"' in page
    assert (
        "./../videos/"
        in export.write(LINE, "eaf", tmp_path / "out" / "x.eaf", media=video).read_text()
    )


def test_a_file_name_in_no_encoding_is_still_written(tmp_path) -> None:
    odd = Timeline("caf\udce9.mp4", 3.0, TimeGrid(3), ("Dog",))
    for form in export.FORMATS:
        export.write(odd, form, export.path_for("x", form, tmp_path)).read_text("utf-8")
