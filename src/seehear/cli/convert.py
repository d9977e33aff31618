"""`seehear convert`: an official checkpoint into a model file that evaluate and parse take.

The result is what `seehear train` leaves behind: weights with everything needed to run them
(recipe, feature set, vocabulary, grid, decoding) in one safetensors file, and the same description
beside it as JSON for people to read.
"""

import argparse
import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seehear._version import __version__
from seehear.errors import ConfigError, WeightsError
from seehear.files import check_file

SYSTEMS = ("han", "ma", "jomold", "mgn", "mm_pyramid", "dhhn", "lsld")

# widths of audio, visual and motion input -> the feature set that has them
FEATURES_OF_WIDTHS: dict[tuple[int | None, ...], str] = {
    (128, 2048, 512): "paper",
    (128, 512, None): "clip",
    (128, 512, 512): "clip+3d",
    (512, 512, None): "release",
}
_FROM_DATA = ("audio_dim", "visual_dim", "motion_dim", "classes", "segments")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("system", metavar="SYSTEM", choices=SYSTEMS, help=", ".join(SYSTEMS))
    parser.add_argument(
        "checkpoint", metavar="CHECKPOINT", type=Path, help="released weights (.pt, .pth)"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        type=Path,
        help="model file to write (.safetensors); its description goes beside it as .json",
    )
    parser.add_argument(
        "--video",
        metavar="CHECKPOINT",
        type=Path,
        help="dhhn only: the copy kept for the visual track; CHECKPOINT then serves audio",
    )
    parser.add_argument(
        "--features",
        metavar="NAME",
        help="feature set the checkpoint was trained on (default: told by its input widths)",
    )
    parser.add_argument(
        "--vocabulary",
        metavar="FILE",
        type=Path,
        help="classes of the checkpoint, one a line (default: LLP's 25)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Convert, print what was done, return the exit code."""
    from seehear.cli.console import print_json
    from seehear.train.files import write_json, write_model

    _check(args)
    sources = {"main": args.checkpoint} | ({"visual": args.video} if args.video else {})
    copies, sizes, stored = {}, {}, 0
    for copy, path in sources.items():
        copies[copy], sizes[copy], count = _load(args.system, path)
        stored += count
    if sizes["main"] != sizes.get("visual", sizes["main"]):
        raise ConfigError(
            f"expected two copies of the same size, got {sizes['main']} and {sizes['visual']}",
            where=args.video,
        )
    about = describe(
        args.system,
        sizes["main"],
        features=args.features,
        vocabulary=args.vocabulary,
        sources=sources,
    )
    sidecar = args.out.with_suffix(".json")
    write_model(args.out, copies, {}, about)
    write_json(sidecar, about)
    tensors = [tensor for state in copies.values() for tensor in state.values()]
    count = sum(tensor.numel() for tensor in tensors)
    if args.json:
        print_json(
            {
                "model": str(args.out),
                "description": str(sidecar),
                "system": args.system,
                "features": about["features"]["name"],
                "tensors": len(tensors),
                "values": count,
                "left_out": stored - len(tensors),
            }
        )
        return 0
    print(
        f"{args.system}: {len(tensors)} tensors, {count:,} values -> {args.out} (described in"
        f" {sidecar.name})"
    )
    if stored > len(tensors):
        print(
            f"{stored - len(tensors)} stored tensors that cannot influence an output were left out"
        )
    print(f"inputs: feature set {about['features']['name']} ({about['features']['summary']})")
    return 0


def _load(system: str, path: Path) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Return our tensors, the sizes read from them, and how many tensors the checkpoint stores."""
    from seehear.nn import load_official
    from seehear.nn.checkpoint import read_checkpoint
    from seehear.nn.official import clean, read_sizes

    try:
        state = clean(read_checkpoint(path))
        return load_official(system, state).state_dict(), read_sizes(system, state), len(state)
    except WeightsError as error:
        raise WeightsError(error.problem, where=path, hint=error.hint) from None


def describe(
    system: str,
    sizes: Mapping[str, Any],
    *,
    features: str | None,
    vocabulary: Path | None,
    sources: Mapping[str, Path],
) -> dict[str, Any]:
    """Return the description of a converted model, in the form of a trained run's.

    Args:
        sizes: options of `build` read from the checkpoint.
        sources: the files by copy (`main`, `visual`).

    Raises:
        ConfigError: input widths of no known feature set, or a vocabulary of another size.
    """
    from seehear.data import LLP_VOCABULARY, Vocabulary
    from seehear.recipes import FEATURES, get
    from seehear.runs.description import describe_features
    from seehear.runs.model_file import SCHEMA

    dims = {role: sizes[f"{role}_dim"] for role in ("audio", "visual", "motion")}
    chosen = _feature_set(features, tuple(dims.values()))
    names = Vocabulary.parse(vocabulary) if vocabulary else LLP_VOCABULARY
    if len(names) != sizes["classes"]:
        raise ConfigError(
            f"expected {sizes['classes']} classes, as the checkpoint has, got {len(names)}",
            where=vocabulary or "--vocabulary",
            hint="name the checkpoint's classes in --vocabulary FILE",
        )
    recipe = get("lsld-release" if system == "lsld" and chosen == "release" else system)
    # a run takes the other sizes from its data
    read = {key: value for key, value in sizes.items() if key not in _FROM_DATA}
    options = {**recipe.network.options, **read}
    network = dataclasses.replace(recipe.network, options=options)
    recipe = dataclasses.replace(recipe, features=(chosen,), adapt={}, network=network)
    encoders: dict[str, dict[str, str]] = {name: {} for name in FEATURES[chosen].encoders}
    return {
        "schema": SCHEMA,
        "seehear": __version__,
        "recipe": recipe.to_dict(),
        "seed": None,
        "features": describe_features(FEATURES[chosen]),
        "dims": dims,
        "vocabulary": {"names": list(names.names), "descriptions": list(names.descriptions)},
        "grid": {"count": sizes.get("segments", 10), "step_s": 1.0, "start_s": 0.0},
        "encoders": encoders,
        "decoding": recipe.decoding.to_dict(),
        "epoch": None,
        "figures": None,
        "converted": {copy: _identity(path) for copy, path in sources.items()},
    }


def _feature_set(features: str | None, dims: tuple[int | None, ...]) -> str:
    """Return the feature set that was named, or that has inputs this wide."""
    from seehear.recipes import FEATURES

    chosen = features or FEATURES_OF_WIDTHS.get(dims)
    if chosen is not None and chosen in FEATURES:
        return chosen
    problem = f"no feature set {chosen!r}" if chosen else f"no feature set has inputs {dims} wide"
    raise ConfigError(problem, where="--features", hint=f"expected one of {', '.join(FEATURES)}")


def _identity(path: Path) -> dict[str, str]:
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _check(args: argparse.Namespace) -> None:
    if args.video and args.system != "dhhn":
        raise ConfigError(
            f"only dhhn keeps a second copy for the visual track, {args.system} does not",
            where="--video",
        )
    if args.out.suffix != ".safetensors":
        raise ConfigError(
            f"expected a file ending in .safetensors, got {args.out.name}", where="--out"
        )
    check_file(args.out)
