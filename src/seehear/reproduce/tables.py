"""The seven tables of the LSLD paper as data: rows of recipe, feature set and changed settings.

Published figures are percent on LLP's test split.  A row takes them from its recipe (`published`),
or has figures of its own.

Source: Revisit Weakly-Supervised Audio-Visual Video Parsing from the Language Perspective, NeurIPS
2023, tables 1 to 7.  In some printed rows Type is not the mean of its parts (MA at segment level,
MM-Pyramid and DHHN at event level); they are given as printed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from seehear.closest import suggest
from seehear.errors import ConfigError
from seehear.files import Json
from seehear.recipes import FIGURES, get

VISUAL = ("segment/visual", "event/visual")  # what tables 4 and 6 print


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Args:
        key: name by which it is chosen.
        title: as printed.
        recipe: name of its recipe.
        features: feature set of the published row.
        settings: settings that differ from the recipe, by path.
        figures: published figures, percent by figure key; None: those of the recipe.
        control: whether the row is ours: one between two published rows that differ in more than
            one thing, or one on features that the paper does not have (`rows` says when it runs).
        fitted: title and settings that the row has on features whose re-weighting factors are
            fitted; None: the same as elsewhere.
    """

    key: str
    title: str
    recipe: str
    features: str
    settings: Mapping[str, Json] = field(default_factory=dict)
    figures: Mapping[str, float] | None = None
    control: bool = False
    fitted: tuple[str, Mapping[str, Json]] | None = None

    def on(self, features: str) -> "Row":
        """Return the row as it runs on a feature set; see `fitted`."""
        adapted = get(self.recipe).adapt.get(features, {})
        if self.fitted is None or adapted.get("labels.segments.alpha") != "fit":
            return self
        title, settings = self.fitted
        return replace(self, title=title, settings=settings, fitted=None)

    @property
    def published(self) -> Mapping[str, float]:
        """Percent by figure key; empty for a row that was never published."""
        if self.figures is not None:
            return self.figures
        printed = {} if self.settings else get(self.recipe).published
        if self.features not in printed:
            return {}
        return dict(zip(FIGURES, printed[self.features], strict=True))


