"""A user's own weights of an encoder: what would fill the memory is refused before it does."""

import io
import zipfile
from pathlib import Path

import pytest

from seehear.encoders import load_encoder
from seehear.encoders.checkpoint import state_dict
from seehear.errors import WeightsError

torch = pytest.importorskip("torch")


def packed(path: Path) -> Path:
    """Write weights into an archive that unpacks to far more than it is."""
    whole = io.BytesIO()
    torch.save({"w": torch.zeros(1 << 20)}, whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return path


def test_plain_weights_are_read(tmp_path: Path) -> None:
    torch.save({"w": torch.arange(3.0)}, tmp_path / "w.pth")
    assert state_dict(tmp_path / "w.pth")["w"].tolist() == [0, 1, 2]


def test_an_archive_that_would_unpack_to_more_than_it_is(tmp_path: Path) -> None:
    path = packed(tmp_path / "w.pth")
    assert path.stat().st_size < 20_000
    with pytest.raises(WeightsError, match=r"w\.pth: refused: it would unpack to 4,\d{3},\d{3}"):
        state_dict(path)


def test_a_view_that_repeats_one_number(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1).expand(1 << 36)}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="w repeats 1 stored numbers 68,719,476,736 times"):
        state_dict(tmp_path / "w.pth")


def test_a_sparse_tensor(tmp_path: Path) -> None:
    torch.save({"w": torch.eye(2).to_sparse()}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="w"):
        state_dict(tmp_path / "w.pth")


def test_a_folder_of_transformers_likewise(tmp_path: Path) -> None:
    import numpy as np

    pytest.importorskip("transformers")
    (tmp_path / "config.json").write_text("{}")
    packed(tmp_path / "pytorch_model.bin")
    encoder = load_encoder("clip-vit-b16", weights=tmp_path, device="cpu")
    with pytest.raises(WeightsError, match=r"pytorch_model\.bin: refused: it would unpack to"):
        encoder.encode(np.zeros((1, 224, 224, 3), np.uint8))
