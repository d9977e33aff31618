"""The graph of a trained run on disk: it lies beside the weights, and run.json has its sha256."""

from pathlib import Path

from seehear.errors import ConfigError, WeightsError
from seehear.files import Json
from seehear.foreign.forms import anything, table
from seehear.nn.graph import OPSET
from seehear.share import is_address, pull
from seehear.share.bundle import MANIFEST, digest, find_graph, run_files
from seehear.train.files import read_json, write_atomic, write_json
from seehear.train.model import Run, as_graph, load_run


def write_graph(run: Run, path: Path) -> dict[str, Json] | None:
    """Write the networks of a run as a graph; return the graph's entry for the run's record.

    Networks of other packages get no graph: then nothing is written, and None is returned.

    Args:
        run: on the CPU, as read from its file.
        path: of the graph.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    graph = as_graph(run)
    if graph is None:
        return None
    write_atomic(path, graph)
    return {
        "file": path.name,
        "opset": OPSET,
        "sha256": digest(graph),
        "weights": digest(run.path),
    }


def add_graph(path: str | Path) -> tuple[Path, bool]:
    """Write the graph of a trained run if it has none; return its path, and whether it is new.

    Args:
        path: a run folder, a model file, or a shared model.

    Raises:
        WeightsError: no run there, a damaged one, or one that is not finished.
        ConfigError: its network is of another package.
        MissingExtraError: onnx is not installed.
    """
    path = pull(path) if is_address(path) else Path(path)
    run = load_run(path)
    at = run_files(path)
    if _has_graph(path):
        return at.graph, False
    if path.is_dir() and not (at.record.is_file() or (path / MANIFEST).is_file()):
        raise WeightsError(
            f"expected {at.record.name}, got a run that is not finished",
            where=path,
            hint="finish it first: run the same seehear train again",
        )
    record = dict(read_json(at.record, table(anything)) if at.record.is_file() else run.about)
    graph = write_graph(run, at.graph)
    if graph is None:
        raise ConfigError(
            "its network comes from another package, and needs PyTorch", where=run.path
        )
    write_json(at.record, {**record, "graph": graph})
    return at.graph, True


def _has_graph(path: Path) -> bool:
    """Return whether a run has the graph that its record names, undamaged."""
    try:
        return find_graph(path) is not None
    except WeightsError:
        return False
