"""Change one thing in a module of the core at a time: does a test of that module notice?

    python tools/mutants.py time/spans.py ...            # or all of MODULES
    python tools/mutants.py --again time/spans.py ...    # those that lived, with tests added since

Each module is changed in a copy of its own under `--folder`, with the quick tests of that module
beside it.  What was tried is kept there, so that a run that was stopped goes on where it was, and
`python -m mutmut show NAME`, run there, shows a mutant.  The scores stand in `scores.json`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DENOISING = ["labels/lsld/test_denoising.py", "labels/lsld/test_spec_checks.py"]
# module: the quick tests that are about it
MODULES = {
    "metrics/counts.py": ["metrics/test_official_scores.py", "metrics/test_report.py"],
    "metrics/detection.py": ["metrics/test_detection.py"],
    "metrics/ranked.py": ["metrics/test_ranked.py"],
    "metrics/snippets.py": ["metrics/test_snippets.py"],
    "time/decode.py": ["time/test_decode.py"],
    "time/spans.py": ["time/test_spans.py"],
    "library/spans.py": ["library/test_spans.py"],
    "library/query.py": ["library/test_query.py"],
    "labels/quality.py": ["labels/test_quality.py"],
    "labels/agreement.py": ["labels/test_agreement.py"],
    "labels/lsld/combinations.py": ["labels/lsld/test_combinations.py", *DENOISING],
    "labels/lsld/denoising.py": DENOISING,
    "labels/lsld/reweighting.py": ["labels/lsld/test_reweighting.py", *DENOISING],
}
SETTINGS = """[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = "--import-mode=importlib -p no:cacheprovider -p no:xdist -m 'not shared' -k 'not memory'"
markers = ["weights", "shared", "browser", "gpu", "slow"]
filterwarnings = ["error"]
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/seehear/{module}"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
"""
# a property is tried on a few examples only: whoever lives pays for every one
FEW = """
settings.register_profile("mutants", derandomize=True, deadline=None, max_examples=12)
settings.load_profile("mutants")
"""
KILLED = (1, 3, 24, -24, 36)  # a test fails, or the loop never ends
LIVED = (0, 33)  # 33: of a function that none of the tests calls


def lay_out(module: str, folder: Path) -> None:
    """Put the package, the tests of a module and what they share into a folder."""
    tests = MODULES[module]
    shutil.copytree(
        ROOT / "src",
        folder / "src",
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shared = [path.name for path in (ROOT / "tests").glob("*.py") if path.name[:5] != "test_"]
    data = ["metrics/official_scores.npz"]
    for name in [*shared, *tests, *data]:
        (folder / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "tests" / name, folder / "tests" / name)
    with (folder / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(FEW)
    named = json.dumps([f"tests/{name}" for name in tests])
    (folder / "pyproject.toml").write_text(SETTINGS.format(module=module, tests=named))


def score(module: str, folder: Path) -> dict[str, Any]:
    """Return how many mutants were tried and killed, and the names of those that lived."""
    found = folder / "mutants" / "src" / "seehear" / f"{module}.meta"
    codes = json.loads(found.read_text())["exit_code_by_key"]
    lived = sorted(name for name, code in codes.items() if code in LIVED)
    killed = sum(code in KILLED for code in codes.values())
    other = sum(code is not None for code in codes.values()) - killed - len(lived)
    return {"mutants": len(codes), "killed": killed, "other": other, "lived": lived}


def main() -> None:
    """Try the mutants of the modules that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help=f"among {', '.join(MODULES)}; default: all")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache" / "mutants")
    parser.add_argument("--again", action="store_true", help="only those that lived")
    options = parser.parse_args()
    scores = options.folder / "scores.json"
    for module in options.modules or MODULES:
        folder = options.folder / module.removesuffix(".py").replace("/", "-")
        lay_out(module, folder)
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        if options.again and not (folder / "mutants").is_dir():
            sys.exit(f"nothing was tried of {module} in {folder} yet: run it without --again first")
        lived = score(module, folder)["lived"] if options.again else []
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *lived]
        done = subprocess.run(command, cwd=folder, env=environment, check=False)
        if done.returncode:
            sys.exit(f"mutmut ended with {done.returncode} in {folder}")
        kept = json.loads(scores.read_text()) if scores.is_file() else {}
        kept[module] = score(module, folder)
        scores.write_text(json.dumps(kept, indent=1) + "\n")
        print(module, {key: value for key, value in kept[module].items() if key != "lived"})


if __name__ == "__main__":
    main()
