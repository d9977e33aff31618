"""The strings of our own source files: what a message, a hint or a docstring says."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "seehear"


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string of a file; what is filled in reads `{}`.

    Left out are docstrings, and the items of lists: arguments of other programs (pip).
    """
    tree = ast.parse(source)
    skip = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.List):
            skip.update(map(id, node.elts))
        if isinstance(node, ast.JoinedStr):
            skip.update(map(id, node.values))
    for node in ast.walk(tree):
        if id(node) in skip:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, _filled(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that stands alone as a statement."""
    for node in ast.walk(ast.parse(source)):
        alone = node.value if isinstance(node, ast.Expr) else None
        if isinstance(alone, ast.Constant) and isinstance(alone.value, str):
            yield alone.lineno, alone.value


def _filled(node: ast.JoinedStr) -> str:
    parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
    return "".join(map(str, parts))
