"""Feature sets: which streams a network reads; a new encoder is a new entry and nothing else.

A stream is written `encoder/output`.  `feature` has one row a segment; where a features folder
holds only the frames of an encoder (`encoder/frames`, eight rows a segment in the official
folders), the two are one and the same stream: the mean over a segment's frames.  `maps` (64 rows a
clip) become segments as VALOR++ does it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from seehear.plugins import Registry


@dataclass(frozen=True)
class FeatureSet:
    """Inputs of a network.

    Args:
        name: as the setting `features` has it.
        summary: one line.
        audio, visual: streams, concatenated in this order.
        motion: streams of the third input (3-D networks); empty: the network is built without it.
        standardise: each dimension gets mean 0 and deviation 1 over the training clips; the numbers
            are part of the trained parser.
    """

    name: str
    summary: str
    audio: tuple[str, ...]
    visual: tuple[str, ...]
    motion: tuple[str, ...] = ()
    standardise: bool = False

    @property
    def streams(self) -> tuple[str, ...]:
        """Every stream, each once."""
        return tuple(dict.fromkeys((*self.audio, *self.visual, *self.motion)))

    @property
    def encoders(self) -> tuple[str, ...]:
        """Identifiers of the encoders, each once."""
        return tuple(dict.fromkeys(stream.split("/")[0] for stream in self.streams))


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
                "offline",
                "EfficientNet-Lite2 (ConSE) frames and YAMNet embedding with class scores; no"
                " download but from the package index",
                audio=("yamnet/feature", "yamnet/logits"),
                visual=("conse/feature",),
                standardise=True,
            ),
        )
    },
)
