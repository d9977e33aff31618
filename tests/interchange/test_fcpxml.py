"""Clocks inside clocks: where a marker of Final Cut is on the timeline of its project."""

from foreign_rows import imported, plain

_HEAD = (
    '<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="1.13"><resources>'
    '<asset id="a" start="100s" duration="60s"><media-rep src="file:///x/My%20clip.mov"/></asset>'
    '</resources><library><event><project><sequence tcStart="3600s" duration="60s"><spine>'
)
_TAIL = "</spine></sequence></project></event></library></fcpxml>"


def story(inside: str) -> str:
    return _HEAD + inside + _TAIL


def test_every_element_has_a_clock_of_its_own(tmp_path) -> None:
    inside = (
        '<gap offset="3600s" start="3600s" duration="10s"/>'
        '<asset-clip ref="a" offset="3610s" start="120s" duration="20s">'
        '<marker start="121s" duration="1/25s" value="on the clip"/>'
        '<title lane="1" offset="122s" start="3600s" duration="5s" name="t">'
        '<marker start="3601s" value="on a title"/></title>'
        '<spine lane="2" offset="123s"><clip offset="2s" start="50s" duration="4s">'
        '<chapter-marker start="51s" value="on a storyline"/></clip></spine>'
        "</asset-clip>"
    )
    found = imported(tmp_path, story(inside))
    assert plain(found) == [
        (11.0, 11.04, "on the clip"),
        (13.0, 13.0, "on a title"),
        (16.0, 16.0, "on a storyline"),
    ]
    assert found.rows[0].source is None  # the project is not all of one file


def test_what_a_container_holds_counts_from_the_zero_of_its_clock(tmp_path) -> None:
    inside = (
        '<sync-clip offset="3600s" start="5s" duration="9s"><spine>'
        '<asset-clip ref="a" offset="2s" start="100s" duration="20s">'
        '<marker start="106s" value="x"/></asset-clip></spine></sync-clip>'
    )
    assert plain(imported(tmp_path, story(inside))) == [(3.0, 3.0, "x")]


def test_a_transition_without_a_start_begins_at_an_hour(tmp_path) -> None:
    inside = (
        '<asset-clip ref="a" offset="3600s" start="100s" duration="10s"/>'
        '<transition offset="3609s" duration="2s"><marker start="3601s" value="x"/></transition>'
    )
    assert plain(imported(tmp_path, story(inside))) == [(10.0, 10.0, "x")]


def test_a_clip_without_start_or_offset_begins_as_its_asset_after_what_stands_before(tmp_path):
    inside = (
        '<gap duration="4s" start="0s"/>'
        '<asset-clip ref="a" duration="9s"><marker start="101s" value="x"/></asset-clip>'
    )
    found = imported(tmp_path, story(inside))
    assert plain(found) == [(5.0, 5.0, "x")]
    assert found.rows[0].source == "file:///x/My%20clip.mov"


def test_a_marker_outside_its_title_is_told(tmp_path) -> None:
    inside = (
        '<title offset="3600s" start="3600s" duration="5s"><marker start="3606s" value="late"/>'
        '<marker start="3605s" value="at the end"/></title>'
    )
    found = imported(tmp_path, story(inside))
    assert [r.label for r in found.rows] == ["at the end"]
    assert "outside its title, where Final Cut hides it (6 s)" in found.unused[0].reason


def test_markers_of_clips_outside_projects_and_keywords_where_nothing_else_is(tmp_path) -> None:
    head = '<fcpxml version="1.8"><resources><asset id="a" start="0s" src="file:///b.mov"/>'
    clip = '<asset-clip ref="a" duration="9s">{}</asset-clip></event></fcpxml>'
    marker = head + "</resources><event>" + clip.format('<marker start="3/2s" value="m"/>')
    found = imported(tmp_path, marker)
    assert plain(found) == [(1.5, 1.5, "m")]
    assert found.rows[0].source == "file:///b.mov"
    words = (
        head + "</resources><event>" + clip.format('<keyword start="1s" duration="2s" value="k"/>')
    )
    assert plain(imported(tmp_path, words)) == [(1.0, 3.0, "k")]


def test_a_bundle_is_read_as_what_it_holds(tmp_path) -> None:
    from seehear.interchange import read

    bundle = tmp_path / "x.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_text(story('<gap duration="9s"><marker start="1s"/></gap>'))
    assert read(bundle).count == 1


def test_what_no_timeline_shows_is_told(tmp_path) -> None:
    text = (
        '<fcpxml version="1.10"><resources><media id="r9"><sequence><spine><gap duration="9s">'
        '<marker start="1s" value="within"/></gap></spine></sequence></media></resources><project>'
        '<sequence><spine><ref-clip ref="r9" offset="0s" duration="9s"><marker value="on"'
        ' start="4s"/><keyword start="0s" duration="1s" value="k"/></ref-clip></spine>'
        "</sequence></project>"
        "</fcpxml>"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(4.0, 4.0, "on")]
    assert [u.where for u in found.unused] == ["line 1 (marker)"]
    assert found.notes == ("keyword ranges, left out as there are markers or captions: 1",)


def test_what_a_container_cuts_off_is_not_shown(tmp_path) -> None:
    inner = '<asset-clip offset="0s" duration="20s"><marker start="{}s" value="{}"/></asset-clip>'
    held = "".join(inner.format(at, at) for at in (2, 6, 16))
    text = (
        "<fcpxml><project><sequence><spine>"
        f'<sync-clip offset="0s" start="5s" duration="10s"><spine>{held}</spine></sync-clip>'
        "</spine></sequence></project></fcpxml>"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(1.0, 1.0, "6")]
    assert len(found.unused) == 2
