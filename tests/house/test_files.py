"""What the repository may hold: no address of an index, no path of a machine, nothing undone."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 400_000
# written in pieces, so that this file does not hold what it looks for
INDEX = re.compile(
    "|".join(
        [
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            r"index-" + "url",
            "artifact" + "ory",
            r"simple/" + r"?\"?\s*$(?!)",
            "nexus" + r"\.",
        ]
    )
)
MACHINE = re.compile(
    "|".join([r"/wor" + r"k/", r"/ro" + r"ot/", r"/hom" + r"e/\w", r"/Use" + r"rs/\w"])
)
UNDONE = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"raise NotImpl" + "emented", "X" + "XX"]))


def tracked() -> list[Path]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if pattern.search(line)
        ]
    return found


def test_no_address_of_a_package_index() -> None:
    assert hits(INDEX, tracked()) == []


def test_no_path_of_a_machine() -> None:
    assert hits(MACHINE, tracked()) == []


def test_nothing_large() -> None:
    large = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size}"
        for path in tracked()
        if path.stat().st_size > LIMIT
    ]
    assert large == []


def test_nothing_undone_in_the_source() -> None:
    assert hits(UNDONE, [path for path in tracked() if path.is_relative_to(ROOT / "src")]) == []


def test_the_checks_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "a").write_text("https://py" + "pi.org/x\n/hom" + "e/me\n# TO" + "DO\n")
    assert [len(hits(pattern, [tmp_path / "a"])) for pattern in (INDEX, MACHINE, UNDONE)] == [
        1,
        1,
        1,
    ]


def test_one_version() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert about["project"]["dynamic"] == ["version"]
    namespace: dict[str, str] = {}
    exec((ROOT / about["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8"), namespace)
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {namespace['__version__']}\n" in cff
    released = re.findall(r"^date-released: (\S+)$", cff, re.MULTILINE)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert changes[0].startswith("Unreleased\n")
    assert changes[1].startswith(f"{namespace['__version__']} - {released[0]}\n")
