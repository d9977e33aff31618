"""Embeddings that others made are read clip by clip; what cannot be used is said."""

import sys

import numpy as np
import pytest

from seehear.errors import ConfigError, FeatureError, MissingExtraError
from seehear.features.brought import maker, opened


def write_table(path, rows):
    """Write (clip, second, vector) rows as Parquet."""
    import duckdb

    db = duckdb.connect()
    db.execute("CREATE TABLE t (video VARCHAR, at_s DOUBLE, vec FLOAT[], other DOUBLE[])")
    for clip, second, vector in rows:
        db.execute("INSERT INTO t VALUES ($1, $2, $3, [1.0])", [clip, second, vector])
    name = str(path).replace("'", "''")
    db.execute(f"COPY t TO '{name}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("at_once", [1 << 26, 8])
def test_a_table_is_read_by_clip_and_second(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr("seehear.features.brought._AT_ONCE", at_once)  # else: in many parts
    rows = [("b.mp4", 0, [9.0, 8.0]), ("a.mp4", 2.0, [5.0, 6.0]), ("a.mp4", 0, [1.0, 2.0])]
    table = opened(write_table(tmp_path / "it's.parquet", rows), {"vec": "visual:mine"})
    clips = {clip.name: clip for clip in table.clips()}
    a = clips["a.mp4"]
    assert (a.segments, a.duration_s) == (3, 3.0)
    np.testing.assert_array_equal(a.rows["mine/feature"], [[1, 2], [5, 6]])
    assert a.places["mine/feature"].tolist() == [0, 2]
    assert clips["b.mp4"].segments == 1
    assert table.encoders["mine"]["track"] == "visual"
    assert table.encoders["mine"]["weights"] == {}


def test_clips_of_a_table_that_cannot_be_used_are_named(tmp_path):
    rows = [
        ("twice", 0.2, [1.0]),
        ("twice", 0.7, [1.0]),
        ("before", -1, [1.0]),
        ("uneven", 0, [1.0]),
        ("uneven", 1, [1.0, 2.0]),
        ("nan", 0, [float("nan")]),
        ("good", 0, [1.0]),
        ("good", 1, None),
    ]
    table = opened(write_table(tmp_path / "t.parquet", rows), {"vec": "audio:mine"})
    found = list(table.clips())
    problems = sorted(str(one) for one in found if isinstance(one, FeatureError))
    assert [problem.split("clip ")[1] for problem in problems] == [
        "'before': expected a name, and seconds from 0 on",
        "'nan': its vectors differ in length, or are not numbers",
        "'twice': two rows are of one second",
        "'uneven': its vectors differ in length, or are not numbers",
    ]
    (good,) = (one for one in found if not isinstance(one, FeatureError))
    assert good.rows["mine/feature"].tolist() == [[1.0]]


def test_who_made_the_vectors_must_be_said(tmp_path):
    table = write_table(tmp_path / "t.parquet", [("a", 0, [1.0])])
    for columns, told in (
        ({}, "expected who made the vectors"),
        ({"wrong": "clap"}, "expected a column of vectors, got 'wrong'"),
        ({"vec": "nobody"}, "no encoder 'nobody'"),
    ):
        with pytest.raises(ConfigError, match=told):
            opened(table, columns)
    with pytest.raises(ConfigError, match="works only with a table"):
        opened(tmp_path, {"vec": "clap"})
    with pytest.raises(FeatureError, match="no such table"):
        opened(tmp_path / "none.parquet", {"vec": "clap"})
    (tmp_path / "bad.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(FeatureError, match=r"bad\.parquet"):
        opened(tmp_path / "bad.parquet", {"vec": "clap"})
    assert maker("clip-vit-b16") == ("visual", "clip-vit-b16", "feature")
    assert maker("visual:mine/space") == ("visual", "mine", "space")
    for wrong in ("visual:clap", "smell:mine", "audio:", "conse/a/b"):
        with pytest.raises(ConfigError, match="no encoder"):
            maker(wrong)


def test_published_folders_have_a_row_a_second(tmp_path):
    draw = np.random.default_rng(0)
    frames = draw.normal(size=(80, 512)).astype(np.float32)
    sound = draw.normal(size=(10, 512)).astype(np.float32)
    for folder, rows in (("clip_16", frames), ("clap_audioset", sound)):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / "abc.npy", rows)
    store = opened(tmp_path, {})
    (clip,) = store.clips()
    assert (clip.name, clip.segments) == ("abc", 10)
    means = frames.reshape(10, 8, 512).mean(axis=1)
    np.testing.assert_allclose(clip.rows["clip-vit-b16/feature"], means, atol=1e-6)
    np.testing.assert_array_equal(clip.rows["clap/feature"], sound)
    assert {id_: one["track"] for id_, one in store.encoders.items()} == {
        "clip-vit-b16": "visual",
        "clap": "audio",
    }


def test_a_lance_table_is_read_alike_or_its_extra_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lance", None)
    (tmp_path / "t.lance").mkdir()
    with pytest.raises(MissingExtraError, match=r"seehear\[lance\]"):
        opened(tmp_path / "t.lance", {"vec": "audio:mine"})
    monkeypatch.undo()
    lance = pytest.importorskip("lance")
    import pyarrow as pa

    vectors = pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2))
    table = pa.table({"clip": ["a", "a"], "second": [0, 1], "vec": vectors})
    lance.write_dataset(table, str(tmp_path / "real.lance"))
    (clip,) = opened(tmp_path / "real.lance", {"vec": "audio:mine"}).clips()
    assert clip.rows["mine/feature"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
