"""A table as a picture: one line a row, ours with its spread, the published figure as an open
mark.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seehear.errors import MissingExtraError
from seehear.recipes import FIGURES

OURS, PUBLISHED = "#0072B2", "#D55E00"


def draw(result: Mapping[str, Any], path: Path) -> Path:
    """Write the picture of a table (`result.collect`); the suffix of `path` picks the format.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError.of("matplotlib", "plot") from None
    from seehear.report.figures import save

    rows = [row for row in result["rows"] if row["ours"]]
    columns = (
        list(result["columns"]) if len(result["columns"]) <= 2 else ["segment/type", "event/type"]
    )
    columns += ["segment/visual"] if columns == ["segment/type", "event/type"] else []
    figure = Figure(
        figsize=(3.1 * len(columns) + 1.6, 0.34 * max(len(rows), 2) + 1.1),
        layout="constrained",
        dpi=120,
    )
    panels = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    places = range(len(rows))
    for axes, key in zip(panels, columns, strict=True):
        assert key in FIGURES
        axes.errorbar(
            [row["ours"][key]["mean"] for row in rows],
            places,
            xerr=[row["ours"][key]["spread"] for row in rows],
            fmt="o",
            color=OURS,
            capsize=3,
            label="ours",
        )
        printed = [
            (row["published"][key], y) for y, row in enumerate(rows) if key in row["published"]
        ]
        if printed:
            axes.plot(
                *zip(*printed, strict=True), "D", mfc="none", color=PUBLISHED, label="published"
            )
        axes.set_title(f"{key.replace('/', ' level, ')} F (%)", fontsize=9)
        axes.grid(axis="x", lw=0.4)
    panels[0].set_yticks(list(places), [row["title"] for row in rows], fontsize=8)
    panels[0].invert_yaxis()
    if len(rows):
        panels[-1].legend(fontsize=8)
    figure.suptitle(
        f"{result['title']} ({result['dataset']['name']} {result['split']})", fontsize=10
    )
    return save(figure, path)
