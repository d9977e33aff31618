"""Our store of features, and every way it can be wrong."""

import json
import pickle

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.features import open_features
from seehear.features.packed import PackedStore
from small_features import ENCODERS, make_store


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_equal_clips_come_out_in_the_order_asked_for(tmp_path, dtype):
    store = make_store(tmp_path, [10, 10, 10], dtype=dtype)
    got = store.array("eye/feature", ["c2_0_10", "c0"])  # by name or by id
    assert got.shape == (2, 10, 3)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got[:, :, 0], [20 + np.arange(10), np.arange(10)])
    got[:] = 0  # a copy: the file is not touched
    assert store.array("eye/feature", ["c2"])[0, 3, 1] == 23
    stream = store.streams["eye/feature"]
    assert (stream.rows, stream.dim, stream.dtype, stream.encoder) == (10, 3, dtype, "eye")
    assert store.encoders() == ENCODERS
    assert store.names == ("c0_0_10", "c1_0_10", "c2_0_10")


def test_one_file_a_stream_however_many_clips(tmp_path):
    make_store(tmp_path, [10] * 50)
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == [
        "feature.npy",
        "feature.offsets.npy",
        "manifest.json",
    ]


def test_clips_of_different_length_are_read_one_by_one_refused_together_or_padded(tmp_path):
    store = make_store(tmp_path, [2, 3, 2])
    assert store.streams["eye/feature"].rows is None
    np.testing.assert_array_equal(store.rows("eye/feature", "c1")[:, 0], [10, 11, 12])
    np.testing.assert_array_equal(
        store.array("eye/feature", ["c2", "c0"])[:, :, 0], [[20, 21], [0, 1]]
    )
    with pytest.raises(FeatureError, match="equal length, got 2 rows in c0 and 3 in c1"):
        store.array("eye/feature", ["c0", "c1"])
    np.testing.assert_array_equal(
        store.array("eye/feature", ["c2", "c1"], pad=True)[:, :, 0], [[20, 21, 0], [10, 11, 12]]
    )


def test_a_failed_clip_says_why_and_does_not_shift_the_others(tmp_path):
    store = make_store(tmp_path, [10, 0, 10])
    assert store.streams["eye/feature"].rows == 10
    assert store.array("eye/feature", ["c2"])[0, 0, 0] == 20
    assert (store.status("c1").state, store.status("c1").reason) == ("failed", "not a video")
    with pytest.raises(
        FeatureError, match=r"clip c1 has no rows of eye/feature \(failed: not a video\)"
    ):
        store.array("eye/feature", ["c0", "c1"])


def test_unknown_clip_or_stream_is_named(tmp_path):
    store = make_store(tmp_path, [10])
    with pytest.raises(FeatureError, match="clip nobody is not among the 1 clip of"):
        store.array("eye/feature", ["nobody"])
    with pytest.raises(
        FeatureError, match="expected stream ear/feature, the folder has eye/feature"
    ):
        store.array("ear/feature", ["c0"])


def test_damage_is_found(tmp_path):
    store = make_store(tmp_path, [10, 10])
    store.verify()
    path = tmp_path / "eye" / "feature.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(FeatureError, match="expected sha256"):
        PackedStore(tmp_path).verify()
    path.write_bytes(data[:-4])
    with pytest.raises(
        FeatureError, match=r"feature\.npy: not a readable array: expected 240 bytes"
    ):
        open_features(tmp_path).array("eye/feature", ["c0"])
    np.save(path, np.zeros((20, 4), np.float32))
    with pytest.raises(FeatureError, match=r"expected \(20, 3\) float32, got \(20, 4\) float32"):
        open_features(tmp_path).array("eye/feature", ["c0"])


def test_a_folder_of_another_kind_is_refused(tmp_path):
    with pytest.raises(FeatureError, match="no such features folder"):
        open_features(tmp_path / "none")
    with pytest.raises(FeatureError, match="expected one of the folders vggish, res152"):
        open_features(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": "seehear.features/9"}))
    with pytest.raises(
        FeatureError, match=r"expected schema seehear\.features/1, got seehear\.features/9"
    ):
        open_features(tmp_path)


def test_another_process_maps_the_files_itself(tmp_path):
    store = make_store(tmp_path, [10] * 40, dim=512)
    store.array("eye/feature", ["c1"])
    blob = pickle.dumps(store)
    assert len(blob) < 1000  # the path travels, not the arrays
    np.testing.assert_array_equal(
        pickle.loads(blob).array("eye/feature", ["c1"]), store.array("eye/feature", ["c1"])
    )


OUTSIDE = ["../../gone", "/tmp/gone", "..\\gone", "a/b/c"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_stream_cannot_be_named_out_of_the_folder(tmp_path, name):
    make_store(tmp_path / "store", [2, 2])
    path = tmp_path / "store" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["streams"][name] = manifest["streams"].pop("eye/feature")
    path.write_text(json.dumps(manifest))
    with pytest.raises(FeatureError, match="expected the name of a file below"):
        open_features(tmp_path / "store")


@pytest.mark.parametrize("key", ["file", "offsets"])
@pytest.mark.parametrize("name", [*OUTSIDE, None, 7, ["x"]])
def test_a_manifest_cannot_point_out_of_the_folder(tmp_path, key, name):
    make_store(tmp_path, [2, 2])
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["streams"]["eye/feature"][key] = name
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FeatureError, match="expected"):
        open_features(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"clips": {}},
        {"clips": [{"name": 3}]},
        {"clips": [None]},
        {"streams": []},
        {"streams": {"eye/feature": 5}},
        {"encoders": None},
    ],
)
def test_a_manifest_of_another_form_is_one_line(tmp_path, change):
    make_store(tmp_path, [2, 2])
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, **change}))
    with pytest.raises(FeatureError, match="expected"):
        open_features(tmp_path)


@pytest.mark.parametrize("number", [-1, 1.5, True, "4", 10**400])
def test_a_number_that_cannot_be_is_one_line(tmp_path, number):
    make_store(tmp_path, [2, 2])
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["streams"]["eye/feature"]["total"] = number
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FeatureError, match=r"whole number from 0|numbers of 64 bits"):
        open_features(tmp_path)
