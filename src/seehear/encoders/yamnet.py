"""YAMNet: AudioSet class scores and an embedding for each second of sound.

The network is the quantised ONNX release; its front end (log-mel patches of 0.96 s) is computed
here.  A segment is heard through three patches, a quarter of a second apart: its own and one on
each side, averaged, because a patch that starts between two sounds may miss both.

Weights are held as unsigned bytes.  Processors without 8-bit dot products (no VNNI: AVX2 machines
up to Zen 3) multiply unsigned activations with signed weights into 16 bits, which overflow and are
cut off; of this network only four fifths of the correlation were left, and no word said so.
Unsigned with unsigned is exact everywhere (microsoft/onnxruntime, issue 14642).

Source: Hershey et al. 2017; AudioSet ontology, Gemmeke et al. 2017.
"""

import csv
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.base import EncoderCard, Lazy, Outputs
from seehear.encoders.logmel import BANDS, HOP, WINDOW, log_mel
from seehear.encoders.onnx_session import Session, optimise, runtime, session
from seehear.errors import MissingExtraError, WeightsError

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

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
        session: of a segment's patches (3, 1, 96, 64) in unsigned bytes, called `audio`.
        scale, zero: how log-mel values become those bytes.
        pooled: the output that holds the embedding.
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
    `space` (384), the average of the class names' MiniLM vectors weighted by the scores of the best
    classes (as ConSE does for pictures).
    """

    card = CARD
    rate_hz = 16000
    context_s = _HOP_S

    def __init__(self, threads: int | None = 1) -> None:
        self._threads = threads  # a patch is too small to gain from a second thread
        self._net = Lazy(self._load)

    def encode(self, pieces: NDArray[np.float32]) -> Outputs:
        """Return the rows of pieces (n, samples): segments, a quarter of a second on each side."""
        net = self._net.get()
        patches = np.round(_patches(pieces) / net.scale) + net.zero
        quantised = np.clip(patches, 0, 255).astype(np.uint8)
        segments = quantised.reshape(-1, _HEARD, 1, _PATCH, BANDS)
        logits, feature = map(_means, zip(*map(net.run, segments), strict=True))
        return {"feature": feature, "logits": logits, "space": language_space(logits)}

    def load(self) -> None:
        """Read the weights, unless that was done."""
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
    # samples that three patches span; the segments of short grids get silence
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

    It takes the patches of a segment, gives logits and embeddings, and takes the scales along.
    """
    try:
        import onnx
        from onnx import helper
    except ImportError:
        raise MissingExtraError.of("onnx", "offline") from None
    model = _read_archive(folder)
    _make_unsigned(model)
    graph = model.graph
    pooled = next(node.output[0] for node in graph.node if node.op_type == "GlobalAveragePool")
    del graph.output[:]  # its own is rounded to a byte
    for name in (_LOGITS, pooled):
        graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    _take_segments(model)
    helper.set_model_props(
        model,
        {
            "audio_scale": repr(float(_constant(model, "audio_scale"))),
            "pooled": pooled,
            "audio_zero_point": str(int(_constant(model, "audio_zero_point"))),
        },
    )
    target.write_bytes(model.SerializeToString(deterministic=True))


def _read_archive(folder: Path) -> "ModelProto":
    """Return the released model with the weights that lie beside it in the archive.

    Raises:
        WeightsError: not the archive expected.
    """
    import onnx
    from onnx import external_data_helper

    try:
        with (
            zipfile.ZipFile(folder / "yamnet.onnx.zip") as archive,
            tempfile.TemporaryDirectory() as scratch,
        ):
            for member in archive.infolist():
                name = Path(member.filename).name
                if name in ("model.onnx", "model.data"):  # only these two, by name alone
                    (Path(scratch) / name).write_bytes(archive.read(member))
            model = onnx.load(Path(scratch) / "model.onnx", load_external_data=False)
            external_data_helper.load_external_data_for_model(model, scratch)
    except Exception as error:  # whatever a damaged archive makes of zipfile, protobuf and onnx
        raise WeightsError(
            f"not the archive expected ({type(error).__name__})",
            where=folder,
            hint="run: seehear models verify yamnet",
        ) from None
    return model


def _make_unsigned(model: "ModelProto") -> None:
    """Turn the zero points into unsigned bytes; by them the graph quantises its weights itself."""
    from onnx import TensorProto, numpy_helper

    for value in model.graph.initializer:
        if value.data_type == TensorProto.INT8:
            shifted = numpy_helper.to_array(value).astype(np.int16) + 128
            value.CopyFrom(numpy_helper.from_array(shifted.astype(np.uint8), value.name))
    del model.graph.value_info[:]  # it says int8


def _take_segments(model: "ModelProto") -> None:
    """Have the network take the patches of a segment together, which saves a third of the time.

    But for its last product: ONNX Runtime adds up several rows in another order than one, so the
    last bits of the logits would change.  Each patch keeps one of its own.
    """
    from onnx import numpy_helper

    graph = model.graph
    graph.input[0].type.tensor_type.shape.dim[0].dim_value = _HEARD
    flat = next(node for node in graph.node if node.op_type == "Reshape")
    shape = next(value for value in graph.initializer if value.name == flat.input[1])
    shape.CopyFrom(numpy_helper.from_array(np.array([_HEARD, -1], np.int64), shape.name))
    product = next(node for node in graph.node if node.op_type == "Gemm")
    _round_bias(model, product)
    parts = _product_of_each(product)
    # what took the logits made the released output of them
    kept = [node for node in graph.node if node != product and _LOGITS not in node.input]
    del graph.node[:]
    graph.node.extend([*kept, *parts])


def _product_of_each(product: "NodeProto") -> "list[NodeProto]":
    """Return the nodes that take the place of a product of three rows: one of each row."""
    from onnx import helper

    rows = [f"row_of_patch_{k}" for k in range(_HEARD)]
    logits = [f"logits_of_patch_{k}" for k in range(_HEARD)]
    nodes = [helper.make_node("Split", product.input[:1], rows, axis=0, num_outputs=_HEARD)]
    for row, out in zip(rows, logits, strict=True):
        one = helper.make_node("Gemm", [row, *product.input[1:]], [out])
        one.attribute.extend(product.attribute)
        nodes.append(one)
    return [*nodes, helper.make_node("Concat", logits, [_LOGITS], axis=0)]


def _round_bias(model: "ModelProto", product: "NodeProto") -> None:
    """Round the bias of the last product to whole steps of it, as ONNX Runtime does in the released
    graph, whose output is rounded to a byte.
    """
    from onnx import numpy_helper

    makers = {node.output[0]: node for node in model.graph.node}
    steps = (_constant(model, makers[name].input[1]) for name in product.input[:2])
    step = np.prod(np.stack(list(steps)))
    bias = next(value for value in model.graph.initializer if value.name == product.input[2])
    rounded = np.round(numpy_helper.to_array(bias) / step).astype(np.int32).astype(np.float32)
    bias.CopyFrom(numpy_helper.from_array(rounded * step, bias.name))


def _constant(model: "ModelProto", name: str) -> NDArray[Any]:
    from onnx import numpy_helper

    return numpy_helper.to_array(next(i for i in model.graph.initializer if i.name == name))
