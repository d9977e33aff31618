"""A decoding in words, as it stands beside every figure."""

from collections.abc import Mapping
from typing import Any


def decoding_line(decoding: Mapping[str, Any], chosen_on: str | None = None) -> str:
    """Return gate, thresholds, gaps and shortest event in words.

    Args:
        decoding: of `Decoding.to_dict`, or as a model file has it.
        chosen_on: the split that the thresholds were chosen on, if they were.

    Examples:
        >>> decoding_line({"gate": "own", "gate_threshold": 0.5, "threshold": 0.5})
        'gate own at 0.5, threshold 0.5'
    """

    def both(name: str) -> str:
        audio, visual = decoding.get(name), decoding.get(f"visual_{name}")
        pair = [audio] if visual is None or visual == audio else [audio, visual]
        return "/".join(map(_threshold, pair))

    gate = f"gate {decoding['gate']}"
    if decoding["gate"] != "none":
        gate += f" at {both('gate_threshold')}"
    threshold = f"threshold {both('threshold')}"
    if chosen_on:
        threshold += f" chosen on {chosen_on}"
    if decoding.get("keep_threshold") is not None:
        threshold += f" to begin an event and {decoding['keep_threshold']:g} to go on"
    words = [gate, threshold]
    for name, text in (
        ("fill_gap_s", "gaps filled up to"),
        ("min_duration_s", "events of at least"),
    ):
        if decoding.get(name):
            words.append(f"{text} {decoding[name]:g} s")
    return ", ".join(words)


def _threshold(value: Any) -> str:
    return "per class" if isinstance(value, list | tuple) else f"{value:g}"
