"""Label Studio: regions of sound in seconds, of video in frames, short and full exports."""

import json

from foreign_rows import imported, plain


def test_annotations_come_before_predictions_and_frames_count_from_one(tmp_path) -> None:
    sound = {"type": "labels", "value": {"start": 0.5, "end": 2, "labels": ["Dog", "Cat"]}}
    seen = {
        "from_name": "seen",
        "type": "timelinelabels",
        "value": {"ranges": [{"start": 26, "end": 50}], "timelinelabels": ["Car"]},
        "score": 0.5,
    }
    task = {
        "data": {"video": "/data/upload/1/ab-clip.mp4", "fps": 25},
        "annotations": [{"result": [sound, seen]}, {"was_cancelled": True, "result": [sound]}],
        "predictions": [{"result": [seen]}],
    }
    found = imported(tmp_path, json.dumps([task]))
    assert found.format == "label-studio"
    assert plain(found) == [(0.5, 2.0, "Dog"), (0.5, 2.0, "Cat"), (1.0, 2.0, "Car")]
    assert [(r.track, r.score) for r in found.rows][1:] == [(None, None), ("visual", 0.5)]
    assert "was cancelled" in found.notes[0]


def test_boxes_of_a_video_and_what_is_said_of_a_region_or_of_the_whole(tmp_path) -> None:
    frames = [{"time": 1, "enabled": True}, {"time": 2.5, "enabled": False}, {"time": 4}]
    box = {"id": "a", "value": {"sequence": frames, "labels": ["Car"], "duration": 9}}
    more = {"id": "a", "type": "textarea", "value": {"start": 1, "end": 2, "text": ["red"]}}
    alone = {"id": "b", "type": "textarea", "value": {"start": 3, "end": 5, "text": ["hello"]}}
    whole = {"id": "c", "type": "choices", "value": {"choices": ["noisy"]}}
    task = {"data": {"video": "a.mp4"}, "annotations": [{"result": [box, more, alone, whole]}]}
    found = imported(tmp_path, json.dumps(task))
    assert plain(found) == [(1.0, 2.5, "Car"), (4.0, 9.0, "Car"), (3.0, 5.0, "hello")]
    assert [u.where for u in found.unused] == ["[0].annotations[0].result[3]"]


def test_the_short_export(tmp_path) -> None:
    task = {"audio": "http://x/a.wav", "id": 1, "label": [{"start": 1, "end": 2, "labels": ["A"]}]}
    found = imported(tmp_path, json.dumps([task]))
    assert (plain(found), found.rows[0].source) == ([(1.0, 2.0, "A")], "http://x/a.wav")


def test_activitynet_truth_and_results(tmp_path) -> None:
    note = {"segment": [1, 2.5], "label": "Rope skipping"}
    truth = {"database": {"v": {"annotations": [note, {"label": "x"}]}, "w": {"annotations": []}}}
    found = imported(tmp_path, json.dumps(truth))
    assert plain(found) == [(1.0, 2.5, "Rope skipping")]
    assert (found.silent, len(found.unused)) == (("w",), 1)
    results = {"version": "1", "results": {"v": [{**note, "score": 0.25}]}, "external_data": {}}
    assert imported(tmp_path, json.dumps(results)).rows[0].score == 0.25


def test_tables_and_regions_that_are_none(tmp_path) -> None:
    text = (
        "annotation_id,audio,id,label\n"
        '1,/d/a.wav,5,"[{""start"":1,""end"":2,""labels"":[""Dog""]}]"\n2,/d/b.wav,6,Dog\n'
    )
    found = imported(tmp_path, text)
    assert [(*row, r.source) for row, r in zip(plain(found), found.rows, strict=True)] == [
        (1.0, 2.0, "Dog", "/d/a.wav")
    ]
    assert [u.where for u in found.unused] == ["line 3"]
    words = {"value": {"start": 3, "end": 8, "text": "hello", "labels": ["PER"]}}
    box = [{"frame": 1, "enabled": False}, {"frame": 25}, {"frame": 49, "enabled": False}]
    shown = {"value": {"sequence": box, "labels": ["Car"]}}
    task = {"data": {"video": "v.mp4"}, "annotations": [{"result": [words, shown]}]}
    found = imported(tmp_path, json.dumps([task]), fps=24)
    assert plain(found) == [(1.0, 2.0, "Car")]
    assert [u.reason for u in found.unused] == ["it counts characters of a text, not seconds"]


def test_a_bare_database_and_sentences_with_times(tmp_path) -> None:
    told = {"v_a": {"timestamps": [[1, 2.5]], "sentences": [" A man runs."]}}
    assert plain(imported(tmp_path, json.dumps(told))) == [(1.0, 2.5, "A man runs.")]
    bare = {"v_a": {"annotations": [{"segment": ["1.0", "2.5"], "label": "Run"}]}}
    assert plain(imported(tmp_path, json.dumps(bare))) == [(1.0, 2.5, "Run")]


def test_regions_that_scripts_write_without_names_are_none_of_each_other(tmp_path) -> None:
    values = [
        {"start": "1.5", "end": "2.5", "labels": ["A"]},
        {"start": 3, "end": 4, "taxonomy": [["Animal", "Dog"]]},
        {"start": 5, "end": 6, "text": ["hey"]},
    ]
    task = {"data": {"audio": "a.wav"}, "predictions": [{"result": [{"value": v} for v in values]}]}
    found = imported(tmp_path, json.dumps(task))
    assert plain(found) == [(1.5, 2.5, "A"), (3.0, 4.0, "Dog"), (5.0, 6.0, "hey")]