@dataclass(frozen=True)
class Table:
    """One table.

    Args:
        name: `table1` to `table7`.
        title: what it shows.
        rows: in printed order; controls of ours stand where they belong.
        columns: keys of the figures that the paper prints.
        by_features: whether its rows differ in features only; on other features a printed row then
            means nothing.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = FIGURES
    by_features: bool = False

    def choose(self, keys: Iterable[str] | None, parameter: str = "rows") -> tuple[Row, ...]:
        """Return some rows in printed order; None: all.

        Args:
            keys: of the rows.
            parameter: name of the parameter that chose them, for the message.

        Raises:
            ConfigError: no such row; the closest is named.
        """
        if keys is None:
            return self.rows
        known, asked = [row.key for row in self.rows], list(keys)
        for key in asked:
            if key not in known:
                raise ConfigError(
                    f"{self.name} has no row {key!r}", parameter=parameter, hint=suggest(key, known)
                )
        return tuple(row for row in self.rows if row.key in asked)


def _ten(*values: float) -> dict[str, float]:
    return dict(zip(FIGURES, values, strict=True))


def _pair(segment: float, event: float) -> dict[str, float]:
    return dict(zip(VISUAL, (segment, event), strict=True))


def _labels(key: str, title: str, figures: Mapping[str, float], **settings: Json) -> Row:
    """Return an LSLD row with settings for how its labels are made; none: LSLD itself."""
    changed = {f"labels.segments.{name}": value for name, value in settings.items()}
    return Row(key, title, "lsld", "clip", changed, figures)


# On offline features LSLD has no attention to the other track and HAN has: they differ in more than
# the labels.  These two rows change one thing at a time; the last differs from LSLD in labels only.
APART: dict[str, Json] = {"network.forward.cross_attention": 0.0}
CONTROLS = (
    Row(
        "han-apart",
        "HAN, without attention to the other track (ours)",
        "han",
        "offline",
        APART,
        control=True,
    ),
    Row(
        "han-as-lsld",
        "HAN, LSLD's training schedule, weak labels (ours)",
        "han",
        "offline",
        {**APART, "network.visual_dropout": 0.5, "training.seed": 6},
        control=True,
    ),
)
# with this row all four are there: labels of LSLD and of HAN, each with that attention and without
LSLD_ATTENDS = Row(
    "lsld-attends",
    "LSLD, with attention to the other track (ours)",
    "lsld",
    "offline",
    {"network.forward.cross_attention": 1.0},
    control=True,
)
LSLD = Row("lsld", "LSLD", "lsld", "clip")
# needs no text encoder and none of LSLD's features: anyone can run it on features to be fetched
LSLD_FETCHED = Row(
    "lsld-own-labels",
    "LSLD (released), on the labels that it publishes (ours)",
    "lsld-released-labels",
    "uwav",
    control=True,
)
HAN_CLIP = Row("han+clip", "HAN + Clip", "han", "clip")
MGN_CLIP = Row("mgn+clip", "MGN + Clip", "mgn", "clip")

_GRID = {  # alpha: segment-level visual F at beta = 0.2, 0.4, 0.6, 0.8
    3.0: (68.1, 68.3, 69.0, 69.7),
    3.5: (70.7, 69.2, 71.4, 71.2),
    4.0: (71.0, 71.9, 71.6, 70.5),
    4.5: (70.7, 70.2, 71.4, 70.7),
}


def _grid_row(alpha: float, beta: float, value: float) -> Row:
    """Return a cell of table 4a.

    The published factors belong to CLIP's similarities.  Where factors are fitted to others, a row
    has the same multiples of the fitted ones, so that the axes keep their meaning.
    """
    row = _labels(
        f"a{alpha:g}-b{beta:g}",
        f"alpha {alpha:g}, beta {beta:g}",
        {"segment/visual": value},
        alpha=alpha,
        beta=beta,
    )
    times = alpha / 4.0, beta / 0.4  # multiples of the factors that the paper chose
    title = "alpha {:g} x, beta {:g} x what is fitted".format(*times)
    names = ("labels.segments.alpha", "labels.segments.beta")
    fitted = {name: f"fit*{x:g}" for name, x in zip(names, times, strict=True) if x != 1}
    return replace(row, fitted=(title, fitted))


_GRID_ROWS = tuple(
    _grid_row(alpha, beta, value)
    for alpha, values in _GRID.items()
    for beta, value in zip((0.2, 0.4, 0.6, 0.8), values, strict=True)
)

OFFLINE_ROWS = (  # the features that a folder made offline holds; the paper has CLIP's and ResNet's
    Row("pooled", "EfficientNet-Lite2, pooled (ours)", "lsld", "offline", control=True),
    Row("conse", "ConSE's vectors (ours)", "lsld", "offline-space", control=True),
    Row("pooled+conse", "both (ours)", "lsld", "offline+space", control=True),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "table1",
            "All systems, with the features of LLP and with CLIP",
            (
                Row("ave", "AVE", "ave", "paper"),
                Row("avsdn", "AVSDN", "avsdn", "paper"),
                Row("han", "HAN", "han", "paper"),
                Row("mgn", "MGN", "mgn", "paper"),
                Row("ma", "MA", "ma", "paper"),
                Row("jomold", "JoMoLD", "jomold", "paper"),
                HAN_CLIP,
                MGN_CLIP,
                Row("ma+clip", "MA + Clip", "ma", "clip"),
                Row("jomold+clip", "JoMoLD + Clip", "jomold", "clip"),
                *CONTROLS,
                LSLD,
                LSLD_FETCHED,
            ),
        ),
        Table(
            "table2",
            "Denoising and re-weighting",
            (
                Row("none", "neither (HAN + Clip)", "han", "clip"),
                *CONTROLS,
                Row("den", "denoising", "lsld-denoise-only", "clip"),
                LSLD_ATTENDS,
                Row("den+rew", "denoising and re-weighting", "lsld", "clip"),
            ),
        ),
        Table(
            "table3",
            "The prompt for nothing",
            (
                _labels(
                    "not-class",
                    "[Class, Not Class]",
                    _ten(61.8, 58.4, 54.8, 58.3, 57.9, 52.5, 55.6, 49.6, 52.6, 50.2),
                    nothing="not-class",
                ),
                _labels(
                    "none",
                    "[Class, None]",
                    _ten(62.0, 71.0, 62.8, 65.3, 62.1, 53.0, 67.9, 55.1, 58.7, 53.4),
                    nothing="none",
                ),
                Row("other", "[Class, Other]", "lsld", "clip"),
            ),
        ),
        Table(
            "table4",
            "Factors (4a) and strategies (4b) of the re-weighting",
            (
                *_GRID_ROWS,
                _labels("with-event", "w/ event", _pair(69.9, 66.5), strategy="with-event"),
                _labels("without-event", "w/o event", _pair(70.4, 67.2), strategy="without-event"),
                _labels("stable", "stable", _pair(71.2, 67.2), strategy="stable"),
                _labels("dynamic", "dynamic", _pair(71.9, 68.8)),
            ),
            VISUAL,
        ),
        Table(
            "table5",
            "LSLD's labels under other networks",
            (
                Row("mm_pyramid", "MM-Pyramid", "mm_pyramid", "paper"),
                Row("mm_pyramid+clip", "MM-Pyramid + Clip", "mm_pyramid", "clip"),
                Row("mm_pyramid+lsld", "MM-Pyramid + LSLD", "mm_pyramid-lsld", "clip"),
                Row("dhhn", "DHHN", "dhhn", "paper"),
                Row("dhhn+clip", "DHHN + Clip", "dhhn", "clip"),
                Row("dhhn+lsld", "DHHN + LSLD", "dhhn-lsld", "clip"),
                MGN_CLIP,
                Row("mgn+lsld", "MGN + LSLD (not in the paper)", "mgn-lsld", "clip"),
            ),
        ),
        Table(
            "table6",
            "Words for the classes",
            (
                _labels("original", "original", _pair(70.4, 67.2), descriptions="original"),
                _labels("playing", "+ playing", _pair(71.9, 68.8)),
                _labels("photo", "+ a photo of", _pair(70.1, 66.5), descriptions="photo"),
                _labels("person", "+ playing + a person", _pair(69.4, 66.0), descriptions="person"),
            ),
            VISUAL,
        ),
        Table(
            "table7",
            "Visual features that the network is trained on",
            (
                Row("resnet+3d", "ResNet 2D + 3D", "lsld", "paper"),
                Row("vit-b32+3d", "ViT-B/32 + 3D", "lsld", "clip-b32+3d"),
                Row("vit-b16+3d", "ViT-B/16 + 3D", "lsld", "clip+3d"),
                Row("vit-b32", "ViT-B/32", "lsld", "clip-b32"),
                Row("vit-b16", "ViT-B/16", "lsld", "clip"),
                *OFFLINE_ROWS,
            ),
            by_features=True,
        ),
    )
}


def table(name: str) -> Table:
    """Return a table by name.

    Raises:
        ConfigError: there is none; the closest is named.
    """
    if name not in TABLES:
        raise ConfigError(f"no table {name!r}", hint=suggest(name, TABLES))
    return TABLES[name]
