"""Training also on the sound of one clip with the picture of another, so that the network cannot
infer one track from the other.

Each track keeps its own segment labels, and the label of the new clip is the union of both.  A
class of the weak labels that no segment has may still be there, so it is left out of the clip's
loss.

Source: track recombination of MUG (ICCV 2025), after what others say of it, as no code is public;
leaving classes out of the loss is ours.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from seehear.errors import ConfigError

# which tensors of a batch belong to which track, by the beginning of their names
_OF_TRACKS = {"audio": ("audio",), "visual": ("visual", "motion")}


def recombined(batch: Mapping[str, Tensor], order: Tensor) -> dict[str, Tensor]:
    """Return the batch with the visual tensors of other clips beside the audio tensors.

    Args:
        batch: tensors by name, clips on the first axis.  A name that begins with `audio` belongs
            to the sound, one that begins with `visual` or `motion` to the picture; `prior`
            (B, T, 2, C) is divided by track; tensors of other names are left out.
        order: (B,), a permutation: index of the clip whose picture each clip's sound gets.
    """
    out = {}
    for name, tensor in batch.items():
        if name.startswith(_OF_TRACKS["audio"]):
            out[name] = tensor
        elif name.startswith(_OF_TRACKS["visual"]):
            out[name] = tensor[order]
        elif name == "prior":
            out[name] = torch.stack([tensor[:, :, 0], tensor[order][:, :, 1]], dim=2)
    return out


def clip_targets(
    audio: Tensor, visual: Tensor, weak: Tensor, order: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the label of each recombined clip, and which of its classes are known, both (B, C).

    Args:
        audio, visual: segment labels of the recombined clips, (B, T, C).
        weak: (B, C), weak labels of the original clips.
        order: as for `recombined`.
    """
    shown = torch.maximum(audio.amax(dim=1), visual.amax(dim=1))
    label = (shown >= 0.5).to(weak.dtype)
    named = torch.maximum(weak, weak[order])
    return label, torch.where((named > 0) & (label == 0), 0.0, 1.0).to(weak.dtype)


def doubled(
    inputs: Mapping[str, Tensor | None], targets: Mapping[str, Tensor], weak: Tensor
) -> tuple[dict[str, Tensor | None], dict[str, Tensor], Tensor]:
    """Return a batch of twice the size: its own clips, then as many recombined ones.

    Args:
        inputs: of the network, by name.
        targets: with segment labels of both tracks.
        weak: (B, C).

    Returns:
        Inputs, targets and weak labels, of 2B clips each.  The targets have one more entry,
        `clip_known` (2B, C): 0 where a class is left out of the clip's loss.

    Raises:
        ConfigError: there are no segment labels.
    """
    if "audio_segments" not in targets:
        raise ConfigError(
            "clips are recombined by segment labels, which this recipe does not have",
            hint="set training.recombine=false, or take a recipe such as lsld",
        )
    order = torch.randperm(len(weak), device=weak.device)
    given = {name: tensor for name, tensor in inputs.items() if tensor is not None}
    new_inputs = recombined(given, order)
    new = recombined(targets, order)
    label, known = clip_targets(new["audio_segments"], new["visual_segments"], weak, order)
    new |= {"clip": label, "clip_known": known}
    old = {**targets, "clip_known": torch.ones_like(known)}
    both_inputs: dict[str, Tensor | None] = dict.fromkeys(inputs)
    both_inputs |= {name: torch.cat([given[name], new_inputs[name]]) for name in given}
    both_targets = {name: torch.cat([old[name], new[name]]) for name in new}
    return both_inputs, both_targets, torch.cat([weak, label])
