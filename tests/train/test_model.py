"""A trained parser read from its file, and everything that can be wrong with that."""

import pytest
from safetensors.torch import save_file

from seehear.errors import WeightsError
from seehear.train import (
    load_run,
)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_truncated_checkpoint_is_one_line(trained, tmp_path, keep):
    whole = (trained / "best.safetensors").read_bytes()
    (tmp_path / "best.safetensors").write_bytes(whole[:keep])
    with pytest.raises(WeightsError, match="damaged or truncated checkpoint") as caught:
        load_run(tmp_path)
    assert "\n" not in str(caught.value)


def test_other_files_are_refused(trained, tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        load_run(tmp_path / "none.safetensors")
    with pytest.raises(WeightsError, match=r"expected a run folder with best\.safetensors"):
        load_run(tmp_path)
    save_file({"a": np_tensor()}, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match="expected a file written by seehear"):
        load_run(tmp_path / "a.safetensors")


def np_tensor():
    import torch

    return torch.zeros(2)
