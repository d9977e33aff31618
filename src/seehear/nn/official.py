"""Released state dicts into our networks: sizes read from the tensors, everything else strict.

Our parameters carry the released names.  What a release stores without using it is listed per system in `unused` and
left behind; it must be there completely or not at all, because its presence tells one system from another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seehear.errors import ConfigError, WeightsError
from seehear.nn.systems import build, closest

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Layout:
    """How a system's released state dict looks.

    Args:
        sizes: reads `build` options from the shapes; a missing tensor is a KeyError.
        unused: prefixes of stored tensors that cannot influence an output.
        marks: prefixes that together tell the system from the others.
    """

    sizes: Callable[[Shapes], dict[str, Any]]
    unused: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def _count(shapes: Shapes, prefix: str) -> int:
    """Return how many children `prefix.0`, `prefix.1`, ... there are."""
    return len({name[len(prefix):].split(".")[0] for name in shapes if name.startswith(prefix)})


def _embedding_sizes(shapes: Shapes) -> dict[str, Any]:
    return {"audio_dim": shapes["fc_a.weight"][1], "visual_dim": shapes["fc_v.weight"][1],
            "motion_dim": shapes["fc_st.weight"][1] if "fc_st.weight" in shapes else None,
            "width": shapes["fc_a.weight"][0]}


def _han_sizes(shapes: Shapes) -> dict[str, Any]:
    return {**_embedding_sizes(shapes), "classes": shapes["fc_prob.weight"][0],
            "layers": _count(shapes, "hat_encoder.layers."),
            "hidden": shapes["hat_encoder.layers.0.linear1.weight"][0]}


_HAT_NORMS = ("hat_encoder.norm1.", "hat_encoder.norm2.")
_HAN_UNUSED = ("audio_encoder.", "visual_encoder.", "cmt_encoder.", *_HAT_NORMS)

# most particular first: the first layout whose marks are all there is what a state dict "looks like"
LAYOUTS: dict[str, Layout] = {
    "ma": Layout(_han_sizes, (*_HAN_UNUSED, "t_att.", "t_att2.", "fc1.", "fc2."), ("hat_encoder.", "t_att.")),
    "han": Layout(_han_sizes, _HAN_UNUSED, ("hat_encoder.", "cmt_encoder.")),
    "jomold": Layout(_han_sizes, _HAT_NORMS, ("hat_encoder.", "fc_st.")),
    "lsld": Layout(_han_sizes, _HAT_NORMS, ("hat_encoder.", "fc_a.")),
}


def looks_like(names: Mapping[str, Any]) -> str | None:
    """Return the system whose released layout the tensor names show, or None."""
    for system, layout in LAYOUTS.items():
        if all(any(name.startswith(mark) for name in names) for mark in layout.marks):
            return system
    return None


def load_official(name: str, state_dict: Mapping[str, Any], **options: Any) -> nn.Module:
    """Return a network in evaluation mode holding the weights of a released checkpoint.

    Args:
        name: the system, as for `build`.
        state_dict: released parameter names to tensors or arrays of any float type; a dictionary that holds it under
            "model" or "state_dict", and names with a leading "module.", are unwrapped.
        options: passed to `build` beside the sizes read from the tensors (`dropout=0.0`, ...).

    Raises:
        ConfigError: for an unknown system or option.
        WeightsError: if the tensors are not exactly those of the system; says which differ, and which system they
            look like.
    """
    if name not in LAYOUTS:
        raise ConfigError(f"no released checkpoint is known for {name!r}", hint=closest(name, list(LAYOUTS)))
    layout = LAYOUTS[name]
    state = clean(state_dict)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    used = _without_unused(name, layout, shapes)
    try:
        sizes = layout.sizes(used)
    except (KeyError, IndexError) as error:
        missing = f"{error.args[0]} is missing" if isinstance(error, KeyError) else "a tensor has too few axes"
        raise _mismatch(name, shapes, [missing]) from None
    net = build(name, **{**sizes, **options})
    wanted = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    faults = [f"{key} is missing" for key in wanted if key not in used]
    faults += [f"{key} is not part of it" for key in used if key not in wanted]
    faults += [f"{key} expected {shape}, got {used[key]}" for key, shape in wanted.items()
               if key in used and used[key] != shape]
    if faults:
        raise _mismatch(name, shapes, faults)
    net.load_state_dict({key: state[key] for key in wanted})
    return net.eval()


def clean(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the bare state dict as tensors, floats as float32, without wrappers and the prefix "module.".

    Raises:
        WeightsError: if it is not a dictionary of tensors, or a tensor holds NaN or infinity.
    """
    for wrapper in ("model", "state_dict"):
        if isinstance(state_dict, Mapping) and isinstance(state_dict.get(wrapper), Mapping):
            state_dict = state_dict[wrapper]
    if not isinstance(state_dict, Mapping) or not state_dict:
        raise WeightsError(f"expected a dictionary of tensors, got {type(state_dict).__name__}"
                           + (" without entries" if isinstance(state_dict, Mapping) else ""))
    if all(str(key).startswith("module.") for key in state_dict):
        state_dict = {key.removeprefix("module."): value for key, value in state_dict.items()}
    state = {}
    for key, value in state_dict.items():
        if not isinstance(value, Tensor | np.ndarray | np.generic):
            raise WeightsError(f"expected a tensor under {key!r}, got {type(value).__name__}")
        tensor = torch.as_tensor(value).detach()
        state[str(key)] = tensor.float() if tensor.is_floating_point() else tensor
        if not torch.isfinite(state[str(key)]).all():
            raise WeightsError(f"{key} holds NaN or infinity")
    return state


def _without_unused(name: str, layout: Layout, shapes: Shapes) -> Shapes:
    """Drop the tensors a release stores without using them: all of the list, or none of it is there."""
    present = [prefix for prefix in layout.unused if any(key.startswith(prefix) for key in shapes)]
    absent = [f"{prefix}* is missing" for prefix in layout.unused if prefix not in present]
    if present and absent:
        raise _mismatch(name, shapes, absent)
    return {key: shape for key, shape in shapes.items() if not key.startswith(tuple(present))}


def _mismatch(name: str, shapes: Shapes, faults: list[str]) -> WeightsError:
    like = looks_like(shapes)
    seen = f" (this looks like {like})" if like not in (None, name) else ""
    more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
    return WeightsError(f"expected the tensors of {name}{seen}: {', '.join(faults[:3])}{more}")
