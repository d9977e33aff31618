"""From pieces to the rows of a clip."""

import numpy as np
import pytest

import fake_encoders as fake
from seehear.errors import FeatureError
from seehear.streaming.encode import ClipRows, encode_piece
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.streams import stream_specs

JOB = ClipJob("clip", "clip", None)


def piece(greys, segments):
    """Return pictures of these greys, one row each."""
    pictures = np.array(greys, np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 3), np.uint8)
    return Piece("eye", np.arange(len(greys)), pictures, np.array(segments))


def test_a_segment_is_the_mean_over_its_frames():
    rows = encode_piece(fake.Eye(), piece([10, 20, 30, 50], [2, 2, 3, 3]), keep_frames=True)
    np.testing.assert_array_equal(rows.values["eye/feature"][:, 0], [15, 40])
    np.testing.assert_array_equal(rows.places["eye/feature"], [2, 3])
    np.testing.assert_array_equal(rows.values["eye/frames"][:, 0], [10, 20, 30, 50])
    np.testing.assert_array_equal(rows.places["eye/frames"], [0, 1, 2, 3])


def test_pictures_that_look_the_same_are_encoded_once_where_that_is_asked_for(monkeypatch):
    looked_at = []
    encode = fake.Eye.encode
    monkeypatch.setattr(
        fake.Eye, "encode", lambda self, x: looked_at.append(len(x)) or encode(self, x)
    )
    pictures = piece([10, 11, 30, 30], [2, 2, 3, 3])
    every = encode_piece(fake.Eye(), pictures, keep_frames=True)
    same = encode_piece(fake.Eye(), pictures, keep_frames=True, still=1)
    assert looked_at == [4, 2]
    assert every.values["eye/frames"][:, 0].tolist() == [10, 11, 30, 30]
    assert same.values["eye/frames"][:, 0].tolist() == [10, 10, 30, 30]
    np.testing.assert_array_equal(same.values["eye/feature"][:, 0], [10, 30])
    assert same.places["eye/frames"].tolist() == [0, 1, 2, 3]


def test_rows_of_another_number_are_refused(monkeypatch):
    monkeypatch.setattr(fake.Eye, "encode", lambda self, frames: {"feature": np.zeros((1, 3))})
    with pytest.raises(FeatureError, match=r"expected 2 finite rows of feature, got \(1, 3\)"):
        encode_piece(fake.Eye(), piece([1, 2], [0, 1]))


@pytest.mark.parametrize(
    ("outcome", "state", "shape"),
    [
        (ClipOutcome(3, 3.0, {"visual": "present"}), "ok", (3, 3)),
        (ClipOutcome(3, 3.0, {"visual": "present"}, ["odd"]), "degraded", (3, 3)),
        (ClipOutcome(3, 3.0, {"visual": "absent"}, ["none"]), "failed", None),
    ],
)
def test_the_state_of_a_clip(outcome, state, shape):
    specs = stream_specs({"eye": fake.Eye()}, "grid", 1.0, keep_frames=False)
    clip = ClipRows(specs)
    clip.encode(fake.Eye(), piece([10], [1]), keep_frames=False)
    done = clip.finish(JOB, outcome)
    assert done.entry()["state"] == state
    if shape is None:
        assert done.rows == {}
    else:
        assert done.rows["eye/feature"].shape == shape
        assert list(done.rows["eye/feature"].any(axis=1)) == [False, True, False]
