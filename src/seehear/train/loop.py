"""The one training loop: every published system runs through it.

Order of the clips and all randomness of a step come from (seed, epoch, step) alone, so a run that
was killed anywhere and continued ends in the same bits as one that was left alone (same machine,
same number of threads).
"""

import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import DataError, SeehearError
from seehear.metrics import evaluate
from seehear.nn import Output
from seehear.recipes import Recipe, Training
from seehear.recipes.contract import Clips, Step
from seehear.time import decide
from seehear.train.files import read_tensors, write_tensors
from seehear.train.log import Log
from seehear.train.model import BEST, build_networks, pack, predict
from seehear.train.state import LAST, STATE, State, load_state, save_state

INITIAL = "initial.safetensors"
FIRST, ORDER, DROPOUT = range(
    3
)  # what a random number is for: initial weights, order of clips, one step


class Bar(Protocol):
    """What the loop needs of a progress display."""

    def advance(self, step: int = 1, detail: str = "") -> None: ...
    def note(self, line: str) -> None: ...


class Silent:
    """A progress display that shows nothing."""

    def advance(self, step: int = 1, detail: str = "") -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Do nothing."""


@dataclass
class Job:
    """Everything one training stage needs.

    Args:
        recipe: resolved, as this stage trains it.
        train: clips to learn from.
        targets: by name, first axis as `train` (`targets.build_targets`).
        val: clips to select on, or None.
        truth: (audio, visual) boolean (N, T, C) of `val`, or None.
        folder: where the stage's files go.
        about: written into every model file (JSON).
        artefacts: what earlier stages made.
        normalisation: numbers already applied to the clips, kept with the weights.
        dims: input widths by role.
        segments: T.
        seed: of weights, order and dropout.
        device: where to compute.
        save_every: also save the state after this many steps (0: after epochs only).
        tensorboard: also write TensorBoard event files.
        progress: opens a display for a number of epochs.
    """

    recipe: Recipe
    train: Clips
    targets: Mapping[str, Tensor]
    val: Clips | None
    truth: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None
    folder: Path
    about: dict[str, Any]
    artefacts: Mapping[str, Any]
    normalisation: Mapping[str, Tensor]
    dims: Mapping[str, int | None]
    segments: int
    seed: int
    device: torch.device
    save_every: int = 0
    tensorboard: bool = False
    progress: Callable[[int, str], AbstractContextManager[Bar]] = lambda total, label: nullcontext(
        Silent()
    )


def fit(job: Job) -> None:
    """Train one stage: from the beginning, or from where a killed run stopped.

    Leaves `initial`, `best` and `last` as model files, and `log.jsonl`, in the job's folder.

    Raises:
        SeehearError: the loss is no longer finite, or a file cannot be written.
    """
    training = job.recipe.training
    with reproducible(job), Log(job.folder, tensorboard=job.tensorboard) as log:
        nets, optimiser = _begin(job)
        state, best = _resume(job, nets, optimiser)
        log.keep(state.epoch)
        names = [term.name for term in job.recipe.losses]
        steps = math.ceil(len(job.train) / training.batch)
        with job.progress(training.epochs, f"train {job.recipe.name}") as bar:
            bar.advance(state.epoch)
            for epoch in range(state.epoch + 1, training.epochs + 1):
                started = time.perf_counter()
                lr = _set_lr(optimiser, training, epoch)
                sums = torch.tensor(
                    state.sums or [0.0] * (len(names) + 1), dtype=torch.float64, device=job.device
                )
                for net in nets.values():
                    net.train()
                order = clip_order(job.seed, epoch, len(job.train)).to(job.train.weak.device)
                for number in range(state.step, steps):
                    values = _step(job, nets, optimiser, epoch, number, steps, order)
                    sums += values.double()
                    if job.save_every and (number + 1) % job.save_every == 0 and number + 1 < steps:
                        state.step, state.sums = number + 1, sums.tolist()
                        save_state(job.folder / STATE, state, nets, optimiser)
                losses = dict(zip([*names, "total"], (sums / steps).tolist(), strict=True))
                if not all(map(math.isfinite, losses.values())):
                    raise _diverged(job, epoch)
                figures = _validate(job, nets["main"])
                chosen = _keep_best(job, nets["main"], epoch, figures, state, best)
                log.epoch(epoch, lr, losses, figures, chosen, time.perf_counter() - started)
                state.epoch, state.step, state.sums = epoch, 0, []
                save_state(job.folder / STATE, state, nets, optimiser)
                bar.advance(detail=_say(losses, figures))
        main = {"main": nets["main"].state_dict()}
        write_tensors(
            job.folder / LAST, pack(main, job.normalisation), {**job.about, "epoch": state.epoch}
        )
    (job.folder / STATE).unlink(missing_ok=True)  # finished: the optimiser is of no more use


def _step(
    job: Job,
    nets: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    epoch: int,
    number: int,
    steps: int,
    order: Tensor,
) -> Tensor:
    """Take one optimiser step; return the value of each loss term, before its weight, and the
    weighted total.
    """
    recipe = job.recipe
    seed_torch(job.device, job.seed, DROPOUT, epoch, number)
    index = order[number * recipe.training.batch : (number + 1) * recipe.training.batch]
    inputs = {
        k: None if v is None else v.to(job.device) for k, v in job.train.inputs(index).items()
    }
    options = dict(recipe.network.forward)

    def forward(**changed: Any) -> Output:
        output: Output = nets["main"](**inputs, **{**options, **changed})
        return output

    targets = {name: array[index].to(job.device) for name, array in job.targets.items()}
    step = Step(
        epoch, number, steps, job.train.weak[index].to(job.device), targets, job.artefacts, forward
    )
    if recipe.labels.relabel is not None:
        step.targets = recipe.labels.relabel(step)
    step.out = forward()
    step.helpers = {
        key: net(**{k: v for k, v in inputs.items() if k in accepts(net)})
        for key, net in nets.items()
        if key != "main"
    }
    try:
        values = [term.fn(step) for term in recipe.losses]
    except RuntimeError:  # cross-entropy refuses NaN before any loss is there
        if bool(step.out.segment_prob.isfinite().all()):
            raise
        raise _diverged(job, epoch) from None
    total = sum(term.weight * value for term, value in zip(recipe.losses, values, strict=True))
    optimiser.zero_grad(set_to_none=True)
    total.backward()
    if recipe.training.clip_norm is not None:
        nn.utils.clip_grad_norm_(
            [p for net in nets.values() for p in net.parameters()], recipe.training.clip_norm
        )
    optimiser.step()
    return torch.stack([*values, total]).detach()


def _diverged(job: Job, epoch: int) -> SeehearError:
    return SeehearError(
        f"the loss is no longer finite in epoch {epoch}",
        where=job.folder,
        hint="lower training.lr, or set training.clip_norm",
    )


def accepts(net: nn.Module) -> Mapping[str, Any]:
    """Return the parameters of a network's forward pass; a helper takes only its own track."""
    return inspect.signature(net.forward).parameters


