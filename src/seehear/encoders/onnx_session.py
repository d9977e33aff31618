"""ONNX Runtime sessions, quiet and with a bounded number of threads."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from seehear.errors import ConfigError, MissingExtraError, WeightsError

_REMADE = "delete it: it is made again from the weights"


class ModelMeta(Protocol):
    """What a model says of itself."""

    custom_metadata_map: dict[str, str]


class Input(Protocol):
    """What a model takes."""

    name: str


class Session(Protocol):
    """The part of `onnxruntime.InferenceSession` that encoders use."""

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]], /
    ) -> list[NDArray[Any]]:
        """Return the outputs named, in their order."""

    def get_inputs(self) -> Sequence[Input]:
        """Return what the model takes."""

    def get_modelmeta(self) -> ModelMeta:
        """Return what the model says of itself."""


def session(path: Path, threads: int | None = None, *, hint: str = _REMADE) -> Session:
    """Return a CPU session of the model at `path`.

    Args:
        path: an ONNX file.
        threads: inside one operator; None: `SEEHEAR_THREADS`, else all cores.
        hint: advice for the error where it cannot be loaded.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        WeightsError: it cannot be loaded.
    """
    return _session(path, threads, hint)


def _library() -> Any:  # its type stubs lack the attributes set here
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError.of("onnxruntime", "offline") from None
    return onnxruntime


def _session(
    path: Path, threads: int | None, hint: str, *, optimised: Path | None = None
) -> Session:
    onnxruntime = _library()
    options = onnxruntime.SessionOptions()
    if optimised is not None:
        options.optimized_model_filepath = str(optimised)
        levels = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or _threads_of_environment()
    # idle threads must not keep a core busy
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        made: Session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        return made
    except Exception as error:  # the runtime's own error classes share no base
        raise WeightsError(
            f"cannot be loaded ({str(error).splitlines()[0][:120]})",
            where=path,
            hint=hint,
        ) from None


def optimise(source: Path, target: Path) -> None:
    """Write a model as this version of the runtime optimises it, for `session` to load.

    What is optimised for one kind of processor is left to loading, so the file works on any.

    Raises:
        MissingExtraError, WeightsError: as `session`.
    """
    _session(source, 1, _REMADE, optimised=target)


def runtime() -> str:
    """Return the version of the runtime, for the name of what `optimise` writes.

    Raises:
        MissingExtraError: onnxruntime is not installed.
    """
    return str(_library().__version__)


def thread_count(threads: int | None = None) -> int:
    """Return how many threads to use: as given, else `SEEHEAR_THREADS`, else one for each core.

    Raises:
        ConfigError: `SEEHEAR_THREADS` is not a number.
    """
    return threads or _threads_of_environment() or os.cpu_count() or 1


def _threads_of_environment() -> int:
    threads = os.environ.get("SEEHEAR_THREADS") or "0"
    if not threads.isdecimal():
        raise ConfigError(f"expected a number of threads, got {threads!r}", where="SEEHEAR_THREADS")
    return int(threads)
