"""Networks over numpy arrays: batches do not show, and a device that is not there is one line."""

import numpy as np
import pytest
import torch

from seehear.encoders.torch_run import pick_device, run_batches, settled
from seehear.errors import ConfigError


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
def test_batches_do_not_show(batch):
    rows = np.arange(14, dtype=np.float32).reshape(7, 2)
    sizes = []

    def net(x):
        sizes.append(len(x))
        return x.double() * 2

    out = run_batches(net, rows, batch=batch, device="cpu", prepare=lambda part: part + 1)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, (rows + 1) * 2)
    assert max(sizes) <= batch
    assert sum(sizes) == 7


def test_the_device_asked_for_or_what_is_there():
    assert pick_device("cpu") == "cpu"
    assert pick_device(None) == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ConfigError, match="device: nonsense cannot be used") as caught:
        pick_device("nonsense")
    assert caught.value.parameter == "device"


def test_a_settled_network_has_memory_of_its_own_and_learns_nothing():
    numbers = np.ones(4, np.float32)
    net = torch.nn.Linear(4, 1)
    net.weight = torch.nn.Parameter(torch.from_numpy(numbers)[None])
    assert settled(net) is net
    numbers[:] = 7
    assert (net.weight == 1).all()
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())
