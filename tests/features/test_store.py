"""Reading features: our store and the published folders, and every way they can be wrong."""

import json
import pickle

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.features import open_features, pool
from seehear.features.packed import PackedStore, write_manifest, write_stream

ENCODERS = {"eye": {"weights": {"eye": "ab" * 32}, "preprocessing": {"size": 4}}}


def make_store(folder, lengths, dim=3, dtype="float32"):
    """Write a store of clips c0, c1, ...; row r of clip i is filled with 10 i + r; length 0 is a
    failed clip.
    """
    arrays = [
        None if n == 0 else (10 * i + np.arange(n)[:, None] + np.zeros((n, dim))).astype(dtype)
        for i, n in enumerate(lengths)
    ]
    entry = write_stream(folder, "eye/feature", arrays, total=sum(lengths), dim=dim, dtype=dtype)
    clips = [
        {
            "name": f"c{i}_0_10",
            "id": f"c{i}",
            "segments": n,
            "state": "ok" if n else "failed",
            **({} if n else {"reason": "not a video"}),
        }
        for i, n in enumerate(lengths)
    ]
    write_manifest(
        folder,
        {
            "encoders": ENCODERS,
            "streams": {"eye/feature": {**entry, "encoder": "eye"}},
            "clips": clips,
        },
    )
    return open_features(folder)


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
    with pytest.raises(FeatureError, match="clip nobody is not among the 1 clips"):
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
    with pytest.raises(FeatureError, match=r"feature\.npy: cannot read this array"):
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


@pytest.fixture
def official(tmp_path):
    shapes = {
        "vggish": (10, 128),
        "res152": (80, 2048),
        "clip_16": (80, 512),
        "CLAP/features": (64, 768),
    }
    for folder, shape in shapes.items():
        base = tmp_path / "feats" if "/" not in folder else tmp_path
        (base / folder).mkdir(parents=True)
        for i, clip in enumerate(["-abcdefghi_", "zz_zzzzzzz1"]):
            dtype = np.float16 if folder == "clip_16" else np.float32
            np.save(base / folder / f"{clip}.npy", np.full(shape, i, dtype))
    return tmp_path


def test_the_published_folders_are_read_by_name_or_id(official):
    store = open_features(official)
    assert {n: (s.rows, s.dim) for n, s in store.streams.items()} == {
        "vggish/feature": (10, 128),
        "resnet152/frames": (80, 2048),
        "clip-vit-b16/frames": (80, 512),
        "clap-fusion/maps": (64, 768),
    }
    got = store.array("clip-vit-b16/frames", ["zz_zzzzzzz1_30.5_40.5", "-abcdefghi_"])
    assert got.dtype == np.float32
    assert got[:, 0, 0].tolist() == [1, 0]
    assert store.status("-abcdefghi__0_10").state == "ok"
    assert store.encoders()["vggish"]["source"].startswith("vggish: VGGish")


def test_frames_kept_as_ten_rows_are_segments(tmp_path):
    (tmp_path / "res152").mkdir()
    np.save(tmp_path / "res152" / "a.npy", np.zeros((10, 2048), np.float32))
    assert list(open_features(tmp_path).streams) == ["resnet152/feature"]


def test_every_fault_of_a_published_file_is_one_line(official):
    store = open_features(official)
    with pytest.raises(FeatureError, match=r"2 have none, first nobody_0_10"):
        store.array("vggish/feature", ["zz_zzzzzzz1", "nobody_0_10", "noone_0_10"])
    path = official / "feats" / "vggish" / "zz_zzzzzzz1.npy"
    for bad, message in [
        (np.zeros((9, 128), np.float32), r"expected \(10, 128\) .* got \(9, 128\) float32"),
        (np.zeros((10, 128), np.int64), r"expected \(10, 128\) of float16, .* got .* int64"),
        (np.full((10, 128), np.nan, np.float32), "NaN"),
    ]:
        np.save(path, bad)
        with pytest.raises(FeatureError, match=r"zz_zzzzzzz1\.npy: .*" + message):
            store.array("vggish/feature", ["zz_zzzzzzz1"])
    path.write_bytes(b"not numpy")
    with pytest.raises(FeatureError, match=r"zz_zzzzzzz1\.npy: not a readable \.npy file"):
        store.array("vggish/feature", ["zz_zzzzzzz1"])
    path.unlink()
    assert store.status("zz_zzzzzzz1").reason == "no file in vggish"


def test_pooling_is_the_mean_over_equal_groups():
    frames = np.arange(12, dtype=np.float16).reshape(6, 2)
    np.testing.assert_array_equal(pool(frames, 2), [[2, 3], [8, 9]])
    np.testing.assert_array_equal(pool(np.stack([frames, frames]), 3)[1], [[1, 2], [5, 6], [9, 10]])
    with pytest.raises(ValueError, match="multiple of 4 frames, got 6"):
        pool(frames, 4)
