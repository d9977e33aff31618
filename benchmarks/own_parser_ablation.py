"""Which ingredient makes our own parser better: every one alone and together, over folds and seeds.

    python benchmarks/own_parser_ablation.py --features FOLDER --out FILE.jsonl
        [--folds FOLDS] [--jobs 16] [--until SECONDS] [--device auto|cpu|cuda] [--only base,lsld]
        [--seeds 10] [--epochs 20]

FOLDER holds `pack.npz` of `own_parser_pack.py` (made there from --folds if it is missing).  One
unit is one variant on one fold with one seed: trained as `seehear train` trains it, judged on the
fold's test split.  Units run in processes of one thread each, the first seed of everything first;
each unit is written as it is done, so that a stop loses nothing.  FILE.jsonl is followed by
FILE-1.jsonl and so on at 14 MB.

A line: `variant`, `fold`, `seed`, `device`, `seconds`; `epochs`, by rule of selection, whose
weights were kept; `rows`, "SELECTION/DECODING", with their ten `figures`, and `clips`, what every
clip adds to each (`unpacked` gives an array rows x clips x 10); `fitted`, decodings fitted on val;
`probs`, of the test, val and real clips, at two selections (`unpacked_probs`).
"""

import argparse
import base64
import json
import multiprocessing
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seehear.labels.lsld.contrast import contrast, in_context
from seehear.metrics import FIGURE_KEYS, evaluate
from seehear.parser.prior import ELSEWHERE, PRIORS, mixed
from seehear.recipes import Recipe, resolve
from seehear.recipes.contract import Clips
from seehear.runs.predicted import Predicted
from seehear.time import Decoding, Scores, TimeGrid, decide
from seehear.train.data import standardise, statistics
from seehear.train.fit_decoding import fitted
from seehear.train.loop import Learner, TrainingTask, reproducible, score
from seehear.train.networks import predict
from seehear.train.second_round import PARTS, agreed, judge, parts
from seehear.train.targets import build_targets

SEGMENTS = 10
FOLDS = 5
LEVELS = 200  # of stored probabilities: thresholds at multiples of a two-hundredth stay exact
MOST_BYTES = 14 * 2**20  # of one file
TRACKS = ("audio", "visual")
CONTRASTED = {"audio": 1024, "visual": 1280}  # the embedding, without YAMNet's class scores


@dataclass(frozen=True)
class Variant:
    """What is trained.

    Args:
        settings: of the recipe, besides its own.
        labels: which labels of segments: `plus` (prompts and contrast, as now), `lsld`, `context`
            (contrast looks at neighbours), `second` (two of three witnesses; contrast likewise).
        recipe: its name.
    """

    settings: Mapping[str, Any]
    labels: str = "plus"
    recipe: str = "lsld-robust"


CROSS = "network.forward.cross_attention"
BALANCE, MIX = {"labels.balance": 0.5}, {"training.mix_up": 1.7}
RECOMBINE, LIMITED = {"training.recombine": True}, {CROSS: 0.2}
INSIDE = {"network.from_language": True, "network.language_dropout": 0.5}
VARIANTS = {
    "base": Variant({}),
    "lsld": Variant({}, "lsld", "lsld"),
    "balance": Variant(BALANCE),
    "mix": Variant(MIX),
    "recombined": Variant(RECOMBINE),
    "limited": Variant(LIMITED),
    "limited+recombined": Variant({**LIMITED, **RECOMBINE}),
    "full": Variant({CROSS: 1.0}),
    "full+recombined": Variant({CROSS: 1.0, **RECOMBINE}),
    "language": Variant(INSIDE),
    "context": Variant({}, "context"),
    "balance+mix": Variant({**BALANCE, **MIX}),
    "second": Variant({}, "second"),
    "second+mix": Variant(MIX, "second"),
    "second+balance+mix": Variant({**BALANCE, **MIX}, "second"),
    "second+mix+language": Variant({**MIX, **INSIDE}, "second"),
    "noise": Variant({"training.feature_noise": 0.5}),
    "all": Variant({**BALANCE, **MIX, **RECOMBINE, **LIMITED}, "second"),
}
FIRST = ("base", "lsld")
TEN = ("base", "lsld")  # with ten seeds before any other variant has more than three
SCREEN = 3
# which epochs' weights are kept: rule, rule of the visual copy, how many are averaged
SELECTIONS = {
    "best": ("segment/event", None, 1),
    "mean3": ("segment/event", None, 3),
    "track": ("segment/audio+event/audio", "segment/visual+event/visual", 1),
    "track-mean3": ("segment/audio+event/audio", "segment/visual+event/visual", 3),
}
STORED = ("best", "track-mean3")


