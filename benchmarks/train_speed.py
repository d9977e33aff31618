"""How much faster is our training and evaluation than the released structure, at LLP's size?

    python benchmarks/train_speed.py --folder SCRATCH
        [--clips 10000] [--val 1200] [--epochs 3] [--workers 12]

Writes random features of the official shapes (80 x 2048, 10 x 512, 10 x 128; 6.8 GB for 10,000
clips, kept in SCRATCH for the next call), then trains HAN at batch 32 with the literal structure
(`yardstick.py`) and with ours, in turn, and evaluates with both.  The literal structure reads its
files with as many processes as the released HAN: twelve in training, one in evaluation
(YapengTian/AVVP-ECCV20, main_avvp.py); with few cores one is a little faster (--workers 1).
Before anything is timed, both train a few steps from the same weights without dropout in the same
order: their losses must agree, and so must their figures, but for clips with a probability within
rounding of the threshold.  Prints the times, the medians and the
ratios as JSON.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

try:
    import yardstick
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"train_speed: {missing.name} is missing, with which the literal structure reads its"
        f" tables; run: pip install {missing.name}"
    ) from None

import numpy as np
import torch

from seehear.data import Dataset, open_dataset
from seehear.features import open_features
from seehear.metrics import evaluate
from seehear.recipes import Recipe, apply
from seehear.runs.predicted import Predicted
from seehear.time import Decoding, decide
from seehear.train import Prepared, RunFolder, loop, prepare
from seehear.train.folder import StageRecorder
from seehear.train.networks import build_networks, predict
from seehear.train.targets import build_targets

SHAPES = {"vggish": (10, 128), "res152": (80, 2048), "r2plus1d_18": (10, 512)}
CLASSES, BATCH, LR = 25, 32, 3e-4
ROUNDING = 1e-5  # of a probability, between two orders of addition
DIMS = {"audio": 128, "visual": 2048, "motion": 512}


def main() -> None:
    """Make the data, compare, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="scratch folder for the features"
    )
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--val", type=int, default=1_200)
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs of each")
    parser.add_argument(
        "--workers",
        type=int,
        default=12,
        help="loader processes of the literal structure in training (default: 12, as released)",
    )
    args = parser.parse_args()
    dataset = make_data(args.folder, args.clips, args.val)
    started = time.perf_counter()
    prepared = prepare(
        dataset,
        open_features(args.folder / "feats"),
        "han",
        settings={"training.batch": BATCH, "training.lr": LR},
    )
    loading = time.perf_counter() - started
    items = yardstick.Items(
        args.folder / "feats", dataset.root / "train.csv", dataset.vocabulary.names
    )
    result: dict[str, Any] = {
        "load_once_s": round(loading, 2),
        **agreement(prepared, items, args.workers),
    }
    literal, ours = [], []
    net, optimiser = yardstick.Net(), None
    optimiser = torch.optim.Adam(net.parameters(), lr=LR)
    for _ in range(args.epochs):  # in turn, so that a busy machine slows both
        literal.append(
            timed(lambda: yardstick.train_epoch(net, items, optimiser, BATCH, args.workers))
        )
        ours.append(timed(lambda: train_ours(prepared, 1)))
    result["train"] = compare(literal, ours)
    result["evaluate"] = evaluation(prepared, args)
    result["machine"] = {
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "clips": args.clips,
        "val": args.val,
        "batch": BATCH,
        "workers": args.workers,
    }
    print(json.dumps(result, indent=1))


def make_data(folder: Path, clips: int, val: int) -> Dataset:
    """Write tables and features of the official layout unless they are there; return both read."""
    rng = np.random.default_rng(0)
    data = folder / f"data-{clips}-{val}"
    data.mkdir(parents=True, exist_ok=True)
    classes = [f"class{i:02d}" for i in range(CLASSES)]
    toml = [
        'name = "bench"',
        "[grid]\ncount = 10\nstep_s = 1.0",
        "[vocabulary]",
        *(f'{c} = "{c}"' for c in classes),
    ]
    for split, start, count in (("train", 0, clips), ("val", clips, val)):
        names = [f"c{i:010d}" for i in range(start, start + count)]
        rows = [
            f"{n}\t{','.join(rng.choice(classes, rng.integers(1, 4), replace=False))}"
            for n in names
        ]
        (data / f"{split}.csv").write_text("filename\tevent_labels\n" + "\n".join(rows) + "\n")
        toml += [f"[splits.{split}]", f'clips = "{split}.csv"']
        for track in ("audio", "visual") if split == "val" else ():
            events = [
                f"{row.split(chr(9))[0]}\t{on}\t{on + rng.integers(1, 10 - on + 1)}\t{label}"
                for row in rows
                for label in row.split("\t")[1].split(",")
                for on in [int(rng.integers(0, 9))]
            ]
            table = ["filename\tonset\toffset\tevent_labels", *events]
            (data / f"{split}_{track}.csv").write_text("\n".join(table) + "\n")
            toml.append(f'{track} = "{split}_{track}.csv"')
        for name, shape in SHAPES.items():
            (folder / "feats" / name).mkdir(parents=True, exist_ok=True)
            for clip in names:
                path = folder / "feats" / name / f"{clip}.npy"
                if not path.exists():
                    np.save(path, rng.standard_normal(shape, np.float32))
    (data / "dataset.toml").write_text("\n".join(toml) + "\n")
    return open_dataset(data)


