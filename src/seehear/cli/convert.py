"""`seehear convert`: an official checkpoint into a model file that evaluate and parse take.

The result is what `seehear train` leaves behind: weights with everything needed to run them
(recipe, feature set, vocabulary, grid, decoding) in one safetensors file; beside it the same
description as JSON for people to read, and the networks as a graph that runs without PyTorch.  A
run of an older version has no graph yet: `seehear convert RUN` adds it.  Libraries are converted
in `convert_library`.
"""

import argparse
import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear._version import __version__
from seehear.amounts import amount
from seehear.cli.convert_library import is_library, run_library
from seehear.errors import ConfigError, WeightsError
from seehear.files import check_file

if TYPE_CHECKING:
    from seehear.share.bundle import RunFiles

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
    parser.add_argument(
        "system",
        metavar="SYSTEM|FORM|RUN",
        help=(
            f"system of the checkpoint: {', '.join(SYSTEMS)}; or, for a library, its new form: "
            "parquet (parts, for any number of clips) or json (timeline files); or, alone, a "
            "run folder or model file, to add the graph with which it parses without PyTorch"
        ),
    )
    parser.add_argument(
        "checkpoint",
        metavar="CHECKPOINT|LIBRARY",
        nargs="?",
        type=Path,
        help="released weights of SYSTEM (.pt, .pth), or the library",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help=(
            "model file to write (.safetensors), with description and graph beside it; for a "
            "library, a folder or, with parquet, an address (s3://...)"
        ),
    )
    parser.add_argument(
        "--video",
        metavar="FILE",
        type=Path,
        help="dhhn only: the checkpoint kept for the visual track; CHECKPOINT is then used for "
        "audio",
    )
    parser.add_argument(
        "--features",
        metavar="SET",
        help="feature set the checkpoint was trained on (default: told by its input widths)",
    )
    parser.add_argument(
        "--vocabulary",
        metavar="FILE",
        type=Path,
        help="classes of the checkpoint, one per line (default: LLP's 25)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Convert, print what was done, return the exit code."""
    if is_library(args):
        return run_library(args)
    if args.checkpoint is None:
        return _add_graph(args)
    _check(args)
    from seehear.cli.console import print_json
    from seehear.nn.graph import require_onnx

    require_onnx()
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
    at = _write(args.out, copies, about)
    tensors = [tensor for state in copies.values() for tensor in state.values()]
    count = sum(tensor.numel() for tensor in tensors)
    if args.json:
        print_json(
            {
                "model": str(args.out),
                "description": str(at.record),
                "graph": str(at.graph),
                "system": args.system,
                "features": about["features"]["name"],
                "tensors": len(tensors),
                "values": count,
                "left_out": stored - len(tensors),
            }
        )
        return 0
    print(
        f"{args.system}: {amount(len(tensors), 'tensor')}, {amount(count, 'value')} ->"
        f" {args.out} (described in {at.record.name}; as a graph, which needs no PyTorch, in"
        f" {at.graph.name})"
    )
    if stored > len(tensors):
        print(
            f"left out: {amount(stored - len(tensors), 'stored tensor')} without influence on"
            " any output"
        )
    print(f"inputs: feature set {about['features']['name']} ({about['features']['summary']})")
    return 0


def _add_graph(args: argparse.Namespace) -> int:
    """Give a run its graph, and say so."""
    from seehear.cli.console import print_json
    from seehear.share import is_address

    if not (is_address(args.system) or Path(args.system).exists()):
        what = "a checkpoint of it" if args.system in SYSTEMS else "a run folder or model file"
        raise ConfigError(
            f"expected {what}, got none",
            where=args.system,
            hint="give SYSTEM CHECKPOINT --out FILE, or a RUN that has no graph yet",
        )
    for name in ("out", "video", "features", "vocabulary"):
        if getattr(args, name) is not None:
            raise ConfigError(
                "works only with a released checkpoint", parameter=name, hint="leave it out"
            )
    from seehear.train.graph_file import add_graph

    graph, new = add_graph(args.system)
    if args.json:
        print_json({"graph": str(graph), "new": new})
    elif new:
        size = graph.stat().st_size / 1e6
        print(f"{args.system}: parses without PyTorch from now on, with {graph} ({size:.1f} MB)")
    else:
        print(f"{args.system}: has its graph already, nothing to do")
    return 0


def _write(
    out: Path, copies: Mapping[str, Mapping[str, Any]], about: Mapping[str, Any]
) -> "RunFiles":
    """Write model file, graph and description; return where they are."""
    from seehear.share.bundle import run_files
    from seehear.train.files import write_json, write_model
    from seehear.train.graph_file import write_graph
    from seehear.train.model import load_run

    write_model(out, copies, {}, about)
    at = run_files(out)
    graph = write_graph(load_run(out), at.graph)
    write_json(at.record, {**about, "graph": graph})
    return at


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
        system: one of `SYSTEMS`.
        sizes: options of `build` read from the checkpoint.
        features: name of the feature set; None: the one whose inputs have these widths.
        vocabulary: file of the classes, one per line; None: LLP's.
        sources: the files by copy (`main`, `visual`).

    Raises:
        ConfigError: no feature set has this name or inputs of these widths, or the vocabulary has
            another size.
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
            f"expected {amount(sizes['classes'], 'class')}, as the checkpoint has, got"
            f" {len(names)}",
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
    if args.system not in SYSTEMS:
        raise ConfigError(
            f"no released system is called {args.system!r}",
            hint=f"expected one of {', '.join(SYSTEMS)}",
        )
    if args.out is None:
        raise ConfigError("expected a model file to write, got none", parameter="out")
    if args.video and args.system != "dhhn":
        raise ConfigError(
            f"only dhhn has a second checkpoint for the visual track, {args.system} does not",
            where="--video",
        )
    if args.out.suffix != ".safetensors":
        raise ConfigError(
            f"expected a file ending in .safetensors, got {args.out.name}", where="--out"
        )
    check_file(args.out)
