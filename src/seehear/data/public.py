"""What is public of the other benchmarks: tables and features at stable addresses, and links.

Tables are fetched from a fixed commit of each benchmark's own repository and must have the digests
given here.  What is on shared drives, which no program may read, is listed with its place in the
dataset folder.

Sources: the READMEs of GeWu-Lab/LFAV, YapengTian/AVE-ECCV18, ttgeng233/UnAV and
Bizilizi/VGGSounder; huggingface.co/datasets/NTUBarista/uwav_features.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from seehear.data.releases import HUB_URL, UWAV, HubArchive

_RAW = "https://raw.githubusercontent.com"
_DRIVE = "https://drive.google.com"
_CLIPS = "{} of YouTube ID as videos/ID.mp4; not needed with features"


@dataclass(frozen=True)
class ByHand:
    """Something that a person has to fetch.

    Args:
        place: file or folder below the dataset folder.
        what: in words.
        link: where it is.
    """

    place: str
    what: str
    link: str


@dataclass(frozen=True)
class Public:
    """What is public of one benchmark.

    Args:
        title: its name.
        repository: owner, name and commit.
        tables: path of each file in the repository -> its sha256; in the dataset folder it has the
            same file name.
        archives: features on the hub.
        by_hand: what a person has to fetch.
    """

    title: str
    repository: str
    tables: Mapping[str, str]
    archives: tuple[HubArchive, ...] = ()
    by_hand: tuple[ByHand, ...] = ()

    @property
    def address(self) -> str:
        """The base address of the tables."""
        owner, _, commit = self.repository.partition("@")
        return f"{_RAW}/{owner}/{commit}"

    @property
    def pinned(self) -> str:
        """The repository and the first digits of its commit, to show."""
        owner, _, commit = self.repository.partition("@")
        return f"{owner}@{commit[:7]}"


def _in(folder: str, digests: str) -> dict[str, str]:
    """Return the digests of a folder's files by their paths, from lines of digest and name."""
    out = {}
    for line in digests.split("\n"):
        digest, _, name = line.partition(" ")
        out[f"{folder}/{name}"] = digest
    return out


# sha256 and path of every table
_LFAV = """\
c7c99d7d92f3eca16fa4816803899e514fa167ba31eca6928918832add70c6e9 train/train_weakly.csv
5247e1770f3b89a49e2f4970700bd9c487ae0551fe505cdade35325b9a05f8ee train/train_audio_weakly.csv
3714265bff66836d970183b876ee7d1e0b853190e4cbaddc0ef4b9a0231a06d1 train/train_visual_weakly.csv
13a520bf66b7ee3f6a31a95652432c8b1a0dc72dce437606cea9bf656579aa28 val/val_weak_av.csv
ae2009da8911beb5b2f652f3d7b9651a58981982c18bdce809abbae50fc5fd3b val/val_audio_weakly.csv
0903fcfac5c7cdadeccc2dc98143bc9f096adffc6c6745bbab5d24f4ea5ef142 val/val_visual_weakly.csv
862d34f616ee922659c524f55d5073a4eecf961bdb4b14be0b8445659a74ecad val/val_audio.csv
ef0deb199a1f71261b6ed96e33a2622c06a998789a13d5f68a14dcb5f46cc9ee val/val_visual.csv
e0313f241c8c6e81353c9fa2592550800ea74c4676cd34b7f93b27b0c52ae86e test/test_weak_av.csv
6dee89421ed8f9e096536235b277d00ae85243ff14be6517683f0efa9e9a39c2 test/test_audio_weakly.csv
5a271e62c0a2d9e76478bca66d89f1528d96cca874bf2d20e474b36242777442 test/test_visual_weakly.csv
1096afbaefce500187071b14cd246122187847960d101b48afd32a2ac4dd56cf test/test_audio.csv
b6b3dc5c7656cebfb1ee27e7362e55ea1cff8a2f87218cef92c5e43768951a9b test/test_visual.csv"""
_AVE = """\
0d24a9ec5cd4ceb779ebd83d74e83ec8e55c5e468cede3f320fb57346c9dd321 Annotations.txt
a216fcdd02782ba9d10c9ea79116120eb3be467740e58290e1b340d42a590456 train_order.h5
5692aec0efb30e4efa49a867a902c1993b4c88a7d3ec19879349e540e7a5d9ca val_order.h5
f9bb79defc1f784ca5dda9cdd3ee52af6d24ccb399a1cfab6bf0d373f5681076 test_order.h5"""
_UNAV = """\
2fdfc587ad36fc405496b5520d967b5df54b2d82027d16d69e968b5cf04d3dba unav100_annotations.json"""
_VGGSOUNDER = """\
6279875ac93df11d90b1a9d60da7dee89073ce233b0843759856bc72e00396ba vggsounder+background-music.csv
90a5cd19345019f50d0c3540629c1f4cde33266f00c57ce0cf67cd69835993c2 classes.csv"""

