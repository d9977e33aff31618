"""A small store of features, for tests of features."""

import numpy as np

from seehear.features import open_features
from seehear.features.packed import write_manifest, write_stream

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
