"""What a file of weights may not be: larger than it says once it is read.

`torch.save` stores its members and never packs them, so an archive that unpacks to more bytes than
it has was not written by it.  And a tensor may be a view that repeats a few stored numbers as often
as it likes, so that copying it fills the memory.
"""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor


def check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to more than it is.

    Raises:
        WeightsError: its members would be larger than the file, or cannot be listed.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise WeightsError(
            f"a damaged archive ({error})", where=path, hint="fetch the file again"
        ) from None
    size = path.stat().st_size
    if unpacked > size:
        raise WeightsError(
            f"refused: it would unpack to {unpacked:,} bytes, and has {size:,}; checkpoints of"
            " torch are not packed",
            where=path,
        )


def check_tensor(name: str, tensor: "Tensor", where: Path | None = None) -> None:
    """Refuse a tensor that is not stored number by number.

    Raises:
        WeightsError: it is sparse or the like, or a view that repeats what is stored.
    """
    import torch

    if tensor.layout is not torch.strided:
        raise WeightsError(
            f"expected plain numbers under {name!r}, got {tensor.layout}", where=where
        )
    stored = tensor.untyped_storage().nbytes() // tensor.element_size()
    if tensor.numel() > stored:
        raise WeightsError(
            f"{name} repeats {stored:,} stored numbers {tensor.numel():,} times in all",
            where=where,
        )
