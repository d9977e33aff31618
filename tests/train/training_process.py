"""A training as a process of its own (`own_process`): to be killed, or to run out of room."""

import resource
import signal
from pathlib import Path
from typing import Any

import torch

from seehear.data import open_dataset
from seehear.errors import SeehearError
from seehear.features import open_features
from seehear.train import RunOptions, prepare, run


def train(data: Path, features: Path, out: Path, settings: dict[str, Any]) -> None:
    """Train HAN, keeping its state after every step."""
    torch.set_num_threads(1)
    prepared = prepare(open_dataset(data), open_features(features), "han", settings=settings)
    run(prepared, out, options=RunOptions(save_every=1))


def train_with_little_room(
    data: Path, features: Path, out: Path, settings: dict[str, Any], limit: int, said: Path
) -> None:
    """Train HAN where no file may grow beyond `limit` bytes; end as the command would.

    Args:
        said: where the one line of the error goes.
    """
    torch.set_num_threads(1)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    prepared = prepare(open_dataset(data), open_features(features), "han", settings=settings)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        run(prepared, out)
    except SeehearError as error:
        said.write_text(str(error))
        raise SystemExit(2) from None