@dataclass(frozen=True)
class Unit:
    """One training: a variant, or a part of a fold's clips that a parser of the others judges."""

    variant: str
    fold: int
    seed: int
    part: str | None = None


@dataclass(frozen=True)
class Place:
    """Where and how units run.

    Args:
        pack: the file of arrays.
        scratch: where what parsers say of held-out parts is kept.
        device: `cpu` or `cuda`.
        epochs: of training.
    """

    pack: Path
    scratch: Path
    device: str
    epochs: int


def main() -> None:
    """Run."""
    args = _arguments()
    began = time.monotonic()
    path = args.features / "pack.npz"
    if not path.exists():
        from own_parser_pack import pack

        np.savez_compressed(path, **pack(args.folds, args.features))  # type: ignore[arg-type]
    queue = [*units(args.seeds, args.only.split(",") if args.only else list(VARIANTS))]
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(path, Path(scratch), args.device, args.epochs)
        _start(place)
        with reproducible(torch.device("cpu")):  # slow imports, once for all processes
            _pack(path)
        # a process that is forked cannot use a GPU that its parent has touched
        way = "spawn" if torch.cuda.is_initialized() else "fork"
        pool = multiprocessing.get_context(way).Pool(args.jobs, _start, (place,))
        out, done = _Lines(args.out), 0
        try:
            results = pool.imap_unordered(_run, queue)
            while args.until is None or time.monotonic() - began < args.until:
                left = None if args.until is None else began + args.until - time.monotonic()
                line = results.next(left)
                done += 1
                out.write(line)
                took = time.monotonic() - began
                print(f"{took:6.1f} s {done}/{len(queue)} {_said(line)}", flush=True)
        except (StopIteration, multiprocessing.TimeoutError):
            pass
        finally:
            pool.terminate()
    print(f"{done} of {len(queue)} units in {time.monotonic() - began:.0f} s", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--until", type=float, help="stop after so many seconds")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--only", help="variants, separated by commas")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=20)
    return parser.parse_args()


def units(seeds: int, variants: list[str]) -> Iterator[Unit]:
    """Return all units, in the order in which they are worth most."""
    if any(VARIANTS[name].labels in ("second", "context") for name in variants):
        for fold in range(FOLDS):
            yield from (Unit("base", fold, 0, track) for track in TRACKS)
    if any(VARIANTS[name].labels == "second" for name in variants):
        for fold in range(FOLDS):
            yield from (Unit("base", fold, 1, str(part)) for part in range(PARTS))
    most = min(SCREEN, seeds)
    rounds = [(seed, variants) for seed in range(1, most + 1)]
    few = [name for name in variants if name in TEN]
    rest = [name for name in variants if name not in TEN]
    for chosen in (few, rest):
        rounds += [(seed, chosen) for seed in range(most + 1, seeds + 1)]
    for seed, names in rounds:
        for name in names:
            yield from (Unit(name, fold, seed) for fold in range(FOLDS))


class _Lines:
    """JSON lines in files of limited size."""

    def __init__(self, path: Path) -> None:
        self._path, self._number, self._size = path, 0, 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, line: Mapping[str, Any]) -> None:
        """Append one line."""
        text = json.dumps(line) + "\n"
        if self._size + len(text) > MOST_BYTES:
            self._number, self._size = self._number + 1, 0
        self._size += len(text)
        tail = f"-{self._number}" if self._number else ""
        path = self._path.with_stem(self._path.stem + tail)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)


