"""A training that dies in the middle, as by kill -9."""

import pytest

from seehear.train import loop, run


class Killed(BaseException):
    """Stands for kill -9: nothing gets a chance to tidy up."""


def killed_after(steps, monkeypatch, prepared, out, options=None):
    """Train until the process dies after some optimiser steps."""
    real, left = loop.Learner.take_step, [steps]

    def step(*args):
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Learner, "take_step", step)
        with pytest.raises(Killed):
            run(prepared, out, options=options)
