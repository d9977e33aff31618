"""Released state dicts: which tensors give sizes, are unused, or tell one system from another.

Our parameters carry the released names, so no table of names is needed; the exception is
MM-Pyramid, which stores each convolution under two names that share one memory.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import mode
from typing import Any

from torch import Tensor

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Layout:
    """The released state dict of one system.

    Args:
        sizes: reads the options of `build` from the shapes; a missing tensor is a KeyError, a
            tensor with another number of axes an IndexError or ValueError.
        marks: patterns of tensor names that together tell the system from the others.
        unused: patterns of tensors that a release stores and that cannot influence an output; it
            has at least one tensor for each pattern.
        rename: from released names to ours.
    """

    sizes: Callable[[Shapes], dict[str, Any]]
    marks: tuple[str, ...]
    unused: tuple[str, ...] = ()
    rename: Callable[[dict[str, Tensor]], dict[str, Tensor]] = dict


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a tensor name fits one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def has(names: Iterable[str], pattern: str) -> bool:
    """Return whether some tensor name fits the pattern."""
    return any(fnmatchcase(name, pattern) for name in names)


def looks_like(names: Mapping[str, Any]) -> str | None:
    """Return the system whose layout the tensor names show, or None."""
    for system, layout in LAYOUTS.items():
        if all(has(names, mark) for mark in layout.marks):
            return system
    return None


def _count(shapes: Shapes, prefix: str) -> int:
    """Return how many children `prefix0`, `prefix1`, ... there are."""
    return len({name[len(prefix) :].split(".")[0] for name in shapes if name.startswith(prefix)})


def _streams(
    shapes: Shapes, audio: str | None = "fc_a.weight", visual: str | None = "fc_v.weight"
) -> dict[str, Any]:
    """Read the input widths; the motion stream is optional."""
    widths: dict[str, Any] = {}
    if audio is not None:
        widths["audio_dim"] = shapes[audio][1]
    if visual is not None:
        widths["visual_dim"] = shapes[visual][1]
        widths["motion_dim"] = shapes["fc_st.weight"][1] if "fc_st.weight" in shapes else None
    return widths


def _agreed(shapes: Shapes, *places: tuple[str, int]) -> int:
    """Return the size that most of these axes have, so that the odd tensor is the one refused."""
    return mode(shapes[name][axis] for name, axis in places)


def _heads(shapes: Shapes, embedding: str = "fc_a") -> dict[str, Any]:
    return {
        "classes": _agreed(
            shapes, ("fc_prob.weight", 0), ("fc_prob.bias", 0), ("fc_frame_att.weight", 0)
        ),
        "width": _agreed(
            shapes, ("fc_prob.weight", 1), ("fc_frame_att.weight", 1), (f"{embedding}.weight", 0)
        ),
    }


def _hidden(
    shapes: Shapes, layer: str, first: str = "linear1", second: str = "linear2"
) -> dict[str, Any]:
    return {
        "hidden": _agreed(
            shapes,
            (f"{layer}.{first}.weight", 0),
            (f"{layer}.{first}.bias", 0),
            (f"{layer}.{second}.weight", 1),
        )
    }


def _han(shapes: Shapes) -> dict[str, Any]:
    return {
        **_streams(shapes),
        **_heads(shapes),
        "layers": _count(shapes, "hat_encoder.layers."),
        **_hidden(shapes, "hat_encoder.layers.0"),
    }


def _jomold(shapes: Shapes) -> dict[str, Any]:
    return {**_han(shapes), "motion_dim": shapes["fc_st.weight"][1]}  # the release always has it


def _lsld(shapes: Shapes) -> dict[str, Any]:
    return {**_han(shapes), "motion_dim": None}  # the release never has it


def _mgn(shapes: Shapes) -> dict[str, Any]:
    classes, width = (
        _agreed(shapes, ("audio_token", axis), ("visual_token", axis), ("fc_cls.weight", axis))
        for axis in range(2)
    )
    parts = ("visual_cug", "audio_cug", "av_mcg")
    return {
        **_streams(shapes),
        "classes": classes,
        "width": width,
        "segments": shapes["audio_cug.han_encoder.mlp_inter.fc1.weight"][1],
        "depths": tuple(_count(shapes, f"{part}.blocks.") for part in parts),
    }


def _mm_pyramid(shapes: Shapes) -> dict[str, Any]:
    return {
        **_streams(shapes),
        **_heads(shapes),
        "levels": _count(shapes, "MMP.capture.msa."),
        **_hidden(shapes, "MMP.capture.msa.0.vsablock.layer.feed_forward", "w_1", "w_2"),
    }


def _one_convolution(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Keep one of MM-Pyramid's two names of each convolution: `net.*`, which torch loads last."""
    second = {
        name: name.replace(".net.0.", ".conv1.").replace(".net.2.", ".conv2.")
        for name in state
        if fnmatchcase(name, "MMP.capture.?network.*.net.[02].*")
    }
    first = {name: value for name, value in state.items() if name not in second}
    return first | {ours: state[name] for name, ours in second.items()}


