"""YAMNet: AudioSet class scores and an embedding for each second of sound.

The network is the quantised ONNX release; its front end (log-mel patches of 0.96 s) is computed
here.  For each segment three patches, a quarter of a second apart, are averaged: its own and one on
each side, because a patch that starts between two sounds may miss both.

Weights are held as unsigned bytes.  Processors without 8-bit dot products (no VNNI: AVX2 machines
up to Zen 3) add products of unsigned activations and signed weights in 16 bits, which overflow
without any message: the outputs of this network then correlated with the right ones by only 0.8.
Products of unsigned with unsigned are exact everywhere (microsoft/onnxruntime, issue 14642).

Source: Hershey et al. 2017; AudioSet ontology, Gemmeke et al. 2017.
"""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders import onnx_file
from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.logmel import BANDS, HOP, WINDOW, log_mel
from seehear.encoders.onnx_file import GraphField, ModelField, NodeField, PairField, TensorField
from seehear.encoders.onnx_session import Session, optimise, runtime, session
from seehear.errors import WeightsError

CLASSES, EMBEDDING, SPACE = 521, 1024, 384
_LOGITS = "class_scores_updated"  # of the released graph
_PATCH, _HOP_S = 96, 0.25  # frames of 10 ms; seconds between the patches of a segment
_HEARD = 3  # patches of a segment
_TOP = 10  # classes averaged into the space shared with language

CARD = EncoderCard(
    "yamnet",
    "audio",
    {"feature": EMBEDDING, "logits": CLASSES, "space": SPACE},
    ("yamnet", "minilm"),
    "Apache-2.0",
    "Hershey et al. 2017",
    "AudioSet network, quantised; space: MiniLM average of its best classes",
    "offline",
    "minilm",
)


