"""What does a GPU give: the same losses? How quick an epoch, how quick CLIP?

    python benchmarks/gpu.py --llp TABLES --folder SCRATCH --out FILE
        [--media FOLDER] [--parts losses,epochs,clip] [--cpu-threads 8]

One card, random features of the official shapes for LLP's official tables (`dry_run.py` makes
them), released widths and batches:

* `losses`: the first ten steps of each system on the CPU and on the card, from the same weights in
  the same order, without dropout (its draws differ between devices); the largest relative gap, and
  milliseconds a step of both.
* `epochs`: one epoch of all 10,000 training clips with validation, every system on the card.
* `clip`: CLIP ViT-B/16 with random weights, 8 frames a second: frames a second of the network in
  full and half precision, its share of the card's peak, and clips a second of `extract` from files.

Writes FILE after each part, so that a stop loses nothing of what was measured; figures that need
no card are refused without one.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import dry_run
import numpy as np
import torch
from common import machine
from train_speed import make_data

from seehear.data import open_dataset
from seehear.encoders import load_encoder
from seehear.extraction.extract import ExtractOptions, extract
from seehear.features import open_features
from seehear.recipes import RECIPES, apply, resolve
from seehear.train import Prepared, RunFolder, RunOptions, prepare, run
from seehear.train.files import write_json
from seehear.train.loop import Learner

SYSTEMS = ("han", "ma", "jomold", "mgn", "mm_pyramid", "dhhn", "lsld", "ave", "avsdn")
STEPS = 10
FRAMES, SIDE = 80, 224  # of a clip of ten seconds, as CLIP's features of LLP are made
# operations of CLIP ViT-B/16 a frame, multiplication and addition counted apart (Dosovitskiy et
# al. 2021 give 17.6 billion multiply-adds for this network at this size)
OPERATIONS = 2 * 17.6e9
# dense peaks that NVIDIA states for the SXM cards: outside and on the tensor cores
PEAKS = {"full": 67e12, "half": 989e12}


def main() -> None:
    """Measure part after part; write after each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--llp", type=Path, required=True, help="folder with LLP's official tables")
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--out", type=Path, required=True, help="file for the figures")
    parser.add_argument("--media", type=Path, help="clips of ten seconds, for `clip`")
    parser.add_argument("--parts", default="losses,epochs,clip")
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--cpu-threads", type=int, default=8, help="of the CPU's own steps")
    parser.add_argument("--device", default="cuda")
    args = parser.parse_args()
    if args.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("needs a CUDA device, this machine has none")
    parts: dict[str, Callable[[argparse.Namespace], object]] = {
        "losses": losses,
        "epochs": epochs,
        "clip": clip,
    }
    result: dict[str, Any] = {"card": card(args.device), "machine": machine()}
    for name in args.parts.split(","):
        started = time.perf_counter()
        result[name] = parts[name](args)
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
        write_json(args.out, result)
    print(json.dumps(result, indent=1))


def card(device: str) -> dict[str, Any]:
    """Return what the figures depend on."""
    if device == "cpu":
        return {"name": "cpu", "torch": torch.__version__}
    about = torch.cuda.get_device_properties(0)
    return {
        "name": about.name,
        "memory_gb": round(about.total_memory / 1e9, 1),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
    }


def losses(args: argparse.Namespace) -> dict[str, Any]:
    """Compare the first ten steps of each system on both devices."""
    torch.set_num_threads(args.cpu_threads)
    rows = {}
    for name in args.systems.split(","):
        batch = RECIPES[name].training.batch
        dataset = make_data(args.folder / "few", STEPS * batch, batch)
        store = open_features(args.folder / "few" / "feats")
        found, took = {}, {}
        for device in dict.fromkeys(("cpu", args.device)):
            options = RunOptions(device=device)
            prepared = prepare(
                dataset, store, name, features="paper", settings=plain(name), options=options
            )
            found[device], took[device] = first_steps(prepared, options)
        ours, theirs = np.array(found["cpu"]), np.array(found[args.device])
        rows[name] = {
            "cpu": [round(loss, 6) for loss in found["cpu"]],
            "card": [round(loss, 6) for loss in found[args.device]],
            "largest_relative_gap": float(np.abs(theirs / ours - 1).max()),
            "cpu_ms_a_step": round(1000 * took["cpu"], 2),
            "card_ms_a_step": round(1000 * took[args.device], 2),
            "batch": batch,
        }
        print(name, {k: v for k, v in rows[name].items() if k not in ("cpu", "card")}, flush=True)
    return {"rows": rows, "cpu_threads": args.cpu_threads, "features": "paper", "dropout": 0}


def plain(name: str) -> dict[str, Any]:
    """Return settings without chance: no dropout, one epoch, weak labels for LSLD."""
    recipe = resolve(name, "paper")
    random = {key for key in recipe.network.options if "dropout" in key or key == "drop_path"}
    weak = {"labels.segments.tracks": "none"} if recipe.labels.segments else {}
    last = {"training.epochs": 1, "training.select": "last"}
    helpers = [f"helpers.{one.key}.options.dropout" for one in recipe.network.helpers]
    return {**last, **weak, **{f"network.{key}": 0.0 for key in (*random, *helpers)}}


