"""TensorBoard event files of a training stage, if they are asked for."""

from pathlib import Path

from seehear.errors import MissingExtraError
from seehear.train.loop import Epoch


class Board:
    """Writes curves for TensorBoard.

    Args:
        folder: of the stage.

    Raises:
        MissingExtraError: TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise MissingExtraError.of("tensorboard", "tensorboard") from None
        self._writer = SummaryWriter(str(folder / "tensorboard"))

    def epoch(self, epoch: Epoch) -> None:
        """Add one point to every curve."""
        values = {"lr": epoch.lr}
        values |= {f"loss/{name}": value for name, value in epoch.losses.items()}
        values |= {f"val/{name}": value for name, value in (epoch.figures or {}).items()}
        for name, value in values.items():
            self._writer.add_scalar(name, value, epoch.number)
        self._writer.flush()

    def close(self) -> None:
        """Finish the files."""
        self._writer.close()
