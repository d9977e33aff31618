"""What is shared of a run: a few files, named in a manifest with their sha256; nothing can run.

    seehear-model.json     schema, and sha256 and size of every other file
    best.safetensors       the networks with all they need to parse (`seehear.train.model`)
    model.onnx             the networks as a graph, where the run has one
    recipe.json            the resolved recipe, readable
    README.md              the model card
    figures-SPLIT.json     the ten figures on a split, where the run was scored on it

Names that a manifest may give are these and no others: no folder, no pickled weights, no program.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import MissingExtraError, WeightsError
from seehear.names import is_plain
from seehear.share.card import model_card

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
MANIFEST_LIMIT = 1 << 20  # bytes; ours has less than a thousand


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
    """Return what is shared of a run folder of `seehear train`, or of a model file.

    Args:
        run: the folder or file.
        licence: of the trained parser, an SPDX name, for the card; empty: the card says that none
            was stated.

    Raises:
        WeightsError: no model there, or not one of ours.
    """
    run = Path(run)
    folder, model = (run, run / MODEL) if run.is_dir() else (run.parent, run)
    about = describe(model)
    figures = {}
    if run.is_dir():
        for path in sorted(folder.glob(FIGURES.format(split="*"))):
            if name := _FIGURES.fullmatch(path.name):
                figures[name[1]] = _json(path.read_bytes(), path)
    texts = {
        RECIPE: about["recipe"],
        **{FIGURES.format(split=split): value for split, value in figures.items()},
    }
    files: dict[str, bytes | Path] = {name: _text(value) for name, value in texts.items()}
    files[CARD] = model_card(about, figures, licence=licence).encode()
    files[MODEL] = model
    if run.is_dir() and (graph := find_graph(folder)):
        files[GRAPH] = graph
    entries = {
        name: {"sha256": digest(content), "size": _size(content)}
        for name, content in sorted(files.items())
    }
    return Bundle(files, _text({"schema": SCHEMA, "files": entries}))


def find_graph(folder: Path) -> Path | None:
    """Return the graph of the networks in a folder; None: there is none of these very weights.

    Raises:
        WeightsError: there is one, but another than the run or the manifest says.
    """
    told = _told_digests(folder)
    path = folder / GRAPH
    if GRAPH not in told or told.get(MODEL) != digest(folder / MODEL):
        return None
    if not path.is_file():
        raise WeightsError("expected a graph, got no such file", where=path, hint=_REMAKE)
    if (found := digest(path)) != told[GRAPH]:
        raise WeightsError(
            f"expected sha256 {told[GRAPH][:16]}, got {found[:16]}", where=path, hint=_REMAKE
        )
    return path


def _told_digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of graph and weights, as the run or the manifest beside them gives them."""
    if (path := folder / RECORD).is_file():
        record = _json(path.read_bytes(), path)
        graph = record.get("graph") if isinstance(record, dict) else None
        if not isinstance(graph, dict):
            return {}
        return {GRAPH: str(graph.get("sha256")), MODEL: str(graph.get("weights"))}
    if (path := folder / MANIFEST).is_file():
        manifest = read_manifest(path.read_bytes(), path)
        return {name: sha256 for name, (sha256, _) in manifest.items()}
    return {}


def is_model(path: Path) -> bool:
    """Return whether a path is a model file or a run folder with one, told by names only."""
    return path.suffix == Path(MODEL).suffix or (path / MODEL).exists()


def describe(model: Path) -> dict[str, Any]:
    """Return what a model file says about itself; no tensor is read.

    Raises:
        WeightsError: no such file, or not one of ours.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise MissingExtraError.of("safetensors", "share") from None
    if not model.is_file():
        raise WeightsError(
            f"expected a run folder with {MODEL}, or a model file",
            where=model,
            hint="train it first: seehear train",
        )
    try:
        with safe_open(model, "np") as file:
            text = (file.metadata() or {}).get("seehear")
    except SafetensorError as error:
        raise WeightsError(f"damaged or truncated checkpoint ({error})", where=model) from None
    about = None if text is None else json.loads(text)
    if not isinstance(about, dict) or not str(about.get("schema", "")).startswith("seehear.run/"):
        raise WeightsError(
            "expected a file written by seehear train or convert, got other safetensors",
            where=model,
        )
    return about


def read_manifest(content: bytes, where: object) -> dict[str, tuple[str, int]]:
    """Return name -> (sha256, size) of a manifest that came from outside.

    Raises:
        WeightsError: not a manifest, or one that names what may not be shared: folders, programs,
            pickled weights.
    """
    value = _json(content, where)
    if (
        not isinstance(value, dict)
        or value.get("schema") != SCHEMA
        or not isinstance(value.get("files"), dict)
    ):
        raise WeightsError(
            f"expected a manifest of schema {SCHEMA}",
            where=where,
            hint="is this a shared seehear model?",
        )
    out = {}
    for name, entry in value["files"].items():
        if not (is_plain(name) and _ALLOWED.fullmatch(name)):
            raise WeightsError(
                f"refused to fetch {name!r:.80}: a shared model holds {MODEL}, {GRAPH}, JSON and a"
                " card only",
                where=where,
            )
        out[name] = _entry(name, entry, where)
    if MODEL not in out:
        raise WeightsError(f"the manifest names no {MODEL}", where=where)
    return out


def _entry(name: str, entry: object, where: object) -> tuple[str, int]:
    """Return the sha256 and size that a manifest gives for one file."""
    if isinstance(entry, dict):
        sha256, size = entry.get("sha256"), entry.get("size")
        if isinstance(sha256, str) and isinstance(size, int) and not isinstance(size, bool):
            if re.fullmatch("[0-9a-f]{64}", sha256) and size >= 0:
                return sha256, size
    raise WeightsError(f"{name}: expected sha256 and size", where=where)


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


def _json(content: bytes, where: object) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"not JSON: {error}", where=where) from None
