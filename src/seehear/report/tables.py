"""Tables of a run's page: figures, classes, label quality."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from seehear.data import Dataset
from seehear.export.html import PERCEIVED
from seehear.metrics import FIGURE_KEYS, compare, intervals
from seehear.report.systems import System

SHORT = {
    "audio": "Heard",
    "visual": "Seen",
    "audio_visual": "Both",
    "type": "Type",
    "event": "Event",
}


def percent(value: float | None) -> str:
    """Return a fraction as percent with one decimal; a dash for one that does not exist."""
    return "–" if value is None or np.isnan(value) else f"{100 * value:.1f}"


def wide(table: str, label: str) -> str:
    """Return a table that scrolls sideways by itself where the page is too narrow for it."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="{escape(label)}">{table}</div>'


def figures_table(systems: Sequence[System]) -> str:
    """Return the ten figures of every system; the best of each column is bold."""
    reports = [s.report for s in systems if s.report is not None]
    if not reports:
        return '<p class="muted">This split has no truth, so there are no figures.</p>'
    values = np.array([[report.figures()[key] for key in FIGURE_KEYS] for report in reports])
    rounded = values.round(3)
    ahead = (rounded == rounded.max(axis=0)) & (rounded.max(axis=0) > rounded.min(axis=0))
    head = "".join(
        f'<th scope="col" class="num">{SHORT[key.split("/")[1]]}</th>' for key in FIGURE_KEYS
    )
    body = ""
    for system, report, row, bold in zip(systems, reports, values, ahead, strict=True):
        spans = intervals(report)
        cells = "".join(
            f'<td class="num{" best" if first else ""}" title="95 % of resamples:'
            f' {percent(spans[key].low)} to {percent(spans[key].high)}">{percent(v)}</td>'
            for key, v, first in zip(FIGURE_KEYS, row.tolist(), bold, strict=True)
        )
        body += f'<tr><th scope="row">{escape(system.name)}</th>{cells}</tr>'
    groups = "".join(
        f'<th scope="colgroup" colspan="5" class="group">{level}</th>'
        for level in ("segments", "events")
    )
    table = (
        f"<table><thead><tr><th></th>{groups}</tr><tr><th"
        f' scope="col">System</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    return wide(table, "Figures of every system")


def against(main: System, others: Sequence[System]) -> str:
    """Return one sentence a rival: by how much the main system is ahead, and how sure that is."""
    lines = []
    for other in others:
        if main.report is None or other.report is None:
            continue
        found = compare(other.report, main.report)
        parts = []
        for key, word in (("segment/type", "segments"), ("event/type", "events")):
            c = found[key]
            parts.append(
                f"{100 * c.difference:+.1f} points on {word} (95 % of resamples {100 * c.low:+.1f}"
                f" to {100 * c.high:+.1f}, p = {c.p_value:.3f}; better on {c.better} clips, worse"
                f" on {c.worse})"
            )
        lines.append(
            f"<p><b>{escape(main.name)}</b> against {escape(other.name)}, Type:"
            f" {', '.join(parts)}.</p>"
        )
    return "".join(lines)


def class_table(systems: Sequence[System], dataset: Dataset) -> str:
    """Return F of every class and track at segment level, counts added over clips; details when
    hovered.
    """
    scored = [(s.name, s.report.per_class()) for s in systems if s.report is not None]
    if not scored:
        return '<p class="muted">This split has no truth, so there are no figures by class.</p>'
    top = "".join(
        f'<th scope="colgroup" colspan="{len(scored)}" class="group {track}">{word}</th>'
        for track, word in PERCEIVED.items()
    )
    head = "".join(
        f'<th scope="col" class="num">{escape(name)}</th>' for _ in PERCEIVED for name, _ in scored
    )
    body = ""
    for c, name in enumerate(dataset.vocabulary.names):
        cells = ""
        for track in PERCEIVED:
            found = [of[f"segment/{track}"] for _, of in scored]
            f1 = np.nan_to_num([p.f1[c] for p in found]).round(3)
            for p, rounded in zip(found, f1, strict=True):
                bold = " best" if rounded == f1.max() > f1.min() else ""
                cells += (
                    f'<td class="num{bold}" title="precision {percent(p.precision[c])}, recall'
                    f" {percent(p.recall[c])}; {int(p.predicted[c])} found, {int(p.true[c])} true"
                    f' segments">{percent(p.f1[c])}</td>'
                )
        body += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
    table = (
        f"<table><thead><tr><th></th>{top}</tr><tr><th"
        f' scope="col">Class</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    return wide(table, "F of every class")


def quality_table(quality: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the segment figures of the labels at each stage."""
    head = "".join(f'<th scope="col" class="num">{word}</th>' for word in SHORT.values())
    body = "".join(
        f'<tr><th scope="row">{escape(stage)}</th>'
        + "".join(f'<td class="num">{percent(of[f"segment/{key}"])}</td>' for key in SHORT)
        + "</tr>"
        for stage, of in quality.items()
    )
    return wide(
        "<table><thead><tr><th"
        f' scope="col">Labels</th>{head}</tr></thead><tbody>{body}</tbody></table>',
        "Label quality",
    )


def quality_by_class(quality: Mapping[str, Mapping[str, Any]], dataset: Dataset, track: str) -> str:
    """Return F of the labels of one track for every class, a column a stage."""
    head = "".join(f'<th scope="col" class="num">{escape(stage)}</th>' for stage in quality)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            f'<td class="num">{percent(of["per_class"][track][c])}</td>' for of in quality.values()
        )
        + "</tr>"
        for c, name in enumerate(dataset.vocabulary.names)
    )
    first = f'<th scope="col">Class ({PERCEIVED[track].lower()})</th>'
    return wide(
        f"<table><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table>",
        "Label quality by class",
    )


def changes_line(report: Mapping[str, Any], track: str) -> str:
    """Return what denoising changed in one track, in a sentence."""
    share = report["segments_removed"] / max(report["segments"], 1)
    alpha = (
        ""
        if "alpha" not in report
        else (
            f", {100 * report['share_reweighted']:.0f} % of all labels softened (α = "
            f"{report['alpha']:.2f}, β = {report['beta']:.3f})"
        )
    )
    return (
        f"<p>{PERCEIVED[track]}: {report['segments_removed']:,} of {report['segments']:,} segment"
        f" labels withdrawn ({100 * share:.0f} %), {report['clips_removed']} of {report['clips']}"
        f" labels of clips altogether{alpha}.</p>"
    )
