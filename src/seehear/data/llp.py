"""LLP's official tables, recognised by their names (Tian et al., "Unified Multisensory Perception",
ECCV 2020).
"""

from pathlib import Path

from seehear.data.dataset import Dataset, assemble
from seehear.data.vocabulary import LLP_VOCABULARY
from seehear.errors import DataError
from seehear.time import TimeGrid

FULL = "AVVP_dataset_full.csv"
CLIPS = {"train": "AVVP_train.csv", "val": "AVVP_val_pd.csv", "test": "AVVP_test_pd.csv"}
AUDIO, VISUAL = "AVVP_eval_audio.csv", "AVVP_eval_visual.csv"
_MEDIA_FOLDERS = ("videos", "video", "media")

# (clip, class, onset): rows whose file name is wrong in the audio table that every release but
# HAN's still carries
LEGACY_ROWS = frozenset(
    {
        ("JfZEqeLZqWk_30_40", "Speech", 0.0),
        ("JfZEqeLZqWk_30_40", "Speech", 7.0),
        ("KvIjsmANkxI_10_20", "Cat", 0.0),
    }
)


def is_llp(root: Path) -> bool:
    """Return whether the folder holds at least one of LLP's tables of clips."""
    return any((root / name).is_file() for name in CLIPS.values())


def open_llp(root: Path) -> Dataset:
    """Return LLP; splits whose table is not there are left out, truth is shared by val and test.

    Raises:
        DataError: a table is damaged, or only one of the two truth tables is there.
    """
    clips = {split: root / name for split, name in CLIPS.items() if (root / name).is_file()}
    there = [name for name in (AUDIO, VISUAL) if (root / name).is_file()]
    if len(there) == 1:
        lacking = AUDIO if there == [VISUAL] else VISUAL
        raise DataError(
            f"expected both truth tables, {lacking} is missing",
            where=root,
            hint="copy it beside the other, or remove both",
        )
    truth = [split for split in ("val", "test") if split in clips and there]
    folders = [root / name for name in _MEDIA_FOLDERS if (root / name).is_dir()]
    return assemble(
        "LLP",
        root,
        LLP_VOCABULARY,
        clips=clips,
        audio={split: root / AUDIO for split in truth},
        visual={split: root / VISUAL for split in truth},
        media=folders[0] if folders else root,
        grid=TimeGrid(10),
        annotation=_annotation(root / AUDIO) if truth else "no truth",
        legacy=LEGACY_ROWS,
    )


def _annotation(path: Path) -> str:
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    rows = {tuple(line.split("\t")[i] for i in (0, -1)) for line in lines if "\t" in line}
    corrected = ("JfZEqeLZqWk_30_40", "Speech") in rows
    return "LLP corrected (April 2024)" if corrected else "LLP legacy (before April 2024)"
