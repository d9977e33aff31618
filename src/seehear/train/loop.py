"""The one training loop, for every published system; it reads and writes no files.

The order of the clips and all randomness of a step come from (seed, epoch, step) alone.  So a run
that was stopped and continued ends with the same weights, bit by bit, as a run in one piece (on the
CPU of the same machine, with the same number of threads).
"""

import dataclasses
import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import ConfigError, DataError, ForeignCodeError, SeehearError
from seehear.metrics import evaluate
from seehear.nn import Output
from seehear.nn.graph import takes_prior
from seehear.nn.mixing import draw
from seehear.nn.part import BatchPart, only
from seehear.recipes import Recipe, Training
from seehear.recipes._call import call, loss_terms, weighed
from seehear.recipes.contract import Arrays, ClipInputs, Step
from seehear.time import TRACKS, decide
from seehear.train.augment import noisy
from seehear.train.data import statistics
from seehear.train.networks import batch_inputs, build_networks, predict
from seehear.train.options import RunOptions
from seehear.train.recombine import doubled
from seehear.train.team import ALONE, Team

# what random numbers are for: initial weights, order of clips, all chance in one step
FIRST, ORDER, DROPOUT = range(3)
_OPTIMISERS: dict[str, type[torch.optim.Adam]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}

Figures = Mapping[str, float]
Truth = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True)
class TrainingTask:
    """Everything one training stage learns from.

    Args:
        recipe: resolved, as this stage trains it.
        train: clips to learn from.
        targets: by name, first axis as `train` (`targets.build_targets`).
        val: clips to select on, or None.
        truth: (audio, visual) boolean (N, T, C) of `val`, or None.
        artefacts: what earlier stages made, by stage.
        dims: input widths by role; None: no such input.
        segments: T.
        seed: of initial weights, order of clips and dropout.
        device: where to compute.
        step_s: length of a segment, in seconds.
    """

    recipe: Recipe
    train: ClipInputs
    targets: Mapping[str, Tensor]
    val: ClipInputs | None
    truth: Truth | None
    artefacts: Mapping[str, Arrays]
    dims: Mapping[str, int | None]
    segments: int
    seed: int
    device: torch.device
    step_s: float = 1.0


class KeptWeights(TypedDict):
    """Score, epoch and figures of the kept weights of a copy."""

    score: float
    epoch: int
    figures: dict[str, float] | None


@dataclass
class Counters:
    """How far a training stage is, as JSON values.

    Args:
        epoch: epochs finished.
        step: finished steps of the next epoch.
        sums: sum of each loss term, and of the total, over those steps.
        best: by copy, the kept weights.
        averaged: by copy, the scores of the epochs whose weights are averaged, if several are.
    """

    epoch: int = 0
    step: int = 0
    sums: list[float] = field(default_factory=list)
    best: dict[str, KeptWeights] = field(default_factory=dict)
    averaged: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Epoch:
    """The results of one epoch.

    Args:
        number: counted from 1.
        lr: learning rate.
        losses: mean of each term before its weight, and of the weighted `total`.
        figures: on val, or None where it has no truth.
        chosen: names of the copies whose kept weights are now those of this epoch.
        seconds: how long it took.
    """

    number: int
    lr: float
    losses: Mapping[str, float]
    figures: Figures | None
    chosen: list[str]
    seconds: float


