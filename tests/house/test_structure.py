"""Imports point down the layers of docs/architecture.md only, and light parts stay light."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "seehear"

_MORE = ("names", "plugins", "processes")
# as in docs/architecture.md: a part may import those of its own line and of the lines above it
LAYERS = [
    [*("errors", "_version", "arrays", "closest", "files", "foreign", "lock"), *_MORE],
    ["time"],
    ["metrics", "data", "media", "weights"],
    ["share"],
    ["encoders"],
    ["streaming", "features"],
    ["extraction", "labels", "runs"],
    ["nn", "losses"],
    ["recipes"],
    ["train"],
    ["parser"],
    ["export", "report", "library", "reproduce"],
    ["demo"],
    ["web"],
    ["cli"],
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
HEAVY = {
    "torch",
    "av",
    "transformers",
    "onnxruntime",
    "torchvision",
    "matplotlib",
    "scipy",
    "pandas",
    "ray",
    "duckdb",
    "fastapi",
    "huggingface_hub",
    "fsspec",
    "safetensors",
    "PIL",
    "tokenizers",
}


def part(module: str) -> str | None:
    """Return the part of seehear that a module belongs to."""
    names = module.split(".")
    return names[1] if names[0] == "seehear" and len(names) > 1 else None


def imports(path: Path, *, lazy: bool) -> set[str]:
    """Return the modules a file imports: at the top or (lazy) anywhere, not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()

    def visit(node: ast.AST, top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import) and (top or lazy):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module and (top or lazy):
                found.add(child.module)
                if child.module == "seehear":
                    found.update(f"seehear.{alias.name}" for alias in child.names)
            visit(
                child,
                top and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda),
            )

    visit(tree, True)
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


def owner(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_part_has_a_layer() -> None:
    parts = {owner(path) for path in FILES if path != PACKAGE / "__init__.py"}
    assert parts == set(LEVEL), "a new part belongs into LAYERS here and into docs/architecture.md"
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = re.search(r"```\n(.*?)```", text, re.DOTALL)
    assert lines is not None
    heads = [re.split(r"\s{2,}", line)[0] for line in lines[1].splitlines()]
    told = {name for head in heads for name in re.split(r"[,\s]+", head) if name}
    assert parts - {"_version"} <= told, "docs/architecture.md lists every part"


@pytest.mark.parametrize("lazy", [False, True], ids=["at the top", "anywhere"])
def test_imports_point_down(lazy: bool) -> None:
    wrong = []
    for path in FILES:
        if path == PACKAGE / "__init__.py":
            continue
        mine = owner(path)
        for module in imports(path, lazy=lazy):
            theirs = part(module)
            if theirs in LEVEL and LEVEL[theirs] > LEVEL[mine]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_networks_and_losses_know_no_files_datasets_or_commands() -> None:
    for path in [*(PACKAGE / "nn").rglob("*.py"), *(PACKAGE / "losses").rglob("*.py")]:
        parts = {part(module) for module in imports(path, lazy=True)} - {None}
        known = {
            "nn",
            "losses",
            "errors",
            "closest",
            "arrays",
            "foreign",
        }  # these know nothing of files either
        assert parts <= known, f"{path.name} imports {parts}"


def test_the_check_of_imports_can_fail(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from seehear import cli\ndef f():\n    import seehear.web.server\n"
    )
    assert imports(tmp_path / "a.py", lazy=False) >= {"seehear.cli"}
    assert "seehear.web.server" in imports(tmp_path / "a.py", lazy=True) - imports(
        tmp_path / "a.py", lazy=False
    )


# --- what an import loads


def loaded(code: str) -> set[str]:
    """Return the heavy packages that a new interpreter has loaded after `code`."""
    program = (
        f"import sys\n{code}\n"
        f"print(sorted({HEAVY!r} & {{m.split('.')[0] for m in sys.modules}}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ast.literal_eval(done.stderr.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    "module",
    [
        "seehear",
        "seehear.errors",
        "seehear.files",
        "seehear.plugins",
        "seehear.time",
        "seehear.metrics",
        "seehear.data",
        "seehear.weights",
        "seehear.share",
        "seehear.encoders",
        "seehear.export",
        "seehear.cli.main",
    ],
)
def test_light_parts_load_nothing_heavy(module: str) -> None:
    assert loaded(f"import {module}") == set()


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["--version"],
        ["evaluate", "--help"],
        ["train", "--help"],
        ["parse", "--help"],
        ["export", "--help"],
        ["share", "--help"],
    ],
)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    code = (
        f"from seehear.cli.main import main\ntry: main({command!r})\n"
        "except SystemExit as e: assert not e.code"
    )
    assert loaded(code) == set()


def test_help_imports_few_modules_of_ours() -> None:
    code = (
        "import sys, contextlib, io\nfrom seehear.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "print(len([m for m in sys.modules if m.startswith('seehear')]), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, numpy = done.stdout.split()
    assert int(number) <= 8  # what makes `seehear --help` start in well under half a second
    assert numpy == "False"


def test_the_check_of_loading_can_fail() -> None:
    assert loaded("import safetensors") == {"safetensors"}


# what reads data of others: only `seehear.foreign` does, with limits and a form (see there)
PARSES = re.compile(
    r"json\.loads?\((?!json\.dumps)|json\.load\b|tomllib\.|np\.load\(|np\.fromfile|safe_open\("
    r"|load_file\("
)
PARSES_ITSELF = {
    "foreign": "the place",
    "web": "messages of its own processes",
    "streaming/pipe.py": "messages of its own processes",
    "export/json.py": "our own schema, as packaged",
    "encoders/checkpoint.py": "pinned weights, every fault caught",
    "encoders/minilm.py": "pinned weights, every fault caught",
}


def test_only_one_place_parses_data_of_others() -> None:
    found = set()
    for path in FILES:
        name = path.relative_to(PACKAGE).as_posix()
        if PARSES.search(path.read_text(encoding="utf-8")):
            found.add(name if name in PARSES_ITSELF else owner(path))
    assert found == set(PARSES_ITSELF)


def test_the_check_of_parsing_can_fail() -> None:
    assert PARSES.search("value = json.loads(text)")
    assert PARSES.search("np.load(path, allow_pickle=False)")
    assert not PARSES.search("json.loads(json.dumps(value))")
