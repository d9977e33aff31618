"""What makes lines hard to read, counted from the syntax tree: `python tests/house/counts.py`.

Each rule takes the parsed package and returns the places that break it.  Which places may stay, and
why, is written in `exceptions.toml`; `test_counts.py` holds both together.

    python tests/house/counts.py            # one line a rule
    python tests/house/counts.py complex    # every place of a rule
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "seehear"
COLUMNS = 100
PARAMETERS = 8
BRANCHES = 12
NAMES = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSION = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
BRANCH = (
    ast.If
    | ast.For
    | ast.AsyncFor
    | ast.While
    | ast.ExceptHandler
    | ast.With
    | ast.Assert
    | ast.IfExp
    | ast.match_case
)


@dataclass(frozen=True)
class Module:
    """One file: its path inside the package, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class Place:
    """Where a rule is broken; `name` stays the same when lines move, so it can be excused."""

    name: str
    line: int
    what: str

    def __str__(self) -> str:
        path, _, inside = self.name.partition(":")
        return f"{path}:{self.line} {inside} ({self.what})"


def read(folder: Path) -> list[Module]:
    """Return every module below a folder."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        modules.append(Module(path.relative_to(folder).as_posix(), text, ast.parse(text)))
    return modules


# --- walking


def functions(module: Module) -> Iterator[tuple[str, Function]]:
    """Yield every function with its dotted name, `path:Class.method`."""

    def visit(node: ast.AST, outer: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            name = outer
            if isinstance(child, Function | ast.ClassDef):
                name = f"{outer}.{child.name}".lstrip(".")
            if isinstance(child, Function):
                yield f"{module.path}:{name}", child
            yield from visit(child, name)

    return visit(module.tree, "")


def statements(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield every statement with the name of what it stands in."""

    def visit(node: ast.AST, outer: str) -> Iterator[tuple[str, ast.stmt]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield f"{module.path}:{outer}", child
            name = outer
            if isinstance(child, Function | ast.ClassDef):
                name = f"{outer}.{child.name}".lstrip(".")
            yield from visit(child, name)

    return visit(module.tree, "")


def expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions of a statement itself: of an `if` its test, not its body."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
                continue
            waiting.append(child)
            if isinstance(child, ast.expr):
                yield child


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function, those of the functions inside it left out."""
    waiting: list[ast.AST] = [function]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if not isinstance(child, Function):
                yield child
                waiting.append(child)


def parameters(function: Function) -> list[ast.arg]:
    arguments = function.args
    every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
    return [argument for argument in every if argument.arg not in ("self", "cls")]


# --- the rules


def long_lines(modules: list[Module]) -> Iterator[Place]:
    """Lines over 100 columns."""
    for module in modules:
        for number, line in enumerate(module.text.splitlines(), 1):
            if len(line) > COLUMNS:
                yield Place(f"{module.path}:", number, f"{len(line)} columns")


def bare_any(modules: list[Module]) -> Iterator[Place]:
    """Parameters and returns of public functions that are annotated `Any` and nothing else."""
    for module in modules:
        for name, function in functions(module):
            if function.name.startswith("_"):
                continue
            typed = [(argument.arg, argument.annotation) for argument in parameters(function)]
            for what, annotation in [*typed, ("return", function.returns)]:
                if isinstance(annotation, ast.Name) and annotation.id == "Any":
                    yield Place(name, function.lineno, what)


def many_parameters(modules: list[Module]) -> Iterator[Place]:
    """Functions with more than 8 parameters."""
    for module in modules:
        for name, function in functions(module):
            count = len(parameters(function))
            if count > PARAMETERS:
                yield Place(name, function.lineno, f"{count} parameters")


def branches(function: Function) -> int:
    """Return the ways through a function, counted in statements and in expressions alike."""
    count = 1
    for node in own_nodes(function):
        if isinstance(node, BRANCH):
            count += 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
    return count


def complex_functions(modules: list[Module]) -> Iterator[Place]:
    """Functions with more than 12 branches, comprehensions and operators included."""
    for module in modules:
        for name, function in functions(module):
            count = branches(function)
            if count > BRANCHES:
                yield Place(name, function.lineno, f"{count} branches")


def dense_statements(modules: list[Module]) -> Iterator[Place]:
    """Statements with more than one comprehension or conditional expression."""
    for module in modules:
        for name, statement in statements(module):
            dense = [e for e in expressions(statement) if isinstance(e, COMPREHENSION | ast.IfExp)]
            if len(dense) > 1:
                yield Place(name, statement.lineno, f"{len(dense)} in one statement")


def expression_as_branch(modules: list[Module]) -> Iterator[Place]:
    """Conditional expressions, and chains of `and` and `or`, that stand as statements."""
    for module in modules:
        for name, statement in statements(module):
            if isinstance(statement, ast.Expr):
                if isinstance(statement.value, ast.IfExp | ast.BoolOp):
                    yield Place(name, statement.lineno, ast.unparse(statement)[:60])


def _is_bool(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "bool"
    return isinstance(node, ast.Compare | ast.BoolOp)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr)


def text_times_truth(modules: list[Module]) -> Iterator[Place]:
    """Strings multiplied by something true or false."""
    for module in modules:
        for name, statement in statements(module):
            for node in expressions(statement):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                    sides = [node.left, node.right]
                    if any(map(_is_text, sides)) and any(map(_is_bool, sides)):
                        yield Place(name, node.lineno, ast.unparse(node)[:60])


def many_names_at_once(modules: list[Module]) -> Iterator[Place]:
    """Assignments that bind four names or more; the sizes of an array's axes are no such thing."""
    for module in modules:
        for name, statement in statements(module):
            if not isinstance(statement, ast.Assign):
                continue
            value = statement.value
            if isinstance(value, ast.Attribute) and value.attr == "shape":
                continue
            nodes = [node for target in statement.targets for node in ast.walk(target)]
            count = sum(isinstance(getattr(node, "ctx", None), ast.Store) for node in nodes)
            count -= sum(isinstance(node, ast.Tuple | ast.List | ast.Starred) for node in nodes)
            if count > NAMES:
                yield Place(name, statement.lineno, f"{count} names")


def two_meanings(modules: list[Module]) -> Iterator[Place]:
    """Class names that two modules define."""
    homes = defaultdict(list)
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append((module.path, node.lineno))
    for name, found in sorted(homes.items()):
        for path, line in found[1:]:
            yield Place(f"{path}:{name}", line, f"also in {found[0][0]}")


def room(path: str) -> str:
    """Return the folder, or the module beside the folders, that a path or an import belongs to."""
    return path.split("/")[0].removesuffix(".py")


def room_arrows(modules: list[Module]) -> dict[tuple[str, str], int]:
    """Return how many imports lead from one room into another, type-checking ones included."""
    rooms = {room(module.path) for module in modules} - {"__init__"}
    arrows: dict[tuple[str, str], int] = defaultdict(int)
    for module in modules:
        for node in ast.walk(module.tree):
            for name in _imported(node):
                parts = name.split(".")
                there = parts[1] if len(parts) > 1 else ""
                here = room(module.path)
                if parts[0] == "seehear" and there in rooms - {here} and here in rooms:
                    arrows[here, there] += 1
    return dict(arrows)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "seehear":
        return [f"seehear.{alias.name}" for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


RULES: dict[str, Callable[[list[Module]], Iterator[Place]]] = {
    "long": long_lines,
    "any": bare_any,
    "parameters": many_parameters,
    "complex": complex_functions,
    "dense": dense_statements,
    "expression-as-branch": expression_as_branch,
    "text-times-truth": text_times_truth,
    "names-at-once": many_names_at_once,
    "two-meanings": two_meanings,
}


def main() -> None:
    modules = read(PACKAGE)
    asked = sys.argv[1:]
    for name, rule in RULES.items():
        places = list(rule(modules))
        print(f"{name:22}{len(places):5}  {(rule.__doc__ or '').strip()}")
        if name in asked:
            print(*(f"  {place}" for place in places), sep="\n")
    arrows = room_arrows(modules)
    print(f"{'arrows':22}{len(arrows):5}  pairs of rooms, {sum(arrows.values())} imports")
    if "arrows" in asked:
        print(*(f"  {a} -> {b}: {count}" for (a, b), count in sorted(arrows.items())), sep="\n")


if __name__ == "__main__":
    main()