class Learner:
    """The state of one training stage: networks, optimiser, counters, kept weights.

    Args:
        task: what to learn; weights are drawn from its seed.
        team: the processes that learn it together.

    Raises:
        ConfigError: the network starts from a zero-shot parser, and the clips have no logits of
            one.
    """

    def __init__(self, task: TrainingTask, team: Team = ALONE) -> None:
        self.task, self.team = task, team
        self.counters = Counters()
        self.best: dict[str, dict[str, Tensor]] = {}
        self.averaged: dict[str, dict[str, Tensor]] = {}  # `COPY.RANK`: weights of the best epochs
        self.nets = {key: team.prepared(net) for key, net in _new_networks(task).items()}
        if takes_prior(self.nets) and task.train.prior is None:
            raise team.told(
                ConfigError(
                    f"recipe {task.recipe.name} starts from a zero-shot parser, whose logits of the"
                    " clips are missing",
                    hint="give prepare stored_logits, or set network.from_language=false",
                )
            )
        self.optimiser = _new_optimiser(task.recipe, self.nets)
        self.steps_an_epoch = math.ceil(len(task.train) / task.recipe.training.batch)
        self._spread = statistics(task.train) if task.recipe.training.feature_noise else {}
        self._lr = 0.0
        self._started = 0.0
        self._sums = torch.zeros(0)

    def steps(self) -> Iterator[int]:
        """Take the remaining steps of the current epoch; yield after each how many are done."""
        task, counters = self.task, self.counters
        epoch = counters.epoch + 1
        self._started = time.perf_counter()
        self._lr = _set_lr(self.optimiser, task.recipe.training, epoch)
        sums = counters.sums or [0.0] * (len(task.recipe.losses) + 1)
        self._sums = torch.tensor(sums, dtype=torch.float64, device=task.device)
        for net in self.nets.values():
            net.train()
        order = clip_order(task.seed, epoch, len(task.train)).to(task.train.weak.device)
        for number in range(counters.step, self.steps_an_epoch):
            self._sums += self.take_step(epoch, number, order).double()
            counters.step = number + 1
            yield counters.step

    def take_step(self, epoch: int, number: int, order: Tensor) -> Tensor:
        """Take one step of the optimiser; return the loss terms and their weighted total.

        Args:
            epoch: its number, from 1.
            number: of the step in the epoch, from 0.
            order: (N,), the clips in the order of the epoch.

        Returns:
            (terms + 1,): each term before its weight, then the total.

        Raises:
            ConfigError: a loss term is not one number, or none depends on the network.
            ForeignCodeError: a loss term or relabelling of another package raised an exception.
            SeehearError: the network gives NaN or infinite probabilities.
        """
        task, recipe = self.task, self.task.recipe
        seed_torch(task.device, task.seed, DROPOUT, epoch, number)
        batch = recipe.training.batch
        left = order[number * batch :]
        step = self._forward(epoch, number, left[:batch], left[batch : 2 * batch])
        try:
            values = loss_terms(recipe, step)
            total = weighed(recipe, values)
        except (RuntimeError, ForeignCodeError) as error:
            # cross-entropy raises on NaN before a loss is computed
            if not bool(step.out.segment_prob.isfinite().all()):
                raise self.team.told(_diverged(epoch)) from None
            if isinstance(error, ForeignCodeError):
                raise self.team.told(error) from error.__cause__
            raise
        except ConfigError as error:
            raise self.team.told(error) from None
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        weights = [weight for net in self.nets.values() for weight in net.parameters()]
        self.team.add_gradients(weights)
        if recipe.training.clip_norm is not None:
            nn.utils.clip_grad_norm_(weights, recipe.training.clip_norm)
        self.optimiser.step()
        return torch.stack([*values, total]).detach()

    def _forward(
        self, epoch: int, number: int, index: Tensor, following: Tensor | None = None
    ) -> Step:
        """Return a batch with relabelled targets and the outputs of every network.

        The clips `following` are read ahead meanwhile, if they are streamed.
        """
        task, recipe = self.task, self.task.recipe
        main = self.nets["main"]
        inputs = batch_inputs(task.train, self._read_here(index), task.device)
        if following is not None and len(following):
            task.train.read_ahead(self._read_here(following))
        targets = {name: array[index].to(task.device) for name, array in task.targets.items()}
        weak = task.train.weak[index].to(task.device)
        part = self.team.part(len(index))
        if recipe.training.recombine:
            inputs, targets, weak = doubled(inputs, targets, weak)
            part = self.team.part(len(weak))
            inputs = {name: _of_part(rows, part) for name, rows in inputs.items()}
        if recipe.training.feature_noise:
            with only(part):
                inputs = noisy(inputs, recipe.training.feature_noise, self._spread)

        def forward(**changed: object) -> Output:
            settings = {**recipe.network.forward, **changed}
            output: Output = self.team.run(lambda: main(**inputs, **settings), part)
            return output

        step = Step(epoch, number, self.steps_an_epoch, weak, targets, task.artefacts, forward)
        if recipe.labels.relabel is not None:
            step.targets = self._relabelled(recipe.labels.relabel, step)
        step.out = forward(**self._mixed(step))
        for helper in recipe.network.helpers:
            net = self.nets[helper.key]
            takes = accepts(net)
            given = {key: rows for key, rows in inputs.items() if key in takes}
            step.helpers[helper.key] = self.team.run(partial(net, **given), part)
        return step

    def _relabelled(
        self, relabel: Callable[[Step], dict[str, Tensor]], step: Step
    ) -> dict[str, Tensor]:
        """Return the targets of a step as the recipe changes them."""
        try:
            return call(relabel, step, self.task.recipe, "relabelling")
        except ForeignCodeError as error:
            raise self.team.told(error) from error.__cause__

    def _read_here(self, index: Tensor) -> Tensor:
        """Return the clips of a batch that this process reads: all of them to recombine them."""
        if self.task.recipe.training.recombine:
            return index
        return index[_slice(self.team.part(len(index)))]

    def _mixed(self, step: Step) -> dict[str, object]:
        """Return the network's arguments for mixing; add the targets of mixed segments to the step.

        Raises:
            ConfigError: the network cannot mix.
        """
        alpha = self.task.recipe.training.mix_up
        if not alpha:
            return {}
        if self.team.size > 1:
            raise self.team.told(
                ConfigError(
                    "segments are mixed across a whole batch inside the network: expected one "
                    f"process, got {self.team.size}",
                    hint="train with one, or set training.mix_up=0",
                )
            )
        able = "mixing" in accepts(self.nets["main"]) and "audio_segments" in step.targets
        if not able:
            raise ConfigError(
                f"recipe {self.task.recipe.name} cannot mix segments: its network does not do "
                "so, or it has no segment labels",
                hint="set training.mix_up=0, or take a recipe such as lsld",
            )
        clips, segments, _ = step.targets["audio_segments"].shape
        mixing = draw(alpha, clips * segments, self.task.device)
        for row, track in enumerate(TRACKS):
            labels = step.targets[f"{track}_segments"]
            step.targets[f"{track}_mixed"] = mixing.of_track(labels, row)
        return {"mixing": mixing}

    def end_epoch(self) -> Epoch:
        """End the epoch after its last step: validate it, and keep its weights if they are better.

        Raises:
            SeehearError: the loss is no longer finite.
        """
        task, counters = self.task, self.counters
        number = counters.epoch + 1
        names = [*(term.name for term in task.recipe.losses), "total"]
        means = (self._sums / self.steps_an_epoch).tolist()
        losses = dict(zip(names, means, strict=True))
        if not all(map(math.isfinite, means)):
            raise self.team.told(_diverged(number))
        figures = self._validate()
        chosen = self._keep_best(number, figures)
        seconds = time.perf_counter() - self._started
        counters.epoch, counters.step = number, 0
        self._sums = torch.zeros(0)
        return Epoch(number, self._lr, losses, figures, chosen, seconds)

    def _validate(self) -> dict[str, float] | None:
        task = self.task
        if task.val is None or task.truth is None:
            return None
        main = {"main": self.nets["main"]}
        forward = task.recipe.network.forward
        predicted = predict(main, task.val, forward, task.device, team=self.team)
        on = decide(*predicted, decoding=task.recipe.decoding, step_s=task.step_s)
        return dict(evaluate(on[:, :, 0], on[:, :, 1], *task.truth).figures())

    def _keep_best(self, epoch: int, figures: dict[str, float] | None) -> list[str]:
        """Keep this epoch's weights for each copy whose rule prefers them; return those copies."""
        training = self.task.recipe.training
        rules = {"main": training.select}
        if training.select_visual:
            rules["visual"] = training.select_visual
        chosen = []
        for copy, rule in rules.items():
            value, old = score(figures, rule, epoch), self.counters.best.get(copy)
            beats = old is None or _beats(value, old["score"], training)
            if beats:
                self.counters.best[copy] = {"score": value, "epoch": epoch, "figures": figures}
            weights = self._weights(copy, value, beats)
            if weights is not None:
                self.best[copy] = weights
                chosen.append(copy)
        return chosen

    def _weights(self, copy: str, value: float, beats: bool) -> dict[str, Tensor] | None:
        """Return the weights to keep for a copy from now on; None: those kept so far.

        Args:
            copy: name of the copy.
            value: score of this epoch.
            beats: whether it is the best score so far.
        """
        training = self.task.recipe.training
        if training.average == 1:
            return _copy_of(self.nets["main"]) if beats else None
        kept = self.counters.averaged.setdefault(copy, [])
        worst = min(range(len(kept)), key=kept.__getitem__, default=0)
        if len(kept) < training.average:
            worst = len(kept)
            kept.append(value)
        elif not _beats(value, kept[worst], training):
            return None
        kept[worst] = value
        self.averaged[f"{copy}.{worst}"] = _copy_of(self.nets["main"])
        return _mean_of([self.averaged[f"{copy}.{place}"] for place in range(len(kept))])

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return all that a stopped run needs: tensors, and the counters as JSON values."""
        tensors: dict[str, Tensor] = {}
        for key, net in self.nets.items():
            tensors |= {f"net.{key}.{name}": value for name, value in net.state_dict().items()}
        for index, moments in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{index}.{name}": value for name, value in moments.items()}
        for key, weights in self.averaged.items():
            tensors |= {f"averaged.{key}.{name}": value for name, value in weights.items()}
        self.counters.sums = self._sums.tolist()
        return tensors, dataclasses.asdict(self.counters)

    def restore(
        self,
        tensors: Mapping[str, Tensor],
        counters: Mapping[str, Any],
        best: Mapping[str, dict[str, Tensor]],
    ) -> None:
        """Restore a saved state, and the weights that had been kept by then.

        Args:
            tensors, counters: of `state`.
            best: the kept weights by copy.

        Raises:
            RuntimeError, TypeError, ValueError, LookupError: the state is of other networks.
        """
        for key, net in self.nets.items():
            net.load_state_dict(_below(f"net.{key}.", tensors))
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _below("optimiser.", tensors).items():
            index, moment = name.split(".")
            moments.setdefault(int(index), {})[moment] = tensor
        self._check_moments(moments)
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": moments})
        self.counters = Counters(**counters)
        self._sums = torch.tensor(self.counters.sums, dtype=torch.float64, device=self.task.device)
        self.best = {copy: best.get(copy, {}) for copy in self.counters.best}
        for copy, scores in self.counters.averaged.items():
            for place in range(len(scores)):
                key = f"{copy}.{place}"
                self.averaged[key] = _below(f"averaged.{key}.", tensors)

    def follow(self) -> None:
        """Take over the state of the team's first process."""
        tensors, counters = self.team.lead(self._portable_state)
        if not self.team.leads:
            self.restore(tensors, counters, {})

    def _portable_state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, counters = self.state()
        return {name: tensor.cpu() for name, tensor in tensors.items()}, counters

    def _check_moments(self, moments: Mapping[int, Mapping[str, Tensor]]) -> None:
        """Check that saved optimiser moments fit these networks.

        Raises:
            ValueError: a moment has another shape than its weights.
        """
        weights = [weight for group in self.optimiser.param_groups for weight in group["params"]]
        for index, tensors in moments.items():
            shapes = {name: tensor.shape for name, tensor in tensors.items()}
            if shapes.pop("step", None) != () or set(shapes.values()) != {weights[index].shape}:
                raise ValueError(
                    f"the optimiser's state of weight {index} belongs to another weight"
                )