def _begin(job: Job) -> tuple[dict[str, nn.Module], torch.optim.Optimizer]:
    """Return the networks with their initial weights, and the optimiser."""
    training = job.recipe.training
    seed_torch(job.device, job.seed, FIRST)
    nets = build_networks(job.recipe.network, job.dims, job.train.weak.shape[1], job.segments)
    nets = {key: net.to(job.device) for key, net in nets.items()}
    rates = {"main": training.lr} | {helper.key: helper.lr for helper in job.recipe.network.helpers}
    groups = [
        {"params": list(net.parameters()), "lr": rates[key], "scale": rates[key] / training.lr}
        for key, net in nets.items()
    ]
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[training.optimiser]
    optimiser = kind(
        groups,
        lr=training.lr,
        betas=training.betas[:2],  # type: ignore[arg-type]
        weight_decay=training.weight_decay,
        fused=True,
    )
    return nets, optimiser


def _resume(
    job: Job,
    nets: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
) -> tuple[State, dict[str, dict[str, Tensor]]]:
    """Return the saved state and best copies, or write the initial weights and start."""
    if not (job.folder / STATE).exists():
        packed = pack({"main": nets["main"].state_dict()}, job.normalisation)
        write_tensors(job.folder / INITIAL, packed, {**job.about, "epoch": 0})
        return State(), {}
    state = load_state(job.folder / STATE, nets, optimiser)
    best: dict[str, dict[str, Tensor]] = {copy: {} for copy in state.best}
    if best:
        tensors, _ = read_tensors(job.folder / BEST)
        for name, tensor in tensors.items():
            copy, _, rest = name.partition(".")
            if copy in best:
                best[copy][rest] = tensor
    return state, best


def _set_lr(optimiser: torch.optim.Optimizer, training: Training, epoch: int) -> float:
    lr = lr_at(training, epoch)
    for group in optimiser.param_groups:
        group["lr"] = lr * group["scale"]
    return lr


