"""Drawings inside a page: SVG whose colours come from the page's style, so that they follow light
and dark.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_WIDTH, _HEIGHT = 400, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 10, 10, 30


def line_chart(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    label: str,
    percent: bool = False,
    marks: Mapping[str, float] | None = None,
) -> str:
    """Return named curves over epochs with a legend; curves differ in colour and in dashes.

    Args:
        series: name -> (epoch, value) points.
        label: what is drawn, for readers who cannot see it.
        percent: values are fractions, shown as percent.
        marks: name -> epoch to mark on its curve (the one that was kept).
    """
    points = [p for curve in series.values() for p in curve]
    if not points:
        return '<p class="muted">No epochs were recorded.</p>'
    xs, ys = zip(*points, strict=True)
    low, high = (0.0, 1.0) if percent and max(ys) > 0.8 else (0.0, max(ys) * 1.05 or 1.0)
    first, last = min(xs), max(max(xs), min(xs) + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (x - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - (y - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM),
        )

    text = (lambda v: f"{100 * v:.0f}") if percent else (lambda v: f"{v:.2g}")
    parts = []
    for value in np.linspace(low, high, 5):
        _, y = place(first, float(value))
        parts.append(
            f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text(float(value))}</text>'
        )
    for value in sorted({round(v) for v in np.linspace(first, last, 5)}):
        x, _ = place(float(value), low)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{value}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 1}" text-anchor="end">epoch</text>')
    for index, (name, curve) in enumerate(series.items()):
        style = f"s{index % 6}"
        path = " ".join(
            f"{'L' if i else 'M'}{x:.1f} {y:.1f}"
            for i, (x, y) in enumerate(place(*p) for p in curve)
        )
        parts.append(f'<path class="curve {style}" d="{path}"/>')
        for epoch, value in curve:
            x, y = place(epoch, value)
            shown = f"{100 * value:.1f} %" if percent else f"{value:.4g}"
            kept = (marks or {}).get(name) == epoch
            parts.append(
                f'<circle class="{"kept" if kept else "spot"} {style}" cx="{x:.1f}"'
                f' cy="{y:.1f}" r="'
                f'{4.5 if kept else 6}"><title>{escape(name)}, epoch {epoch:g}: {shown}'
                f"{' (kept)' if kept else ''}</title></circle>"
            )
    items = "".join(
        f'<li><svg viewBox="0 0 26 8" aria-hidden="true"><path class="curve s{i % 6}" d="M0 4 L26'
        f' 4"/></svg>{escape(name)}</li>'
        for i, name in enumerate(series)
    )
    return (
        f'<figure class="chart"><ul class="legend">{items}</ul><svg viewBox="0 0 {_WIDTH}'
        f' {_HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg></figure>'
    )


def strip(
    frames: Sequence[str],
    prompts: Sequence[str],
    similarity: NDArray[np.floating],
    rows: Mapping[str, NDArray[np.floating]],
    classes: Sequence[str],
    *,
    label: str,
    step_s: float = 1.0,
) -> str:
    """Return what the denoiser saw and did in one clip: frames, prompt similarities, labels.

    Args:
        frames: T picture URLs.
        prompts: the N prompts.
        similarity: (N, T); the best prompt of each segment is framed.
        rows: named label matrices (T, K), in order.
        classes: the K classes of the clip.
        label: what is drawn, for readers who cannot see it.
        step_s: length of a segment.
    """
    count = len(frames)
    cell, gutter, line = max(34.0, min(64.0, 640 / count)), 250, 22
    width = gutter + cell * count + 4
    y = 0.0
    parts = [
        f'<image href="{escape(url)}" x="{gutter + t * cell + 1:.1f}" y="0" width="{cell - 2:.1f}" '
        f'height="{cell - 2:.1f}"/>'
        for t, url in enumerate(frames)
    ]
    y += cell + 6
    low, high = float(similarity.min()), float(similarity.max())
    best = similarity.argmax(axis=0)
    for n, prompt in enumerate(prompts):
        parts.append(_name(prompt, gutter, y, line))
        for t in range(count):
            value = float(similarity[n, t])
            share = (value - low) / (high - low) if high > low else 0.0
            won = " won" if best[t] == n else ""
            x = gutter + t * cell
            parts.append(
                f'<rect class="heat{won}" x="{x + 1.5:.1f}" y="{y + 1.5:.1f}"'
                f' width="{cell - 3:.1f}" height="{line - 3}"'
                f' fill-opacity="{0.06 + 0.5 * share:.2f}"><title>{escape(prompt)}, second'
                f' {t * step_s:g}: {value:.3f}</title></rect><text x="{x + cell / 2:.1f}"'
                f' y="{y + 15:.1f}" text-anchor="middle">{value:.2f}</text>'
            )
        y += line
    for name, matrix in rows.items():
        y += 8
        parts.append(f'<text class="row-name" x="4" y="{y + 15:.1f}">{escape(name)}</text>')
        for k, known in enumerate(classes):
            parts.append(_name(known, gutter, y, line, indent=104))
            for t in range(count):
                value = float(matrix[t, k])
                if value > 0.005:
                    x = gutter + t * cell
                    shade = 0.15 + 0.85 * min(1.0, value)
                    parts.append(
                        f'<rect class="label k{k % 6}" x="{x:.1f}" y="{y + 3:.1f}"'
                        f' width="{cell:.1f}" height="{line - 6}"'
                        f' fill-opacity="{shade:.2f}"><title>{escape(known)}, second'
                        f" {t * step_s:g}: {value:.2f}</title></rect>"
                    )
            y += line
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(label)}"><svg'
        f' class="strip" viewBox="0 0 {width:.0f} {y + 4:.0f}" width="{width:.0f}" role="img"'
        f' aria-label="{escape(label)}">{"".join(parts)}</svg></div>'
    )


def _name(text: str, right: float, y: float, line: float, indent: float = 4) -> str:
    """Return a row's name, set flush right; one that is too long is cut, and whole when hovered."""
    most = int((right - indent - 8) / 6.2)
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return (
        f'<text x="{right - 6}" y="{y + line - 7:.1f}" text-anchor="end">{escape(shown)}'
        f"<title>{escape(text)}</title></text>"
    )
