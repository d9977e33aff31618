"""The log of a training stage: one JSON line an epoch, and TensorBoard event files where asked
for.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from seehear.errors import MissingExtraError, SeehearError
from seehear.files import write_text

LOG = "log.jsonl"


class Log:
    """Writes `log.jsonl` in a folder; after a resume it holds each epoch once."""

    def __init__(self, folder: Path, *, tensorboard: bool = False) -> None:
        self._path = folder / LOG
        self._board: Any = None
        self._folder, self._wanted = folder, tensorboard

    def __enter__(self) -> Self:
        if self._wanted:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                raise MissingExtraError.of("tensorboard", "tensorboard") from None
            self._board = SummaryWriter(str(self._folder / "tensorboard"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._board is not None:
            self._board.close()

    def keep(self, epochs: int) -> None:
        """Drop the lines of epochs after `epochs`: they will be trained again."""
        kept = [
            json.dumps(line, ensure_ascii=False)
            for line in read_log(self._path)
            if line["epoch"] <= epochs
        ]
        write_text(self._path, "".join(line + "\n" for line in kept))

    def epoch(
        self,
        epoch: int,
        lr: float,
        losses: Mapping[str, float],
        figures: Mapping[str, float] | None,
        chosen: list[str],
        seconds: float,
    ) -> None:
        """Append one epoch."""
        line = {
            "epoch": epoch,
            "lr": lr,
            "loss": dict(losses),
            "val": None if figures is None else dict(figures),
            "chosen": chosen,
            "seconds": round(seconds, 3),
        }
        try:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise SeehearError(
                f"cannot write: {error.strerror}",
                where=self._path,
                hint="make room and run the same command again",
            ) from None
        if self._board is not None:
            for name, value in {
                "lr": lr,
                **{f"loss/{k}": v for k, v in losses.items()},
                **{f"val/{k}": v for k, v in (figures or {}).items()},
            }.items():
                self._board.add_scalar(name, value, epoch)
            self._board.flush()


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a log; one cut off by a kill is left out."""
    lines = []
    if path.exists():
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except json.JSONDecodeError:
                continue
    return lines
