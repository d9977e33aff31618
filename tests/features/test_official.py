"""The published folders, and every way a file in them can be wrong."""

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.features import open_features
from seehear.features.official import PUBLISHED_FOLDERS


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
    with pytest.raises(FeatureError, match=r"zz_zzzzzzz1\.npy: not a readable array"):
        store.array("vggish/feature", ["zz_zzzzzzz1"])
    path.unlink()
    assert store.status("zz_zzzzzzz1").reason == "no file in vggish"


def test_one_damaged_file_does_not_hide_the_others(official):
    path = official / "feats" / "vggish" / "-abcdefghi_.npy"  # the first that is looked at
    path.write_bytes(b"no array")
    store = open_features(official)
    assert store.array("vggish/feature", ["zz_zzzzzzz1"]).shape == (1, 10, 128)
    with pytest.raises(FeatureError, match=r"-abcdefghi_\.npy"):
        store.rows("vggish/feature", "-abcdefghi_")
    (path.parent / "zz_zzzzzzz1.npy").write_bytes(b"")
    with pytest.raises(FeatureError, match=r"-abcdefghi_\.npy"):
        open_features(official)


def test_a_folder_that_holds_none_of_them_names_all(tmp_path):
    (tmp_path / "vggish").mkdir()  # no file in it
    with pytest.raises(FeatureError, match=r"expected one of the folders vggish, .*CLAP/features"):
        open_features(tmp_path)


def test_every_folder_has_a_stream_of_its_own():
    streams = [f.stream(rows) for f in PUBLISHED_FOLDERS for rows in f.rows]
    assert len(set(streams)) == len(streams)
    assert len({f.place for f in PUBLISHED_FOLDERS}) == len(PUBLISHED_FOLDERS)


def test_windows_of_unav_become_seconds(tmp_path):
    """Rows 8 frames apart, each of 24, 25 a second: row r has its middle at 0.32 r + 0.48 s."""
    folder = tmp_path / "av_features"
    folder.mkdir()
    for kind, dim in (("rgb", 1024), ("flow", 1024), ("vggish", 128)):
        rows = np.repeat(np.arange(29, dtype=np.float32)[:, None], dim, axis=1)
        np.save(folder / f"a_b_{kind}.npy", rows)
    store = open_features(tmp_path)
    assert sorted(store.streams) == [f"{n}-unav/feature" for n in ("i3d-flow", "i3d-rgb", "vggish")]
    assert store.names == ("a_b",)
    rows = store.rows("i3d-rgb-unav/feature", "a_b")[:, 0]
    assert (len(rows), store.count("vggish-unav/feature", "a_b")) == (10, 10)  # 29 rows end at 9.92
    # middles in the first second: rows 0 and 1 (.48, .80); in the second: 2 to 4 (1.12 to 1.76)
    assert rows[:2].tolist() == [0.5, 3.0]
    np.save(folder / "c_rgb.npy", np.ones((1, 1024), np.float32))
    assert open_features(tmp_path).rows("i3d-rgb-unav/feature", "c").shape == (1, 1024)
    assert open_features(tmp_path).status("c").reason == (
        "no file in av_features/*_flow.npy, av_features/*_vggish.npy"
    )


def test_features_of_unav_by_uwav_have_any_length(tmp_path):
    for folder, dim in (("feats_CLIP", 768), ("feats_CLAP", 512)):
        path = tmp_path / "UnAV" / folder / "segment_feats"
        path.mkdir(parents=True)
        for clip, count in (("a", 7), ("b", 31)):
            np.save(path / f"{clip}.npy", np.ones((count, dim), np.float32))
    store = open_features(tmp_path)
    assert {store.count(stream, "b") for stream in store.streams} == {31}
    assert sorted(store.streams) == ["clap-uwav/feature", "clip-vit-l14-uwav/feature"]
