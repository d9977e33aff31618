"""An archive is what it says, and a tensor is stored number by number."""

import zipfile
from pathlib import Path

import pytest

from seehear.errors import WeightsError
from seehear.foreign.archive import check_archive, check_tensor

torch = pytest.importorskip("torch")


def test_stored_archives_and_other_files_pass_and_packed_ones_do_not(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    path.write_bytes(b"no archive")
    check_archive(path)
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(path, "w", how) as archive:
            archive.writestr("data", bytes(10_000))
        if how == zipfile.ZIP_STORED:
            check_archive(path)
    with pytest.raises(WeightsError, match="would unpack to 10,000 bytes"):
        check_archive(path)


def test_views_of_what_is_stored_pass_and_repeated_ones_do_not() -> None:
    check_tensor("turned", torch.zeros(3, 4).T)
    check_tensor("part", torch.zeros(9)[2:5])
    with pytest.raises(WeightsError, match="w repeats 3 stored numbers 12 times"):
        check_tensor("w", torch.zeros(3).expand(4, 3))
    with pytest.raises(WeightsError, match="expected plain numbers under 'w'"):
        check_tensor("w", torch.eye(2).to_sparse())
