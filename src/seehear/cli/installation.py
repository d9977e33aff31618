"""What is installed: versions, which extras are complete, which weights are in the cache."""

import importlib.metadata
import os
import platform
import re
from typing import Any

from seehear._version import __version__
from seehear.cli.console import table

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:\[(?P<extras>[^\]]*)\])?(?P<rest>.*)")
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
        "extras": {extra: _extra(names) for extra, names in extras.items()},
        "cache": str(cache_dir()),
        "weights": states,
        "presets": presets,
    }


def _extra(names: list[str]) -> dict[str, Any]:
    packages = _versions(names)
    return {"packages": packages, "complete": all(packages.values())}


def show_installation(about: dict[str, Any]) -> None:
    """Print it as tables."""
    packages = ", ".join(
        f"{name} {version or 'missing'}" for name, version in about["packages"].items()
    )
    print(
        f"seehear {about['seehear']}, Python {about['python']}, {about['system']},"
        f" {about['processors']} processors; {packages}\n"
    )
    rows = []
    for extra, has in about["extras"].items():
        lacking = [name for name, version in has["packages"].items() if version is None]
        if has["complete"]:
            rows.append([extra, "complete", ""])
        else:
            rows.append([extra, "missing " + ", ".join(lacking), f"pip install 'seehear[{extra}]'"])
    table("Optional parts", ["extra", "state", "to get it"], rows)
    from seehear.weights import WEIGHTS, command

    rows = []
    for id_, state in about["weights"].items():
        to_get = "" if state == "cached" else command(id_)
        rows.append([id_, WEIGHTS[id_].title, state, to_get])
    words = {True: "ready", False: "not ready"}
    ready = ", ".join(f"{preset} {words[yes]}" for preset, yes in about["presets"].items())
    table(
        "Pretrained weights",
        ["id", "what", "state", "to get them"],
        rows,
        note=f"presets: {ready}; cache: {about['cache']}",
    )


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
