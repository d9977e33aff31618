"""Tables of a run's page: figures, classes, label quality."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.export.html import PERCEIVED
from seehear.metrics import FIGURE_KEYS, Pooled, Report, compare, intervals
from seehear.metrics.told import headline, is_told
from seehear.report.systems import System
from seehear.time import Track

FIGURE_WORDS = {
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
    scored = [(system.name, system.report) for system in systems if system.report is not None]
    if not scored:
        return '<p class="muted">This split has no truth, so there are no figures.</p>'
    figures = [report.figures() for _, report in scored]
    joint = systems[0].joint
    columns = []
    for key in FIGURE_KEYS:
        columns.append([each[key] for each in figures])
    head = "".join(_column(FIGURE_WORDS[key.split("/")[1]]) for key in FIGURE_KEYS)
    body = "".join(
        _figures_row(name, report, bold, joint=joint)
        for (name, report), bold in zip(scored, _best(np.stack(columns, axis=1)), strict=True)
    )
    groups = "".join(
        f'<th scope="colgroup" colspan="5" class="group">{level}</th>'
        for level in ("segments", "events")
    )
    table = (
        f"<table><thead><tr><th></th>{groups}</tr><tr><th"
        f' scope="col">System</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    only = '<p class="muted">The truth tells only what is heard and seen at once.</p>'
    return wide(table, "Figures of every system") + (only if joint else "")


def _column(name: str) -> str:
    return f'<th scope="col" class="num">{escape(name)}</th>'


def _best(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which values (rows, columns) are, as printed, ahead of others in their column."""
    rounded = values.round(3)
    best, worst = rounded.max(axis=0), rounded.min(axis=0)
    ahead: NDArray[np.bool_] = (rounded == best) & (best > worst)
    return ahead


def _figures_row(name: str, report: Report, bold: Sequence[bool], *, joint: bool) -> str:
    spans, figures = intervals(report), report.figures()
    cells = ""
    for key, first in zip(FIGURE_KEYS, bold, strict=True):
        if not is_told(key, joint=joint):
            cells += f'<td class="num">{percent(None)}</td>'
            continue
        marked = " best" if first else ""
        span = f"{percent(spans[key].low)} to {percent(spans[key].high)}"
        title = f"95 % of resamples: {span}"
        cells += f'<td class="num{marked}" title="{title}">{percent(figures[key])}</td>'
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def against(main: System, others: Sequence[System]) -> str:
    """Return one sentence a rival: by how much the main system is ahead, and how sure that is."""
    lines = []
    measured = FIGURE_WORDS[headline("segment", joint=main.joint).partition("/")[2]]
    for other in others:
        if main.report is None or other.report is None:
            continue
        found = compare(other.report, main.report)
        parts = []
        for level, word in (("segment", "segments"), ("event", "events")):
            c = found[headline(level, joint=main.joint)]
            parts.append(
                f"{100 * c.difference:+.1f} points on {word} (95 % of resamples {100 * c.low:+.1f}"
                f" to {100 * c.high:+.1f}, p = {c.p_value:.3f}; better on"
                f" {amount(c.better, 'clip')}, worse on {c.worse})"
            )
        lines.append(
            f"<p><b>{escape(main.name)}</b> against {escape(other.name)}, {measured}:"
            f" {', '.join(parts)}.</p>"
        )
    return "".join(lines)


def class_table(systems: Sequence[System], dataset: Dataset) -> str:
    """Return F of every class and track over all segments; details when hovered."""
    scored = [(s.name, s.report.per_class()) for s in systems if s.report is not None]
    if not scored:
        return '<p class="muted">This split has no truth, so there are no figures by class.</p>'
    joint = systems[0].joint
    streams = [stream for stream in PERCEIVED if is_told(f"segment/{stream}", joint=joint)]
    top = "".join(
        f'<th scope="colgroup" colspan="{len(scored)}" class="group {stream}">'
        f"{PERCEIVED[stream]}</th>"
        for stream in streams
    )
    head = "".join(_column(name) for name, _ in scored) * len(streams)
    body = ""
    for c, name in enumerate(dataset.vocabulary.names):
        cells = ""
        for stream in streams:
            cells += _class_cells([of[f"segment/{stream}"] for _, of in scored], c)
        body += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
    table = (
        f"<table><thead><tr><th></th>{top}</tr><tr><th"
        f' scope="col">Class</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    return wide(table, "F of every class")


def _class_cells(found: Sequence[Pooled], c: int) -> str:
    """Return one class and stream, a cell a system; the best is bold."""
    f1 = np.nan_to_num([pooled.f1[c] for pooled in found])
    cells = ""
    for pooled, first in zip(found, _best(f1[:, None])[:, 0], strict=True):
        bold = " best" if first else ""
        cells += (
            f'<td class="num{bold}" title="precision {percent(pooled.precision[c])}, recall'
            f" {percent(pooled.recall[c])}; {int(pooled.predicted[c])} found,"
            f' {amount(int(pooled.true[c]), "true segment")}">{percent(pooled.f1[c])}</td>'
        )
    return cells


def quality_table(quality: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the segment figures of the labels at each stage."""
    head = "".join(_column(word) for word in FIGURE_WORDS.values())
    body = ""
    for stage, of in quality.items():
        body += _numbers_row(stage, [of[f"segment/{key}"] for key in FIGURE_WORDS])
    return wide(
        "<table><thead><tr><th"
        f' scope="col">Labels</th>{head}</tr></thead><tbody>{body}</tbody></table>',
        "Label quality",
    )


def _numbers_row(name: str, values: Sequence[float | None]) -> str:
    cells = "".join(f'<td class="num">{percent(value)}</td>' for value in values)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def quality_by_class(quality: Mapping[str, Mapping[str, Any]], dataset: Dataset, track: str) -> str:
    """Return F of the labels of one track for every class, a column a stage."""
    head = "".join(_column(stage) for stage in quality)
    body = ""
    for c, name in enumerate(dataset.vocabulary.names):
        body += _numbers_row(name, [of["per_class"][track][c] for of in quality.values()])
    first = f'<th scope="col">Class ({PERCEIVED[Track(track)].lower()})</th>'
    return wide(
        f"<table><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table>",
        "Label quality by class",
    )


def changes_line(report: Mapping[str, Any], track: str) -> str:
    """Return a sentence on what denoising changed in one track."""
    share = report["segments_removed"] / max(report["segments"], 1)
    softened = ""
    if "alpha" in report:
        softened = (
            f", {100 * report['share_reweighted']:.0f} % of all labels softened (α = "
            f"{report['alpha']:.2f}, β = {report['beta']:.3f})"
        )
    return (
        f"<p>{PERCEIVED[Track(track)]}: {report['segments_removed']:,} of"
        f" {amount(report['segments'], 'segment label')} withdrawn ({100 * share:.0f} %),"
        f" {report['clips_removed']} of {amount(report['clips'], 'label')} of clips"
        f" altogether{softened}.</p>"
    )
