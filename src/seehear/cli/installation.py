"""What is installed: versions, which extras are complete, which weights are in the cache."""

import importlib.metadata
import os
import platform
import re
from typing import Any

from seehear._version import __version__
from seehear.cli.console import table

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:\[(?P<extras>[^\]]*)\])?(?P<rest>.*)")
# extra -> what needs it, megabytes on disk beyond seehear without extras (Linux, Python 3.11, the
# CUDA build of PyTorch; benchmarks/install_cost.py)
PARTS: dict[str, tuple[str, int]] = {
    "media": ("reading videos", 128),
    "offline": ("parse; extract with conse and yamnet", 257),
    "clip": ("parse --preset clip; CLIP, SigLIP, CLAP", 5950),
    "vision": ("resnet152, r2plus1d18, vggish", 5800),
    "train": ("train, reproduce, convert", 5680),
    "plot": ("figures of report", 97),
    "library": ("search, and the index of parse", 71),
    "web": ("serve", 217),
    "ray": ("parse and extract --engine ray", 641),
    "tensorboard": ("event files of train", 86),
    "hdf5": ("AVE's splits and features", 16),
    "lance": ("import --as features of Lance tables", 419),
    "nearest": ("search --like in libraries of more than 100 hours", 140),
    "share": ("share, and models from a hub", 34),
    "s3": ("media and libraries in S3-like storages", 42),
    "all": ("everything", 6800),
}
_WEIGHT = (
    "the most it takes on disk, with nothing of it installed yet; of clip, vision, train and "
    "all, 5.6 GB are PyTorch with CUDA"
)
_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[^'\"]+)['\"]")


def installation() -> dict[str, Any]:
    """Return versions, extras (packages with version or None, whether complete), weights by id."""
    from seehear.weights import PRESETS, WEIGHTS, cache_dir, state

    base, extras = _requirements()
    states = {id_: state(id_) for id_ in WEIGHTS}
    cached = {id_ for id_, found in states.items() if found == "cached"}
    presets = {preset: cached.issuperset(ids) for preset, ids in PRESETS.items()}
    return {
        "seehear": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "processors": os.cpu_count() or 1,
        "packages": _versions(base),
        "extras": {extra: _extra(extra, names) for extra, names in extras.items()},
        "cache": str(cache_dir()),
        "weights": states,
        "presets": presets,
    }


def _extra(extra: str, names: list[str]) -> dict[str, Any]:
    packages = _versions(names)
    needed_by, megabytes = PARTS.get(extra, ("", None))
    return {
        "needed_by": needed_by,
        "megabytes": megabytes,
        "packages": packages,
        "complete": all(packages.values()),
    }


def show_installation(about: dict[str, Any]) -> None:
    """Print it as tables."""
    packages = ", ".join(
        f"{name} {version or 'missing'}" for name, version in about["packages"].items()
    )
    print(
        f"seehear {about['seehear']}, Python {about['python']}, {about['system']},"
        f" {about['processors']} processors; {packages}\n"
    )
    # extras for work on seehear itself are left out
    rows = [_row(extra, has) for extra, has in about["extras"].items() if extra in PARTS]
    weighs = any(row[-1] for row in rows)
    header = ["extra", "needed by", "state", "how to get it", "at most"]
    table("Optional parts", header, rows, note=_WEIGHT if weighs else None)
    from seehear.weights import WEIGHTS, command

    rows = []
    for id_, state in about["weights"].items():
        to_get = "" if state == "cached" else command(id_)
        rows.append([id_, WEIGHTS[id_].title, state, to_get])
    words = {True: "ready", False: "not ready"}
    ready = ", ".join(f"{preset} {words[yes]}" for preset, yes in about["presets"].items())
    table(
        "Pretrained weights",
        ["id", "what", "state", "how to get them"],
        rows,
        note=f"presets: {ready}; a preset needs only its own; cache: {about['cache']}",
    )


def _row(extra: str, has: dict[str, Any]) -> list[str]:
    """Return what the table says of an extra."""
    if has["complete"]:
        return [extra, has["needed_by"], "complete", "", ""]
    lacking = [name for name, version in has["packages"].items() if version is None]
    size = "" if has["megabytes"] is None else f"{has['megabytes']:,} MB"
    command = f"pip install 'seehear[{extra}]'"
    return [extra, has["needed_by"], "missing " + ", ".join(lacking), command, size]


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Return the packages seehear always needs, and those of each extra, extras of extras too."""
    base: list[str] = []
    direct: dict[str, list[str]] = {}
    nested: dict[str, list[str]] = {}
    for line in importlib.metadata.requires("seehear") or []:
        match, extra = _REQUIREMENT.match(line), _EXTRA.search(line)
        if match is None:
            continue
        if extra is None:
            base.append(match["name"])
        elif match["name"] == "seehear":
            nested.setdefault(extra["extra"], []).extend(
                e.strip() for e in (match["extras"] or "").split(",")
            )
        else:
            direct.setdefault(extra["extra"], []).append(match["name"])
    order = importlib.metadata.metadata("seehear").get_all("Provides-Extra") or []
    return base, {extra: _followed(extra, direct, nested) for extra in order}


def _followed(extra: str, direct: dict[str, list[str]], nested: dict[str, list[str]]) -> list[str]:
    names = list(direct.get(extra, []))
    for inner in nested.get(extra, []):
        names += _followed(inner, direct, nested)
    return list(dict.fromkeys(names))


def _versions(names: list[str]) -> dict[str, str | None]:
    return {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
