"""TensorBoard files are written where they are asked for."""

import sys
from types import SimpleNamespace

import pytest

from seehear.errors import MissingExtraError
from seehear.train.board import Board
from seehear.train.loop import Epoch


def test_tensorboard_is_asked_for_by_name_when_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(
        MissingExtraError, match=r"tensorboard is not installed.*seehear\[tensorboard\]"
    ):
        Board(tmp_path)


def test_an_epoch_is_one_point_of_every_curve(tmp_path, monkeypatch):
    points = {}

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, epoch):
            points[name] = (value, epoch)

        def flush(self):
            points["folder"] = self.folder

    fake = SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    Board(tmp_path).epoch(Epoch(2, 0.1, {"total": 0.5}, {"segment/type": 0.4}, ["main"], 1.0))
    assert points == {
        "lr": (0.1, 2),
        "loss/total": (0.5, 2),
        "val/segment/type": (0.4, 2),
        "folder": str(tmp_path / "tensorboard"),
    }
