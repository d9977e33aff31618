"""One reader for all: rows of many clips, checked and averaged to segments."""

import numpy as np
import pytest

from seehear.errors import FeatureError, MissingRowsError
from seehear.features import reader
from seehear.features.maps import maps_to_segments
from seehear.features.packed import PackedStore, write_manifest, write_stream
from seehear.features.reader import read_frames, read_segments, to_segments


def make_store(folder, rows, stream="eye/frames"):
    """A store of one stream; a clip without rows failed."""
    dim = max(array.shape[1] for array in rows.values())
    total = sum(len(array) for array in rows.values())
    entry = write_stream(folder, stream, rows.values(), total=total, dim=dim, dtype="float32")
    clips = [
        {"name": name, "id": name, "state": "ok" if len(array) else "failed", "reason": "no frames"}
        for name, array in rows.items()
    ]
    write_manifest(
        folder,
        {"encoders": {}, "streams": {stream: {**entry, "encoder": "eye"}}, "clips": clips},
    )
    return PackedStore(folder)


def random_rows(lengths, dim=3):
    rng = np.random.default_rng(0)
    return {
        f"c{i}": rng.standard_normal((length, dim)).astype(np.float32)
        for i, length in enumerate(lengths)
    }


def test_frames_are_averaged_to_segments_in_the_order_asked_for(tmp_path):
    rows = random_rows([8, 8, 8])
    store = make_store(tmp_path / "f", rows)
    read = read_segments(store, "eye/frames", ["c2", "c0"], 4)
    wanted = np.stack([rows[name].reshape(4, 2, 3).mean(axis=1) for name in ("c2", "c0")])
    np.testing.assert_array_equal(read, wanted)


def test_clips_of_several_lengths_meet_in_segments_a_chunk_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "CHUNK", 1)
    rows = random_rows([8, 4])
    store = make_store(tmp_path / "f", rows)
    read = read_segments(store, "eye/frames", ["c0", "c1"], 4)
    np.testing.assert_array_equal(read[1], rows["c1"])
    np.testing.assert_array_equal(read[0], rows["c0"].reshape(4, 2, 3).mean(axis=1))
    with pytest.raises(FeatureError, match=r"expected 8 rows a clip, got 4 from clip c1 on"):
        read_frames(store, "eye/frames", ["c0", "c1"])


def test_frames_are_read_as_they_are(tmp_path):
    rows = random_rows([8, 8])
    store = make_store(tmp_path / "f", rows)
    np.testing.assert_array_equal(
        read_frames(store, "eye/frames", ["c0", "c1"]), np.stack(list(rows.values()))
    )


def test_maps_are_enlarged_before_they_are_averaged(tmp_path):
    rows = random_rows([64])
    store = make_store(tmp_path / "f", rows, stream="ear/maps")
    np.testing.assert_array_equal(
        to_segments(store, "ear/maps", rows["c0"], 10), maps_to_segments(rows["c0"], 10)
    )
    assert read_segments(store, "ear/maps", ["c0"], 10).shape == (1, 10, 3)


def test_clips_without_rows_are_counted_and_the_first_says_why(tmp_path):
    store = make_store(tmp_path / "f", random_rows([4, 0, 0]))
    told = (
        r"2 of 3 clips without eye/frames, first c1 \(clip c1 has no rows.*no frames.*are these the"
    )
    with pytest.raises(FeatureError, match=told):
        read_segments(store, "eye/frames", ["c0", "c1", "c2"], 4)


def test_a_few_clips_without_rows_have_a_cure(tmp_path):
    store = make_store(tmp_path / "f", random_rows([4, 0, 4]))
    with pytest.raises(MissingRowsError, match=r"1 of 3 clips without.*; delete the rows"):
        read_segments(store, "eye/frames", ["c0", "c1", "c2"], 4)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_name_their_clip(tmp_path, value):
    rows = random_rows([4, 4])
    rows["c1"][2, 1] = value
    store = make_store(tmp_path / "f", rows)
    with pytest.raises(FeatureError, match=r"clip c1: eye/frames holds NaN or infinite"):
        read_segments(store, "eye/frames", ["c0", "c1"], 4)


def test_another_grid_is_refused(tmp_path):
    store = make_store(tmp_path / "f", random_rows([6]))
    with pytest.raises(FeatureError, match=r"expected a multiple of 4 rows a clip, got 6"):
        read_segments(store, "eye/frames", ["c0"], 4)


def test_no_clips_are_the_callers_mistake(tmp_path):
    store = make_store(tmp_path / "f", random_rows([4]))
    with pytest.raises(ValueError, match="at least one clip"):
        read_segments(store, "eye/frames", [], 4)
