"""LLP's official tables, recognised by their names.

Source: Tian et al., "Unified Multisensory Perception: Weakly-Supervised Audio-Visual Video
Parsing", ECCV 2020 (YapengTian/AVVP-ECCV20, data/).
"""

from collections.abc import Mapping
from pathlib import Path

from seehear.data.dataset import Dataset, TableFiles, assemble
from seehear.data.dialect import read_rows, read_text
from seehear.data.vocabulary import LLP_VOCABULARY
from seehear.errors import DataError
from seehear.time import TimeGrid

CLIPS = {"train": "AVVP_train.csv", "val": "AVVP_val_pd.csv", "test": "AVVP_test_pd.csv"}
AUDIO, VISUAL = "AVVP_eval_audio.csv", "AVVP_eval_visual.csv"
_MEDIA_FOLDERS = ("videos", "video", "media")

# (clip, class, onset): rows with a wrong name in the audio table of every release but HAN's
LEGACY_ROWS = frozenset(
    {
        ("JfZEqeLZqWk_30_40", "Speech", 0.0),
        ("JfZEqeLZqWk_30_40", "Speech", 7.0),
        ("KvIjsmANkxI_10_20", "Cat", 0.0),
    }
)


FILES = f"LLP's tables ({', '.join(CLIPS.values())})"


def is_llp(root: Path) -> bool:
    """Return whether the folder holds at least one of LLP's tables of clips."""
    return any((root / name).is_file() for name in CLIPS.values())


def open_llp(root: Path) -> Dataset:
    """Return LLP; splits without a table are left out, and val and test share the tables of truth.

    Raises:
        DataError: a table is damaged, or only one of the two truth tables is there.
    """
    clips = {split: root / name for split, name in CLIPS.items() if (root / name).is_file()}
    splits = _splits_with_truth(root, clips)
    return assemble(
        "LLP",
        root,
        LLP_VOCABULARY,
        TableFiles(
            clips,
            audio=dict.fromkeys(splits, root / AUDIO),
            visual=dict.fromkeys(splits, root / VISUAL),
        ),
        media=media_folder(root) or root,
        grid=TimeGrid(10),
        annotation=_annotation(root / AUDIO) if splits else "no truth",
        legacy=LEGACY_ROWS,
    )


recognises, read = is_llp, open_llp  # the names that `readers` asks for


def media_folder(root: Path) -> Path | None:
    """Return the folder of clips below LLP's folder; None if there is none of a usual name."""
    return next((root / name for name in _MEDIA_FOLDERS if (root / name).is_dir()), None)


def _splits_with_truth(root: Path, clips: Mapping[str, Path]) -> list[str]:
    lacking = [name for name in (AUDIO, VISUAL) if not (root / name).is_file()]
    if len(lacking) == 1:
        raise DataError(
            f"expected both truth tables, {lacking[0]} is missing",
            where=root,
            hint="copy it beside the other, or remove both",
        )
    if lacking:
        return []
    return [split for split in ("val", "test") if split in clips]


def _annotation(path: Path) -> str:
    rows = {(fields[0], fields[-1]) for _, fields in read_rows(read_text(path))}
    corrected = ("JfZEqeLZqWk_30_40", "Speech") in rows
    return "LLP corrected (April 2024)" if corrected else "LLP legacy (before April 2024)"