@dataclass(frozen=True)
class YamNetGraph:
    """The network, ready to run.

    Args:
        session: takes a segment's patches (3, 1, 96, 64) as unsigned bytes, input `audio`.
        scale, zero: by which log-mel values become those bytes: value / scale + zero.
        pooled: name of the output that holds the embedding.
    """

    session: Session
    scale: float
    zero: int
    pooled: str

    def run(self, patches: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (3, 521) and embeddings (3, 1024) of a segment's patches."""
        logits, embedding = self.session.run([_LOGITS, self.pooled], {"audio": patches})
        return logits, embedding.reshape(_HEARD, EMBEDDING)


class YamNet:
    """Audio encoder `yamnet`.

    Outputs of a segment: `feature` (1024) the embedding after global pooling, `logits` (521), and
    `space` (384), the average of the MiniLM vectors of the best classes' names, weighted by their
    scores (as ConSE does for pictures).

    Args:
        threads: inside one operator; None: `SEEHEAR_THREADS`, else all cores.
    """

    card = CARD
    rate_hz = 16000
    context_s = _HOP_S

    def __init__(self, threads: int | None = 1) -> None:
        self._threads = threads  # 1 is usual: a patch is too small to gain from a second thread
        self._net = Lazy(self._load)

    def encode(self, pieces: NDArray[np.float32]) -> Outputs:
        """Return the rows of pieces (n, samples) at 16 kHz: a segment and 0.25 s on each side."""
        net = self._net.get()
        patches = np.round(_patches(pieces) / net.scale) + net.zero
        quantised = np.clip(patches, 0, 255).astype(np.uint8)
        segments = quantised.reshape(-1, _HEARD, 1, _PATCH, BANDS)
        logits, feature = map(_means, zip(*map(net.run, segments), strict=True))
        return {"feature": feature, "logits": logits, "space": language_space(logits)}

    def load(self) -> None:
        """Read the weights, unless they have been read."""
        self._net.get()

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings that shape the features."""
        return {
            "rate_hz": self.rate_hz,
            "patches": _HEARD,
            "hop_s": _HOP_S,
            "space_top": _TOP,
            "weights": "uint8",
        }

    def _load(self) -> YamNetGraph:
        from seehear.weights.cache import derived, digest, locate

        def write(path: Path) -> None:
            released = path.with_suffix(".released")
            _unpack(locate("yamnet"), released)
            optimise(released, path)

        name = f"yamnet-{digest('yamnet')[:16]}-3-{runtime()}.onnx"
        net = session(derived(name, write), self._threads)
        settings = net.get_modelmeta().custom_metadata_map
        return YamNetGraph(
            net,
            scale=float(settings["audio_scale"]),
            zero=int(settings["audio_zero_point"]),
            pooled=settings["pooled"],
        )


def _patches(pieces: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the three log-mel patches of each piece, (n * 3, 96, 64)."""
    hop = round(_HOP_S * 100)
    # samples that three patches span; shorter segments are padded with silence
    needed = (2 * hop + _PATCH - 1) * HOP + WINDOW
    lacking = max(0, needed - pieces.shape[1])
    mel = log_mel(np.pad(pieces, ((0, 0), (0, lacking))), offset=1e-3)  # (n, frames, 64)
    starts = [k * hop for k in range(_HEARD)]
    three = np.stack([mel[:, start : start + _PATCH] for start in starts], axis=1)
    return three.reshape(-1, _PATCH, BANDS)


def _means(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the mean (n, D) of the patches (3, D) of each segment."""
    mean: NDArray[np.float32] = np.stack(rows).mean(axis=1)
    return mean


def language_space(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors (n, 384) of class logits (n, 521) in the space shared with language."""
    from seehear.encoders.minilm import class_embeddings

    # in double precision, as the logits of silence are far below zero: no underflow to 0 / 0
    score = _sigmoid(logits.astype(np.float64))
    best = np.partition(score, -_TOP, axis=-1)[:, -_TOP, None]
    weight = np.where(score >= best, score, 0)
    names = class_embeddings(tuple(n.lower() for n in audioset_classes()))
    space: NDArray[np.float64] = weight @ names / weight.sum(-1, keepdims=True)
    return space.astype(np.float32)


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(x))  # never overflows
    score: NDArray[np.float64] = np.where(x >= 0, 1, small) / (1 + small)
    return score


@lru_cache(maxsize=1)
def audioset_classes() -> tuple[str, ...]:
    """Return the 521 class names, from the file beside the weights."""
    from seehear.weights import locate

    with (locate("yamnet") / "classes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["display_name"] for row in csv.DictReader(file))


def _unpack(folder: Path, target: Path) -> None:
    """Make one ONNX file of the released archive.

    Its input is the patches of a segment, its outputs are logits and embeddings, and its metadata
    holds the scales.

    Raises:
        WeightsError: not the archive expected.
    """
    try:
        graph_file, numbers = _read_archive(folder)
        made = _mended(graph_file, numbers)
    except Exception as error:  # a damaged archive can raise almost any error
        raise WeightsError(
            f"not the archive expected ({type(error).__name__})",
            where=folder,
            hint="run: seehear models verify yamnet",
        ) from None
    target.write_bytes(made)


def _read_archive(folder: Path) -> tuple[bytes, bytes]:
    """Return the released graph, and the numbers that lie beside it in the archive."""
    found = {}
    with zipfile.ZipFile(folder / "yamnet.onnx.zip") as archive:
        for member in archive.infolist():
            found[Path(member.filename).name] = member
        return archive.read(found["model.onnx"]), archive.read(found["model.data"])


def _mended(graph_file: bytes, numbers: bytes) -> bytes:
    """Return the graph as we run it, whole in one file."""
    model = onnx_file.read(graph_file)
    (graph,) = onnx_file.messages(model[ModelField.GRAPH])
    constants = _constants(graph, numbers)
    nodes = list(onnx_file.messages(graph[GraphField.NODE]))
    (pooled,) = onnx_file.texts(_first(nodes, "GlobalAveragePool"), NodeField.OUTPUT)
    settings = {
        "audio_scale": repr(float(onnx_file.read_tensor(constants["audio_scale"]))),
        "pooled": pooled,
        "audio_zero_point": str(int(onnx_file.read_tensor(constants["audio_zero_point"]))),
    }
    nodes = _take_segments(graph, nodes, constants)
    graph[GraphField.NODE] = [onnx_file.write(node) for node in nodes]
    graph[GraphField.INITIALIZER] = [onnx_file.write(fields) for fields in constants.values()]
    # the released output is rounded to a byte
    graph[GraphField.OUTPUT] = [onnx_file.write_place(name) for name in (_LOGITS, pooled)]
    del graph[GraphField.VALUE_INFO]  # it says int8, and one patch
    model[ModelField.GRAPH] = [onnx_file.write(graph)]
    model[ModelField.METADATA] = [
        onnx_file.write({PairField.KEY: [key], PairField.VALUE: [value]})
        for key, value in settings.items()
    ]
    return onnx_file.write(model)


def _constants(graph: onnx_file.Fields, numbers: bytes) -> dict[str, onnx_file.Fields]:
    """Return the constants of a graph by name, each with its numbers in it."""
    constants = {}
    for fields in onnx_file.messages(graph[GraphField.INITIALIZER]):
        (name,) = onnx_file.texts(fields, TensorField.NAME)
        constants[name] = _tensor(fields, numbers)
    return constants


def _first(nodes: list[onnx_file.Fields], kind: str) -> onnx_file.Fields:
    return next(node for node in nodes if onnx_file.texts(node, NodeField.KIND) == [kind])


def _take_segments(
    graph: onnx_file.Fields, nodes: list[onnx_file.Fields], constants: dict[str, onnx_file.Fields]
) -> list[onnx_file.Fields]:
    """Let the network take a segment's three patches together, which saves a third of the time.

    The last product is still computed for each patch alone: ONNX Runtime adds up several rows in
    another order than one, so the last bits of the logits would change.
    """
    graph[GraphField.INPUT][0] = onnx_file.resized(graph[GraphField.INPUT][0], _HEARD)
    _, shape = onnx_file.texts(_first(nodes, "Reshape"), NodeField.INPUT)
    _set(constants, shape, np.array([_HEARD, -1], np.int64))
    product = _first(nodes, "Gemm")
    _round_bias(nodes, constants, product)
    kept = []
    for node in nodes:
        # the node behind the logits only rounded them for the released output
        if node is not product and _LOGITS not in onnx_file.texts(node, NodeField.INPUT):
            kept.append(node)
    return [*kept, *_product_of_each(product)]


def _product_of_each(product: onnx_file.Fields) -> Iterator[onnx_file.Fields]:
    """Yield nodes that replace a product of three rows by one product for each row."""
    taken, *others = onnx_file.texts(product, NodeField.INPUT)
    rows = [f"row_of_patch_{k}" for k in range(_HEARD)]
    logits = [f"logits_of_patch_{k}" for k in range(_HEARD)]
    settings = {"axis": 0, "num_outputs": _HEARD}
    yield onnx_file.read(onnx_file.write_node("Split", [taken], rows, settings))
    for row, out in zip(rows, logits, strict=True):
        one = onnx_file.read(onnx_file.write_node("Gemm", [row, *others], [out], {}))
        yield {**one, NodeField.ATTRIBUTE: product[NodeField.ATTRIBUTE]}
    yield onnx_file.read(onnx_file.write_node("Concat", logits, [_LOGITS], {"axis": 0}))


def _round_bias(
    nodes: list[onnx_file.Fields],
    constants: dict[str, onnx_file.Fields],
    product: onnx_file.Fields,
) -> None:
    """Round the bias of the last product to whole quantisation steps.

    ONNX Runtime does so in the released graph, whose output is rounded to a byte.
    """
    steps = []
    *factors, bias = onnx_file.texts(product, NodeField.INPUT)
    for node in nodes:
        if onnx_file.texts(node, NodeField.OUTPUT)[0] in factors:
            _, scale, *_ = onnx_file.texts(node, NodeField.INPUT)
            steps.append(onnx_file.read_tensor(constants[scale]).astype(np.float32))
    step = np.prod(np.stack(steps))
    values = onnx_file.read_tensor(constants[bias]).astype(np.float32)
    _set(constants, bias, np.round(values / step).astype(np.int32).astype(np.float32) * step)


def _set(constants: dict[str, onnx_file.Fields], name: str, value: NDArray[np.generic]) -> None:
    constants[name] = onnx_file.read(onnx_file.write_tensor(name, value))


def _tensor(fields: onnx_file.Fields, numbers: bytes) -> onnx_file.Fields:
    """Return a constant with its numbers in it; signed bytes become unsigned ones, 128 more.

    The graph's zero points are constants too, so they are shifted along with the weights.
    """
    if TensorField.EXTERNAL in fields:
        pairs = onnx_file.messages(fields.pop(TensorField.EXTERNAL))
        told = dict(map(onnx_file.pair, pairs))
        start, length = int(told["offset"]), int(told["length"])
        if start + length > len(numbers):
            raise ValueError("the numbers break off")
        fields |= {
            TensorField.RAW: [numbers[start : start + length]],
            TensorField.LOCATION: [0],
        }
    if fields[TensorField.DATA_TYPE] != [onnx_file.INT8]:
        return fields
    shifted = onnx_file.read_tensor(fields).astype(np.int16) + 128
    (name,) = onnx_file.texts(fields, TensorField.NAME)
    return onnx_file.read(onnx_file.write_tensor(name, shifted.astype(np.uint8)))
