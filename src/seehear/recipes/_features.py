"""Feature sets: which streams a network reads.  A new encoder needs only a new entry here.

A stream is written `encoder/output`.  `feature` has one row a segment.  Where a features folder
holds only single frames (`encoder/frames`, eight rows a segment in the official folders), the mean
over a segment's frames is read as `encoder/feature`.  `maps` (64 rows a clip) become segments as in
VALOR++.
"""

from collections.abc import Mapping

from seehear.features.feature_set import FeatureSet
from seehear.plugins import Registry

_FROM_FRAMES = {"resnet152", "r2plus1d18", "clip-vit-b16", "clip-vit-b32", "clip-vit-l14"}
EXTRACTED = (
    "features that you extract lack a step of the releases: they wrote every frame as a "
    "JPEG file before an encoder saw it (AVVP-ECCV20 and LSLD, scripts/extract_frames.py), and here"
    " frames are encoded as they are decoded; the sampling of the extraction says which frames are"
    " taken (paper: as published)"
)


def declared(differs: tuple[str, ...], features: tuple[str, ...]) -> tuple[str, ...]:
    """Return a recipe's `differs`, with a line about extraction where its features need frames.

    Args:
        differs: the lines of the recipe.
        features: names of its feature sets.
    """
    known: Mapping[str, FeatureSet] = FEATURES
    encoders = {encoder for name in features if name in known for encoder in known[name].encoders}
    return (*differs, EXTRACTED) if encoders & _FROM_FRAMES else differs


FEATURES: Mapping[str, FeatureSet] = Registry(
    "seehear.feature_sets",
    FeatureSet,
    {
        s.name: s
        for s in (
            FeatureSet(
                "paper",
                "ResNet-152 frames, R(2+1)D-18 clips, VGGish: the features LLP is published with",
                audio=("vggish/feature",),
                visual=("resnet152/feature",),
                motion=("r2plus1d18/feature",),
            ),
            FeatureSet(
                "clip",
                "CLIP ViT-B/16 frames and VGGish",
                audio=("vggish/feature",),
                visual=("clip-vit-b16/feature",),
            ),
            FeatureSet(
                "clip+3d",
                "CLIP ViT-B/16 frames, R(2+1)D-18 clips and VGGish",
                audio=("vggish/feature",),
                visual=("clip-vit-b16/feature",),
                motion=("r2plus1d18/feature",),
            ),
            FeatureSet(
                "clip-b32",
                "CLIP ViT-B/32 frames and VGGish",
                audio=("vggish/feature",),
                visual=("clip-vit-b32/feature",),
            ),
            FeatureSet(
                "clip-b32+3d",
                "CLIP ViT-B/32 frames, R(2+1)D-18 clips and VGGish",
                audio=("vggish/feature",),
                visual=("clip-vit-b32/feature",),
                motion=("r2plus1d18/feature",),
            ),
            FeatureSet(
                "release",
                "CLIP ViT-B/16 frames and CLAP: what the released LSLD code reads",
                audio=("clap/feature",),
                visual=("clip-vit-b16/feature",),
            ),
            FeatureSet(
                "valor",
                "CLIP ViT-L/14 segments and maps of CLAP with fusion: what VALOR publishes and"
                " seehear fetch llp brings",
                audio=("clap-fusion/maps",),
                visual=("clip-vit-l14/feature",),
            ),
            FeatureSet(
                "valor+3d",
                "VALOR's features and R(2+1)D-18 clips: what VALOR++ reads",
                audio=("clap-fusion/maps",),
                visual=("clip-vit-l14/feature",),
                motion=("r2plus1d18/feature",),
            ),
            FeatureSet(
                "uwav",
                "CLIP ViT-L/14 and CLAP, one vector a second: what UWAV publishes and seehear fetch"
                " llp brings",
                audio=("clap-uwav/feature",),
                visual=("clip-vit-l14-uwav/feature",),
            ),
            FeatureSet(
                "lfav",
                "VGGish, ResNet-18 and R(2+1)D-18, one vector a second, clips of any length: what"
                " LFAV publishes",
                audio=("vggish-lfav/feature",),
                visual=("resnet18-lfav/feature",),
                motion=("r2plus1d18-lfav/feature",),
            ),
            FeatureSet(
                "ave",
                "VGGish and the means of VGG-19's maps, one vector a second: what AVE publishes",
                audio=("vggish-ave/feature",),
                visual=("vgg19-ave/feature",),
            ),
            FeatureSet(
                "unav",
                "VGGish and I3D of pictures and of optical flow, averaged to seconds, clips of any"
                " length: what UnAV-100 publishes",
                audio=("vggish-unav/feature",),
                visual=("i3d-rgb-unav/feature",),
                motion=("i3d-flow-unav/feature",),
            ),
            FeatureSet(
                "offline",
                "EfficientNet-Lite2 (ConSE) frames and YAMNet embedding with class scores; no"
                " download but from the package index",
                audio=("yamnet/feature", "yamnet/logits"),
                visual=("conse/feature",),
                standardise=True,
            ),
            FeatureSet(
                "offline-space",
                "as offline, with ConSE's vectors among sentences in place of the pooled frames",
                audio=("yamnet/feature", "yamnet/logits"),
                visual=("conse/space",),
                standardise=True,
            ),
            FeatureSet(
                "offline+space",
                "as offline, with ConSE's vectors among sentences beside the pooled frames",
                audio=("yamnet/feature", "yamnet/logits"),
                visual=("conse/feature", "conse/space"),
                standardise=True,
            ),
        )
    },
)