def _said(line: Mapping[str, Any]) -> str:
    """Return a unit in a few words."""
    head = "{variant} fold {fold} seed {seed} {device} {seconds} s".format(**line)
    if "figures" not in line:
        return f"{head} part {line.get('part')} {line.get('error', '')}"
    rows = dict(zip(line["rows"], line["figures"], strict=True))
    types = [f"{name} {rows[name][3]:.1f}" for name in ("best/alone", "best/robust")]
    return f"{head} Type: {', '.join(types)}"


# --- in a process of the pool

_PLACE: list[Place] = []


def _start(place: Place) -> None:
    """Remember where a process works."""
    torch.set_num_threads(1)
    _PLACE[:] = [place]


@cache
def _pack(path: Path) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for file in sorted(path.parent.glob(f"{path.stem}*{path.suffix}")):
        with np.load(file) as arrays:
            found |= {name: arrays[name] for name in arrays.files}
    return found


@cache
def _device(wanted: str) -> torch.device:
    """Return where this process trains; `auto`: wherever a few steps are quicker."""
    if wanted != "auto":
        return torch.device(wanted)
    try:
        speeds = {name: _pace(torch.device(name)) for name in ("cuda", "cpu")}
    except Exception as error:  # whatever a driver says: the processor always works
        print(f"no GPU: {error}", flush=True)
        return torch.device("cpu")
    return torch.device(min(speeds, key=speeds.__getitem__))


def _pace(device: torch.device) -> float:
    """Return the seconds of a few steps of training."""
    task = _task(Unit("base", 0, 1), device, epochs=1)
    with reproducible(device):
        learner = Learner(task)
        order = torch.arange(len(task.train), device=device)
        for _ in range(3):
            learner.take_step(1, 0, order).sum().item()
        began = time.perf_counter()
        for number in range(8):
            learner.take_step(1, number, order).sum().item()
    return time.perf_counter() - began


def _run(unit: Unit) -> dict[str, Any]:
    """Return what one unit came to; what went wrong is told, not raised."""
    began = time.perf_counter()
    place = _PLACE[0]
    line: dict[str, Any] = asdict(unit)
    try:
        device = _device(place.device)
        line["device"] = device.type
        if unit.part is None:
            line |= _trained(unit, device, place)
        else:
            _keep(unit, place, _part(unit, device, place))
    except Exception as error:  # one unit's failure must not end the others
        line |= {"error": f"{type(error).__name__}: {error}"[:300], "device": "?"}
    return {**line, "seconds": round(time.perf_counter() - began, 1)}


def _task(unit: Unit, device: torch.device, *, epochs: int) -> TrainingTask:
    """Return what a unit trains on, as `seehear train` prepares it."""
    pack = _pack(_PLACE[0].pack)
    variant, fold = VARIANTS[unit.variant], unit.fold
    settings = {**variant.settings, "training.epochs": epochs}
    recipe = resolve(variant.recipe, "offline", settings)
    train, val = _clips(pack, f"train-{fold}"), _clips(pack, f"val-{fold}")
    numbers = statistics(train)
    train = _placed(standardise(train, numbers), pack, f"train-{fold}", recipe, device)
    val = _placed(standardise(val, numbers), pack, f"val-{fold}", recipe, device)
    labels = _labels(pack, variant.labels, fold)
    targets = build_targets(recipe.labels, train.weak.cpu(), {"labels": labels}, SEGMENTS)
    rows = pack[f"val-{fold}"]
    return TrainingTask(
        recipe=recipe,
        train=train,
        targets={name: array.to(device) for name, array in targets.items()},
        val=val,
        truth=(pack["true_audio"][rows], pack["true_visual"][rows]),
        artefacts={},
        dims={"audio": train.audio.shape[-1], "visual": train.visual.shape[-1], "motion": None},
        segments=SEGMENTS,
        seed=unit.seed,
        device=device,
    )


