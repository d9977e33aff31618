"""A trained network as an ONNX graph, so that a parser runs it without PyTorch.

    inputs    audio (B, T, Da), visual (B, T, Dv) or (B, T * frames, Dv), motion (B, T, Dm),
              prior (B, T, 2, C) where the network has `takes_prior`
    outputs   clip_prob (B, C), track_prob (B, 2, C), segment_prob (B, T, 2, C)

`B` is free, and so is `T` for every network that is not built for one length.  Where a system
keeps two copies of its network, the graph holds both and answers for the visual track with the
second one.  Standardised inputs go in, probabilities come out: everything else stays in NumPy.
"""

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import cast

import jaxtyping
import torch
from torch import Tensor, nn

from seehear.errors import MissingExtraError
from seehear.nn.output import Output

OPSET = 17  # of ONNX; the oldest ONNX Runtime that we support knows it
INPUTS = ("audio", "visual", "motion")
PRIOR = "prior"
OUTPUTS = ("clip_prob", "track_prob", "segment_prob")
_TRACED = 2  # clips, and frames a segment, of the example that the graph is traced with
_TRACKS = 2


def to_onnx(
    copies: Mapping[str, nn.Module],
    widths: Mapping[str, int | None],
    *,
    classes: int,
    segments: int,
    frames: bool = False,
    forward: Mapping[str, object] | None = None,
) -> bytes:
    """Return the serialised graph: equal networks give equal bytes.

    Args:
        copies: networks by name: `main` and, where a system keeps two, `visual`.
        widths: numbers a row of each of `INPUTS`; None: the network has no such input.
        classes: C.
        segments: T of the example that the graph is traced with.
        frames: visual rows are single frames, any number a segment.
        forward: keyword arguments of every forward pass.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    require_onnx()
    import onnx

    example: dict[str, Tensor] = {}
    for name in INPUTS:
        if (width := widths.get(name)) is not None:
            rows = segments * _TRACED if frames and name == "visual" else segments
            example[name] = torch.zeros(_TRACED, rows, width)
    if takes_prior(copies):
        example[PRIOR] = torch.zeros(_TRACED, segments, _TRACKS, classes)
    names = list(example)
    file = io.BytesIO()
    with warnings.catch_warnings(), _unchecked_shapes():
        # the exporter warns of each size that it takes as constant, and that it is the older one;
        # the tests compare every network with its graph at several sizes
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Chosen(copies, names, forward or {}).eval(),
            tuple(example.values()),
            cast(str, file),  # the older exporter writes to open files, which its types leave out
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=list(OUTPUTS),
            dynamic_axes=_free_axes(copies, names, frames),
        )
    model = onnx.load_from_string(file.getvalue())
    model.producer_name, model.producer_version = "seehear", ""  # not the exporter's version
    return cast(bytes, model.SerializeToString(deterministic=True))


def takes_prior(copies: Mapping[str, nn.Module]) -> bool:
    """Return whether networks have the input `prior`, the logits of a zero-shot parser."""
    return any(getattr(net, "takes_prior", False) for net in copies.values())


def require_onnx() -> None:
    """Check that graphs can be written.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    if find_spec("onnx") is None:
        raise MissingExtraError.of("onnx", "train")


def _free_axes(
    copies: Mapping[str, nn.Module], names: list[str], frames: bool
) -> dict[str, dict[int, str]]:
    """Return the axes whose size may vary, with their names."""
    axes = {name: {0: "clips"} for name in (*names, *OUTPUTS)}
    if all(getattr(net, "segments", None) is None for net in copies.values()):
        for name in (*names, "segment_prob"):
            axes[name][1] = "segments"
    # otherwise a network was built for one number of segments
    if frames:
        axes["visual"][1] = "frames"
    return axes


@contextmanager
def _unchecked_shapes() -> Iterator[None]:
    """Switch the checks of shapes off: while a graph is traced, sizes are not plain numbers."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)


class _Chosen(nn.Module):
    """The copies as one network with positional inputs."""

    def __init__(
        self, copies: Mapping[str, nn.Module], names: list[str], forward: Mapping[str, object]
    ) -> None:
        super().__init__()
        self.copies = nn.ModuleDict(dict(copies))
        self._names = names
        self._forward = dict(forward)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        named = dict(zip(self._names, inputs, strict=True))
        main: Output = self.copies["main"](**named, **self._forward)
        if "visual" not in self.copies:
            return main.clip_prob, main.track_prob, main.segment_prob
        other: Output = self.copies["visual"](**named, **self._forward)
        segment = torch.stack([main.segment_prob[:, :, 0], other.segment_prob[:, :, 1]], dim=2)
        track = torch.stack([main.track_prob[:, 0], other.track_prob[:, 1]], dim=1)
        return main.clip_prob, track, segment
