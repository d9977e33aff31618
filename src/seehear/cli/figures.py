"""Tables of figures on the terminal: percent with one decimal, each table with its setting."""

from collections.abc import Mapping, Sequence
from typing import Any

from seehear.amounts import amount
from seehear.cli.console import table
from seehear.time.decoding_words import decoding_line

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
    """Return a fraction as percent with one decimal; a dash for None."""
    return "-" if value is None else f"{100 * value:.1f}"


def setting_line(setting: Mapping[str, Any]) -> str:
    """Return what a figure rests on, in one line."""
    parts = [
        (
            f"{setting['dataset']} {setting['split']}, {amount(setting['clips'], 'clip')} of"
            f" {amount(setting['segments'], 'segment')}"
        ),
        *([f"split {setting['split_chosen']}"] if setting.get("split_chosen") else []),
        f"truth {setting['truth']}{_not_as_written(setting)}, annotation {setting['annotation']}",
    ]
    chosen_on = setting.get("thresholds_chosen_on")
    if chosen_on == setting["split"]:
        chosen_on += " itself (optimistic)"
    decoding = setting.get("decoding") or setting.get("made", {}).get("decoding")
    if decoding:
        parts += [decoding_line(decoding, chosen_on), *_prior(setting)]
    else:
        parts.append("decided before: gate and thresholds are the predictor's")
    if setting.get("scored_as_empty"):
        parts.append(
            f"{amount(len(setting['scored_as_empty']), 'clip')} without a prediction scored as"
            " empty"
        )
    if setting.get("left_out"):
        parts.append(f"{amount(setting['left_out'], 'prediction')} of other clips left out")
    parts.append(f"segments from: {setting['grid_from']}")
    return "; ".join(parts)


def _not_as_written(setting: Mapping[str, Any]) -> str:
    """Return how many rows of truth are dropped or changed; nothing if none are."""
    rows = setting.get("rows_dropped_or_changed")
    return f" ({amount(rows, 'row')} dropped or changed)" if rows else ""


def _prior(setting: Mapping[str, Any]) -> list[str]:
    """Return the prior that was used beside the network, if there was one, and its rule."""
    prior = setting.get("prior") or "none"
    if prior == "none":
        return []
    rule = setting.get("prior_rule") or prior
    return [f"prior {prior}" if rule == prior else f"prior {prior} ({rule})"]


def show_evaluation(result: Mapping[str, Any], *, per_class: bool) -> None:
    """Print the result of `seehear evaluate` as tables."""
    note = setting_line(result["setting"])
    caution = result.get("note")
    if "intervals" in result:
        _show_figures(result, note if caution is None else f"{note}\n{caution}")
        _show_pooled(result["pooled"], note)
    if result.get("official") is not None:
        _show_official(result["official"], note)
    if per_class and "per_class" in result:
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
        rows.append(["  95 % of resamples", *(_bounds(bounds[key]) for key in keys)])
    table(
        "Figures (percent, mean over clips; Ao: only heard, Vo: only seen)",
        ["", *(short for _, short in COLUMNS)],
        rows,
        note=note,
    )


def _bounds(pair: Sequence[float] | None) -> str:
    return "-" if pair is None else "-".join(map(percent, pair))


def _show_official(official: Mapping[str, Any], note: str) -> None:
    """Print a benchmark's own figures, with a column for each subset."""
    figures = official["figures"]
    whose = list(dict.fromkeys(key.partition("/")[0] for key in figures))
    names = list(dict.fromkeys(key.partition("/")[2] for key in figures))
    rows = []
    for name in names:
        keys = [f"{of}/{name}".rstrip("/") for of in whose]
        rows.append([name, *(percent(figures.get(key)) for key in keys)])
    table(
        f"The figures of {official['benchmark']}'s own evaluation (percent)",
        ["", *whose],
        rows,
        note="\n".join([note, *official["notes"]]),
    )


def _show_pooled(pooled: Mapping[str, Any], note: str) -> None:
    rows = []
    for key, counts in pooled.items():
        if counts is None:  # the truth says nothing of it
            continue
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
        told = [of_class[key] or {"f1": None} for key in keys]
        rows.append([name, *(percent(of_key["f1"]) for of_key in told)])
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