def _clips(pack: Mapping[str, np.ndarray], rows: str) -> Clips:
    """Return the inputs of some clips as extracted."""
    chosen = pack[rows]
    arrays = [torch.from_numpy(pack[name][chosen]) for name in ("weak", "audio", "visual")]
    return Clips(tuple(pack["names"][chosen].tolist()), *arrays)


def _placed(
    clips: Clips, pack: Mapping[str, np.ndarray], rows: str, recipe: Recipe, device: torch.device
) -> Clips:
    """Return standardised clips on the device, with what words say where the network asks."""
    if recipe.network.options.get("from_language"):
        clips = replace(clips, prior=_logits(pack["words"][pack[rows]]))
    return clips.to(device)


def _logits(prob: np.ndarray) -> torch.Tensor:
    inside = np.clip(prob, 1e-4, 1 - 1e-4).astype(np.float32)
    return torch.from_numpy(np.log(inside) - np.log1p(-inside))


def _labels(pack: Mapping[str, np.ndarray], kind: str, fold: int) -> dict[str, np.ndarray | None]:
    """Return the labels of segments of a fold's training clips by track."""

    by = f"labels-{fold}"
    if kind == "lsld":
        return {"audio": None, "visual": pack[f"{by}-lsld-visual"]}
    if kind == "second":
        return _second(pack, fold)
    if kind == "context":
        audio, visual = (_found(fold, track) for track in TRACKS)
        return {"audio": audio, "visual": visual * pack[f"{by}-prompts-visual"]}
    return {track: pack[f"{by}-plus-{track}"] for track in TRACKS}


def _second(pack: Mapping[str, np.ndarray], fold: int) -> dict[str, np.ndarray | None]:
    """Return the labels of the second round, once the parsers of all parts have spoken."""
    weak = pack["weak"][pack[f"train-{fold}"]]
    part_of = parts(len(weak))
    judged = np.zeros((len(weak), SEGMENTS, 2, weak.shape[1]), np.float32)
    for part in range(PARTS):
        judged[part_of == part] = _found(fold, str(part))
    found: dict[str, np.ndarray | None] = {}
    for row, track in enumerate(TRACKS):
        said = [pack[f"labels-{fold}-prompts-{track}"], _found(fold, track)]
        found[track] = agreed(weak, [*said, judged[:, :, row]])
    return found


def _found(fold: int, part: str) -> np.ndarray:
    """Return a part (`_part`) as soon as another process has made it."""
    path = _PLACE[0].scratch / f"{fold}-{part}.npy"
    for _ in range(1200):
        if path.exists():
            return np.load(path)
        time.sleep(0.1)
    raise TimeoutError(f"{path.name} has not come")


def _part(unit: Unit, device: torch.device, place: Place) -> np.ndarray:
    """Return what a parser says of the part of a fold's clips that it has not seen; of a track, the
    labels by contrast with neighbours.
    """
    if unit.part in TRACKS:
        pack = _pack(place.pack)
        rows = pack[f"train-{unit.fold}"]
        features = pack[unit.part][rows][:, :, : CONTRASTED[unit.part]]
        weak = pack["weak"][rows]
        prob = contrast(in_context(features, 1), weak)
        return (prob >= 0.5).astype(np.float32) * weak[:, None]
    task = _task(unit, device, epochs=place.epochs)
    return judge(task, parts(len(task.train)) == int(unit.part or 0))


def _keep(unit: Unit, place: Place, found: np.ndarray) -> None:
    """Write a part where all processes find it, whole or not at all."""
    path = place.scratch / f"{unit.fold}-{unit.part}.npy"
    aside = path.with_suffix(f".{os.getpid()}.part.npy")
    np.save(aside, found)
    aside.replace(path)