PUBLIC = {
    "lfav": Public(
        "LFAV",
        "GeWu-Lab/LFAV@e17ad4d8d42355f568f2c0248476cc5ea07bbb1f",
        _in(
            "LFAV_dataset",
            _LFAV,
        ),
        by_hand=(
            ByHand(
                "LFAV/vggish/ID.npy",
                "VGGish features, 0.7 GB",
                f"{_DRIVE}/file/d/1bvTBotLHnPGIeIAkkgMWK7wcWjZ5xbfo/view",
            ),
            ByHand(
                "LFAV/resnet18/ID.npy",
                "ResNet-18 features, 2.6 GB",
                f"{_DRIVE}/file/d/14p4jgDo-tteeZPzRBbEq1982tT-uxviZ/view",
            ),
            ByHand(
                "LFAV/r2plus1d_18/ID.npy",
                "R(2+1)D-18 features, 2.6 GB",
                f"{_DRIVE}/file/d/1FfLpS0PLPXNJ28SqqYLb_vBATlUWnDvK/view",
            ),
            ByHand("videos", "the clips", _CLIPS.format("all")),
        ),
    ),
    "ave": Public(
        "AVE",
        "YapengTian/AVE-ECCV18@93f843fed72fb17394df76330df958b0c2dbde76",
        _in(
            "data",
            _AVE,
        ),
        by_hand=(
            ByHand(
                "audio_feature.h5",
                "VGGish features (needs h5py)",
                f"{_DRIVE}/file/d/1F6p4BAOY-i0fDXUOhG7xHuw_fnO5exBS/view",
            ),
            ByHand(
                "visual_feature.h5",
                "VGG-19 features, 7.7 GB (needs h5py)",
                f"{_DRIVE}/file/d/1hQwbhutA3fQturduRnHMyfRqdrRHgmC9/view",
            ),
            ByHand("AVE", "the clips", f"{_DRIVE}/open?id=1FjKwe79e0u96vdjIVwfRQ1V6SoDHe7kK"),
        ),
    ),
    "unav100": Public(
        "UnAV-100",
        "ttgeng233/UnAV@60144ed39473b2b54dc38d7412bc073280a7cd00",
        _in(
            "data",
            _UNAV,
        ),
        archives=(
            HubArchive(
                "UWAV-CLIP",
                "uwav",
                UWAV,
                "UnAV_CLIP.zip",
                "UnAV/feats_CLIP",
                ("segment_feats", "event_feats"),
            ),
            HubArchive(
                "UWAV-CLAP",
                "uwav",
                UWAV,
                "UnAV_CLAP.zip",
                "UnAV/feats_CLAP",
                ("segment_feats", "event_feats"),
            ),
        ),
        by_hand=(
            ByHand(
                "av_features/ID_rgb.npy, ID_flow.npy, ID_vggish.npy",
                "I3D and VGGish features of the benchmark itself",
                f"{_DRIVE}/drive/folders/1X4eoCPPtqi0_IKd2JGOv_q383xd27Ybb",
            ),
            ByHand(
                "-",
                "another copy on the hub; how it lies there is not documented, so it is not read",
                f"{HUB_URL}/datasets/ttgeng233/UnAV-100",
            ),
            ByHand("videos", "the clips", _CLIPS.format("all")),
        ),
    ),
    "vggsounder": Public(
        "VGGSounder",
        "Bizilizi/VGGSounder@5a91bf6851d8cbf830d85b00ba0953f1befaffa4",
        _in(
            "vggsounder/data",
            _VGGSOUNDER,
        ),
        by_hand=(
            ByHand("videos", "the clips", _CLIPS.format("seconds START to START+10")),
            ByHand(
                "-",
                "a copy of VGGSound's clips on the hub; call them ID_START.mp4 with six digits",
                f"{HUB_URL}/datasets/11hu83/vggsound",
            ),
        ),
    ),
}
