"""ONNX Runtime sessions, quiet and with a bounded number of threads."""

import os
from pathlib import Path
from typing import Any

from seehear.errors import ConfigError, MissingExtraError, WeightsError


def session(path: Path, threads: int | None = None) -> Any:
    """Return a CPU session of the model at `path`.

    Args:
        path: an ONNX file.
        threads: inside one operator; None: `SEEHEAR_THREADS`, else all cores.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError.of("onnxruntime", "offline") from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or _asked_threads()
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # idle threads must not burn a core
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises its own classes, which share no base
        raise WeightsError(
            f"cannot be loaded ({str(error).splitlines()[0][:120]})",
            where=path,
            hint="delete it: it is made again from the weights",
        ) from None


def thread_count(threads: int | None = None) -> int:
    """Return a number of threads: the one given, else `SEEHEAR_THREADS`, else one a core.

    Raises:
        ConfigError: `SEEHEAR_THREADS` is no number.
    """
    return threads or _asked_threads() or os.cpu_count() or 1


def _asked_threads() -> int:
    asked = os.environ.get("SEEHEAR_THREADS") or "0"
    if not asked.isdecimal():
        raise ConfigError(f"expected a number of threads, got {asked!r}", where="SEEHEAR_THREADS")
    return int(asked)