def _trained(unit: Unit, device: torch.device, place: Place) -> dict[str, Any]:
    """Train a variant; return the figures of every selection and decoding."""
    task = _task(unit, device, epochs=place.epochs)
    states, figures = [], []
    with reproducible(device):
        learner = Learner(task)
        while learner.counters.epoch < place.epochs:
            for _ in learner.steps():
                pass
            figures.append(learner.end_epoch().figures)
            weights = learner.nets["main"].state_dict()
            states.append({name: tensor.clone() for name, tensor in weights.items()})
    pack = _pack(place.pack)
    judge_of = _Judge(unit, task, pack, _splits(unit, task, pack))
    line: dict[str, Any] = {"epochs": {}, "rows": [], "figures": [], "fitted": {}, "probs": {}}
    clips = []
    for name, (rule, visual, count) in SELECTIONS.items():
        chosen = {"main": _best(figures, rule, count)}
        if visual:
            chosen["visual"] = _best(figures, visual, count)
        line["epochs"][name] = [[epoch + 1 for epoch in some] for some in chosen.values()]
        kept = {}
        for copy, epochs in chosen.items():
            kept[copy] = _mean([states[epoch] for epoch in epochs])
        found = judge_of.probabilities(learner, kept)
        for row, on in judge_of.decisions(found, line["fitted"], name):
            matrix = judge_of.matrix(on)
            line["rows"].append(row)
            line["figures"].append((100 * matrix.mean(axis=0)).round(3).tolist())
            clips.append(matrix)
        if name in STORED:
            for split, predicted in found.items():
                line["probs"][f"{name}/{split}"] = _packed_probs(predicted)
    line["clips"] = _packed(np.round(np.stack(clips) * 10000).astype(np.uint16))
    return line


def _best(figures: list[Any], rule: str, count: int) -> list[int]:
    """Return the best epochs, counted from 0; of two equal ones the later."""
    order = sorted(range(len(figures)), key=lambda i: (score(figures[i], rule, i), i))
    return order[::-1][:count]


