"""The figures of the paper as functions of arrays; each returns a matplotlib figure.

Colours are those of the pages (`seehear.export.palette`), told apart by colour-blind readers: heard
and seen have theirs, and no class or system shares them.  Every bar also carries its words, so that
a print in grey still reads.  Without matplotlib each raises `MissingExtraError`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import MissingExtraError
from seehear.export.palette import GREY, HEARD, SEEN, SERIES
from seehear.files import atomic_path
from seehear.time import runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _new(width: float, height: float, **grid: Any) -> tuple["Figure", Any]:
    """Return a figure without a window; matplotlib's global state is left alone."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError.of("matplotlib", "plot") from None
    figure = Figure(figsize=(width, height), layout="constrained", dpi=120)
    return figure, figure.subplots(**grid)


def save(figure: "Figure", path: Path) -> Path:
    """Write `figure` to `path` (its suffix picks PNG, SVG or PDF); equal figures, equal bytes."""
    import matplotlib

    metadata = {"Date": None} if path.suffix == ".svg" else None
    with (
        atomic_path(path) as partial,
        matplotlib.rc_context({"svg.hashsalt": "seehear", "svg.fonttype": "none"}),
    ):
        figure.savefig(partial, format=path.suffix[1:], metadata=metadata)
    return path


def similarity(
    positives: NDArray[np.floating],
    negatives: NDArray[np.floating],
    *,
    name: str,
    encoder: str = "",
) -> "Figure":
    """Return similarity distributions of segments with and without an event (Figures 2 and 5).

    Args:
        positives: similarities of the segments labelled with the class, shape (P,).
        negatives: of all other segments, shape (N,).
        name: the class.
        encoder: who measured, for the axis label.

    The band between the smallest positive and the largest negative is the unreliable region; it is
    shaded where the two groups overlap (section 4 of the method).
    """
    figure, axes = _new(6.4, 3.4)
    both = np.concatenate([positives, negatives])
    bins = np.linspace(both.min(), both.max() + 1e-9, 60)
    for values, colour, text in (
        (negatives, GREY, "without event"),
        (positives, SERIES[0], "with event"),
    ):
        if len(values):
            middle = float(np.median(values))
            label = f"{text}: {amount(len(values), 'segment')}, median {middle:.2f} (dashed)"
            axes.hist(values, bins, density=True, color=colour, alpha=0.6, label=label)
            axes.axvline(middle, color=colour, lw=1.6, ls="--")
    if len(positives) and len(negatives) and negatives.max() > positives.min():
        low, high = float(positives.min()), float(negatives.max())
        share = [float(((v >= low) & (v <= high)).mean()) for v in (positives, negatives)]
        axes.axvspan(
            low,
            high,
            color="#F0E442",
            alpha=0.28,
            zorder=0,
            label=(
                f"unreliable region: {100 * share[0]:.0f} % of with, {100 * share[1]:.0f} % of"
                " without"
            ),
        )
    axes.set(
        xlabel=f"similarity to “{name}”" + (f" ({encoder})" if encoder else ""),
        ylabel="density",
        title=name,
    )
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])  # room for the legend above the bars
    axes.legend(fontsize=8, framealpha=0.9, edgecolor="none")
    _clean(axes)
    return figure


def denoising_strip(
    frames: Sequence[NDArray[np.uint8]],
    prompts: Sequence[str],
    prompt_similarity: NDArray[np.floating],
    rows: Mapping[str, NDArray[np.floating]],
    classes: Sequence[str],
    *,
    title: str = "",
) -> "Figure":
    """Return what the denoiser saw and did in one clip (paper, Figures 4, 6, 7).

    Args:
        frames: one picture a segment, T of (H, W, 3).
        prompts: the N prompts.
        prompt_similarity: (N, T); the winner of each segment is framed.
        rows: named label matrices (T, K) to compare, in order: weak label, denoised, a video-level
            denoiser, truth.
        classes: the K classes of the clip.
        title: above the frames.
    """
    count = len(frames)
    heights = [1.25, 0.36 * len(prompts) + 0.2, *([0.3 * len(classes) + 0.28] * len(rows))]
    figure, axes = _new(
        max(7.0, 1.05 * count + 2),
        sum(heights) + 0.6,
        nrows=len(heights),
        gridspec_kw={"height_ratios": heights},
        sharex=True,
    )
    for index, frame in enumerate(frames):
        axes[0].imshow(
            frame,
            extent=(index + 0.03, index + 0.97, 0, 1),
            aspect="auto",
            interpolation="bilinear",
        )
    axes[0].set(xlim=(0, count), ylim=(0, 1), yticks=[], title=title)
    axes[0].spines[:].set_visible(False)
    axes[0].tick_params(length=0)
    heat = axes[1]
    heat.pcolormesh(
        np.arange(count + 1), np.arange(len(prompts) + 1), prompt_similarity, cmap="Greys"
    )
    for t, winner in enumerate(np.argmax(prompt_similarity, axis=0)):
        heat.add_patch(_frame(t, int(winner)))
    # text stays readable on its cell: black up to this value, white above
    low, high = float(prompt_similarity.min()), float(prompt_similarity.max())
    dark = low + 0.6 * (high - low)
    for n in range(len(prompts)):
        for t in range(count):
            value = float(prompt_similarity[n, t])
            heat.text(
                t + 0.5,
                n + 0.5,
                f"{value:.3f}",
                ha="center",
                va="center",
                fontsize=7,
                color="white" if value > dark else "black",
            )
    heat.tick_params(length=0)
    heat.set_yticks(np.arange(len(prompts)) + 0.5, prompts, fontsize=8)
    heat.invert_yaxis()
    for row, (name, matrix) in zip(axes[2:], rows.items(), strict=True):
        _bars(row, matrix, classes)
        row.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    axes[-1].set(xlabel="seconds", xticks=np.arange(count + 1))
    return figure


