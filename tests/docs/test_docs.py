"""Every command and block of code in the README and on the site runs, page by page, in order.

A block that cannot run in a test stands under `<!-- not run: why -->`; its commands must still be
accepted by the command line's own parser.  A block under `<!-- printed by the command above -->` is
what the last command before it prints, to the letter.
"""

import ast
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from seehear.cli.main import build_parser, main
from small_world import TINY, write_world

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    p.relative_to(ROOT).as_posix() for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
)
FENCE = re.compile(
    r"(?:<!-- (?:not run: (?P<why>[^\n]+?)|(?P<printed>printed by the command above)) -->\n+)?"
    r"^```(?P<language>\w*)(?: title=\"(?P<file>[^\"]+)\")?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FIRST_RECIPE = "docs/first-recipe.md"  # has a test of its own
OPEN_OTHERWISE = ("README.md",)  # says what it is
LANGUAGES = {"", "sh", "python", "toml", "json", "text"}


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    why_not: str | None
    printed: bool
    file: str | None

    @property
    def commands(self) -> list[list[str]]:
        """The seehear commands of a shell block, without their comments."""
        joined = self.text.replace("\\\n", " ")
        lines = [
            shlex.split(line, comments=True)
            for line in joined.splitlines()
            if line.startswith("seehear ")
        ]
        return [line[1:] for line in lines]


def blocks(page: str) -> list[Block]:
    found = FENCE.finditer((ROOT / page).read_text(encoding="utf-8"))
    return [Block(m["language"], m["text"], m["why"], bool(m["printed"]), m["file"]) for m in found]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled dataset and loose videos, made by the demo: what a reader is told to have."""
    from seehear.demo.world import make_world

    folder = tmp_path_factory.mktemp("reader")
    make_world(folder / "mydata", splits={"train": 5, "val": 2, "test": 4})
    videos = folder / "mydata" / "videos"
    for name, source in {
        "holiday": "test0000",
        "unseen": "test0001",
        "new-video": "test0002",
    }.items():
        shutil.copy(videos / f"{source}.mp4", folder / f"{name}.mp4")
    (folder / "archive").mkdir()
    for name in ("test0000", "test0003"):
        shutil.copy(videos / f"{name}.mp4", folder / "archive")
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_one_we_can_check(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(blocks(page)), (
        "a fence does not close"
    )
    for block in blocks(page):
        assert block.language in LANGUAGES
        if block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "python":
            ast.parse(block.text)
        for command in block.commands:
            build_parser(command[0]).parse_args(command)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OPEN_OTHERWISE])
def test_a_page_says_first_what_its_reader_can_do(page: str) -> None:
    opening = (ROOT / page).read_text(encoding="utf-8").split("\n## ")[0]
    assert "After this page you" in " ".join(opening.split())


@pytest.mark.parametrize("page", PAGES)
def test_a_part_that_the_site_fills_in_says_where_it_is_in_the_plain_file(page: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    for mark, told in itertools.pairwise([*lines, ""]):
        if mark.startswith("<!-- generated:"):
            assert re.fullmatch(r"\*`make docs` puts .* here; .*`.+`.*\.\*", told), (page, mark)


@pytest.mark.parametrize("page", PAGES)
def test_code_in_tables_shows_no_escapes(page: str) -> None:
    """The site shows a backslash before a bar inside code, where a reader would copy it."""
    rows = re.findall(r"^\|.*", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert not [row for row in rows if re.search(r"`[^`]*\\\|[^`]*`", row)]


def test_the_first_screen_is_in_plain_words() -> None:
    """What it is, for whom and how it looks, before any name that only the field knows."""
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    jargon = re.findall(r"\b[A-Z][A-Za-z]*[A-Z]\w*\b", first)
    assert set(jargon) <= {"GPU", "ELAN"}, jargon
    assert "](docs/pictures/library.png)" in first
    assert len(first.split()) < 300


def without_ends(text: str) -> list[str]:
    """Return the lines of a text without blanks at their ends."""
    return [line.rstrip() for line in text.strip().splitlines()]


RUN = [
    page
    for page in PAGES
    if page != FIRST_RECIPE
    and any(b.why_not is None and (b.commands or b.language == "python") for b in blocks(page))
]


@pytest.fixture(scope="module")
def made() -> dict[tuple[tuple[str, ...], ...], Path]:
    """What commands with `--out` made on earlier pages, by all such commands of the page so far.

    Two pages that lead through the same steps take them once: from equal files an equal command
    line makes equal ones.
    """
    return {}


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_a_page_runs_from_top_to_bottom(
    page: str,
    media: Path,
    made: dict[tuple[tuple[str, ...], ...], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for entry in media.iterdir():
        os.symlink(entry, tmp_path / entry.name)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    steps: tuple[tuple[str, ...], ...] = ()
    printed = ""
    for block in blocks(page):
        if block.why_not is not None:
            continue
        if block.printed:
            assert without_ends(block.text) == without_ends(printed), page
        if block.language == "python":
            exec(compile(block.text, page, "exec"), namespace)
        for command in block.commands:
            if command[0] in ("extract", "denoise", "train"):
                steps += (tuple(command),)
                out = Path(command[command.index("--out") + 1])
                if steps in made:
                    shutil.copytree(made[steps], out)
                    continue
                made[steps] = tmp_path / out
            code = main(command)
            captured = capsys.readouterr()
            printed = captured.out
            assert code == 0, (
                f"seehear {shlex.join(command)} ended with {code}:\n{captured.err[-2000:]}"
            )


def test_the_first_recipe_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its files are saved, the package counts as installed, and every command after that runs."""
    pytest.importorskip("torch")
    page = blocks(FIRST_RECIPE)
    files = {block.file: block.text for block in page if block.file}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    about = tomllib.loads(files["pyproject.toml"])
    points = metadata.EntryPoints(
        metadata.EntryPoint(name, value, group)
        for group, added in about["project"]["entry-points"].items()
        for name, value in added.items()
    )
    assert about["tool"]["setuptools"]["py-modules"] == ["calm"]
    monkeypatch.setattr(metadata, "entry_points", lambda **wanted: points.select(**wanted))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "calm", raising=False)
    write_world(tmp_path)
    (tmp_path / "data").rename(tmp_path / "mydata")
    (tmp_path / "feats").rename(tmp_path / "features")
    monkeypatch.chdir(tmp_path)
    quick = [f"--set={key}={value}" for key, value in {**TINY, "training.epochs": 1}.items()]
    said = ""
    for block in page:
        if block.why_not is not None:
            continue
        if block.printed:
            assert without_ends(block.text) == without_ends(said)
        for command in block.commands:
            code = main([*command, *(quick if command[0] == "train" else [])])
            output = capsys.readouterr()
            assert code == 0, output.err
            said = output.out
    han, calm = (
        json.loads(Path(run, "log.jsonl").read_text("utf-8"))["loss"]
        for run in ("run-han", "run-calm")
    )
    assert calm.keys() - han.keys() == {"calm"}
    assert calm["total"] == pytest.approx(han["total"] + 0.5 * calm["calm"], rel=0.05)


