"""A table as a picture: rows as lines, ours with its spread, published figures as open marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import MissingExtraError
from seehear.export.palette import SERIES
from seehear.files import Json

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, PUBLISHED = SERIES[1], SERIES[2]
OF_MANY = ("segment/type", "event/type", "segment/visual")  # the columns drawn where there are many
JOINT = ("segment/audio_visual", "event/audio_visual")  # the only ones that some truths give


def draw(result: Mapping[str, Json], path: Path) -> Path:
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
    columns = result["columns"] if len(result["columns"]) <= 2 else OF_MANY
    if rows and OF_MANY[0] not in rows[0]["ours"]:
        columns = JOINT
    size = (3.1 * len(columns) + 1.6, 0.34 * max(len(rows), 2) + 1.1)
    figure = Figure(figsize=size, layout="constrained", dpi=120)
    panels = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for axes, key in zip(panels, columns, strict=True):
        _draw_column(axes, rows, key)
    panels[0].set_yticks(range(len(rows)), [row["title"] for row in rows], fontsize=8)
    panels[0].invert_yaxis()
    if rows:
        panels[-1].legend(fontsize=8)
    figure.suptitle(
        f"{result['title']} ({result['dataset']['name']} {result['split']})", fontsize=10
    )
    return save(figure, path)


def _draw_column(axes: "Axes", rows: Sequence[Mapping[str, Json]], key: str) -> None:
    means = [row["ours"][key]["mean"] for row in rows]
    spreads = [row["ours"][key]["spread"] for row in rows]
    axes.errorbar(
        means,
        range(len(rows)),
        xerr=spreads,
        fmt="o",
        color=OURS,
        capsize=3,
        label="ours",
    )
    published = {y: row["published"][key] for y, row in enumerate(rows) if key in row["published"]}
    if published:
        axes.plot(
            list(published.values()),
            list(published),
            "D",
            mfc="none",
            color=PUBLISHED,
            label="published",
        )
    axes.set_title(f"{key.replace('/', ' level, ')} F (%)", fontsize=9)
    axes.grid(axis="x", lw=0.4)
