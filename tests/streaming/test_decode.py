"""What the decoding process makes of media: rows true to time, and a word for everything that is
wrong.
"""

import av
import numpy as np
import pytest

import fake_encoders as fake
from seehear.streaming.decode import decode
from seehear.streaming.encode import ClipRows
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.streaming.streams import stream_specs
from seehear.streaming.worker import Front
from seehear.time import TimeGrid


def rows_of(
    path, *, visual=("eye",), audio=("ear",), grid=None, sampling="grid", keep_frames=False
):
    """Return the finished clip the way an engine makes it, in this process."""
    front = Front(visual, audio, sampling, 1.0, fake.load)
    eyes, ears = front.encoders()
    rows = ClipRows(stream_specs({**eyes, **ears}, sampling, 1.0, keep_frames=keep_frames))
    job = ClipJob("clip", "clip", str(path), grid)
    sizes = []
    for message in decode(job, eyes, ears, sampling):
        if isinstance(message, ClipOutcome):
            finished = rows.finish(job, message)
        else:
            sizes.append(len(np.unique(message.segments)))
            rows.encode({**eyes, **ears}[message.encoder], message, keep_frames=keep_frames)
    assert max(sizes, default=0) <= 10  # a piece is ten segments at most, whatever the clip
    return finished


def test_second_k_of_the_features_is_second_k_of_the_clip(tmp_path):
    done = rows_of(fake.make_clip(tmp_path / "a.mkv", 10, fps=25))
    assert done.entry() == {
        "name": "clip",
        "id": "clip",
        "state": "ok",
        "segments": 10,
        "duration_s": 10.0,
        "tracks": {"audio": "present", "visual": "present"},
    }
    np.testing.assert_allclose(done.rows["eye/feature"][:, 0], 20 * np.arange(10) + 20, atol=3)
    np.testing.assert_allclose(
        done.rows["eye/space"][:, 0], 2 * done.rows["eye/feature"][:, 0], rtol=1e-6
    )
    np.testing.assert_allclose(
        done.rows["ear/feature"][:, 1], (np.arange(10) + 1) / 20 * 2 / np.pi, atol=2e-3
    )


def test_a_clip_of_any_length_comes_in_pieces(tmp_path):
    done = rows_of(
        fake.make_clip(tmp_path / "a.mkv", 23, fps=4, colours=[(k * 10,) * 3 for k in range(23)])
    )
    assert done.outcome.segments == 23
    np.testing.assert_allclose(done.rows["eye/feature"][:, 0], 10 * np.arange(23), atol=3)
    assert (np.diff(done.rows["ear/feature"][:19, 1]) > 0).all()


def test_several_encoders_share_one_reading_of_each_track(tmp_path):
    done = rows_of(
        fake.make_clip(tmp_path / "a.mkv", 10),
        visual=("eye", "cube"),
        audio=("ear", "wide"),
        keep_frames=True,
    )
    cube = done.rows["cube/feature"]
    np.testing.assert_allclose(
        cube[:, 0], cube[:, 1], atol=3
    )  # first and last frame of one second: one colour
    frames = done.rows["eye/frames"]
    assert frames.shape == (80, 3)
    np.testing.assert_array_equal(
        frames.reshape(10, 8, 3).mean(axis=1, dtype=np.float32), done.rows["eye/feature"]
    )
    # half a second of context: the first tenth of the piece lies in the second before, the last in
    # the one after
    loud = (np.arange(10) + 1) / 20 * 2 / np.pi
    wide = done.rows["wide/feature"]
    np.testing.assert_allclose(wide[1:, 0], loud[:-1], atol=4e-3)
    np.testing.assert_allclose(wide[:, 1], loud, atol=4e-3)
    np.testing.assert_allclose(wide[:-1, 2], loud[1:], atol=4e-3)
    assert wide[0, 0] == wide[9, 2] == 0  # nothing before the clip, nothing after


def test_a_short_clip_keeps_its_seconds_and_says_where_it_ends(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 3.5)
    done = rows_of(path, visual=("eye", "cube"), grid=TimeGrid(10), keep_frames=True)
    entry = done.entry()
    assert entry["state"] == "degraded"
    assert "audio track ends at 3.50 s of 10 s" in entry["reason"]
    assert "visual track ends at 3.50 s" in entry["reason"]
    assert done.rows["eye/feature"].shape == (10, 3)
    np.testing.assert_allclose(done.rows["eye/feature"][:4, 0], [20, 40, 60, 80], atol=3)
    np.testing.assert_allclose(
        done.rows["cube/feature"][3], [80, 80], atol=3
    )  # half a second, its last frame repeated
    for stream in ("eye/feature", "cube/feature", "ear/feature"):
        assert not done.rows[stream][4:].any()
        assert done.rows[stream][3].any()
    assert not done.rows["eye/frames"][32:].any()