class Recorder(Protocol):
    """Receives the progress of training, for example to write it to disk."""

    def begin(self, learner: Learner) -> None:
        """Record the initial weights, or restore the learner of a stopped run."""

    def pause(self, learner: Learner) -> None:
        """Record the state between two steps."""

    def epoch(self, learner: Learner, epoch: Epoch) -> None:
        """Record the results of an epoch."""

    def end(self, learner: Learner) -> None:
        """Record the last weights."""


def fit(task: TrainingTask, recorder: Recorder, options: RunOptions | None = None) -> None:
    """Train one stage, from the beginning or from the state that the recorder restores.

    Args:
        task: what to learn.
        recorder: is told of the progress, and may restore the learner.
        options: how to train; None: the defaults.

    Raises:
        SeehearError: the loss is no longer finite, or what the recorder raises.
    """
    options = options or RunOptions()
    epochs, every, team = task.recipe.training.epochs, options.save_every, options.team
    with reproducible(task.device):
        learner = Learner(task, team)
        team.lead(lambda: recorder.begin(learner))
        learner.follow()
        with options.progress(epochs, f"train {task.recipe.name}") as bar:
            bar.advance(learner.counters.epoch)
            while learner.counters.epoch < epochs:
                for done in learner.steps():
                    stop = every and done % every == 0 and done < learner.steps_an_epoch
                    if stop and team.leads:
                        recorder.pause(learner)
                epoch = learner.end_epoch()
                if team.leads:
                    recorder.epoch(learner, epoch)
                bar.advance(detail=_say(epoch))
        team.lead(lambda: recorder.end(learner))


