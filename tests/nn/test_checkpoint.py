"""Checkpoint files of other programs are read without running what they carry."""

import contextlib
import io
import pickle
import random
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from seehear.errors import WeightsError
from seehear.nn import build, load_official
from seehear.nn.checkpoint import read_checkpoint

LSLD = {
    "audio_dim": 7,
    "visual_dim": 11,
    "motion_dim": None,
    "classes": 5,
    "width": 16,
    "layers": 3,
}


def test_a_training_checkpoint_as_the_releases_write_it(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    net = build("lsld", **LSLD)
    optimiser = torch.optim.Adam(net.parameters())
    sum(parameter.sum() for parameter in net.parameters()).backward()
    optimiser.step()
    torch.save(
        {
            "model": net.state_dict(),
            "optimizer": optimiser.state_dict(),
            "epochs": 20,
            "scheduler": torch.optim.lr_scheduler.StepLR(optimiser, 6).state_dict(),
            "torch_rng": torch.get_rng_state(),
            "random_rng": random.getstate(),
            "numpy_rng": np.random.get_state(),
        },
        path,
    )
    loaded = load_official("lsld", read_checkpoint(path))
    assert torch.equal(loaded.fc_a.weight, net.fc_a.weight)


@pytest.mark.parametrize("zipped", [True, False])
def test_both_formats_of_torch(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "weights.pt"
    torch.save(build("lsld", **LSLD).state_dict(), path, _use_new_zipfile_serialization=zipped)
    assert set(read_checkpoint(path)) == set(build("lsld", **LSLD).state_dict())


def test_a_safetensors_file(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "weights.safetensors"
    save_file(build("lsld", **LSLD).state_dict(), path)
    assert set(read_checkpoint(path)) == set(build("lsld", **LSLD).state_dict())


class Malicious:
    """Runs code when unpickled without care."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (self.trace,))


@pytest.mark.parametrize(
    "write",
    [
        lambda value, path: torch.save(value, path),
        lambda value, path: torch.save(value, path, _use_new_zipfile_serialization=False),
        lambda value, path: path.write_bytes(pickle.dumps(value)),
    ],
    ids=["zip", "legacy", "plain"],
)
def test_no_code_of_a_checkpoint_runs(tmp_path: Path, write) -> None:
    path, trace = tmp_path / "evil.pt", tmp_path / "trace"
    write({"fc_a.weight": torch.zeros(1), "model": Malicious(trace)}, path)
    with pytest.raises(WeightsError, match=r"evil\.pt: .*refused"):
        read_checkpoint(path)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Malicious(trace)))  # the same object does run code where nobody looks
    assert trace.exists()


def test_files_that_are_no_checkpoints(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pt"
    with pytest.raises(WeightsError, match=r"missing\.pt: no such file"):
        read_checkpoint(missing)
    with pytest.raises(WeightsError, match="is a folder"):
        read_checkpoint(tmp_path)
    text = tmp_path / "text.pt"
    text.write_text("not a checkpoint")
    with pytest.raises(WeightsError, match=r"text\.pt: "):
        read_checkpoint(text)
    (tmp_path / "empty.pt").touch()
    with pytest.raises(WeightsError, match=r"empty\.pt: "):
        read_checkpoint(tmp_path / "empty.pt")
    for zipped in (True, False):
        whole, cut = tmp_path / "whole.pt", tmp_path / "cut.pt"
        torch.save(build("lsld", **LSLD).state_dict(), whole, _use_new_zipfile_serialization=zipped)
        cut.write_bytes(whole.read_bytes()[:-1000])
        with pytest.raises(WeightsError, match=r"cut\.pt: .*truncated"):
            read_checkpoint(cut)
    tensor = tmp_path / "tensor.pt"
    torch.save(torch.zeros(3), tensor)
    with pytest.raises(
        WeightsError, match=r"tensor\.pt: expected a dictionary of tensors, got Tensor"
    ):
        read_checkpoint(tensor)


def rewritten(path: Path, data: bytes, *, packed: bool = False) -> None:
    """Write a checkpoint anew: `data` in the place of its pickle, and a name that leads outside."""
    whole = io.BytesIO()
    torch.save({"w": torch.zeros(10)}, whole)
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", how) as new:
        for name in old.namelist():
            new.writestr(name, data if data and name.endswith("data.pkl") else old.read(name))
        new.writestr("../owned", b"x")


def test_an_archive_that_would_unpack_to_more_than_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    rewritten(path, bytes(5_000_000), packed=True)
    assert path.stat().st_size < 10_000
    with pytest.raises(WeightsError, match=r"refused: it would unpack to 5,\d{3},\d{3} bytes"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b".",  # tuples in tuples
        b"\x80\x02B\xff\xff\xff\x7f",  # two gigabytes are to follow
        b"\x80\x02X\x04\x00\x00\x00aaaa" + b"2\x86" * 60 + b".",  # each twice the one before
    ],
)
def test_pickles_that_promise_or_nest_too_much(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.pt"
    rewritten(path, data)
    with pytest.raises(WeightsError):
        read_checkpoint(path)


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "below" / "dots.pt"
    path.parent.mkdir()
    rewritten(path, b"")
    with contextlib.suppress(WeightsError):  # torch may refuse it: either is well
        assert list(read_checkpoint(path)) == ["w"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["below"]
    assert [entry.name for entry in path.parent.iterdir()] == ["dots.pt"]


def test_a_view_that_repeats_one_number_is_no_tensor_of_weights(tmp_path: Path) -> None:
    path = tmp_path / "view.pt"
    torch.save({"w": torch.zeros(1).expand(1 << 36)}, path)
    with pytest.raises(WeightsError, match="w repeats 1 stored numbers 68,719,476,736 times"):
        load_official("lsld", read_checkpoint(path))


def test_a_sparse_tensor_is_no_tensor_of_weights(tmp_path: Path) -> None:
    path = tmp_path / "sparse.pt"
    torch.save({"w": torch.eye(2).to_sparse()}, path)
    with pytest.raises(WeightsError):
        load_official("lsld", read_checkpoint(path))


@pytest.mark.parametrize(
    "head",
    [
        b"{" * 1000,
        b'{"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}',
    ],
)
def test_headers_of_safetensors_that_promise_too_much(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "odd.safetensors"
    for size in (len(head), 1 << 60):
        path.write_bytes(struct.pack("<Q", size) + head)
        with pytest.raises(WeightsError, match="damaged or truncated checkpoint"):
            read_checkpoint(path)
