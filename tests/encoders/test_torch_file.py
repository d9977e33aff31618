"""Checkpoints are read without PyTorch, and nothing in them is ever run."""

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from seehear.encoders.torch_file import read_tensors
from seehear.errors import WeightsError

torch = pytest.importorskip("torch")


def state() -> dict[str, "torch.Tensor"]:
    torch.manual_seed(0)
    base = torch.randn(6, 5)
    return {
        "a.weight": torch.randn(3, 4, 2),
        "half": torch.randn(7).half(),
        "count": torch.tensor(12),
        "rows": base[2:4],  # shares its storage with "base"
        "base": base,
        "turned": torch.randn(4, 3, 2).permute(2, 0, 1),  # as converted TensorFlow weights are
        "empty": torch.zeros(0, 3),
        "flag": torch.tensor([True, False]),
    }


@pytest.mark.parametrize("new", [True, False], ids=["zip", "older"])
def test_equal_to_torch(tmp_path: Path, new: bool) -> None:
    path = tmp_path / "model.pth"
    torch.save(state(), path, _use_new_zipfile_serialization=new)
    found = read_tensors(path)
    assert list(found) == list(state())
    for name, tensor in state().items():
        assert found[name].dtype == tensor.numpy().dtype
        assert found[name].shape == tuple(tensor.shape)
        np.testing.assert_array_equal(found[name], tensor.numpy())


class _Attack:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("new", [True, False], ids=["zip", "older"])
def test_code_in_a_checkpoint_never_runs(tmp_path: Path, new: bool) -> None:
    path, trap = tmp_path / "model.pth", tmp_path / "trap"
    torch.save({"a": _Attack(trap)}, path, _use_new_zipfile_serialization=new)
    with pytest.raises(WeightsError, match=r"mkdir; only tensors are read"):
        read_tensors(path)
    assert not trap.exists()


@pytest.mark.parametrize(
    "module", ["builtins eval", "os system", "torch load", "collections deque"]
)
def test_every_other_name_is_refused(tmp_path: Path, module: str) -> None:
    pickled = b"\x80\x02c" + module.replace(" ", "\n").encode() + b"\nX\x01\x00\x00\x00a\x85R."
    path = tmp_path / "model.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickled)
    with pytest.raises(WeightsError, match="only tensors are read"):
        read_tensors(path)


@pytest.mark.parametrize("new", [True, False], ids=["zip", "older"])
def test_damage_is_one_line(tmp_path: Path, new: bool) -> None:
    whole = io.BytesIO()
    torch.save(state(), whole, _use_new_zipfile_serialization=new)
    data = whole.getvalue()
    path = tmp_path / "model.pth"
    for cut in range(0, len(data) - 1, 37):
        path.write_bytes(data[:cut])
        with pytest.raises(WeightsError) as caught:
            read_tensors(path)
        assert "\n" not in str(caught.value)


def test_a_tensor_may_not_reach_outside_its_storage(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    whole = io.BytesIO()
    torch.save({"a": torch.zeros(4)}, whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("data.pkl"):
                assert data.count(b"K\x04\x85") == 1  # the shape (4,)
                data = data.replace(b"K\x04\x85", b"K\x09\x85")
            new.writestr(name, data)
    with pytest.raises(WeightsError, match="outside"):
        read_tensors(path)


def test_a_plain_pickle_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(pickle.dumps({"a": 1}, protocol=2))
    with pytest.raises(WeightsError):
        read_tensors(path)
