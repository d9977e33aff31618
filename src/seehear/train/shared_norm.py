"""Batch normalisation over the clips of all processes.

torch's own `SyncBatchNorm` needs GPUs; this one works on the CPU, too.
"""

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

from seehear.nn.part import is_part


class _Sum(torch.autograd.Function):
    """The sum over all processes; its gradient is summed over all processes, too."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, value: Tensor) -> Tensor:
        added = value.clone()
        distributed.all_reduce(added)
        return added

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        added = gradient.contiguous().clone()
        distributed.all_reduce(added)
        return added


class SharedBatchNorm(_BatchNorm):
    """Batch normalisation whose mean and variance are those of the whole batch.

    Weights, buffers and their names are those of the layer that it replaces.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        """Accept any number of axes, because layers for one, two and three axes are replaced."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised rows, (B, width, ...)."""
        if not self.training or not is_part():
            return super().forward(input)
        others = [0, *range(2, input.dim())]
        here = torch.tensor([input.numel() / input.shape[1]], device=input.device)
        added = _Sum.apply(torch.cat([input.sum(others), here.to(input.dtype)]))
        count = added[-1].detach()
        mean = added[:-1] / count
        centred = input - _as_rows(mean, input)
        variance = _Sum.apply(centred.square().sum(others)) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1))
        rows = centred * _as_rows(torch.rsqrt(variance + self.eps), input)
        if self.affine:
            rows = rows * _as_rows(self.weight, input) + _as_rows(self.bias, input)
        return rows

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running numbers towards those of this batch, as torch does."""
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        share = self.momentum
        if share is None:
            share = 1 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


def _as_rows(values: Tensor, like: Tensor) -> Tensor:
    """Return (width,) values with an axis for every axis of `like`."""
    return values.view(1, -1, *[1] * (like.dim() - 2))


def share_batch_norm(net: nn.Module) -> nn.Module:
    """Replace each batch normalisation of a network, in place, by one over all processes.

    The network is returned.
    """
    for name, layer in net.named_children():
        if isinstance(layer, _BatchNorm) and not isinstance(layer, SharedBatchNorm):
            shared = SharedBatchNorm(
                layer.num_features,
                layer.eps,
                layer.momentum,
                layer.affine,
                layer.track_running_stats,
            )
            shared.load_state_dict(layer.state_dict())
            setattr(net, name, shared.train(layer.training))
        else:
            share_batch_norm(layer)
    return net
