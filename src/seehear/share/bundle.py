"""What is shared of a run: a few files, named in a manifest with their sha256; nothing can run.

    seehear-model.json     schema, and sha256 and size of every other file
    best.safetensors       the networks with all they need to parse (`seehear.train.model`)
    model.onnx             the networks as a graph, where the run has one
    recipe.json            the resolved recipe, readable
    README.md              the model card
    figures-SPLIT.json     the ten figures on a split, where the run was scored on it

A taught parser (`taught_files`) has others, some in folders.  Names that a manifest may give are
these and no others: no pickled weights, no program.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from seehear.errors import WeightsError
from seehear.files import Json
from seehear.foreign.forms import Form, maybe, record, shortened, table, text, whole
from seehear.foreign.tensors import opened_tensors
from seehear.foreign.texts import parse_json, read_bytes, read_json
from seehear.names import is_plain
from seehear.share.about import ABOUT
from seehear.share.about import FIGURES as FIGURES_FORM
from seehear.share.card import model_card
from seehear.share.taught_files import BELOW, TAUGHT, is_shared_taught, taught_files

SCHEMA = "seehear.model/1"
MANIFEST, MODEL = "seehear-model.json", "best.safetensors"
GRAPH, RECORD = "model.onnx", "run.json"  # a graph is used only where one of ours gives its sha256
RECIPE, CARD = "recipe.json", "README.md"
FIGURES = "figures-{split}.json"  # the ten figures on a split
_ALLOWED = re.compile(
    r"best\.safetensors|model\.onnx|recipe\.json|README\.md|figures-[A-Za-z0-9_-]+\.json"
)
_FIGURES = re.compile(r"figures-([A-Za-z0-9_-]+)\.json")
_REMAKE = "take another copy of the run"
_REMAKE_GRAPH = f"{_REMAKE}, or make the graph again: seehear convert RUN"
MANIFEST_LIMIT = 1 << 20  # bytes; ours has less than a thousand
_RECORD = record({}, {"graph": maybe(record({"sha256": text, "weights": text}))})
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Bundle:
    """The files of a shared model.

    Args:
        files: name -> content, or the path of the model file, which may be large.
        manifest: what describes them.
    """

    files: Mapping[str, bytes | Path]
    manifest: bytes


def bundle(run: str | Path, *, licence: str = "") -> Bundle:
    """Return what is shared of a run folder of `seehear train`, a model file, or a taught parser.

    Args:
        run: the folder or file.
        licence: of the trained parser, an SPDX name, for the card; empty: the card says that none
            was stated.

    Raises:
        WeightsError: no model there, or not one of ours.
    """
    run = Path(run)
    if is_shared_taught(run):
        return _bundled(taught_files(run, licence=licence))
    folder, model = (run, run / MODEL) if run.is_dir() else (run.parent, run)
    about = describe(model)
    figures = {}
    if run.is_dir():
        for path in sorted(folder.glob(FIGURES.format(split="*"))):
            if name := _FIGURES.fullmatch(path.name):
                figures[name[1]] = read_json(path, FIGURES_FORM, kind=WeightsError, hint=_REMAKE)
    texts = {
        RECIPE: about["recipe"],
        **{FIGURES.format(split=split): value for split, value in figures.items()},
    }
    files: dict[str, bytes | Path] = {name: _text(value) for name, value in texts.items()}
    files[CARD] = model_card(about, figures, licence=licence).encode()
    files[MODEL] = model
    if graph := find_graph(run):
        files[GRAPH] = graph
    return _bundled(files)


def _bundled(files: Mapping[str, bytes | Path]) -> Bundle:
    entries = {
        name: {"sha256": digest(content), "size": _size(content)}
        for name, content in sorted(files.items())
    }
    return Bundle(files, _text({"schema": SCHEMA, "files": entries}))


class RunFiles(NamedTuple):
    """Where the parts of a trained parser lie.

    Args:
        model: the networks and what they say of themselves.
        graph: the networks as a graph; need not exist.
        record: what says that the graph is of these networks; need not exist.
    """

    model: Path
    graph: Path
    record: Path


def run_files(path: Path) -> RunFiles:
    """Return where the parts of a run folder, a shared model or a single model file lie."""
    folder = path.parent if path.name == MODEL else path
    if folder.is_dir():
        return RunFiles(folder / MODEL, folder / GRAPH, folder / RECORD)
    return RunFiles(path, path.with_suffix(Path(GRAPH).suffix), path.with_suffix(".json"))


def find_graph(path: Path) -> Path | None:
    """Return the graph of the networks in a folder or file; None: none of exactly these weights.

    Raises:
        WeightsError: the run or the manifest names a graph, but it is missing or another.
    """
    at = run_files(path)
    told = _told_digests(at)
    if told is None or not at.model.is_file() or told.weights != digest(at.model):
        return None
    if not at.graph.is_file():
        raise WeightsError("expected a graph, got no such file", where=at.graph, hint=_REMAKE_GRAPH)
    if (found := digest(at.graph)) != told.graph:
        raise WeightsError(
            f"expected sha256 {told.graph[:16]}, got {found[:16]}",
            where=at.graph,
            hint=_REMAKE_GRAPH,
        )
    return at.graph


class _Digests(NamedTuple):
    weights: str
    graph: str


def _told_digests(at: RunFiles) -> _Digests | None:
    """Return the sha256 of weights and graph, as the run or the manifest beside them gives them."""
    if at.record.is_file():
        graph = read_json(at.record, _RECORD, kind=WeightsError, hint=_REMAKE).get("graph")
        return None if graph is None else _Digests(graph["weights"], graph["sha256"])
    if at.model.name == MODEL and (path := at.model.parent / MANIFEST).is_file():
        content = read_bytes(path, kind=WeightsError, most_bytes=MANIFEST_LIMIT)
        told = {name: sha256 for name, (sha256, _) in read_manifest(content, path).items()}
        return _Digests(told[MODEL], told[GRAPH]) if GRAPH in told else None
    return None


def is_model(path: Path) -> bool:
    """Return whether a path is a model file or a run folder with one, told by names only."""
    return path.suffix == Path(MODEL).suffix or (path / MODEL).exists()


def describe(model: Path) -> dict[str, Any]:
    """Return what a model file says about itself; no tensor is read.

    Raises:
        WeightsError: no such file, or not one of ours.
    """
    if not model.is_file():
        raise WeightsError(
            f"expected a run folder with {MODEL}, or a model file",
            where=model,
            hint="train it first: seehear train",
        )
    with opened_tensors(model, "np") as file:
        return file.about(ABOUT)


def read_manifest(content: bytes, where: object) -> dict[str, tuple[str, int]]:
    """Return name -> (sha256, size) of a manifest that came from outside.

    Raises:
        WeightsError: not a manifest, or one that names what may not be shared: folders, programs,
            pickled weights.
    """
    value = parse_json(content, _MANIFEST, where=where, kind=WeightsError, hint=_WHOSE)
    if value["schema"] != SCHEMA:
        raise WeightsError(
            f"expected a manifest of schema {SCHEMA}, got {shortened(value['schema'])}",
            where=where,
            hint=_WHOSE,
        )
    out = {}
    for name, entry in value["files"].items():
        if not ((is_plain(name) and _ALLOWED.fullmatch(name)) or BELOW.fullmatch(name)):
            raise WeightsError(
                f"refused to fetch {name!r:.80}: a shared model holds {MODEL}, {GRAPH}, JSON and a"
                " card only",
                where=where,
            )
        if not _SHA256.fullmatch(entry["sha256"]):
            raise WeightsError(f"{name}: expected sha256 and size", where=where)
        out[name] = entry["sha256"], entry["size"]
    if MODEL not in out and TAUGHT not in out:
        raise WeightsError(f"the manifest names no {MODEL}", where=where)
    return out


_WHOSE = "is this a shared seehear model?"
_MANIFEST: Form[dict[str, Json]] = record(
    {"schema": text, "files": table(record({"sha256": text, "size": whole()}))}
)


def digest(content: bytes | Path) -> str:
    """Return the sha256 of bytes or of a file."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(content: bytes | Path) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
