"""Which parts of LLP a folder has, how to get the others, and which paper tables can be made."""

import os
from dataclasses import dataclass
from pathlib import Path

from seehear.data.download import digest
from seehear.data.fetch_llp import TABLES
from seehear.data.llp import is_llp, media_folder, open_llp
from seehear.data.releases import (
    ARCHIVES,
    DRIVE_CLAP,
    DRIVE_CLIP,
    DRIVE_FEATS,
    LABEL_FILES,
    LABELS,
    LABELS_FOLDER,
)
from seehear.data.suffixes import MEDIA_SUFFIXES

# folder below DIR or DIR/feats -> (what it is, a link, or the part that `seehear fetch llp` brings)
FOLDERS: dict[str, tuple[str, str]] = {
    "vggish": ("VGGish audio features", DRIVE_FEATS),
    "res152": ("ResNet-152 frame features", DRIVE_FEATS),
    "r2plus1d_18": ("R(2+1)D-18 features", DRIVE_FEATS),
    "clip_16": ("CLIP ViT-B/16 frame features", DRIVE_CLIP),
    "clap_audioset": ("CLAP audio features", DRIVE_CLAP),
    "CLIP/features": ("VALOR's CLIP ViT-L/14 features", "CLIP"),
    "CLAP/features": ("VALOR's CLAP feature maps", "CLAP"),
    "feats_CLIP/segment_feats": ("UWAV's CLIP ViT-L/14 features", "UWAV-CLIP"),
    "feats_CLAP/segment_feats": ("UWAV's CLAP features", "UWAV-CLAP"),
}

# folders that a group of rows reads, and the groups of each table of the LSLD paper
GROUPS = {
    "ResNet rows": ("vggish", "res152", "r2plus1d_18"),
    "CLIP rows": ("vggish", "clip_16"),
    "CLIP + 3D rows": ("vggish", "clip_16", "r2plus1d_18"),
}
PAPER_TABLES = {
    "table1": ("ResNet rows", "CLIP rows"),
    "table2": ("CLIP rows",),
    "table3": ("CLIP rows",),
    "table4": ("CLIP rows",),
    "table5": ("ResNet rows", "CLIP rows"),
    "table6": ("CLIP rows",),
    "table7": ("ResNet rows", "CLIP rows", "CLIP + 3D rows"),
}


@dataclass(frozen=True)
class Part:
    """One part of LLP.

    Args:
        name: file or folder below the dataset folder.
        what: in words.
        state: `there`, `incomplete` (some clips are missing), `changed` (a table with other
            content), `missing`.
        found, wanted: how many clips have a file, and how many the tables have; 0 where nothing is
            counted.
        get: how to get it; empty for `there`.
    """

    name: str
    what: str
    state: str
    found: int = 0
    wanted: int = 0
    get: str = ""


def llp_parts(root: Path | str) -> list[Part]:
    """Return every part of LLP and its state in a dataset folder."""
    root = Path(root)
    parts = [_table(root, name, sha256) for name, sha256 in TABLES.items()]
    ids = _clip_ids(root)
    for folder, (what, source) in FOLDERS.items():
        found = next((p for p in (root / folder, root / "feats" / folder) if p.is_dir()), None)
        place, get = folder, f"run: seehear fetch llp --out {root} --only {source}"
        if source not in ARCHIVES:
            place = f"feats/{folder}"
            get = f"by hand: {source}; unpack to {root / place}/ID.npy"
        parts.append(_folder(place, what, found, (".npy",), ids, get))
    get = (
        f"by hand: seconds START to END of YouTube ID as {root / 'videos'}/ID.mp4; not needed with"
        " features"
    )
    parts.append(_labels(root))
    clips = media_folder(root)
    parts.append(_folder("videos", "the clips themselves", clips, MEDIA_SUFFIXES, ids, get))
    return parts


def _clip_ids(root: Path) -> set[str]:
    """Return the ids of all clips that the tables name; none where there are no tables."""
    if not is_llp(root):
        return set()
    return {clip.id for split in open_llp(root).splits.values() for clip in split.clips}


def missing_parts(root: Path | str) -> list[Part]:
    """Return the parts that are not there or not complete, each with how to get it."""
    return [part for part in llp_parts(root) if part.state != "there"]


def runnable_tables(root: Path | str) -> dict[str, tuple[str, ...]]:
    """Return, for each table of the LSLD paper, the groups of rows that can be made.

    A group can be made if its published features are there; a table may have none.
    """
    here = {part.name.removeprefix("feats/") for part in llp_parts(root) if part.state == "there"}
    out = {}
    for table, groups in PAPER_TABLES.items():
        out[table] = tuple(group for group in groups if here.issuperset(GROUPS[group]))
    return out


def _labels(root: Path) -> Part:
    """Return the part that holds LSLD's own labels of segments."""
    found = sum((root / LABELS_FOLDER / name).is_file() for name in LABEL_FILES)
    states = {0: "missing", len(LABEL_FILES): "there"}
    get = f"run: seehear fetch llp --out {root} --only {LABELS}"
    state = states.get(found, "incomplete")
    return Part(LABELS_FOLDER, "LSLD's own labels of segments", state, get=get)


def _table(root: Path, name: str, sha256: str) -> Part:
    path = root / name
    what = "official table"
    get = f"run: seehear fetch llp --out {root} --only tables"
    if not path.is_file():
        return Part(name, what, "missing", get=get)
    if digest(path) != sha256:
        return Part(
            name,
            what,
            "changed",
            get=f"{get} (another edition, or edited; figures name the edition)",
        )
    return Part(name, what, "there")


def _folder(
    name: str, what: str, folder: Path | None, suffixes: tuple[str, ...], ids: set[str], get: str
) -> Part:
    if folder is None:
        return Part(name, what, "missing", 0, len(ids), get)
    stems = set()
    for entry in os.scandir(folder):
        stem, suffix = os.path.splitext(entry.name)
        if suffix.lower() in suffixes:
            stems.add(stem)
    found = len(stems & ids) if ids else len(stems)
    if found and found >= len(ids):
        return Part(name, what, "there", found, len(ids))
    return Part(name, what, "incomplete" if found else "missing", found, len(ids), get)
