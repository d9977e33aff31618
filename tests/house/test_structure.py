"""Imports point down the layers of docs/architecture.md only, and light parts stay light."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from llp_like import write_llp
from small_library import put

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "seehear"

_MORE = ("foreign", "lock", "names", "plugins", "processes")
# as in docs/architecture.md: a part may import those of its own line and of the lines above it
LAYERS = [
    [*("errors", "_version", "addresses", "amounts", "arrays", "closest", "files"), *_MORE],
    ["time"],
    ["metrics", "data", "media", "weights"],
    ["share", "interchange"],
    ["encoders"],
    ["streaming", "features"],
    ["extraction", "labels", "runs"],
    ["nn", "losses"],
    ["recipes"],
    ["train"],
    ["parser"],
    ["captions", "export", "report", "library", "reproduce"],
    ["teach"],
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
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "cli" if name == "__main__" else name  # `python -m seehear`


def test_every_part_has_a_layer() -> None:
    parts = {owner(path) for path in FILES if path != PACKAGE / "__init__.py"}
    assert parts == set(LEVEL), "a new part belongs into LAYERS here and into docs/architecture.md"
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = re.search(r"```text\n(.*?)```", text, re.DOTALL)
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


def loaded(*codes: str) -> dict[str, set[str]]:
    """Return which heavy packages a new interpreter has loaded after each piece of code.

    The pieces run one after the other: to start an interpreter for each would take longer than all.
    """
    program = f"""
import json, sys
for code in json.loads(sys.argv[1]):
    exec(code, {{}})
    found = sorted({HEAVY!r} & {{m.split('.')[0] for m in sys.modules}})
    print(json.dumps([code, found]), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(codes)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("[")]
    return {code: set(found) for code, found in map(json.loads, lines)}


LIGHT = (
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
)


def test_light_parts_load_nothing_heavy() -> None:
    found = loaded(*(f"import {module}" for module in LIGHT))
    assert found == {f"import {module}": set() for module in LIGHT}


def test_help_loads_nothing_heavy() -> None:
    commands = [["--help"], ["--version"]]
    commands += [[name, "--help"] for name in ("evaluate", "train", "parse", "export", "share")]
    codes = [
        f"from seehear.cli.main import main\ntry: main({command!r})\n"
        "except SystemExit as e: assert not e.code"
        for command in commands
    ]
    assert loaded(*codes) == {code: set() for code in codes}


def test_what_reads_timelines_and_tables_loads_no_media_library_or_encoder(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    put(tmp_path / "library", "a", {"Dog": "..##"}, {"Dog": "##.."})
    data = write_llp(tmp_path / "llp")
    (tmp_path / "found.tsv").write_text("filename\ttrack\tonset\toffset\tevent_label\n")
    timeline = str(next((tmp_path / "library").glob("*.json")))
    found = ["--predictions", str(tmp_path / "found.tsv"), "--missing", "empty"]
    codes = [
        f"from seehear.cli.main import main\nassert main({command!r}) == 0\nimport sys\n"
        "parts = {m.split('.')[1] for m in sys.modules if m.startswith('seehear.')}\n"
        "assert not parts & {'encoders', 'streaming'}, parts"
        for command in (
            ["search", str(tmp_path / "library"), "audio:Dog"],
            ["export", timeline, "--to", "csv"],
            ["evaluate", str(data), *found],
        )
    ]
    # np.unique brings masked arrays, a tenth of the start, unless it is asked for indices as well
    codes[0] += "\nassert 'numpy.ma' not in sys.modules"
    codes[0] += "\nassert not parts & {'share', 'weights', 'metrics', 'export', 'parser'}, parts"
    assert list(loaded(*codes).values()) == [{"duckdb"}] * 3  # it stays loaded


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
    found = loaded("import json", "import safetensors")
    assert found == {"import json": set(), "import safetensors": {"safetensors"}}


# what reads data of others: only `seehear.foreign` does, with limits and a form (see there)
PARSES = re.compile(
    r"json\.loads?\((?!json\.dumps)|json\.load\b|tomllib\.|np\.load\(|np\.fromfile|safe_open\("
    r"|load_file\(|expat|ElementTree\.(parse|iterparse|fromstring)|ET\.(parse|iterparse|fromstring)"
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
    assert PARSES.search("root = ET.fromstring(text)")
    assert not PARSES.search("json.loads(json.dumps(value))")


def nested(text: str) -> list[str]:
    """Return the functions that stand in another function, other than what builds a module."""
    within = [
        (outer.name, inner.name)
        for outer in ast.walk(ast.parse(text))
        if isinstance(outer, ast.FunctionDef) and outer.name != "__init__"
        for inner in ast.walk(outer)
        if isinstance(inner, ast.FunctionDef) and inner is not outer
    ]
    return [f"{outer}: {inner}" for outer, inner in within]


def test_no_function_of_a_network_defines_another() -> None:
    """Tests check shapes, and compile that check wherever a function is defined: at every call."""
    files = [*(PACKAGE / "nn").glob("*.py"), *(PACKAGE / "losses").glob("*.py")]
    found = {path.name: nested(path.read_text()) for path in files}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_the_check_of_functions_can_fail() -> None:
    assert nested("def a():\n    def b(): ...\ndef __init__(self):\n    def c(): ...") == ["a: b"]
