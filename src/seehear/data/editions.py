"""Is a dataset LLP as it was published, and in which edition of its annotations?

Published figures are shown beside ours only where it is.  The digests of the tables decide that,
not their names.
"""

from pathlib import Path

from seehear.amounts import amount
from seehear.data.dataset import Dataset
from seehear.data.download import digest
from seehear.data.fetch_llp import TABLES
from seehear.data.llp import CLIPS
from seehear.data.vocabulary import LLP_VOCABULARY
from seehear.time import TimeGrid

# truth of the audio track: HAN's repository mended two names in it in April 2024; those of LSLD,
# JoMoLD, MGN, MM-Pyramid and DHHN have the one before, on which their figures were measured
EDITIONS = {
    TABLES["AVVP_eval_audio.csv"]: "April 2024",
    "249122f65501d8d611c0027a48643798fe622bedee60f7e6224b5a8e3c02f886": "before April 2024",
}


def llp_edition(dataset: Dataset) -> str | None:
    """Return the edition of the annotations if this is LLP as published; None if it is not."""
    if why_not_llp(dataset) is not None:
        return None
    return EDITIONS[digest(dataset.tables["test/audio"])]


def why_not_llp(dataset: Dataset) -> str | None:
    """Return in words how a dataset differs from LLP as published; None if it does not."""
    if dataset.vocabulary.names != LLP_VOCABULARY.names:
        return "its classes are not LLP's"
    if dataset.vocabulary.descriptions != LLP_VOCABULARY.descriptions:
        return "its classes are described in other words, of which prompts are made"
    if dataset.grid != TimeGrid(10):
        return (
            f"its clips have {amount(dataset.grid.count, 'segment')} of {dataset.grid.step_s:g} s"
        )
    accepted = {f"{split}/clips": {TABLES[name]} for split, name in CLIPS.items()}
    for split in ("val", "test"):
        accepted[f"{split}/audio"] = set(EDITIONS)
        accepted[f"{split}/visual"] = {TABLES["AVVP_eval_visual.csv"]}
    for role, digests in accepted.items():
        path = dataset.tables.get(role)
        if path is None or not Path(path).is_file():
            return f"it has no table of {role.replace('/', ', ')}"
        if digest(path) not in digests:
            return f"{path.name} is not the official table"
    return None