def parsing(
    systems: Mapping[str, tuple[NDArray[np.generic], NDArray[np.generic]]],
    classes: Sequence[str],
    *,
    title: str = "",
) -> "Figure":
    """Return several systems' events as coloured bars, one panel a track (paper, Figure 3).

    Args:
        systems: name -> (audio, visual) binary matrices (T, C), the truth among them.
        classes: the C class names; classes that no system finds are left out.
        title: above the panels.
    """
    used = _named(systems, len(classes))
    row = len(used) + 0.7  # bars of a system, and the gap below them
    height = 0.24 * len(used) * len(systems) + 0.55
    figure, axes = _new(8.5, 2 * height + 0.7, nrows=2, sharex=True)
    for track, (axis, word) in enumerate(zip(axes, ("heard", "seen"), strict=True)):
        for s, pair in enumerate(systems.values()):
            for k, c in enumerate(used):
                _event_bars(axis, s * row + k, k, pair[track][:, c], classes[c])
        middles = [s * row + (len(used) - 1) / 2 for s in range(len(systems))]
        axis.set_yticks(middles, list(systems), fontsize=9)
        axis.set_title(word, loc="left", fontsize=10, color=(HEARD, SEEN)[track], fontweight="bold")
        axis.set_ylim(len(systems) * row - 1.2, -0.7)
        _clean(axis)
    count = len(next(iter(systems.values()))[0])
    axes[-1].set(xlabel="seconds", xlim=(0, count), xticks=_seconds(count))
    figure.suptitle(title, fontsize=11)
    return figure


def _seconds(count: int) -> NDArray[np.int_]:
    """Return which seconds an axis names: each, or round ones where there are too many."""
    step = next(s for s in (1, 2, 5, 10, 20, 60, 120, 300, 600, 3600) if count <= 20 * s)
    return np.arange(0, count + 1, step)


def _named(
    systems: Mapping[str, tuple[NDArray[np.generic], NDArray[np.generic]]], classes: int
) -> list[int]:
    """Return the classes that some system finds, or the first class if none finds any."""
    on = np.zeros(classes, bool)
    for audio, visual in systems.values():
        on |= audio.any(axis=0) | visual.any(axis=0)
    return np.flatnonzero(on).tolist() or [0]


def _event_bars(axis: "Axes", y: float, k: int, on: NDArray[np.generic], name: str) -> None:
    """Draw the events of one class: a bar each, with its name on it."""
    colour = SERIES[k % len(SERIES)]
    hatch = "///" if k >= len(SERIES) else None
    for start, end in runs(on):
        axis.barh(
            y,
            end - start,
            left=start,
            height=0.82,
            color=colour,
            edgecolor="white",
            hatch=hatch,
        )
        axis.text(
            (start + end) / 2,
            y,
            name,
            ha="center",
            va="center",
            fontsize=7,
            clip_on=True,
            color=_ink(colour),
        )


def curves(history: Mapping[str, Sequence[tuple[float, float]]], *, ylabel: str) -> "Figure":
    """Return named curves over epochs.

    Args:
        history: name -> (epoch, value) pairs.
        ylabel: what the values are.
    """
    figure, axes = _new(6.4, 3.4)
    for index, (name, points) in enumerate(history.items()):
        if points:
            x, y = zip(*points, strict=True)
            axes.plot(
                x,
                y,
                label=name,
                color=SERIES[index % len(SERIES)],
                ls=("-", "--", ":", "-.")[index // len(SERIES) % 4],
                lw=1.6,
                marker="o",
                ms=3,  # a run of one epoch is a point
            )
    axes.set(xlabel="epoch", ylabel=ylabel)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=8, frameon=False)
    _clean(axes)
    return figure


def _bars(axes: "Axes", matrix: NDArray[np.floating], classes: Sequence[str]) -> None:
    """Draw a label matrix (T, K): a bar a segment, its strength the label's value."""
    for k in range(len(classes)):
        for t, value in enumerate(matrix[:, k]):
            if value > 0:
                axes.barh(
                    k,
                    1,
                    left=t,
                    height=0.8,
                    color=SERIES[k % len(SERIES)],
                    alpha=float(0.15 + 0.85 * min(1, value)),
                )
                if 0 < value < 1:
                    axes.text(t + 0.5, k, f"{value:.3f}", ha="center", va="center", fontsize=6.5)
    axes.set_yticks(range(len(classes)), classes, fontsize=8)
    axes.yaxis.tick_right()
    axes.set_ylim(len(classes) - 0.5, -0.5)
    _clean(axes)


def _frame(t: int, n: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((t + 0.03, n + 0.05), 0.94, 0.9, fill=False, edgecolor=SERIES[2], lw=2.6)


def _ink(colour: str) -> str:
    """Return black or white, whichever is read better on `colour` (`#rrggbb`)."""
    light = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
    return "black" if 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] > 0.25 else "white"


def _clean(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