def _dhhn(shapes: Shapes) -> dict[str, Any]:
    sizes = _han(shapes)
    del sizes["layers"]
    return sizes


def _audionet(shapes: Shapes) -> dict[str, Any]:
    return {**_streams(shapes, visual=None), **_heads(shapes), **_encoder(shapes)}


def _videonet(shapes: Shapes) -> dict[str, Any]:
    return {**_streams(shapes, audio=None), **_heads(shapes, "fc_v"), **_encoder(shapes)}


def _encoder(shapes: Shapes) -> dict[str, Any]:
    return {
        "layers": _count(shapes, "audio_encoder.layers."),
        **_hidden(shapes, "audio_encoder.layers.0"),
    }


def _ave_events(shapes: Shapes) -> dict[str, Any]:
    width, audio_dim = shapes["affine_audio.weight"]
    return {
        "audio_dim": audio_dim,
        "width": width,
        "region_dim": shapes["affine_video.weight"][1],
        "classes": shapes["L2.weight"][0],
        "regions": shapes["affine_v.weight"][0],
        "hidden": shapes["lstm_audio.weight_hh_l0"][1],
        "fusion": "concat" if "L1.weight" in shapes else "residual",
    }


def _ave(shapes: Shapes) -> dict[str, Any]:
    width, visual_dim = shapes["frame.weight"]
    motion = shapes["fusion.weight"][1] - width if "fusion.weight" in shapes else None
    return {
        "audio_dim": shapes["guide.affine_audio.weight"][1],
        "visual_dim": visual_dim,
        "motion_dim": motion,
        "width": width,
        "hidden": shapes["audio_lstm.weight_hh_l0"][1],
        **_segment_heads(shapes),
    }


def _avsdn(shapes: Shapes) -> dict[str, Any]:
    return {
        **_streams(shapes, audio="audio_encoder.weight_ih_l0"),
        "width": shapes["fc_v.weight"][0],
        "hidden": shapes["decoder.weight_hh_l0"][1],
        **_segment_heads(shapes),
    }


def _segment_heads(shapes: Shapes) -> dict[str, Any]:
    """Read the heads of the reconstructions; no tensor tells "max" from "mean" pooling."""
    classes, hidden = shapes["joint_head.fc2.weight"]
    sizes: dict[str, Any] = {"classes": classes, "head_hidden": hidden}
    if "joint_head.attention.weight" in shapes:
        sizes["pooling"] = "attention"
    return sizes


_HAT_NORMS = ("hat_encoder.norm1.*", "hat_encoder.norm2.*")
_HAN_UNUSED = ("audio_encoder.*", "visual_encoder.*", "cmt_encoder.*", *_HAT_NORMS)

# in this order: a state dict looks like the first layout whose marks are all there
LAYOUTS: dict[str, Layout] = {
    "mm_pyramid": Layout(
        _mm_pyramid,
        ("MMP.*",),
        (
            "MMP.capture.multiheadattn.*",
            "MMP.capture.feedforward.*",
            "MMP.fusion.multiheadattn.*",
            "MMP.fusion.feedforward.*",
            "*.self_attn.layer_norm.*",
        ),
        _one_convolution,
    ),
    "mgn": Layout(_mgn, ("audio_cug.*", "av_mcg.*")),
    "dhhn": Layout(_dhhn, ("conv_x1.*", "hat_encoder.*"), _HAT_NORMS),
    "ma": Layout(
        _han, ("hat_encoder.*", "t_att.*"), (*_HAN_UNUSED, "t_att.*", "t_att2.*", "fc1.*", "fc2.*")
    ),
    "han": Layout(_han, ("hat_encoder.*", "cmt_encoder.*"), _HAN_UNUSED),
    "jomold": Layout(_jomold, ("hat_encoder.*", "fc_st.*"), _HAT_NORMS),
    "lsld": Layout(_lsld, ("hat_encoder.*", "fc_a.*"), _HAT_NORMS),
    "dhhn_audionet": Layout(_audionet, ("audio_encoder.layers.*", "fc_a.*")),
    "dhhn_videonet": Layout(_videonet, ("audio_encoder.layers.*", "fc_v.*")),
    "ave_events": Layout(_ave_events, ("lstm_audio.*", "affine_*")),
    # no release exists of these two; the layouts are those of our reconstructions
    "ave": Layout(_ave, ("guide.*", "audio_lstm.*")),
    "avsdn": Layout(_avsdn, ("decoder.*", "fuse_cell.*")),
}
