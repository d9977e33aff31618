"""Released weights read into our networks: sizes come from the tensors, all names must match."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seehear.closest import suggest
from seehear.errors import ConfigError, WeightsError
from seehear.foreign.archive import check_tensor
from seehear.nn.dhhn import DHHN, HCMN
from seehear.nn.layouts import LAYOUTS, Shapes, has, looks_like, matches
from seehear.nn.systems import build


def load_official(
    name: str,
    state_dict: Mapping[str, Any],
    *,
    video_state_dict: Mapping[str, Any] | None = None,
    **options: object,
) -> nn.Module:
    """Return a network in evaluation mode holding the weights of a released checkpoint.

    Args:
        name: the system, as for `build`.  "ave" takes the released network of AVE's own task
            (`AVEEvents`) as well as the state dict of our parsing reconstruction.
        state_dict: released parameter names to tensors or arrays of any float type; a dictionary
            that holds it under "model" or "state_dict", and names with a leading "module.", are
            unwrapped.
        video_state_dict: for "dhhn" only: the checkpoint that the release names `_video` beside the
            one named `_audio`; the result is then the final parser of two copies (`DHHN`).
        options: passed to `build` beside the sizes read from the tensors (`dropout=0.0`,
            `assignment="hard"`, ...).

    Raises:
        ConfigError: for an unknown system or option.
        WeightsError: if the tensors are not exactly those of the system; says which differ, and
            which system they look like.
    """
    if video_state_dict is not None:
        if name != "dhhn":
            raise ConfigError(f"video_state_dict belongs to dhhn, got it for {name}")
        heard, seen = (_load(name, one, options) for one in (state_dict, video_state_dict))
        assert isinstance(heard, HCMN)
        assert isinstance(seen, HCMN)
        return DHHN(heard, seen).eval()
    return _load(name, state_dict, options)


def _load(name: str, state_dict: Mapping[str, Any], options: Mapping[str, object]) -> nn.Module:
    state = clean(state_dict)
    if name == "ave" and looks_like(state) == "ave_events":
        name = "ave_events"
    sizes = read_sizes(name, state)
    used = {
        key: value
        for key, value in LAYOUTS[name].rename(state).items()
        if not matches(key, LAYOUTS[name].unused)
    }
    net = build(name, **{**sizes, **options})
    faults = _faults(wanted=_shapes(net.state_dict()), given=_shapes(used))
    if faults:
        raise _mismatch(name, state, faults)
    net.load_state_dict(used)
    return net.eval()


def _faults(wanted: Shapes, given: Shapes) -> list[str]:
    """Return what keeps tensors of the given shapes out of a network that wants others."""
    faults = [f"{key} is missing" for key in wanted if key not in given]
    faults += [f"{key} is not part of it" for key in given if key not in wanted]
    for key, shape in wanted.items():
        if given.get(key, shape) != shape:
            faults.append(f"{key} expected {shape}, got {given[key]}")
    return faults


def read_sizes(name: str, state: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return the options of `build` that a cleaned state dict implies.

    Raises:
        ConfigError: for an unknown system.
        WeightsError: a tensor needed for it is missing, or some of the tensors that a release
            stores without using them (one of our own state dicts has none of these).
    """
    if name not in LAYOUTS:
        raise ConfigError(
            f"no released checkpoint is known for {name!r}", hint=suggest(name, LAYOUTS)
        )
    layout = LAYOUTS[name]
    absent = [pattern for pattern in layout.unused if not has(state, pattern)]
    if absent and len(absent) < len(layout.unused):
        raise _mismatch(name, state, [f"{pattern} is missing" for pattern in absent])
    used = {key: value for key, value in state.items() if not matches(key, layout.unused)}
    try:
        return layout.sizes(_shapes(used))
    except KeyError as error:
        fault = f"{error.args[0]} is missing"
    except (IndexError, ValueError):
        fault = "a tensor from which sizes are read has another number of axes"
    raise _mismatch(name, state, [fault])


def clean(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the bare state dict as tensors, without wrappers and the prefix "module.".

    Numbers of any float type become float32; whole numbers keep their type.

    Raises:
        WeightsError: it is empty, or holds anything but tensors and arrays, NaN or infinity.
    """
    for wrapper in ("model", "state_dict"):
        if isinstance(state_dict.get(wrapper), Mapping):
            state_dict = state_dict[wrapper]
    if not state_dict:
        raise WeightsError("expected a dictionary of tensors, got an empty one")
    wrapped = all(str(key).startswith("module.") for key in state_dict)
    state = {}
    for key, value in state_dict.items():
        name = str(key)
        if wrapped:
            name = name.removeprefix("module.")
        state[name] = _tensor(name, value)
    return state


def _tensor(name: str, value: object) -> Tensor:
    """Return one stored array as a tensor; integers keep their type."""
    if isinstance(value, Tensor):
        tensor = value.detach()
        check_tensor(name, tensor)
    elif isinstance(value, np.ndarray | np.generic):
        tensor = torch.from_numpy(np.array(value))
    else:
        raise WeightsError(f"expected a tensor under {name!r}, got {type(value).__name__}")
    if tensor.is_floating_point():
        tensor = tensor.float()
    if not torch.isfinite(tensor).all():
        raise WeightsError(f"{name} holds NaN or infinity")
    return tensor


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(value.shape) for key, value in state.items()}


def _mismatch(name: str, state: Mapping[str, Tensor], faults: list[str]) -> WeightsError:
    like = looks_like(state)
    expected = f"expected the tensors of {name}"
    if like not in (None, name):
        expected += f" (this looks like {like})"
    shown = ", ".join(faults[:3])
    if len(faults) > 3:
        shown += f" and {len(faults) - 3} more"
    return WeightsError(f"{expected}: {shown}")
