"""Batch normalisation over several processes is torch's own over the whole batch."""

import copy

import pytest
import torch
from torch import distributed, nn

from seehear.nn.part import BatchPart, only
from seehear.train.shared_norm import SharedBatchNorm, share_batch_norm


@pytest.fixture(scope="module")
def group():
    """Be a group of one process, which has the whole batch."""
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.parametrize("options", [{}, {"affine": False}, {"momentum": None}])
@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 4)])
def test_outputs_gradients_and_running_numbers_are_those_of_torch(group, shape, options):
    torch.manual_seed(0)
    theirs = nn.Sequential(nn.BatchNorm1d(3, **options))
    ours = share_batch_norm(copy.deepcopy(theirs))
    assert isinstance(ours[0], SharedBatchNorm)
    rows = torch.randn(shape) * 3 + 2
    for _ in range(2):
        given = [rows.clone().requires_grad_() for _ in range(2)]
        with only(BatchPart(0, 6, 6)):
            found = ours(given[0])
        expected = theirs(given[1])
        torch.testing.assert_close(found, expected)
        found.square().sum().backward()
        expected.square().sum().backward()
        torch.testing.assert_close(given[0].grad, given[1].grad, atol=1e-4, rtol=1e-4)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for name, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], value)
    torch.testing.assert_close(ours.eval()(rows), theirs.eval()(rows))
