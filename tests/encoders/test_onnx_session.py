"""Sessions of ONNX Runtime: faults in one line, threads by the environment."""

import pytest

from seehear.encoders.onnx_session import session, thread_count
from seehear.errors import ConfigError, WeightsError


def test_damaged_models_are_one_line(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"PK\x03\x04 not weights" * 20)
    with pytest.raises(WeightsError) as caught:
        session(tmp_path / "model.onnx")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_threads_are_asked_for_by_the_environment(monkeypatch):
    monkeypatch.setenv("SEEHEAR_THREADS", "3")
    assert thread_count() == 3
    assert thread_count(2) == 2
    monkeypatch.setenv("SEEHEAR_THREADS", "many")
    with pytest.raises(
        ConfigError, match="SEEHEAR_THREADS: expected a number of threads, got 'many'"
    ):
        thread_count()
