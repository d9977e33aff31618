"""Random numbers of a part of a batch are those that the whole batch has there."""

import pytest
import torch

from seehear.nn.dropout import dropout
from seehear.nn.mgn import assign_weights
from seehear.nn.part import BatchPart, only, stacked


def in_parts(net, rows, blocks=1):
    """Return what `net` makes of a batch of 6 clips in two parts."""
    made = []
    for part in (BatchPart(0, 2, 6), BatchPart(2, 6, 6)):
        torch.manual_seed(3)
        here = rows.unflatten(0, (blocks, 6, -1))[:, part.start : part.stop].flatten(0, 2)
        with only(part), stacked(blocks):
            made.append(net(here).unflatten(0, (blocks, -1)))
    return torch.cat(made, dim=1).flatten(0, 1)


@pytest.mark.parametrize(("blocks", "rows_a_clip"), [(1, 1), (1, 4), (2, 1), (2, 4)])
def test_parts_of_a_batch_are_dropped_as_the_whole_is(blocks, rows_a_clip):
    rows = torch.ones(blocks * 6 * rows_a_clip, 5, 3)
    torch.manual_seed(3)
    whole = dropout(rows, 0.5)
    assert torch.equal(in_parts(lambda here: dropout(here, 0.5), rows, blocks), whole)


def test_noise_of_hard_assignment_is_that_of_the_whole():
    scores = torch.zeros(6, 3, 4)
    torch.manual_seed(3)
    whole = assign_weights(scores, hard=True, training=True)
    found = in_parts(lambda here: assign_weights(here, hard=True, training=True), scores)
    assert torch.equal(found, whole)
    torch.manual_seed(3)
    torchs = torch.nn.functional.gumbel_softmax(scores, tau=1.0, hard=True, dim=1)
    assert torch.equal(whole, torchs)


def test_what_has_no_axis_of_clips_is_drawn_as_it_is():
    torch.manual_seed(3)
    whole = dropout(torch.ones(7, 3), 0.5)
    torch.manual_seed(3)
    with only(BatchPart(0, 2, 6)):
        assert torch.equal(dropout(torch.ones(7, 3), 0.5), whole)
