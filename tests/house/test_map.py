"""Tests are a map of the package: each bears its module's name, and every module has a test.

`tests/FOLDER/test_MODULE.py` is about `FOLDER/MODULE.py`, `test_MODULE_ASPECT.py` about one side of
it, and `test_FOLDER.py` about what the folder shows to the outside.  What stands aside is in
`map.toml`, with the reason.
"""

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
PACKAGE = TESTS.parent / "src" / "seehear"
APART = tomllib.loads((HERE / "map.toml").read_text(encoding="utf-8"))
OF_THE_REPOSITORY = ("docs/", "house/")  # they test no module


def python_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


# --- files by their names


def is_named(test: str, modules: set[str]) -> bool:
    """Whether a test file is named by a module of its folder, or by the folder itself."""
    folder, _, file = f"/{test}".rpartition("/")
    folder = folder.lstrip("/")
    words = file.removeprefix("test_").removesuffix(".py").split("_")
    heads = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    named = {f"{folder}/{head}.py".lstrip("/") for head in heads}
    return bool(named & modules) or heads[-1] == folder.rpartition("/")[2]


def test_every_test_file_bears_the_name_of_a_module() -> None:
    modules = set(python_files(PACKAGE))
    files = [name for name in python_files(TESTS) if Path(name).name.startswith("test_")]
    ours = [name for name in files if not name.startswith(OF_THE_REPOSITORY)]
    unnamed = {name for name in ours if not is_named(name, modules)}
    assert unnamed == set(APART["files"]), "map.toml lists what is named otherwise, and only that"


def test_the_check_of_names_can_fail() -> None:
    modules = {"train/run.py", "train/run_page.py", "train/__init__.py", "files.py"}
    for name in ("train/test_run.py", "train/test_run_page_browser.py", "train/test_train.py"):
        assert is_named(name, modules)
    assert is_named("test_files.py", modules)
    for name in ("train/test_runs.py", "train/test_files.py", "web/test_run.py", "test_run.py"):
        assert not is_named(name, modules)


# --- modules by what tests use


@dataclass(frozen=True)
class Used:
    """What test files import and name."""

    modules: frozenset[str]
    names: frozenset[str]


def used(texts: list[str]) -> Used:
    modules, names = set(), set()
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.update(alias.name for alias in node.names)
                modules.update(f"{node.module}.{alias.name}" for alias in node.names)
                modules.add(str(node.module))
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
    return Used(frozenset(modules), frozenset(names))


def public_names(text: str) -> set[str]:
    """Return what a module defines at its top, names with an underscore left out."""
    names = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            stored = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            names.update(name.id for name in stored if isinstance(name.ctx, ast.Store))
    return {name for name in names if not name.startswith("_")}


def is_tested(module: str, text: str, by: Used) -> bool:
    """Whether a test imports a module, or uses one of its public names."""
    dotted = f"seehear.{module.removesuffix('.py').replace('/', '.')}"
    return dotted in by.modules or not by.names.isdisjoint(public_names(text))


def has_own_test(module: str, tests: list[str]) -> bool:
    """Whether a test file bears a module's name."""
    folder, _, file = f"/{module}".rpartition("/")
    stem = f"{folder}/test_{file.removesuffix('.py')}".lstrip("/")
    return any(test == f"{stem}.py" or test.startswith(f"{stem}_") for test in tests)


def test_every_module_has_a_test_or_a_reason() -> None:
    tests = python_files(TESTS)
    by = used([(TESTS / name).read_text(encoding="utf-8") for name in tests])
    modules = [name for name in python_files(PACKAGE) if not name.endswith("__init__.py")]
    texts = {name: (PACKAGE / name).read_text(encoding="utf-8") for name in modules}
    unused = {name for name, text in texts.items() if not is_tested(name, text, by)}
    untested = {name for name in unused if not has_own_test(name, tests)}
    assert untested == set(APART["modules"]), (
        "write a test, or the reason into map.toml; it lists what no test uses, and only that"
    )


def test_the_check_of_modules_can_fail() -> None:
    text = "A: int = 1\nB = C = 2\ndef d(): E = 3\ndef _f(): ...\nclass G: ..."
    assert public_names(text) == {"A", "B", "C", "d", "G"}
    by = used(["import seehear.x.y\nfrom seehear.x import z\nimport other\nprint(other.G)"])
    assert is_tested("x/y.py", "", by)
    assert is_tested("x/z.py", "", by)
    assert is_tested("a.py", text, by)
    assert not is_tested("a.py", text.replace("G", "H"), by)
    assert not is_tested("x.py", "_z = 1", used(["def f(): ..."]))
    assert has_own_test("x/y.py", ["x/test_y.py"])
    assert has_own_test("y.py", ["test_y_in_a_browser.py"])
    assert not has_own_test("x/y.py", ["test_y.py", "x/test_yes.py", "z/test_y.py"])
