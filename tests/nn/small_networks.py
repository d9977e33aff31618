"""Networks of small odd sizes, and inputs for them."""

import torch
from torch import nn

from seehear.nn import SYSTEMS, build

PARSERS = [name for name in SYSTEMS if name not in ("dhhn_audionet", "dhhn_videonet", "ave_events")]


def small(
    name: str, *, segments: int = 6, classes: int = 5, motion_dim: int | None = 9, **options
) -> nn.Module:
    """Return a network of small odd sizes."""
    torch.manual_seed(0)
    sizes = {
        "audio_dim": 7,
        "visual_dim": 11,
        "motion_dim": motion_dim,
        "classes": classes,
        "width": 16,
    }
    sizes |= {"segments": segments} if name == "mgn" else {}
    return build(name, **sizes, **options)


def batch(
    segments: int = 6, frames: int = 6, motion: bool = True, clips: int = 3
) -> dict[str, torch.Tensor | None]:
    random = torch.Generator().manual_seed(1)
    return {
        "audio": torch.randn(clips, segments, 7, generator=random),
        "visual": torch.randn(clips, frames, 11, generator=random),
        "motion": torch.randn(clips, segments, 9, generator=random) if motion else None,
    }


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)