@pytest.mark.parametrize("seconds", [0.3, 3.5, 3.75])
@pytest.mark.parametrize("given", [True, False])
def test_a_clip_that_ends_within_a_segment_is_whole(tmp_path, seconds, given):
    grid = TimeGrid.covering(seconds) if given else None
    done = rows_of(fake.make_clip(tmp_path / "a.mkv", seconds, fps=16), grid=grid)
    assert done.entry()["state"] == "ok"
    assert done.outcome.segments == max(1, round(seconds))
    assert done.rows["eye/feature"][-1].any()
    assert done.rows["ear/feature"][-1].any()


def test_the_published_rule_stretches_a_short_clip(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 5)
    done = rows_of(path, visual=("eye",), audio=(), sampling="paper")
    np.testing.assert_allclose(
        done.rows["eye/feature"][:, 0], np.repeat(20 * np.arange(5) + 20, 2), atol=6
    )
    assert done.entry()["state"] == "ok"


@pytest.mark.parametrize(
    ("options", "state", "reason", "tracks"),
    [
        ({"audio": False}, "degraded", "no audio track", {"audio": "absent", "visual": "present"}),
        (
            {"visual": False},
            "degraded",
            "no visual track",
            {"audio": "present", "visual": "absent"},
        ),
        (
            {"loudness": [0.0] * 60},
            "degraded",
            "audio track is silent",
            {"audio": "present", "visual": "present"},
        ),
    ],
)
def test_a_track_that_is_not_there_is_rows_of_zeros_and_a_word(
    tmp_path, options, state, reason, tracks
):
    done = rows_of(fake.make_clip(tmp_path / "a.mkv", 2, **options))
    assert (done.entry()["state"], done.entry()["reason"], done.entry()["tracks"]) == (
        state,
        reason,
        tracks,
    )
    for stream, track in (("eye/feature", "visual"), ("ear/feature", "audio")):
        assert done.rows[stream].shape[0] == 2
        if tracks[track] == "absent":
            assert not done.rows[stream].any()


def test_only_what_is_asked_for_can_be_missing(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 2, audio=False)
    assert rows_of(path, audio=()).entry()["state"] == "ok"
    done = rows_of(path, visual=())
    assert (done.entry()["state"], done.entry()["reason"], done.rows) == (
        "failed",
        "no audio track",
        {},
    )


def test_files_that_are_no_media_fail_with_a_reason(tmp_path):
    for name, data, reason in [
        ("text.mp4", b"not a video" * 50, "not a readable media file"),
        ("empty.mp4", b"", "the file is empty"),
        ("none.mp4", None, "no such file"),
    ]:
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        entry = rows_of(path).entry()
        assert (entry["state"], entry["segments"]) == ("failed", 0)
        assert reason in entry["reason"]


def test_damage_in_the_middle_keeps_what_can_be_read(tmp_path):
    path = fake.make_clip(tmp_path / "a.mkv", 10, fps=25)
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    middle = slice(len(data) // 2, len(data) // 2 + 3000)
    data[middle] = rng.integers(0, 256, 3000, np.uint8).tobytes()
    path.write_bytes(data)
    done = rows_of(path, grid=TimeGrid(10))
    assert done.entry()["state"] == "degraded"
    assert done.rows["ear/feature"][0].any()


def test_a_moving_frame_rate_does_not_move_the_seconds(tmp_path):
    path = tmp_path / "vfr.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=30, options={"crf": "12", "preset": "ultrafast"}
        )
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        # dense in the first second, one frame every half second after
        for tick in [*range(30), *range(30, 150, 15)]:
            frame = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), 40 * (tick // 30) + 20, np.uint8), "rgb24"
            )
            frame.pts = tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    done = rows_of(path, audio=(), grid=TimeGrid(5))
    np.testing.assert_allclose(done.rows["eye/feature"][:, 0], [20, 60, 100, 140, 180], atol=3)


def test_numbers_that_are_no_numbers_fail_the_clip(tmp_path, monkeypatch):
    path = fake.make_clip(tmp_path / "a.mkv", 2)
    monkeypatch.setattr(
        fake.Ear, "encode", lambda self, pieces: {"feature": np.full((len(pieces), 3), np.nan)}
    )
    entry = rows_of(path).entry()
    assert entry["state"] == "failed"
    assert "encoder ear: expected 2 finite rows of feature, got NaN or infinity" in entry["reason"]
