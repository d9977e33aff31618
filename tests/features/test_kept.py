"""Kept rows: one file a clip, written and read a piece at a time."""

import tracemalloc

import numpy as np
import pytest

from seehear.errors import FeatureError
from seehear.features.kept import KeptAbout, KeptWriter, halved, opened_kept
from seehear.streaming.encode import PieceRows
from seehear.streaming.messages import ClipOutcome
from seehear.time import MediaFile

PIECES, WIDE = 120, 4000  # 19 MB of rows


def about(**other):
    media = MediaFile("a.mp4", 5, "sha256:1", 10.0, 25.0, "01:00:00:00")
    tracks = {"audio": "present", "visual": "absent"}
    parsed = {"audio": [(0.0, 10.0)]}
    outcome = ClipOutcome(1200, 1200.0, tracks, ["no visual track"], ["late"], parsed)
    ear = {"track": "audio", "weights": {"ear": "sha256:2"}, "preprocessing": {}, "fps": None}
    known = {"encoders": {"ear": ear}, "step_s": 1.0, "audio_stream": None, "frames": False}
    known |= {"still": None}
    said = {"media": media, "outcome": outcome, "version": "1", "libraries": {"numpy": "2"}}
    return KeptAbout(**known | said | other)


def piece(number, width):
    places = np.arange(10 * number, 10 * number + 10)
    rows = np.full((10, width), number, np.float32)
    return PieceRows({"ear/feature": rows}, {"ear/feature": places})


def test_what_was_kept_comes_back_in_order_and_memory_does_not_grow_with_the_clip(tmp_path):
    path = tmp_path / "a.features.npz"
    tracemalloc.start()
    writer = KeptWriter(path)
    for number in range(PIECES):
        writer.add("ear", piece(number, WIDE))
    assert not path.exists()
    writer.finish(about())
    with opened_kept(path) as rows:
        assert rows.about == about()
        for number, (encoder, read) in enumerate(rows.pieces({"ear/feature"})):
            assert encoder == "ear"
            np.testing.assert_array_equal(
                read.values["ear/feature"], piece(number, WIDE).values["ear/feature"]
            )
            assert read.places["ear/feature"][0] == 10 * number
        assert number == PIECES - 1
        assert list(rows.pieces({"eye/feature"})) == []
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("values", "places"),
    [
        (np.ones((10, 3)), np.arange(10)),
        (np.full((10, 3), np.nan, np.float32), np.arange(10)),
        (np.ones((10, 3), np.float32), np.arange(9)),
        (np.ones((10, 3), np.float32), np.arange(10) - 1),
        (np.ones(10, np.float32), np.arange(10)),
    ],
)
def test_what_holds_no_rows_is_refused(tmp_path, values, places):
    path = tmp_path / "a.features.npz"
    writer = KeptWriter(path)
    writer.add("ear", PieceRows({"ear/feature": values}, {"ear/feature": places}))
    writer.finish(about())
    with (
        pytest.raises(FeatureError, match="holds no rows of a clip; parse its video again"),
        opened_kept(path) as rows,
    ):
        list(rows.pieces({"ear/feature"}))


def test_rounding_is_to_the_nearest_and_never_to_infinity():
    rows = np.random.default_rng(0).normal(0, 20, (10, 300)).astype(np.float32)
    rounded = halved(rows)
    assert rounded.dtype == np.float16
    np.testing.assert_allclose(rounded.astype(np.float32), rows, rtol=2**-11, atol=2**-25)
    assert halved(rows * 1e6) is not rounded
    assert halved(rows * 1e6).dtype == np.float32
