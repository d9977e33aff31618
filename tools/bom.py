"""Software bill of materials: what the extras of seehear install, as CycloneDX JSON.

    python tools/bom.py CYCLONEDX_PY --out out/bom.json [--extra all]

CYCLONEDX_PY is the program of the package cyclonedx-bom; `make bom` brings it into an environment
of its own.  It lists every package of the environment that this interpreter runs in; what only
tests and docs need is taken away again, and so is every address and path: a bill says names,
versions, licences and what needs what.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Json = dict[str, Any]
# of a component; the rest are addresses and facts of the machine
_KEPT = ("bom-ref", "type", "name", "version", "description", "licenses", "purl")


def main() -> None:
    """List, prune, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", help="cyclonedx-py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--extra", default="all")
    args = parser.parse_args()
    command = [args.program, "environment", "--output-reproducible", "--of", "JSON"]
    done = subprocess.run([*command, sys.executable], check=True, capture_output=True)
    bill = pruned(json.loads(done.stdout), needed("seehear", {args.extra}))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    print(f"{args.out}: {len(bill['components'])} packages", file=sys.stderr)


def needed(
    package: str,
    extras: set[str],
    requirements: Callable[[str], list[str] | None] = metadata.requires,
) -> set[str]:
    """Return the names of what a package with extras asks for, itself included."""
    found: set[tuple[str, str]] = set()
    todo = [(canonicalize_name(package), extra) for extra in ("", *extras)]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in requirements(name) or []:
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                other = canonicalize_name(wanted.name)
                todo += [(other, inner) for inner in ("", *wanted.extras)]
    return {name for name, _ in found}


def pruned(bill: Mapping[str, Any], wanted: set[str]) -> Json:
    """Return the bill of these packages alone, without addresses."""
    parts = [
        {key: part[key] for key in _KEPT if key in part}
        for part in bill["components"]
        if canonicalize_name(part["name"]) in wanted
    ]
    for part in parts:
        part["licenses"] = [_named(licence) for licence in part.get("licenses", ())]
        part["purl"] = part.get("purl", "").partition("?")[0]
    refs = {part["bom-ref"] for part in parts}
    links = [
        {"ref": link["ref"], "dependsOn": sorted(refs & set(link.get("dependsOn", ())))}
        for link in bill.get("dependencies", ())
        if link["ref"] in refs
    ]
    about = {key: bill[key] for key in ("$schema", "bomFormat", "specVersion", "version")}
    return about | {"components": parts, "dependencies": links}


def _named(licence: Mapping[str, Any]) -> Json:
    """Return a licence by its name or expression; whole texts stay with the packages."""
    inner = licence.get("license")
    if inner is None:
        return {"expression": licence["expression"]}
    return {"license": {key: inner[key] for key in ("id", "name") if key in inner}}


if __name__ == "__main__":
    main()