def first_steps(prepared: Prepared, options: RunOptions) -> tuple[list[float], float]:
    """Return the losses of the final network's steps, and the median seconds of one."""
    taken: list[float] = []
    seconds: list[float] = []
    take_step = Learner.take_step

    def noted(learner: Learner, epoch: int, number: int, order: torch.Tensor) -> torch.Tensor:
        if number == 0:  # of an earlier stage, too: the last one stays
            taken.clear()
            seconds.clear()
        started = time.perf_counter()
        values = take_step(learner, epoch, number, order)
        taken.append(float(values[-1]))  # waits for the card
        seconds.append(time.perf_counter() - started)
        return values

    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(Learner, "take_step", noted),
        mock.patch("seehear.train.graph_file.as_graph", return_value=None),
    ):
        run(prepared, Path(folder) / "run", seed=1, options=options)
    return taken[:STEPS], statistics.median(seconds[2:])  # the first ones also load kernels


def epochs(args: argparse.Namespace) -> dict[str, Any]:
    """Time one epoch of each system on all training clips, on the card."""
    dry_run.make_features(args.llp, args.folder / "feats")
    for tower in ("clip-vit-b16", "clip-vit-b32"):
        dry_run.random_words(tower)
    dataset, store = open_dataset(args.llp), open_features(args.folder / "feats")
    options = RunOptions(device=args.device)
    read: dict[str, Prepared] = {}
    rows = {}
    for name in args.systems.split(","):
        inputs = next(kind for kind in RECIPES[name].features if kind != "clip+3d")
        settings = {"training.epochs": 1}
        recipe = apply(resolve(name, inputs), settings)
        started = time.perf_counter()
        if inputs not in read:
            read[inputs] = prepare(dataset, store, recipe, features=inputs, options=options)
        loading = time.perf_counter() - started
        prepared = replace(
            read[inputs],
            recipe=recipe,
            asked={"recipe": name, "features": inputs, "settings": settings},
        )
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            path = run(prepared, Path(folder) / "run", seed=1, options=options)
            log = list(RunFolder(path).log())
        rows[name] = {
            "features": inputs,
            "epoch_s": round(log[-1]["seconds"], 2),
            "all_stages_s": round(time.perf_counter() - started, 2),
            "reading_s": round(loading, 1),
            "batch": recipe.training.batch,
        }
        print(name, rows[name], flush=True)
    memory = torch.cuda.max_memory_allocated() / 2**30 if args.device == "cuda" else 0.0
    return {"rows": rows, "train_clips": len(prepared.train), "card_peak_gib": round(memory, 2)}


def clip(args: argparse.Namespace) -> dict[str, Any]:
    """Time CLIP ViT-B/16 with random weights, alone and in `extract`."""
    weights = random_clip(args.folder / "clip-vit-b16")
    frames = np.random.default_rng(0).integers(0, 256, (FRAMES, SIDE, SIDE, 3), np.uint8)
    rows = {}
    for precision in ("full", "half"):
        encoder = load_clip("clip-vit-b16", weights, args.device, precision)
        for _ in range(2):
            encoder.encode(frames)
        took = [timed(lambda: encoder.encode(frames)) for _ in range(7)]  # noqa: B023
        speed = FRAMES / statistics.median(took)
        rows[precision] = {
            "frames_a_second": round(speed, 1),
            "clips_a_second": round(speed / FRAMES, 2),
            "share_of_peak": round(speed * OPERATIONS / PEAKS[precision], 4),
            "peak_tflops": PEAKS[precision] / 1e12,
        }
        print(precision, rows[precision], flush=True)
        if args.media is not None:
            rows[precision]["extract"] = whole(args, weights, precision)
            print(precision, rows[precision], flush=True)
    return {"rows": rows, "frames_a_clip": FRAMES, "operations_a_frame": OPERATIONS}


def whole(args: argparse.Namespace, weights: Path, precision: str) -> dict[str, Any]:
    """Time `extract` over files of clips, from nothing."""
    jobs = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        summary = extract(
            [args.media],
            visual=["clip-vit-b16"],
            out=Path(folder) / "features",
            options=ExtractOptions(jobs=jobs, device=args.device),
            load=partial(load_clip, weights=weights, device=args.device, precision=precision),
        )
        seconds = time.perf_counter() - started
    clips = sum(1 for _ in args.media.iterdir())
    return {
        "clips": clips,
        "decoding_processes": jobs,
        "seconds": round(seconds, 1),
        "clips_a_second": round(clips / seconds, 2),
        "summary": str(summary)[:300],
    }


def load_clip(name: str, weights: Path, device: str, precision: str) -> Any:
    """Return the encoder with the user's own weights."""
    from seehear.encoders.precision import HalfPrecision

    encoder = load_encoder(name, weights=weights, device=device)
    return HalfPrecision(encoder) if precision == "half" else encoder


def random_clip(folder: Path) -> Path:
    """Save the network of CLIP ViT-B/16 with random weights; return its folder."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    if not (folder / "config.json").exists():
        torch.manual_seed(0)
        config = CLIPVisionConfig(
            hidden_size=768,
            intermediate_size=3072,
            num_hidden_layers=12,
            num_attention_heads=12,
            image_size=SIDE,
            patch_size=16,
            projection_dim=512,
            hidden_act="quick_gelu",
        )
        CLIPVisionModelWithProjection(config).save_pretrained(str(folder))
    return folder


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes; its result is on the CPU when it returns."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
