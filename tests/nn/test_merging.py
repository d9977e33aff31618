"""Maps are merged for many rows only, and in full precision."""

import torch

from seehear.nn.merging import pays_to_merge


def test_many_rows_pay_and_few_do_not() -> None:
    x = torch.zeros(3, 4, 7)  # 12 rows of 7 features
    assert pays_to_merge(x, 11)
    assert not pays_to_merge(x, 12)


def test_never_in_reduced_precision() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        assert not pays_to_merge(torch.zeros(3, 4, 7), 1)
