"""Tables of figures on the terminal: percent with one decimal, and the setting beside every one of
them.
"""

from collections.abc import Mapping
from typing import Any

from seehear.cli.console import table

COLUMNS = (
    ("audio", "A"),
    ("visual", "V"),
    ("audio_visual", "AV"),
    ("type", "Type"),
    ("event", "Event"),
    ("audio_only", "Ao"),
    ("visual_only", "Vo"),
)
LEVELS = ("segment", "event")


def percent(value: float | None) -> str:
    """Return a fraction as percent with one decimal; a dash for one that does not exist."""
    return "-" if value is None else f"{100 * value:.1f}"


def setting_line(setting: Mapping[str, Any]) -> str:
    """Return what a figure rests on, in one line."""
    parts = [
        (
            f"{setting['dataset']} {setting['split']}, {setting['clips']} clips of"
            f" {setting['segments']} segments"
        ),
        f"truth {setting['truth']}, annotation {setting['annotation']}",
    ]
    chosen_on = setting.get("thresholds_chosen_on")
    if chosen_on == setting["split"]:
        chosen_on += " itself (optimistic)"
    decoding = setting.get("decoding") or setting.get("made", {}).get("decoding")
    if decoding:
        parts.append(decoding_line(decoding, chosen_on))
    else:
        parts.append("decided before: gate and thresholds are the predictor's")
    if setting.get("scored_as_empty"):
        parts.append(
            f"{len(setting['scored_as_empty'])} clips without a prediction scored as empty"
        )
    if setting.get("left_out"):
        parts.append(f"{setting['left_out']} predictions of other clips left out")
    return "; ".join(parts)


def decoding_line(decoding: Mapping[str, Any], chosen_on: str | None = None) -> str:
    """Return gate and thresholds in words."""

    def both(name: str) -> str:
        audio, visual = decoding.get(name), decoding.get(f"visual_{name}")
        pair = [audio] if visual is None or visual == audio else [audio, visual]
        return "/".join(
            "per class" if isinstance(value, list | tuple) else f"{value:g}" for value in pair
        )

    gate = decoding["gate"]
    words = [
        f"gate {gate}" + ("" if gate == "none" else f" at {both('gate_threshold')}"),
        f"threshold {both('threshold')}" + (f" chosen on {chosen_on}" if chosen_on else ""),
    ]
    words += [
        f"{text} {decoding[name]:g} s"
        for name, text in (
            ("fill_gap_s", "gaps filled up to"),
            ("min_duration_s", "events of at least"),
        )
        if decoding.get(name)
    ]
    return ", ".join(words)


def show_evaluation(result: Mapping[str, Any], *, per_class: bool) -> None:
    """Print the result of `seehear evaluate` as tables."""
    note = setting_line(result["setting"])
    figures, spans = (
        result["figures"] | result["exclusive"],
        result["intervals"] | result["exclusive_intervals"],
    )
    rows = []
    for level in LEVELS:
        keys = [f"{level}/{name}" for name, _ in COLUMNS]
        rows.append([f"{level} level", *(percent(figures[key]) for key in keys)])
        rows.append(
            [
                "  95 % of resamples",
                *(f"{percent(spans[key][0])}-{percent(spans[key][1])}" for key in keys),
            ]
        )
    table(
        "Figures (percent, mean over clips; Ao: only heard, Vo: only seen)",
        ["", *(short for _, short in COLUMNS)],
        rows,
        note=note,
    )
    rows = [
        [
            key,
            percent(p["precision"]),
            percent(p["recall"]),
            percent(p["f1"]),
            p["predicted"],
            p["true"],
        ]
        for key, p in result["pooled"].items()
    ]
    table(
        "Precision and recall (percent, counts added over clips and classes)",
        ["", "precision", "recall", "F", "predicted", "true"],
        rows,
        note=note,
    )
    if per_class:
        keys = [
            f"{level}/{name}" for level in LEVELS for name in ("audio", "visual", "audio_visual")
        ]
        rows = [
            [name, *(percent(of[key]["f1"]) for key in keys)]
            for name, of in result["per_class"].items()
        ]
        table(
            "F of every class (percent, counts added over clips)", ["class", *keys], rows, note=note
        )
    if "comparison" in result:
        other = result["comparison"]["with"]
        rows = [
            [
                key,
                f"{100 * c['difference']:+.1f}",
                f"{100 * c['low']:+.1f} to {100 * c['high']:+.1f}",
                f"{c['p_value']:.3f}",
                c["better"],
                c["worse"],
            ]
            for key, c in result["comparison"]["figures"].items()
        ]
        table(
            f"Against {other.get('model') or other.get('predictions')} (points)",
            ["", "difference", "95 % of resamples", "p", "clips better", "clips worse"],
            rows,
            note=note,
        )
