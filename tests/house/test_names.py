"""The public names, as a list: taking one away breaks somebody, so it must be a decision."""

import ast
import json
from pathlib import Path

import pytest

from seehear.cli.main import COMMANDS

SNAPSHOT = Path(__file__).parent / "public_names.json"
PACKAGE = Path(__file__).resolve().parents[2] / "src" / "seehear"


def public() -> dict[str, list[str]]:
    """Return `__all__` of every package that has one, without importing any."""
    out = {}
    for path in sorted(PACKAGE.rglob("__init__.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                module = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
                out[module] = sorted(ast.literal_eval(node.value))
    return out


def test_no_public_name_went_or_came_unnoticed() -> None:
    now = {"names": public(), "commands": sorted(COMMANDS)}
    stored = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert now == stored, (
        f"if this is meant, write it down: python {Path(__file__).name} (and in CHANGELOG.md)"
    )


def test_every_public_name_exists_and_says_what_it_is() -> None:
    pytest.importorskip("torch")
    import importlib

    for module, names in public().items():
        loaded = importlib.import_module(module)
        assert loaded.__doc__, module
        for name in names:
            value = getattr(loaded, name)
            if callable(value) and getattr(value, "__module__", "").startswith("seehear"):
                assert value.__doc__, f"{module}.{name} has no docstring"


if __name__ == "__main__":
    SNAPSHOT.write_text(
        json.dumps({"names": public(), "commands": sorted(COMMANDS)}, indent=1) + "\n"
    )
