"""One network trained on what is known of a library, in memory; and its folder, once it is kept."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seehear._version import __version__
from seehear.data import Vocabulary
from seehear.features.feature_set import FeatureSet
from seehear.parser.adjusted import margins
from seehear.parser.joined import PLAIN
from seehear.recipes import Recipe
from seehear.recipes.contract import Clips
from seehear.runs.description import describe_features
from seehear.share.about import SCHEMA
from seehear.share.bundle import MODEL, RECORD, digest
from seehear.teach.dense import MOST, Stretch, cuts, targets
from seehear.teach.evidence import ClipEvidence
from seehear.teach.masked import COUNTS
from seehear.time import Scores, TimeGrid
from seehear.train.data import standardise, statistics
from seehear.train.files import write_model
from seehear.train.folder import RunFolder
from seehear.train.loop import Epoch, Learner, TrainingTask, fit
from seehear.train.networks import predict
from seehear.train.options import RunOptions

_CPU = torch.device("cpu")
Floats = NDArray[np.float64]
Inputs = tuple[NDArray[np.float32], NDArray[np.float32]]  # of a clip: heard (T, D), seen (T, D)


@dataclass(frozen=True)
class TaughtNetwork:
    """A trained network.

    Args:
        recipe: by which.
        net: itself.
        normalisation: `ROLE.mean`, `ROLE.deviation`.
        dims: input widths by role.
        length: segments of a window.
        step_s: length of a segment, in seconds.
        classes: C.
        clips: it learnt from.
    """

    recipe: Recipe
    net: torch.nn.Module
    normalisation: Mapping[str, torch.Tensor]
    dims: Mapping[str, int | None]
    length: int
    step_s: float
    classes: int
    clips: int

    def margins(self, inputs: Sequence[Inputs]) -> list[Floats]:
        """Return the margins of clips, (T, 2, C) each; where windows overlap, their mean."""
        lengths = [len(heard) for heard, _ in inputs]
        windows = cuts(lengths, self.length, max(1, self.length // 2))
        if not windows:
            return [np.zeros((0, 2, self.classes)) for _ in inputs]
        clips = _clips(inputs, windows, self.classes)
        clips = standardise(clips, self.normalisation)
        forward = self.recipe.network.forward
        found = predict({"main": self.net}, clips, forward, _CPU).segment_prob
        total = [np.zeros((count, 2, self.classes)) for count in lengths]
        times = [np.zeros((count, 1, 1)) for count in lengths]
        for window, prob in zip(windows, found, strict=True):
            inside = slice(window.start, window.start + self.length)
            total[window.clip][inside] += prob[: lengths[window.clip] - window.start]
            times[window.clip][inside] += 1
        return [_margins(part / many) for part, many in zip(total, times, strict=True)]


def trained_on(
    clips: Sequence[ClipEvidence],
    inputs: Sequence[Inputs],
    recipe: Recipe,
    options: RunOptions,
    *,
    seed: int = 1,
) -> TaughtNetwork:
    """Return the network that clips teach.

    Args:
        clips: what is known of them.
        inputs: their rows.
        recipe: masked (`masked.masked`).
        options: how to run.
        seed: of weights and order.
    """
    lengths, classes = [len(heard) for heard, _ in inputs], clips[0].margins.shape[2]
    length = min(max(lengths), MOST)
    windows = cuts(lengths, length, length)
    known = targets(clips, windows)
    arrays = {name: torch.from_numpy(array) for name, array in known.values.items()}
    arrays |= {f"{name}{COUNTS}": torch.from_numpy(x) for name, x in known.counts.items()}
    train = _clips(inputs, windows, classes)
    numbers = statistics(train)
    dims: dict[str, int | None] = {
        "audio": train.audio.shape[-1],
        "visual": train.visual.shape[-1],
        "motion": None,
    }
    task = TrainingTask(
        recipe=recipe,
        train=standardise(train, numbers),
        targets=arrays,
        val=None,
        truth=None,
        artefacts={},
        dims=dims,
        segments=length,
        seed=seed,
        device=_CPU,
    )
    kept = _Last()
    fit(task, kept, options)
    net = kept.net.eval()
    step_s = clips[0].step_s
    return TaughtNetwork(recipe, net, numbers, dims, length, step_s, classes, len(clips))


class _Last:
    """Takes the network as training leaves it."""

    def __init__(self) -> None:
        self.net = torch.nn.Module()

    def begin(self, learner: Learner) -> None:
        """Do nothing."""

    def pause(self, learner: Learner) -> None:
        """Do nothing."""

    def epoch(self, learner: Learner, epoch: Epoch) -> None:
        """Do nothing."""

    def end(self, learner: Learner) -> None:
        """Take the network."""
        self.net = learner.nets["main"]


def write_network(
    folder: Path,
    network: TaughtNetwork,
    words: Vocabulary,
    features: FeatureSet,
    parser: Mapping[str, Any],
) -> str:
    """Write a network as a run folder; return the SHA-256 of its weights.

    Args:
        folder: of the run; new.
        network: to be kept.
        words: its classes.
        features: what it reads.
        parser: how the library was parsed.
    """
    encoders = {}
    for name in features.encoders:
        entry = parser["encoders"][name]
        encoders[name] = {key: entry[key] for key in ("weights", "preprocessing")}
    about = {
        "schema": SCHEMA,
        "seehear": __version__,
        "recipe": network.recipe.to_dict(),
        "seed": 1,
        "features": describe_features(features),
        "dims": dict(network.dims),
        "vocabulary": {"names": list(words.names), "descriptions": list(words.descriptions)},
        "grid": dataclasses.asdict(TimeGrid(network.length, network.step_s)),
        "encoders": encoders,
        "decoding": network.recipe.decoding.to_dict(),
        "dataset": None,
        "labels": {"rule": "what people reviewed, and a catalogue", "clips": network.clips},
        "epoch": network.recipe.training.epochs,
        "figures": None,
        "machine": {"torch": torch.__version__, "threads": torch.get_num_threads()},
    }
    (folder / RECORD).unlink(missing_ok=True)  # until it is whole again
    copies = {"main": network.net.state_dict()}
    write_model(folder / MODEL, copies, network.normalisation, about)
    RunFolder(folder).finish()
    return digest(folder / MODEL)


def _clips(inputs: Sequence[Inputs], windows: Sequence[Stretch], classes: int) -> Clips:
    """Return windows as a network sees clips; their labels are given as targets instead."""
    rows = []
    for track in range(2):
        rows.append(np.stack([one.of(inputs[one.clip][track]) for one in windows]))
    names = tuple(f"{one.clip}@{one.start}" for one in windows)
    return Clips(names, torch.zeros(len(names), classes), *map(torch.from_numpy, rows))


def _margins(prob: Floats) -> Floats:
    """Return the margins of probabilities, (T, 2, C)."""
    count, _, classes = prob.shape
    if not count:
        return prob
    names = tuple(map(str, range(classes)))
    return margins(Scores(prob.astype(np.float32), TimeGrid(count), names), PLAIN)