def test_promises_name_tests_that_exist() -> None:
    page = ROOT / "docs" / "promises.md"
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8"))
    assert len(named) > 10
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not test or test in functions, f"{file} has no {test}"


def test_the_architecture_names_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+/(?:\w+\.\w+)?)(?: [^`]*)?`", text))
    assert len(named) > 30
    folders = (ROOT, ROOT / "src" / "seehear", ROOT / "src" / "seehear" / "labels")
    folders += (ROOT / "src" / "seehear" / "parser",)
    for name in named:
        if not re.search(r"NAME|RULE", name):
            assert any((folder / name).exists() for folder in folders), name


def test_links_inside_the_repository_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" in target or target.startswith(("mailto:", "assets/", "methods/", "api")):
                # pictures, methods and the API are generated; the site's strict build checks those
                # links
                continue
            if not ((ROOT / page).parent / target).exists():
                broken.append(f"{page}: {target}")
    assert not broken


def test_spelling() -> None:
    pytest.importorskip("codespell_lib", reason="codespell is not installed (extra: test)")
    tracked = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs",
        "src",
        "tests",
        "examples",
        "benchmarks",
    ]
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "codespell_lib",
            "--skip",
            "*.txt,*.npz,*.svg,*/assets/*,*/data/*",
            "--ignore-words-list",
            "busses,buss,whistlin,ot,caf,vaccum,droput,trainin,nce,ans,fo,nd,te,trian,simpy",
            *[t for t in tracked if (ROOT / t).exists()],
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
