"""Packing published folders, joining stores, writing stores out again; mixing is refused."""

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.features import open_features
from seehear.features.pack import export_npy, pack
from seehear.features.packed import write_manifest, write_stream
from small_features import ENCODERS, make_store


def make_part(folder, stream, rows, encoders):
    """Write a store of one stream; `rows` maps clip ids to arrays (None: failed)."""
    dim = next(len(r[0]) for r in rows.values() if r is not None)
    total = sum(len(r) for r in rows.values() if r is not None)
    entry = write_stream(folder, stream, rows.values(), total=total, dim=dim, dtype="float32")
    clips = [
        {
            "name": f"{clip}_0_10",
            "id": clip,
            "state": "failed" if r is None else "ok",
            **({"reason": "damaged"} if r is None else {"tracks": {"audio": "present"}}),
        }
        for clip, r in rows.items()
    ]
    write_manifest(
        folder,
        {
            "dataset": "made",
            "encoders": encoders,
            "clips": clips,
            "streams": {stream: {**entry, "encoder": stream.split("/")[0]}},
        },
    )
    return folder


def test_published_folders_pack_into_one_file_a_stream_and_back(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {}
    for folder, shape in (
        ("vggish", (10, 128)),
        ("clip_16", (80, 512)),
        ("CLAP/features", (64, 768)),
    ):
        (tmp_path / "npy" / folder).mkdir(parents=True)
        for clip in ("-b", "a_1", "c"):
            if (folder, clip) != ("vggish", "c"):
                arrays[folder, clip] = rng.normal(size=shape).astype(np.float16)
                np.save(tmp_path / "npy" / folder / f"{clip}.npy", arrays[folder, clip])
    store = pack([tmp_path / "npy"], tmp_path / "packed")
    assert len([p for p in (tmp_path / "packed").rglob("*") if p.is_file()]) == 7
    assert store.names == ("-b", "a_1", "c")
    np.testing.assert_array_equal(
        store.array("clip-vit-b16/frames", ["c_0_10", "-b_3.5_13.5"]),
        [arrays["clip_16", "c"], arrays["clip_16", "-b"]],
    )
    assert (store.status("c").state, store.status("c").reason) == ("degraded", "no file in vggish")
    with pytest.raises(FeatureError, match="clip c has no rows of vggish/feature"):
        store.array("vggish/feature", ["c"])
    assert store.encoders()["vggish"]["source"].startswith("vggish: ")
    assert export_npy(store, tmp_path / "back") == len(arrays)
    for (folder, clip), rows in arrays.items():
        np.testing.assert_array_equal(np.load(tmp_path / "back" / folder / f"{clip}.npy"), rows)
    assert not (tmp_path / "back" / "vggish" / "c.npy").exists()


def test_frames_and_their_mean_are_written_side_by_side(tmp_path):
    eye = {"resnet152": {"weights": {}}}
    frames, mean = np.ones((80, 2)), np.full((10, 2), 3.0)
    parts = [
        make_part(tmp_path / "1", "resnet152/feature", {"a": mean}, eye),
        make_part(tmp_path / "2", "resnet152/frames", {"a": frames}, eye),
    ]
    assert export_npy(pack(parts, tmp_path / "packed"), tmp_path / "out") == 2
    for folder, rows in (("res152", frames), ("resnet152_feature", mean)):
        np.testing.assert_array_equal(np.load(tmp_path / "out" / folder / "a.npy"), rows)


def test_encoders_of_one_dataset_and_parts_of_a_big_one_come_together(tmp_path):
    one = np.ones((2, 3))
    ear, eye = {"ear": {"weights": {"ear": "aa"}}}, {"eye": {"weights": {"eye": "bb"}}}
    parts = [
        make_part(tmp_path / "1", "ear/feature", {"a": one, "b": None}, ear),
        make_part(tmp_path / "2", "ear/feature", {"c": 3 * one}, ear),
        make_part(tmp_path / "3", "eye/feature", {"a": 4 * one, "b": 5 * one, "c": 6 * one}, eye),
    ]
    store = pack(parts, tmp_path / "all")
    assert store.encoders() == ear | eye
    assert store.array("ear/feature", ["c", "a"])[:, 0, 0].tolist() == [3, 1]
    assert store.array("eye/feature", ["a", "b", "c"])[:, 0, 0].tolist() == [4, 5, 6]
    assert (store.status("b").state, store.status("b").reason) == ("failed", "damaged")
    assert store.manifest["dataset"] == "made"
    store.verify()


def test_two_kinds_of_one_encoder_are_refused_naming_both(tmp_path):
    one = np.ones((2, 3))
    a = make_part(tmp_path / "1", "ear/feature", {"a": one}, {"ear": {"weights": {"ear": "aa"}}})
    b = make_part(tmp_path / "2", "ear/feature", {"b": one}, {"ear": {"weights": {"ear": "bb"}}})
    with pytest.raises(
        FeatureError, match=r"ear was made with weights .*'aa'.* in .*1 and .*'bb'.* here"
    ):
        pack([a, b], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "npy" / "vggish").mkdir(parents=True)
    np.save(tmp_path / "npy" / "vggish" / "x.npy", np.ones((10, 128), np.float32))
    own = make_part(
        tmp_path / "3",
        "vggish/feature",
        {"y": np.ones((10, 128))},
        {"vggish": {"weights": {"v": "cc"}}},
    )
    with pytest.raises(FeatureError, match="vggish was made with weights"):
        pack([tmp_path / "npy", own], tmp_path / "out")


def test_rows_of_one_clip_from_two_places_are_refused(tmp_path):
    one, ear = np.ones((2, 3)), {"ear": {"weights": {"ear": "aa"}}}
    a = make_part(tmp_path / "1", "ear/feature", {"a": one}, ear)
    b = make_part(tmp_path / "2", "ear/feature", {"a": one}, ear)
    with pytest.raises(FeatureError, match=r"clip a has rows of ear/feature in .*1, too"):
        pack([a, b], tmp_path / "out")


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path):
    make_store(tmp_path / "in", [2])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").touch()
    with pytest.raises(FeatureError, match="expected an empty or new folder"):
        pack([tmp_path / "in"], tmp_path / "out")


def test_an_interrupted_packing_leaves_nothing_in_the_way(tmp_path, monkeypatch):
    make_store(tmp_path / "in", [2, 0, 2])
    monkeypatch.setattr("seehear.features.pack.write_manifest", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pack([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()
    store = pack([tmp_path / "in"], tmp_path / "out")
    assert store.encoders() == ENCODERS
    assert store.names == open_features(tmp_path / "in").names
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_clip_id_cannot_point_outside(tmp_path):
    folder = make_part(
        tmp_path / "1", "ear/feature", {"../../../evil": np.ones((2, 3))}, {"ear": {}}
    )
    with pytest.raises(FeatureError, match="expected a name below"):
        export_npy(open_features(folder), tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("evil*"))