def _mean(several: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    return {name: torch.stack([one[name] for one in several]).mean(dim=0) for name in several[0]}


def _splits(unit: Unit, task: TrainingTask, pack: Mapping[str, np.ndarray]) -> dict[str, Clips]:
    """Return the clips that a network is judged on, as it takes them."""
    assert task.val is not None
    fold, recipe, device = unit.fold, task.recipe, task.device
    numbers = statistics(_clips(pack, f"train-{fold}"))
    test = standardise(_clips(pack, f"test-{fold}"), numbers)
    found = {"test": _placed(test, pack, f"test-{fold}", recipe, device), "val": task.val}
    if "wild_audio" in pack:
        rows = [torch.from_numpy(pack[f"wild_{role}"].copy()) for role in TRACKS]
        weak = torch.zeros(len(rows[0]), task.train.weak.shape[1])
        wild = standardise(Clips(tuple(pack["wild_names"].tolist()), weak, *rows), numbers)
        if recipe.network.options.get("from_language"):
            wild = replace(wild, prior=_logits(pack["wild_words"]))
        found["wild"] = wild.to(device)
    return found


@dataclass(frozen=True)
class _Judge:
    """Judges networks of one unit on its fold.

    Args:
        unit: which.
        task: what it was trained on.
        pack: every array.
        splits: the test, val and real clips.
    """

    unit: Unit
    task: TrainingTask
    pack: Mapping[str, np.ndarray]
    splits: Mapping[str, Clips]

    def probabilities(
        self, learner: Learner, kept: Mapping[str, Mapping[str, torch.Tensor]]
    ) -> dict[str, Predicted]:
        """Return the probabilities of the test, val and real clips."""
        found: dict[str, Predicted] = {}
        for split, clips in self.splits.items():
            by_copy = {}
            for copy, weights in kept.items():
                learner.nets["main"].load_state_dict(weights)
                forward = self.task.recipe.network.forward
                nets = {"main": learner.nets["main"]}
                by_copy[copy] = predict(nets, clips, forward, self.task.device)
            main = by_copy["main"]
            if "visual" in by_copy:
                other = by_copy["visual"]
                segment = np.stack(
                    [main.segment_prob[:, :, 0], other.segment_prob[:, :, 1]], axis=2
                )
                track = np.stack([main.track_prob[:, 0], other.track_prob[:, 1]], axis=1)
                main = Predicted(segment, track, main.clip_prob)
            found[split] = main
        return found

    def decisions(
        self, found: Mapping[str, Predicted], said: dict[str, Any], selection: str
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Yield decisions on the test clips by each decoding: the network alone, as `lsld-robust`
        has it, and so with what val says.
        """
        plain = resolve("lsld-plus", "offline").decoding
        robust = resolve("lsld-robust", "offline").decoding
        truth = self.task.truth
        assert truth is not None
        test = self._guided(found["test"], "test")
        ways = {
            "alone": (found["test"], plain),
            "alone-events": (found["test"], robust),
            "robust": (test, robust),
        }
        if selection in STORED:
            own = fitted(robust, found["val"], truth, 1.0)
            both = fitted(robust, self._guided(found["val"], "val"), truth, 1.0)
            said[selection] = {"alone": _told(own), "beside": _told(both)}
            ways |= {
                "alone-fitted": (found["test"], own),
                "robust-fitted": (test, own),
                "robust-fitted-beside": (test, both),
            }
        for way, (predicted, decoding) in ways.items():
            yield f"{selection}/{way}", decide(*predicted, decoding=decoding)

    def _guided(self, predicted: Predicted, split: str) -> Predicted:
        """Return probabilities with language beside them, by the prior `likeness`."""
        rows = self.pack[f"{split}-{self.unit.fold}"]
        near, far = PRIORS["likeness"], ELSEWHERE["likeness"]
        assert near is not None
        names = tuple(self.pack["classes"].tolist())
        out: list[list[np.ndarray]] = [[], [], []]
        for clip, row in enumerate(rows):
            one = [array[clip] for array in predicted]
            network = Scores(one[0], TimeGrid(SEGMENTS), names, *one[1:])
            words = self.pack["words"][row]
            beyond = np.full(SEGMENTS, self.pack[f"unlike-{self.unit.fold}"][row])
            both = near.guided(network, words)
            if beyond[0] > 0:
                both = mixed(both, far.guided(network, words), beyond)
            for kept, array in zip(out, (both.segment_prob, *both.pooled()), strict=True):
                kept.append(array)
        return Predicted(*map(np.stack, out))

    def matrix(self, on: np.ndarray) -> np.ndarray:
        """Return what each test clip adds to each of the ten figures."""
        rows = self.pack[f"test-{self.unit.fold}"]
        truth = self.pack["true_audio"][rows], self.pack["true_visual"][rows]
        return evaluate(on[:, :, 0], on[:, :, 1], *truth).matrix()


def _told(decoding: Decoding) -> list[float | None]:
    return [decoding.keep_threshold, decoding.fill_gap_s, decoding.min_duration_s]


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(array.tobytes(), 6)).decode()


def _packed_probs(predicted: Predicted) -> str:
    """Return segment and track probabilities in two hundred levels."""
    parts = [np.floor(np.clip(array, 0, 1) * LEVELS + 1e-4) for array in predicted[:2]]
    return _packed(np.concatenate([part.astype(np.uint8).ravel() for part in parts]))


# --- for those who read the file


def unpacked(line: Mapping[str, Any]) -> np.ndarray:
    """Return what every clip adds to each figure, (rows, clips, 10)."""
    raw = zlib.decompress(base64.b64decode(line["clips"]))
    values = np.frombuffer(raw, np.uint16).astype(np.float64) / 10000
    return values.reshape(len(line["rows"]), -1, len(FIGURE_KEYS))


def unpacked_probs(text: str, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return segment (N, T, 2, C) and track (N, 2, C) probabilities."""
    raw = zlib.decompress(base64.b64decode(text))
    values = (np.frombuffer(raw, np.uint8).astype(np.float32) + 0.5) / LEVELS
    clips = len(values) // (2 * classes * (SEGMENTS + 1))
    cut = clips * SEGMENTS * 2 * classes
    return (
        values[:cut].reshape(clips, SEGMENTS, 2, classes),
        values[cut:].reshape(clips, 2, classes),
    )


if __name__ == "__main__":
    main()
