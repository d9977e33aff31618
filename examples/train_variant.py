"""Change a published system in one place, train it, and share it for others to load.

Needs: seehear[train,share].

    python examples/train_variant.py DATASET FEATURES OUT
"""

import dataclasses
import sys
from pathlib import Path

from seehear import share, train
from seehear.data import open_dataset
from seehear.features import open_features
from seehear.recipes import RECIPES

data, features, out = map(Path, sys.argv[1:])
dataset, store = open_dataset(data), open_features(features)

han = RECIPES["han"]
shorter = dataclasses.replace(  # the delta is the definition
    han,
    name="han-short",
    summary="HAN, three epochs, joint gate at 0.4",
    adapt={},
    training=dataclasses.replace(han.training, epochs=3, batch=8),
    decoding=dataclasses.replace(han.decoding, gate_threshold=0.4),
)

run = train.run(train.prepare(dataset, store, shorter), out / "run", seed=1)
address = share.push(
    run, f"file://{(out / 'shared').resolve()}"
)  # or hf://owner/name, s3://bucket/folder
for split in ("val", "test"):
    figures = train.evaluate_split(address, store, dataset, split)
    print(
        split,
        {key: round(100 * value, 1) for key, value in figures.items() if key.endswith("type")},
    )
print("load it anywhere with --model", address)
