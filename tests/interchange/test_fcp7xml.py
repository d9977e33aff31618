"""Final Cut Pro 7 XML: markers of sequences and of clips, in frames of rates that differ."""

from foreign_rows import imported, plain


def test_markers_of_a_sequence_and_of_its_clips(tmp_path) -> None:
    rate = "<rate><timebase>{}</timebase><ntsc>{}</ntsc></rate>"
    mark = "<marker><name>{}</name><comment>c</comment><in>{}</in><out>{}</out></marker>"
    clip = (
        "<clipitem><name>x</name>" + rate.format(50, "FALSE") + "<start>{}</start><end>100</end>"
        "<in>50</in><out>150</out><file id='f'><pathurl>file:///a.mov</pathurl></file>"
        + mark.format("on the clip", 75, -1)
        + "</clipitem>"
    )
    text = (
        "<?xml version='1.0'?><!DOCTYPE xmeml><xmeml version='4'><sequence><name>s</name>"
        + rate.format(25, "FALSE")
        + f"<media><video><track>{clip.format(25)}</track></video>"
        f"<audio><track>{clip.format(25)}</track></audio></media>"
        + mark.format("Größe", 50, 75)
        + "</sequence></xmeml>"
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(2.0, 3.0, "Größe"), (1.5, 1.5, "on the clip")]


def test_a_clip_inside_a_transition_is_known_by_its_end(tmp_path) -> None:
    text = (
        "<xmeml><sequence><rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate><media><video>"
        "<track><clipitem><start>-1</start><end>90</end><in>0</in><out>60</out><marker>"
        "<name>m</name><in>0</in><out>30</out></marker></clipitem></track></video></media>"
        "</sequence></xmeml>"
    )
    assert plain(imported(tmp_path, text)) == [(1.001, 2.002, "m")]


def test_markers_that_no_timeline_shows_are_told(tmp_path) -> None:
    rate = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"
    mark = "<marker><name>{}</name><in>{}</in><out>-1</out></marker>"
    inner = f"<clipitem><sequence>{rate}<media/>{mark.format('nested', 25)}</sequence></clipitem>"
    clip = f"<clipitem>{rate}<start>0</start><end>50</end><in>100</in><out>150</out>"
    clip += "".join(mark.format(n, n) for n in (99, 125, 151)) + "</clipitem>"
    track = f"<media><video><track>{clip}{inner}</track></video></media>"
    bare = f"<sequence>{rate}{mark.format('bare', 50)}</sequence>"
    found = imported(tmp_path, f"<xmeml><sequence>{rate}{track}</sequence>{bare}</xmeml>")
    assert plain(found) == [(1.0, 1.0, "125"), (2.0, 2.0, "bare")]
    assert len(found.unused) == 3


def test_a_clip_of_the_browser_carries_the_markers_of_what_it_is_made_of(tmp_path) -> None:
    rate = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"
    mark = "<marker><name>{}</name><in>{}</in><out>-1</out></marker>"
    item = f"<clipitem>{mark.format('in', 25)}{mark.format('on', 50)}</clipitem>"
    clip = f"<clip>{rate}<media><video><track>{item}</track></video></media>{mark.format('on', 50)}"
    found = imported(tmp_path, f"<xmeml><bin><children>{clip}</clip></children></bin></xmeml>")
    assert plain(found) == [(1.0, 1.0, "in"), (2.0, 2.0, "on")]
    assert not found.unused