def _new_networks(task: TrainingTask) -> dict[str, nn.Module]:
    """Return the networks with their initial weights."""
    seed_torch(task.device, task.seed, FIRST)
    classes = task.train.weak.shape[1]
    nets = build_networks(task.recipe.network, task.dims, classes, task.segments)
    return {key: net.to(task.device) for key, net in nets.items()}


def _new_optimiser(recipe: Recipe, nets: Mapping[str, nn.Module]) -> torch.optim.Optimizer:
    """Return one optimiser for all networks, with a learning rate for each."""
    training = recipe.training
    rates = {"main": training.lr}
    for helper in recipe.network.helpers:
        rates[helper.key] = helper.lr
    groups = []
    for key, net in nets.items():
        scale = rates[key] / training.lr
        groups.append({"params": list(net.parameters()), "lr": rates[key], "scale": scale})
    return _OPTIMISERS[training.optimiser](
        groups,
        lr=training.lr,
        betas=(training.betas[0], training.betas[1]),
        weight_decay=training.weight_decay,
        fused=True,
    )


def _slice(part: BatchPart | None) -> slice:
    """Return the rows of a batch that belong to a part; None: all."""
    return slice(None) if part is None else slice(part.start, part.stop)


def _of_part(rows: Tensor | None, part: BatchPart | None) -> Tensor | None:
    """Return the rows of a batch that are this process's."""
    return None if rows is None else rows[_slice(part)]


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose name starts with `prefix`, by the rest of the name."""
    found = {}
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            found[name.removeprefix(prefix)] = tensor
    return found


def _copy_of(net: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in net.state_dict().items()}


def _mean_of(several: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of several networks, weight by weight."""
    mean = {}
    for name in several[0]:
        mean[name] = torch.stack([one[name] for one in several]).mean(dim=0)
    return mean


