"""ELAN: times that are missing, children before their parents, references that lead nowhere."""

from foreign_rows import imported, plain


def document(slots: str, tiers: str) -> str:
    return (
        '<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR'
        ' MEDIA_URL="file:///a/b.mp4" RELATIVE_MEDIA_URL="./b.mp4"/></HEADER>'
        f"<TIME_ORDER>{slots}</TIME_ORDER>{tiers}</ANNOTATION_DOCUMENT>"
    )


def slots(*times: int | None) -> str:
    return "".join(
        f'<TIME_SLOT TIME_SLOT_ID="t{n}"' + ("/>" if at is None else f' TIME_VALUE="{at}"/>')
        for n, at in enumerate(times)
    )


def aligned(name: str, first: int, last: int, text: str) -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}" TIME_SLOT_REF1="t{first}"'
        f' TIME_SLOT_REF2="t{last}"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>'
        "</ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def referring(name: str, to: str, text: str) -> str:
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{name}" ANNOTATION_REF="{to}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def tier(name: str, *annotations: str) -> str:
    return f'<TIER TIER_ID="{name}">{"".join(annotations)}</TIER>'


def test_slots_without_a_time_lie_evenly_in_their_chain(tmp_path) -> None:
    chain = tier("w", aligned("a", 0, 1, "x"), aligned("b", 1, 2, "y"), aligned("c", 2, 3, "z"))
    found = imported(tmp_path, document(slots(1000, None, None, 4000), chain))
    assert plain(found) == [(1.0, 2.0, "x"), (2.0, 3.0, "y"), (3.0, 4.0, "z")]
    assert {r.source for r in found.rows} == {"./b.mp4"}


def test_children_may_stand_before_their_parents_and_refer_to_each_other(tmp_path) -> None:
    tiers = tier("child", referring("c", "b", "low")) + tier("mid", referring("b", "a", "mid"))
    tiers += tier("top", aligned("a", 0, 1, "top"))
    found = imported(tmp_path, document(slots(500, 2500), tiers))
    assert plain(found) == [(0.5, 2.5, "low"), (0.5, 2.5, "mid"), (0.5, 2.5, "top")]
    assert [r.tier for r in found.rows] == ["child", "mid", "top"]


def test_what_has_no_time_at_all_is_told(tmp_path) -> None:
    tiers = tier("t", referring("a", "b", "ring"), referring("b", "a", "ring"))
    tiers += tier("u", referring("c", "gone", "lost"), aligned("d", 0, 1, " "))
    found = imported(tmp_path, document(slots(None, None), tiers))
    assert [u.reason for u in found.unused] == ["nothing in the file says when it is"] * 3
    assert found.notes == ("annotations without a text, left out: 1",)


def test_what_is_divided_may_share_slots_with_its_parts_and_with_others(tmp_path) -> None:
    low = tier("low", *(aligned(f"c{n}", n, n + 1, str(n)) for n in range(4)))
    mid = tier("mid", aligned("m", 0, 2, "p"), aligned("n", 2, 4, "q"))
    rest = tier("top", aligned("a", 0, 4, "S")) + tier("other", aligned("a", 0, 5, "again"))
    found = imported(tmp_path, document(slots(0, None, None, None, 4000, 500), low + mid + rest))
    assert plain(found)[:4] == [(0.0, 1.0, "0"), (1.0, 2.0, "1"), (2.0, 3.0, "2"), (3.0, 4.0, "3")]
    assert plain(found)[4:] == [(0, 2, "p"), (2, 4, "q"), (0, 4, "S"), (0.0, 0.5, "again")]


def test_decimal_times_and_media_that_play_from_later_on(tmp_path) -> None:
    text = document(slots(1000, 2000), tier("t", aligned("a", 0, 1, "x")))
    text = text.replace('"2000"', '"2000.5"').replace(
        "MEDIA_URL=", 'TIME_ORIGIN="5000" MEDIA_URL=', 1
    )
    found = imported(tmp_path, text)
    assert plain(found) == [(6.0, 7.0005, "x")]
    assert found.notes == ("its media plays from 5 s on (TIME_ORIGIN): that was added",)