def lr_at(training: Training, epoch: int) -> float:
    """Return the learning rate of an epoch, counted from 1."""
    if training.schedule == "step":
        return training.lr * training.lr_factor ** ((epoch - 1) // training.lr_every)
    if epoch <= training.warmup:
        return training.lr_floor + (training.lr - training.lr_floor) * epoch / training.warmup
    share = (epoch - 1 - training.warmup) / max(1, training.epochs - training.warmup)
    return training.lr_floor + (training.lr - training.lr_floor) * 0.5 * (
        1 + math.cos(math.pi * share)
    )


def _validate(job: Job, net: nn.Module) -> dict[str, float] | None:
    if job.val is None or job.truth is None:
        return None
    predicted = predict({"main": net}, job.val, job.recipe.network.forward, job.device)
    on = decide(*predicted, decoding=job.recipe.decoding)
    return dict(evaluate(on[:, :, 0], on[:, :, 1], *job.truth).figures())


def score(figures: Mapping[str, float] | None, rule: str, epoch: int) -> float:
    """Return the number an epoch is selected by: `last`, `mean` of all ten, or figures joined by
    `+`.

    Raises:
        DataError: the rule needs figures and there are none.
    """
    if rule == "last":
        return float(epoch)
    if figures is None:
        raise DataError(
            f"selecting epochs by {rule} needs a val split with segment truth",
            hint="use --set training.select=last",
        )
    names = list(figures) if rule == "mean" else rule.split("+")
    return sum(figures[name] for name in names) / len(names)


def _keep_best(
    job: Job,
    net: nn.Module,
    epoch: int,
    figures: dict[str, float] | None,
    state: State,
    best: dict[str, dict[str, Tensor]],
) -> list[str]:
    """Keep this epoch's weights as the copies whose rule prefers it; return those copies."""
    training = job.recipe.training
    rules = {"main": training.select} | (
        {"visual": training.select_visual} if training.select_visual else {}
    )
    chosen = []
    for copy, rule in rules.items():
        value, old = score(figures, rule, epoch), state.best.get(copy)
        if (
            old is None
            or value > old["score"]
            or (value == old["score"] and training.ties == "later")
        ):
            state.best[copy] = {"score": value, "epoch": epoch, "figures": figures}
            best[copy] = {
                name: tensor.detach().cpu().clone() for name, tensor in net.state_dict().items()
            }
            chosen.append(copy)
    if chosen:
        about = {
            **job.about,
            "epoch": state.best["main"]["epoch"],
            "figures": state.best["main"]["figures"],
            "copies": {
                copy: {"epoch": entry["epoch"], "score": entry["score"]}
                for copy, entry in state.best.items()
            },
        }
        write_tensors(job.folder / BEST, pack(best, job.normalisation), about)
    return chosen


def _say(losses: Mapping[str, float], figures: Mapping[str, float] | None) -> str:
    text = f"loss {losses['total']:.4f}"
    if figures is not None:
        text += " · val segment type {:.1f} event {:.1f}".format(
            100 * figures["segment/type"], 100 * figures["segment/event"]
        )
    return text


def seed_torch(device: torch.device, *numbers: int) -> None:
    """Seed torch's generators from a few numbers, on the CPU only that of the CPU.

    `torch.manual_seed` notes a stack trace for each other kind of device, half a millisecond a
    step.
    """
    (torch.default_generator.manual_seed if device.type == "cpu" else torch.manual_seed)(
        _mix(*numbers)
    )


def clip_order(seed: int, epoch: int, count: int) -> Tensor:
    """Return the order in which an epoch visits the clips."""
    return torch.from_numpy(np.random.default_rng(_mix(seed, ORDER, epoch)).permutation(count))


def _mix(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


@contextmanager
def reproducible(job: Job) -> Iterator[None]:
    """Leave torch's random state and determinism as they were found."""
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.utils.deterministic.fill_uninitialized_memory,
    )
    devices = [job.device] if job.device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        try:
            # on a GPU some operations have no deterministic form; exact resume is promised on the
            # CPU
            torch.use_deterministic_algorithms(job.device.type == "cpu")
            torch.utils.deterministic.fill_uninitialized_memory = (
                False  # no operation here reads what it did not write
            )
            yield
        finally:
            torch.use_deterministic_algorithms(before[0])
            torch.utils.deterministic.fill_uninitialized_memory = before[1]
