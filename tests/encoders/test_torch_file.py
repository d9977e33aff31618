"""Checkpoints are read without PyTorch, and nothing in them is ever run."""

import io
import os
import pickle
import zipfile
from collections.abc import Callable
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


def rewritten(tmp_path: Path, change: Callable[[str, bytes], bytes | None], **how: int) -> Path:
    """Return a checkpoint of four numbers whose members were changed, or left out by None."""
    whole, path = io.BytesIO(), tmp_path / "model.pth"
    torch.save({"a": torch.arange(4.0)}, whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", **how) as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)
    return path


def one_line(path: Path) -> str:
    """Return the error that reading gives, which is one line and names the file."""
    with pytest.raises(WeightsError) as caught:
        read_tensors(path)
    said = str(caught.value)
    assert "\n" not in said
    assert str(path) in said
    return said


def numbers(data: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, was: data if name.endswith("/data/0") else was


def index(before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, was: bytes) -> bytes:
        if not name.endswith("data.pkl"):
            return was
        assert before in was
        return was.replace(before, after)

    return change


def test_an_archive_that_unpacks_to_more_than_it_has_is_refused(tmp_path: Path) -> None:
    bomb = rewritten(tmp_path, numbers(bytes(1 << 20)), compression=zipfile.ZIP_DEFLATED)
    assert "it would unpack to" in one_line(bomb)


def test_numbers_of_another_count_are_refused(tmp_path: Path) -> None:
    assert "expected 16 bytes of a tensor, got 12" in one_line(
        rewritten(tmp_path, numbers(b"x" * 12))
    )
    assert "larger than it says" in one_line(rewritten(tmp_path, numbers(b"x" * 17)))


@pytest.mark.parametrize("member", ["data.pkl", "/data/0"])
def test_a_member_that_is_missing_is_one_line(tmp_path: Path, member: str) -> None:
    one_line(rewritten(tmp_path, lambda name, was: None if name.endswith(member) else was))


def test_two_indices_are_refused(tmp_path: Path) -> None:
    path = rewritten(tmp_path, lambda name, was: was)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other/data.pkl", b"\x80\x02}.")
    assert "expected one data.pkl" in one_line(path)


def test_a_promise_of_too_many_numbers_is_refused_before_they_are_read(tmp_path: Path) -> None:
    count = b"X\x03\x00\x00\x00cpu"
    many = index(count + pickled(4, tmp_path), count + b"\x8a\x05\x00\x00\x00\x00\x01")
    assert "promises more than 4 GB" in one_line(rewritten(tmp_path, many))


def pickled(number: int, tmp_path: Path) -> bytes:
    """Return what follows the device in the index: the memo's opcode and the count of numbers."""
    found: list[bytes] = []

    def look(name: str, was: bytes) -> bytes:
        if name.endswith("data.pkl"):
            after = was.split(b"cpu", 1)[1]
            found.append(after[: after.index(bytes([0x4B, number])) + 2])
        return was

    rewritten(tmp_path, look)
    return found[0]


def test_tensors_that_share_their_numbers_may_not_do_so_without_end(tmp_path: Path) -> None:
    path, base = tmp_path / "model.pth", torch.randn(20_000)
    torch.save({"a": base, "b": base[::2]}, path)
    assert set(read_tensors(path)) == {"a", "b"}
    torch.save({str(i): base for i in range(100)}, path)
    assert "over and over" in one_line(path)


def test_a_shape_that_no_array_has_is_one_line(tmp_path: Path) -> None:
    huge = b"K\x00\x8a\x08" + bytes([255] * 7) + b"\x7f\x86"  # (0, 2 ** 63 - 1)
    one_line(rewritten(tmp_path, index(b"K\x04\x85", huge)))


@pytest.mark.parametrize(
    "name", ["torch\nFloatStorage", "torch._utils\n_rebuild_tensor_v2", "collections\nOrderedDict"]
)
def test_what_a_pickle_is_given_cannot_be_changed_by_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.pth"
    state = b"N}X\x08\x00\x00\x00__call__K\x01s\x86"  # (None, {"__call__": 1}): set attributes
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02c" + name.encode() + b"\n" + state + b"b.")
    one_line(path)
    torch.save(state_of_one(), path)
    np.testing.assert_array_equal(read_tensors(path)["a"], np.arange(4.0))


def state_of_one() -> dict[str, "torch.Tensor"]:
    return {"a": torch.arange(4.0)}


def test_a_plain_pickle_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(pickle.dumps({"a": 1}, protocol=2))
    with pytest.raises(WeightsError):
        read_tensors(path)
