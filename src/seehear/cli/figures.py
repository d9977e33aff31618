"""Tables of figures on the terminal: percent with one decimal, beside every one its setting."""

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
        *([f"split {setting['split_chosen']}"] if setting.get("split_chosen") else []),
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
    parts.append(f"segments from: {setting['grid_from']}")
    return "; ".join(parts)


def decoding_line(decoding: Mapping[str, Any], chosen_on: str | None = None) -> str:
    """Return gate and thresholds in words."""

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
        threshold += f", kept down to {decoding['keep_threshold']:g}"
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


def show_evaluation(result: Mapping[str, Any], *, per_class: bool) -> None:
    """Print the result of `seehear evaluate` as tables."""
    note = setting_line(result["setting"])
    caution = result.get("note")
    _show_figures(result, note if caution is None else f"{note}\n{caution}")
    _show_pooled(result["pooled"], note)
    if per_class:
        _show_classes(result["per_class"], note)
    if "comparison" in result:
        _show_comparison(result["comparison"], note)


def _show_figures(result: Mapping[str, Any], note: str) -> None:
    figures = result["figures"] | result["exclusive"]
    bounds = result["intervals"] | result["exclusive_intervals"]
    rows = []
    for level in LEVELS:
        keys = [f"{level}/{name}" for name, _ in COLUMNS]
        rows.append([f"{level} level", *(percent(figures[key]) for key in keys)])
        rows.append(["  95 % of resamples", *("-".join(map(percent, bounds[key])) for key in keys)])
    table(
        "Figures (percent, mean over clips; Ao: only heard, Vo: only seen)",
        ["", *(short for _, short in COLUMNS)],
        rows,
        note=note,
    )


def _show_pooled(pooled: Mapping[str, Any], note: str) -> None:
    rows = []
    for key, counts in pooled.items():
        shares = [percent(counts[name]) for name in ("precision", "recall", "f1")]
        rows.append([key, *shares, counts["predicted"], counts["true"]])
    table(
        "Precision and recall (percent, counts added over clips and classes)",
        ["", "precision", "recall", "F", "predicted", "true"],
        rows,
        note=note,
    )


def _show_classes(classes: Mapping[str, Any], note: str) -> None:
    tracks = ("audio", "visual", "audio_visual")
    keys = [f"{level}/{track}" for level in LEVELS for track in tracks]
    rows = []
    for name, of_class in classes.items():
        rows.append([name, *(percent(of_class[key]["f1"]) for key in keys)])
    table("F of every class (percent, counts added over clips)", ["class", *keys], rows, note=note)


def _show_comparison(comparison: Mapping[str, Any], note: str) -> None:
    other = comparison["with"]
    rows = []
    for key, change in comparison["figures"].items():
        rows.append(
            [
                key,
                f"{100 * change['difference']:+.1f}",
                f"{100 * change['low']:+.1f} to {100 * change['high']:+.1f}",
                f"{change['p_value']:.3f}",
                change["better"],
                change["worse"],
            ]
        )
    table(
        f"Against {other.get('model') or other.get('predictions')} (points)",
        ["", "difference", "95 % of resamples", "p", "clips better", "clips worse"],
        rows,
        note=note,
    )
