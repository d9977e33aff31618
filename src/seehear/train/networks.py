"""The networks of a recipe: built for the widths of the features, and run over many clips."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from seehear.nn.systems import build, builder
from seehear.recipes import Network
from seehear.recipes.contract import ClipInputs
from seehear.runs.predicted import Predicted
from seehear.train.team import ALONE, Team

_BATCH = 400  # clips a forward pass outside training


def build_networks(
    network: Network, dims: Mapping[str, int | None], classes: int, segments: int
) -> dict[str, nn.Module]:
    """Return the main network (`main`) and the helpers by key, freshly initialised.

    Args:
        network: the recipe's slot.
        dims: widths `audio`, `visual`, `motion` (None: no such stream).
        classes, segments: C and T, for networks whose size depends on them.
    """
    sizes = {
        "audio_dim": dims["audio"],
        "visual_dim": dims["visual"],
        "motion_dim": dims["motion"],
        "classes": classes,
        "segments": segments,
    }
    built = {"main": _build(network.builder, sizes, network.options)}
    for helper in network.helpers:
        built[helper.key] = _build(helper.builder, sizes, helper.options)
    return built


def _build(name: str, sizes: Mapping[str, object], options: Mapping[str, object]) -> nn.Module:
    """Return a new network; of `sizes` it is given those that it takes."""
    takes = builder(name).keywords
    wanted = {size: value for size, value in sizes.items() if size in takes}
    return build(name, **wanted, **options)


@torch.no_grad()
def predict(
    copies: Mapping[str, nn.Module],
    clips: ClipInputs,
    forward: Mapping[str, object],
    device: torch.device,
    *,
    team: Team = ALONE,
) -> Predicted:
    """Return the probabilities of N clips.

    Args:
        copies: networks by name: `main`, and `visual` where another one serves the visual track.
        clips: the clips, standardised if the networks were trained so.
        forward: keyword arguments of every forward pass.
        device: where the networks are.
        team: processes that share the work; each gets the whole result.
    """
    for net in copies.values():
        net.eval()
    parts = []
    for start in team.share(range(0, len(clips), _BATCH)):
        inputs = batch_inputs(clips, slice(start, start + _BATCH), device)
        out = copies["main"](**inputs, **forward)
        segment, track, clip = out.segment_prob, out.track_prob, out.clip_prob
        if "visual" in copies:
            other = copies["visual"](**inputs, **forward)
            segment = torch.stack([segment[:, :, 0], other.segment_prob[:, :, 1]], dim=2)
            track = torch.stack([track[:, 0], other.track_prob[:, 1]], dim=1)
        parts.append((segment.cpu(), track.cpu(), clip.cpu()))
    segments, tracks, whole = (
        torch.cat(arrays).numpy() for arrays in zip(*team.joined(parts), strict=True)
    )
    return Predicted(segments, tracks, whole)


def batch_inputs(
    clips: ClipInputs, index: Tensor | slice, device: torch.device
) -> dict[str, Tensor | None]:
    """Return the network inputs of some clips, by role, on the device; None: no such input."""
    inputs = {}
    for role, array in clips.inputs(index).items():
        inputs[role] = None if array is None else array.to(device)
    return inputs
