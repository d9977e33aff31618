"""Drawings inside a page: SVG in the colours of its style, which follow light and dark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from seehear.export.palette import SERIES

Point = tuple[float, float]

_WIDTH, _HEIGHT = 400, 210
_LEFT, _RIGHT = 38, 10
_TOP, _BOTTOM = 10, 30


@dataclass(frozen=True)
class Axes:
    """Where points of a line chart stand in its drawing.

    Args:
        epochs, values: the least and the greatest of each.
        percent: values are fractions, written as percent.
    """

    epochs: tuple[float, float]
    values: tuple[float, float]
    percent: bool

    @classmethod
    def around(cls, points: Sequence[Point], *, percent: bool) -> "Axes":
        """Return the axes that hold all points."""
        epochs, values = zip(*points, strict=True)
        top = max(values) * 1.05 or 1.0
        if percent and max(values) > 0.8:
            top = 1.0
        return cls((min(epochs), max(max(epochs), min(epochs) + 1)), (0.0, top), percent)

    def x(self, epoch: float) -> float:
        """Return where an epoch stands."""
        first, last = self.epochs
        return _LEFT + (epoch - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Return where a value stands."""
        low, high = self.values
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    def tick(self, value: float) -> str:
        """Return a value as the axis writes it."""
        return f"{100 * value:.0f}" if self.percent else f"{value:.2g}"

    def exact(self, value: float) -> str:
        """Return a value as it is told when hovered."""
        return f"{100 * value:.1f} %" if self.percent else f"{value:.4g}"


def line_chart(
    series: Mapping[str, Sequence[Point]],
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
    points = [point for curve in series.values() for point in curve]
    if not points:
        return '<p class="muted">No epochs were recorded.</p>'
    axes = Axes.around(points, percent=percent)
    kept = marks or {}
    parts = _ticks(axes)
    legend = []
    for index, (name, curve) in enumerate(series.items()):
        style = f"s{index % len(SERIES)}"
        parts += _curve(axes, name, curve, style, kept.get(name))
        legend.append(
            f'<li><svg viewBox="0 0 26 8" aria-hidden="true"><path class="curve {style}" d="M0 4'
            f' L26 4"/></svg>{escape(name)}</li>'
        )
    return (
        f'<figure class="chart"><ul class="legend">{"".join(legend)}</ul><svg viewBox="0 0 {_WIDTH}'
        f' {_HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg></figure>'
    )


def _ticks(axes: Axes) -> list[str]:
    """Return the rules and numbers of both axes."""
    parts = []
    for value in np.linspace(*axes.values, 5).tolist():
        y = axes.y(value)
        parts.append(
            f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{axes.tick(value)}</text>'
        )
    for epoch in sorted({round(value) for value in np.linspace(*axes.epochs, 5).tolist()}):
        x = axes.x(epoch)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{epoch}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 1}" text-anchor="end">epoch</text>')
    return parts


def _curve(
    axes: Axes, name: str, curve: Sequence[Point], style: str, kept: float | None
) -> list[str]:
    """Return one line and a circle a point; that of the epoch that was kept stands out."""
    places = [f"{axes.x(epoch):.1f} {axes.y(value):.1f}" for epoch, value in curve]
    path = f"M{' L'.join(places)}" if places else ""
    parts = [f'<path class="curve {style}" d="{path}"/>']
    for epoch, value in curve:
        drawn, radius, told = "spot", "6", ""
        if epoch == kept:
            drawn, radius, told = "kept", "4.5", " (kept)"
        parts.append(
            f'<circle class="{drawn} {style}" cx="{axes.x(epoch):.1f}" cy="{axes.y(value):.1f}"'
            f' r="{radius}"><title>{escape(name)}, epoch {epoch:g}: {axes.exact(value)}'
            f"{told}</title></circle>"
        )
    return parts


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
                f' y="{y + 15:.1f}" text-anchor="middle">{value:.3f}</text>'
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
                        f'<rect class="label k{k % len(SERIES)}" x="{x:.1f}" y="{y + 3:.1f}"'
                        f' width="{cell:.1f}" height="{line - 6}"'
                        f' fill-opacity="{shade:.2f}"><title>{escape(known)}, second'
                        f" {t * step_s:g}: {value:.3f}</title></rect>"
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
