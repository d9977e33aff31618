"""Damaged files of every format give a value or one line; `make fuzz` tries many more."""

import contextlib
import io

import pytest

from formats import formats
from fuzz import kind_of, little_memory, outcomes

pytest.importorskip("torch")


def test_a_thousand_damaged_files_are_read_or_refused_in_one_line(tmp_path) -> None:
    chosen = formats(tmp_path)
    with little_memory(), contextlib.redirect_stderr(io.StringIO()):
        found = list(outcomes(chosen, 1_000))
    assert len(found) >= 1_000
    faults = [outcome for outcome in found if outcome.fault is not None]
    told = [f"{kind_of(o)}, seed {o.seed}: {o.fault!s:.200}" for o in faults]
    assert not told, "\n".join(told)
