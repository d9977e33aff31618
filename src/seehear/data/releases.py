"""What is public of LLP besides its tables: archives of features on a hub, labels, and links.

Sources: huggingface.co/datasets/NTUBarista/valor_features and uwav_features (layout as the READMEs
of Franklin905/VALOR and UWAV show it), github.com/fyyCS/LSLD (labels and links), the READMEs of
YapengTian/AVVP-ECCV20 and XiaoYu-1123/PreFM (links).
"""

from dataclasses import dataclass

HUB_URL = "https://huggingface.co"
VALOR, UWAV = "NTUBarista/valor_features", "NTUBarista/uwav_features"
LABELS_URL = (
    "https://raw.githubusercontent.com/fyyCS/LSLD/d34c988c6db764bdb73ba6852100179e06d72865"
    "/refine_label"
)
LABELS, LABELS_FOLDER = "LSLD-labels", "refine_label"


@dataclass(frozen=True)
class HubArchive:
    """An archive of arrays on the hub; its revision and digest are recorded at the first fetch.

    Args:
        part: the name by which a user asks for it.
        release: the key in `fetch.json` under which its revision is recorded.
        repository: on the hub.
        file: its name there.
        folder: where its arrays go, below the dataset folder.
        kinds: folders of arrays in it, the features first.
    """

    part: str
    release: str
    repository: str
    file: str
    folder: str
    kinds: tuple[str, ...]


ARCHIVES = {
    archive.part: archive
    for archive in (
        HubArchive(
            "CLIP", "valor", VALOR, "CLIP.zip", "CLIP", ("features", "segment_pseudo_labels")
        ),
        HubArchive(
            "CLAP", "valor", VALOR, "CLAP.zip", "CLAP", ("features", "segment_pseudo_labels")
        ),
        HubArchive(
            "UWAV-CLIP",
            "uwav",
            UWAV,
            "LLP_CLIP.zip",
            "feats_CLIP",
            ("segment_feats", "event_feats"),
        ),
        HubArchive(
            "UWAV-CLAP",
            "uwav",
            UWAV,
            "LLP_CLAP.zip",
            "feats_CLAP",
            ("segment_feats", "event_feats"),
        ),
    )
}
# LSLD's own labels of segments: git's name of the content, sha1 of "blob SIZE\0" and the bytes
LABEL_FILES = {
    "denoised_label.npz": "939c40dc3d3c26f2ccac5ab9c4085f749e8ebb79",
    "final_label.npz": "9aa5202644be0397f48b2c0ebda855050d1daedf",
}
LABELS_LIMIT = 256 << 20  # bytes of one file; those of 10,000 clips have about 20 MB

# what no program may fetch, or has no documented layout
DRIVE_FEATS = "https://drive.google.com/file/d/10CeaI1G9uIyz5dKnd7XTeH9-qOehC7CL/view"
DRIVE_CLIP = "https://drive.google.com/drive/folders/1JcOT_Pm17MAb-wQERXOCLQqoyT9nObJL"
DRIVE_CLAP = "https://drive.google.com/file/d/12U0DFxbZG0IQTbsXFi5XTYi87z59Zlg7/view"
LINKS = {
    "Yang1213112131/PreFM": (
        "CLIP, CLAP and 3-D features of LLP and UnAV-100 (PreFM), cut as that work needs them;"
        " how the files lie in it is not documented, so it is not read here",
        f"{HUB_URL}/datasets/Yang1213112131/PreFM",
    ),
}
# repositories by name, and the parts that come from them
GROUPS = {
    VALOR: ("CLIP", "CLAP"),
    UWAV: ("UWAV-CLIP", "UWAV-CLAP"),
    "fyyCS/LSLD": (LABELS,),
}
# feature sets that no encoder of ours makes, and the repository that has them
SETS = {"valor": VALOR, "valor+3d": VALOR, "uwav": UWAV}
