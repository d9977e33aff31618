"""Which streams of rows a set of encoders gives."""

import fake_encoders as fake
from seehear.streaming.streams import StreamSpec, keeps_frames, stream_specs


def test_a_stream_for_each_output_and_for_kept_frames():
    encoders = {"eye": fake.load("eye"), "ear": fake.load("ear"), "cube": fake.load("cube")}
    plain = stream_specs(encoders, "grid", 1.0, keep_frames=False)
    assert plain == {
        "eye/feature": StreamSpec("eye", 3),
        "eye/space": StreamSpec("eye", 1),
        "ear/feature": StreamSpec("ear", 3),
        "cube/feature": StreamSpec("cube", 2),
    }
    kept = stream_specs(encoders, "grid", 0.5, keep_frames=True)
    assert kept == {**plain, "eye/frames": StreamSpec("eye", 3, rows=4)}


def test_only_encoders_of_single_frames_keep_them():
    assert [keeps_frames(fake.load(name)) for name in ("eye", "cube", "ear")] == [
        True,
        False,
        False,
    ]
