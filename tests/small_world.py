"""A small dataset whose features tell its four classes, one or two a clip, clips of 4 segments."""

import numpy as np

from seehear.data import open_dataset
from seehear.features import open_features
from seehear.features.packed import write_manifest, write_stream

CLASSES = ("Dog", "Car", "Speech", "Cat")
SEGMENTS = 4
DIMS = {"yamnet/feature": 5, "yamnet/logits": 4, "conse/feature": 6, "conse/space": 8}
ENCODERS = {
    "yamnet": {"weights": {"yamnet": "aa" * 32}, "preprocessing": {}},
    "conse": {"weights": {"conse": "bb" * 32}, "preprocessing": {}},
}


def write_world(
    root,
    *,
    sizes=(24, 8, 8),
    seed=0,
    truth=("val", "test"),
    bad=None,
    drop=(),
    encoders=ENCODERS,
    dims=DIMS,
):
    """Write `root/data` and `root/feats`; return (dataset, store).

    Args:
        bad: (stream, clip, value) written into one number.
        drop: clips whose features are missing.
        dims: width of each stream.
    """
    rng = np.random.default_rng(seed)
    data, feats = root / "data", root / "feats"
    data.mkdir(parents=True)
    names, on = [], []
    toml = ['name = "small"', f"[grid]\ncount = {SEGMENTS}\nstep_s = 1.0", "[vocabulary]"]
    toml += [f'{name} = "{name.lower()}"' for name in CLASSES]
    for split, size in zip(("train", "val", "test"), sizes, strict=True):
        rows = [f"{split}{i:02d}" for i in range(size)]
        labels = np.stack(
            [np.isin(np.arange(4), rng.choice(4, 1 + i % 2, replace=False)) for i in range(size)]
        )
        heard, seen = ((rng.random((size, SEGMENTS, 4)) < 0.6) & labels[:, None] for _ in range(2))
        toml += [f"[splits.{split}]", f'clips = "{split}.csv"']
        table(
            data / f"{split}.csv",
            ("filename", "event_labels"),
            [
                (n, ",".join(c for k, c in enumerate(CLASSES) if labels[i, k]))
                for i, n in enumerate(rows)
            ],
        )
        if split in truth:
            for track, matrix in (("audio", heard), ("visual", seen)):
                toml.append(f'{track} = "{split}_{track}.csv"')
                table(
                    data / f"{split}_{track}.csv",
                    ("filename", "onset", "offset", "event_labels"),
                    [
                        (n, t, t + 1, c)
                        for i, n in enumerate(rows)
                        for k, c in enumerate(CLASSES)
                        for t in range(SEGMENTS)
                        if matrix[i, t, k]
                    ],
                )
        names += rows
        on += list(zip(heard, seen, strict=True))
    (data / "dataset.toml").write_text("\n".join(toml) + "\n")
    streams = {}
    for stream, dim in dims.items():
        mix = rng.standard_normal((4, dim))
        track = 0 if stream.startswith("yamnet") else 1
        clips = [pair[track] @ mix + 0.3 * rng.standard_normal((SEGMENTS, dim)) + 2 for pair in on]
        if bad and bad[0] == stream:
            clips[names.index(bad[1])][0, 0] = bad[2]
        rows = [
            None if n in drop else c.astype(np.float32) for n, c in zip(names, clips, strict=True)
        ]
        entry = write_stream(
            feats,
            stream,
            rows,
            total=sum(len(r) for r in rows if r is not None),
            dim=dim,
            dtype="float32",
        )
        streams[stream] = {**entry, "encoder": stream.split("/")[0]}
    write_manifest(
        feats,
        {
            "encoders": encoders,
            "streams": streams,
            "clips": [
                {
                    "name": n,
                    "id": n,
                    "segments": SEGMENTS,
                    "state": "failed" if n in drop else "ok",
                    **({"reason": "not a video"} if n in drop else {}),
                }
                for n in names
            ],
        },
    )
    return open_dataset(data), open_features(feats)


def table(path, header, rows):
    path.write_text("\n".join("\t".join(map(str, row)) for row in (header, *rows)) + "\n")


TINY = {"network.width": 16, "network.hidden": 16, "training.epochs": 3, "training.batch": 10}
