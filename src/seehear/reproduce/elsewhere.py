"""Published figures of the recipes' systems on other benchmarks than LLP: there are almost none.

AVE: UWAV (Lai et al., CVPR 2025, arXiv 2505.09615) quotes the segment accuracy of HAN and of VALOR,
without saying on which features.  For LFAV, UnAV-100 and VGGSounder none is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from seehear.data import Dataset
from seehear.data.download import digest
from seehear.data.public import PUBLIC


@dataclass(frozen=True)
class Elsewhere:
    """Published figures on one benchmark.

    Args:
        sizes: number of clips of each official split.
        source: who published the figures, and what is not known of them.
        figures: by recipe, percent by key.
    """

    sizes: Mapping[str, int]
    source: str
    figures: Mapping[str, Mapping[str, float]]


_ELSEWHERE = {
    "ave": Elsewhere(
        {"train": 3339, "val": 402, "test": 402},
        "as UWAV quotes it (arXiv 2505.09615); it does not say on which features",
        {"han": {"segment_accuracy": 75.3}, "valor": {"segment_accuracy": 80.4}},
    )
}


def elsewhere_published(dataset: Dataset) -> Elsewhere | None:
    """Return what was published of the recipes' systems on a benchmark.

    None where nothing was, or where the dataset differs from the benchmark as it was published.
    """
    known = _ELSEWHERE.get(dataset.official or "")
    if known is None:
        return None
    sizes = {name: len(split) for name, split in dataset.splits.items()}
    pinned = set(PUBLIC[str(dataset.official)].tables.values())
    tables = {digest(path) for path in dataset.tables.values()}
    return known if sizes == known.sizes and tables <= pinned else None
