"""IIIF: fragments, selectors, bodies in lists, pages with and without their manifest."""

import json

import pytest

from foreign_rows import imported, plain


def page(target: object, body: object = "words", **more: object) -> str:
    note = {"type": "Annotation", "motivation": "commenting", "body": body, "target": target}
    return json.dumps({"type": "AnnotationPage", "items": [{**note, **more}]})


@pytest.mark.parametrize(
    ("target", "times"),
    [
        ("c#t=1.5,2", (1.5, 2.0)),
        ("c#xywh=1,2,3,4&t=npt:00:01:02,63", (62.0, 63.0)),
        ("c#t=,4", (0.0, 4.0)),
        ("c#t=4", (4.0, None)),
        ({"source": "c", "selector": {"type": "PointSelector", "t": 3}}, (3.0, 3.0)),
        ({"source": "c", "selector": {"type": "RangeSelector", "t": "3,4"}}, (3.0, 4.0)),
        (
            {
                "source": {"id": "c"},
                "selector": {
                    "type": "RangeSelector",
                    "startSelector": {"type": "PointSelector", "t": 1},
                    "endSelector": {"type": "PointSelector", "t": "2"},
                },
            },
            (1.0, 2.0),
        ),
        ({"source": "c", "selector": [{"type": "FragmentSelector", "value": "t=1,2"}]}, (1.0, 2.0)),
    ],
)
def test_times_in_all_their_forms(tmp_path, target, times) -> None:
    assert plain(imported(tmp_path, page(target))) == [(*times, "words")]


def test_bodies_tracks_and_what_is_about_the_whole(tmp_path) -> None:
    body = [{"type": "TextualBody", "value": "<p>A &amp; B</p>", "format": "text/html"}]
    part = {"type": "FragmentSelector", "value": "t=1,2"}
    part["refinedBy"] = {"type": "AudioContentSelector"}
    found = imported(tmp_path, page({"source": "c", "selector": part}, body))
    assert (plain(found), found.rows[0].track) == ([(1.0, 2.0, "A & B")], "audio")
    found = imported(tmp_path, page("c"))
    assert found.unused[0].reason == "no time: it is about the whole"


def test_a_table_of_contents_where_nothing_else_is(tmp_path) -> None:
    act = {
        "type": "Range",
        "label": {"en": ["Act I"]},
        "items": [{"type": "Canvas", "id": "c#t=0,9"}],
    }
    whole = {"type": "Range", "label": {"en": ["all"]}, "items": [act]}
    text = json.dumps({"type": "Manifest", "items": [], "structures": [whole]})
    assert plain(imported(tmp_path, text)) == [(0.0, 9.0, "Act I")]


def test_the_second_edition(tmp_path) -> None:
    note = {"@type": "oa:Annotation", "on": "c#t=1,2", "resource": {"chars": "old"}}
    text = json.dumps({"@type": "sc:AnnotationList", "resources": [note]})
    assert plain(imported(tmp_path, text)) == [(1.0, 2.0, "old")]


def test_words_are_read_wherever_they_stand_and_what_lies_elsewhere_is_named(tmp_path) -> None:
    text = {"@type": "cnt:ContentAsText", "chars": "said"}
    old = {"@type": "oa:Annotation", "motivation": "sc:painting", "resource": text, "on": "c#t=1,2"}
    found = imported(tmp_path, json.dumps({"@type": "sc:AnnotationList", "resources": [old]}))
    assert plain(found) == [(1.0, 2.0, "said")]
    note = {"type": "Annotation", "bodyValue": "b", "target": "c#t=3,4"}
    far = {"type": "Annotation", "body": {"id": "http://x/c.vtt"}, "target": "c"}
    pages = [
        {"type": "AnnotationPage", "items": [note, far]},
        {"type": "AnnotationPage", "id": "p"},
    ]
    canvas = {"type": "Canvas", "id": "c", "annotations": pages}
    book = {"type": "Manifest", "items": [canvas], "structures": [{"type": "Range", "items": []}]}
    found = imported(tmp_path, json.dumps(book))
    assert plain(found) == [(3.0, 4.0, "b")]
    assert len(found.notes) == 3
    assert all(word in " ".join(found.notes) for word in ("c.vtt", " p,", "structures"))


def test_entries_of_a_table_of_contents_may_select_a_stretch(tmp_path) -> None:
    stretch = {"type": "SpecificResource", "source": "c"}
    stretch["selector"] = {"type": "FragmentSelector", "value": "t=10,20.5"}
    whole = {"type": "Range", "label": {"en": ["Two"]}, "items": [stretch]}
    book = {"type": "Manifest", "items": [], "structures": [whole]}
    assert plain(imported(tmp_path, json.dumps(book))) == [(10.0, 20.5, "Two")]