def agreement(
    prepared: Prepared, items: yardstick.Items, workers: int, steps: int = 12
) -> dict[str, Any]:
    """Train both for some steps from the same weights, without dropout; compare every loss.

    Raises:
        SystemExit: the losses differ by more than float rounding.
    """
    recipe = apply(prepared.recipe, {"network.dropout": 0.0})
    net = build_networks(recipe.network, DIMS, CLASSES, 10)["main"]
    literal = yardstick.Net(dropout=0.0)
    literal.load_state_dict(net.state_dict())
    order = loop.clip_order(1, 1, len(items))[: steps * BATCH]
    theirs = yardstick.train_epoch(
        literal,
        items,
        torch.optim.Adam(literal.parameters(), lr=LR),
        BATCH,
        workers,
        order.tolist(),
    )
    learner = loop.Learner(_task(prepared, recipe))
    learner.nets = {"main": net}
    learner.optimiser = torch.optim.Adam(net.parameters(), lr=LR, fused=True)
    ours = [float(learner.take_step(1, number, order)[-1]) for number in range(steps)]
    gap = float(np.abs(np.array(theirs) - ours).max())
    if gap > 1e-3:
        raise SystemExit(f"the losses differ by {gap}: {theirs} and {ours}")
    return {
        "first_losses": [round(x, 6) for x in ours[:3]],
        "largest_loss_gap": gap,
        "steps_compared": steps,
    }


def train_ours(prepared: Prepared, epochs: int) -> None:
    """Train with our loop, without validation, writing what it always writes."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = apply(prepared.recipe, {"training.epochs": epochs, "training.select": "last"})
        loop.fit(_task(prepared, recipe), StageRecorder(RunFolder(folder), {}, {}))


def _task(prepared: Prepared, recipe: Recipe) -> loop.TrainingTask:
    return loop.TrainingTask(
        recipe=recipe,
        train=prepared.train,
        targets=build_targets(recipe.labels, prepared.train.weak, {}, 10),
        val=None,
        truth=None,
        artefacts={},
        dims=DIMS,
        segments=10,
        seed=1,
        device=torch.device("cpu"),
    )


def evaluation(prepared: Prepared, args: argparse.Namespace) -> dict[str, Any]:
    """Time both evaluations of the val clips with equal weights; their figures must agree.

    As in training: the literal structure reads its files again each time; ours holds the clips in
    memory, read and pooled once (`load_once_s`).
    """
    net = yardstick.Net()
    with torch.no_grad():
        net.fc_prob.bias += 0.3  # some decisions must fall both ways
    ours_net = build_networks(prepared.recipe.network, DIMS, CLASSES, 10)["main"]
    ours_net.load_state_dict(net.state_dict())
    assert prepared.val is not None
    assert prepared.truth is not None
    root = prepared.dataset.root
    items = yardstick.Items(
        args.folder / "feats", root / "val.csv", prepared.dataset.vocabulary.names
    )
    figures: dict[str, Any] = {}

    def literal() -> None:
        figures["literal"] = yardstick.evaluate_clips(
            net, items, root / "val_audio.csv", root / "val_visual.csv", 1
        )

    def ours() -> None:
        figures["predicted"] = predicted = predict(
            {"main": ours_net}, prepared.val, {}, torch.device("cpu")
        )
        on = decide(*predicted, decoding=Decoding(gate="joint"))
        figures["ours"] = [
            100 * v for v in evaluate(on[:, :, 0], on[:, :, 1], *prepared.truth).figures().values()
        ]

    times = [(timed(literal), timed(ours)) for _ in range(args.epochs)]
    gap = float(np.abs(np.array(figures["literal"]) - figures["ours"]).max())
    near = clips_at_the_threshold(figures["predicted"], 0.5)
    if gap > 1e-6 + 100 * near / len(prepared.val):
        shown = {name: figures[name] for name in ("literal", "ours")}
        raise SystemExit(f"the figures differ by {gap}, {near} clips at the threshold: {shown}")
    return {
        **compare([t[0] for t in times], [t[1] for t in times]),
        "figures": [round(x, 3) for x in figures["ours"]],
        "largest_figure_gap": gap,
        "clips_at_the_threshold": near,
    }


def clips_at_the_threshold(predicted: Predicted, threshold: float) -> int:
    """Return how many clips have a probability so near the threshold that rounding decides it.

    Each can change a figure, a mean over clips, by no more than its share.
    """
    near = np.zeros(len(predicted.clip_prob), np.bool_)
    for prob in predicted:
        near |= (np.abs(prob - threshold) < ROUNDING).reshape(len(near), -1).any(axis=1)
    return int(near.sum())


def timed(action: Any) -> float:
    """Return how many seconds a call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def compare(literal: list[float], ours: list[float]) -> dict[str, Any]:
    """Return times, medians and their ratio."""
    middle = statistics.median(literal), statistics.median(ours)
    return {
        "literal_s": [round(x, 2) for x in literal],
        "ours_s": [round(x, 2) for x in ours],
        "median_s": [round(x, 2) for x in middle],
        "times_faster": round(middle[0] / middle[1], 2),
    }


if __name__ == "__main__":
    main()