def _diverged(epoch: int) -> SeehearError:
    return SeehearError(
        f"the loss is no longer finite in epoch {epoch}",
        hint="lower training.lr, or set training.clip_norm",
    )


def accepts(net: nn.Module) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a network's forward pass (a helper may take one track only)."""
    return inspect.signature(net.forward).parameters


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


def score(figures: Figures | None, rule: str, epoch: int) -> float:
    """Return the number an epoch is selected by.

    Args:
        figures: of the epoch.
        rule: `last`, `mean` (of all ten figures), or figures joined by `+` (their mean).
        epoch: its number, from 1.

    Raises:
        DataError: the rule needs figures and there are none.
    """
    if rule == "last":
        return float(epoch)
    if figures is None:
        raise DataError(
            f"selecting epochs by {rule} needs a val split with segment truth",
            hint="set training.select=last",
        )
    names = list(figures) if rule == "mean" else rule.split("+")
    return sum(figures[name] for name in names) / len(names)


def _beats(value: float, old: float, training: Training) -> bool:
    """Return whether an epoch's score is better than that of the kept one."""
    return value > old or (value == old and training.ties == "later")


def _say(epoch: Epoch) -> str:
    text = f"loss {epoch.losses['total']:.4f}"
    if epoch.figures is None:
        return text
    segment, event = (100 * epoch.figures[key] for key in ("segment/type", "segment/event"))
    return f"{text} · val segment type {segment:.1f} event {event:.1f}"


def seed_torch(device: torch.device, *numbers: int) -> None:
    """Seed torch's generators from a few numbers; on the CPU, only that of the CPU.

    `torch.manual_seed` seeds every kind of device, which costs half a millisecond a step: it
    records a stack trace for each.
    """
    if device.type == "cpu":
        torch.default_generator.manual_seed(_mix(*numbers))
    else:
        torch.manual_seed(_mix(*numbers))


def clip_order(seed: int, epoch: int, count: int) -> Tensor:
    """Return the order in which an epoch, counted from 1, visits the clips, (count,)."""
    return torch.from_numpy(np.random.default_rng(_mix(seed, ORDER, epoch)).permutation(count))


def _mix(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


@contextmanager
def reproducible(device: torch.device) -> Iterator[None]:
    """Compute deterministically; restore torch's random state and settings afterwards."""
    memory: Any = torch.utils.deterministic  # torch's type stubs lack its attribute
    was_deterministic = torch.are_deterministic_algorithms_enabled()
    filled = memory.fill_uninitialized_memory
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        try:
            # on a GPU some operations have no deterministic form; exact resume is promised on the
            # CPU
            torch.use_deterministic_algorithms(device.type == "cpu")
            # filling new memory costs time, and no operation here reads what it did not write
            memory.fill_uninitialized_memory = False
            yield
        finally:
            torch.use_deterministic_algorithms(was_deterministic)
            memory.fill_uninitialized_memory = filled
