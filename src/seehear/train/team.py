"""Several processes that train one network together, as PyTorch's `torchrun` starts them.

Every batch is shared: a process runs the network on its clips, and the outputs are gathered, so
that losses and online relabelling see the whole batch in every process.  Gradients are summed and
each process takes the same step, so that weights stay equal.  Batch normalisation covers the clips
of all processes (`shared_norm`), and random numbers are drawn for the whole batch
(`seehear.nn.part`).  So losses are those of one process, within rounding.

The first process leads: it alone writes, prints and restores a stopped run, and sends the others
what they need.  The others read the dataset and its features, but not the run folder.
"""

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn

from seehear.amounts import amount
from seehear.errors import ConfigError, SeehearError
from seehear.nn.output import WITHOUT_CLIPS
from seehear.nn.part import BatchPart, only
from seehear.train.shared_norm import share_batch_norm

T = TypeVar("T")

_TOLD_BY_TORCHRUN = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_PATIENCE = timedelta(days=1)  # the others wait so long, while the first makes labels


class LeaderStopped(SeehearError):
    """Another process has reported the error; this one only ends."""

    def __init__(self) -> None:
        super().__init__("another process of this training could not go on")


@dataclass(frozen=True)
class Team:
    """This process and its place among those that train together.

    Args:
        rank: number of this process, from 0.
        size: number of processes.
        here: number of processes on this machine.
    """

    rank: int = 0
    size: int = 1
    here: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes and prints."""
        return self.rank == 0

    # --- what one process does for all

    def lead(self, action: Callable[[], T]) -> T:
        """Run `action` in the first process; return its result in every process.

        Raises:
            SeehearError: what `action` raises, in the first process; LeaderStopped in the others.
        """
        if self.size == 1:
            return action()
        made: list[T | None] = [None]
        error = None
        if self.leads:
            try:
                made = [action()]
            except SeehearError as raised:
                error = raised
        self._stop_if(error)
        distributed.broadcast_object_list(made)
        return made[0]  # type: ignore[return-value]  # set by the first process

    def together(self, action: Callable[[], T]) -> T:
        """Run `action` in every process; return this one's result unless one of them fails.

        Raises:
            SeehearError: the error, in the first process; LeaderStopped in the others.
        """
        if self.size == 1:
            return action()
        made, error = None, None
        try:
            made = action()
        except SeehearError as raised:
            error = raised
        self._stop_if(error)
        return made  # type: ignore[return-value]  # set, as there was no error

    def _stop_if(self, error: SeehearError | None) -> None:
        """Stop if a process has an error; the first process raises it, its own before others'."""
        told: list[SeehearError | None] = [None] * self.size
        distributed.all_gather_object(told, error)
        found = [raised for raised in told if raised is not None]
        if found:
            raise self.told(found[0])

    def told(self, error: SeehearError) -> SeehearError:
        """Return what to raise here for an error that all have; the first process reports it."""
        return error if self.leads else LeaderStopped()

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items that this process is to do."""
        return items[self.rank :: self.size]

    def joined(self, done: list[T]) -> list[T]:
        """Return the results of all processes, in the order of the items.

        Args:
            done: results of this process for its `share`.
        """
        if self.size == 1:
            return done
        of_all: list[list[T]] = [[] for _ in range(self.size)]
        distributed.all_gather_object(of_all, done)
        return [of_all[i % self.size][i // self.size] for i in range(sum(map(len, of_all)))]

    # --- a step of training

    def require_batch(self, batch: int) -> None:
        """Check that a batch has at least one clip for each process.

        Raises:
            ConfigError: it has fewer.
        """
        if batch < self.size:
            error = ConfigError(
                f"expected at least one clip a process, got {batch} for"
                f" {amount(self.size, 'process')}",
                hint="start fewer, or set a larger batch",
                parameter="settings training.batch",
            )
            raise self.told(error)

    def part(self, count: int) -> BatchPart | None:
        """Return this process's part of a batch; None: all of it, as there are too few clips."""
        if count < self.size or self.size == 1:
            return None
        return BatchPart(
            self.rank * count // self.size, (self.rank + 1) * count // self.size, count
        )

    def prepared(self, net: nn.Module) -> nn.Module:
        """Return a network prepared for this team: with shared batch normalisation."""
        return net if self.size == 1 else share_batch_norm(net)

    def run(self, net: Callable[[], T], part: BatchPart | None) -> T:
        """Return the outputs of a network for the whole batch.

        Args:
            net: runs the network on the clips of `part`.
            part: this process's part of the batch; None: all of it.
        """
        if self.size == 1:
            return net()
        with only(part):
            output = net()
        assert dataclasses.is_dataclass(output)
        assert not isinstance(output, type)
        whole: dict[str, Tensor | None] = {}
        for field in dataclasses.fields(output):
            value = getattr(output, field.name)
            if value is None:
                whole[field.name] = None
            elif part is None or field.name in WITHOUT_CLIPS:
                whole[field.name] = _Everyones.apply(value, self.size)
            else:
                whole[field.name] = _Whole.apply(value, part)
        return dataclasses.replace(output, **whole)

    def add_gradients(self, weights: Iterable[nn.Parameter]) -> None:
        """Replace the gradients in every process by their sum over all processes."""
        if self.size == 1:
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


ALONE = Team()


class _Whole(torch.autograd.Function):
    """The rows of all processes; each process gets back the gradient of its own rows."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, rows: Tensor, part: BatchPart) -> Tensor:
        ctx.part = part  # type: ignore[attr-defined]  # where torch wants it
        whole = rows.new_zeros(part.count, *rows.shape[1:])
        whole[part.start : part.stop] = rows
        distributed.all_reduce(whole)
        return whole

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        part: BatchPart = ctx.part  # type: ignore[attr-defined]
        return gradient[part.start : part.stop], None


class _Everyones(torch.autograd.Function):
    """A value that all processes compute; each gets back an equal share of its gradient."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, value: Tensor, size: int) -> Tensor:
        ctx.size = size  # type: ignore[attr-defined]
        return value.view_as(value)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient / ctx.size, None  # type: ignore[attr-defined]


@contextmanager
def joined(device: str) -> Iterator[tuple[Team, str]]:
    """Join the processes that torchrun has started, if any; yield (team, device of this process).

    Args:
        device: `cpu`, `cuda` or `auto`; with the last two each process has a GPU of its own, with
            `auto` only if there are GPUs.

    Raises:
        ConfigError: more processes on this machine than GPUs.
    """
    told = [os.environ.get(name, "") for name in _TOLD_BY_TORCHRUN]
    if not all(told) or told[1] == "1":
        yield ALONE, device
        return
    number = int(os.environ.get("LOCAL_RANK", "0"))
    here = int(os.environ.get("LOCAL_WORLD_SIZE", told[1]))
    on_gpu = device.startswith("cuda") or (device == "auto" and torch.cuda.is_available())
    if on_gpu and here > torch.cuda.device_count() > 0:
        raise ConfigError(
            f"expected a GPU for each of {amount(here, 'process')}, got"
            f" {torch.cuda.device_count()}",
            hint="start fewer on this machine, or use cpu",
            parameter="device",
        )
    if on_gpu and torch.cuda.is_available():
        device = f"cuda:{number}"
        torch.cuda.set_device(number)
    backend = "cpu:gloo,cuda:nccl" if device.startswith("cuda") else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Team(distributed.get_rank(), distributed.get_world_size(), here), device
    finally:
        distributed.destroy_process_group()
