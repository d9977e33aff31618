"""How good is parsing with words, on made clips that it never met and on real ones?

    python benchmarks/zero_shot_figures.py --shared SHARED --folder SCRATCH [--out FILE.json]

SHARED holds `restaged`, `restaged-folds`, `wild` and `measure/wild.py`.  Makes the figures of
docs/zero-shot.md again: the folds by a fit that knows neither class nor fold (`fit_zero_shot.py`;
features are extracted into SCRATCH once); restaged test and the real clips by the commands that a
user types, with restaged's words and, on the real clips, with LLP's too.  Prints JSON; a test holds
the page against what lies in benchmarks/results.  About eight minutes of two cores.
"""

import argparse
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

from common import machine
from fit_zero_shot import LAST, fitted

from seehear.data import LLP_VOCABULARY, Dataset, Vocabulary, open_dataset


def main() -> None:
    """Measure the folds, restaged test and the real clips; print, and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="scratch")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    args = parser.parse_args()
    shared, folder = args.shared, args.folder
    folder.mkdir(parents=True, exist_ok=True)
    data = open_dataset(shared / "restaged")
    own = words(data.vocabulary, folder / "restaged.txt")
    llp = words(LLP_VOCABULARY, folder / "llp.txt")
    result = {
        "folds": on_folds(shared / "restaged-folds", folder / "folds"),
        **on_test(data, own, folder / "test"),
        "wild": {
            "restaged's words": on_real(shared, data.vocabulary, own, folder / "wild-restaged"),
            "LLP's words": on_real(shared, LLP_VOCABULARY, llp, folder / "wild-llp"),
        },
        "machine": machine(),
    }
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")
    if args.out:
        args.out.write_text(text, encoding="utf-8")


def words(vocabulary: Vocabulary, file: Path) -> Path:
    """Write a vocabulary as `parse --vocabulary` reads it."""
    pairs = zip(vocabulary.names, vocabulary.descriptions, strict=True)
    file.write_text("".join(f"{name} = {text}\n" for name, text in pairs), encoding="utf-8")
    return file


def on_folds(root: Path, features: Path) -> dict[str, float]:
    """Return the ten figures on the clips of all folds, class and fold left out of the fit."""
    folds = [str(fold) for fold in sorted(root.glob("fold*"))]
    # the splits of one fold hold the clips of all
    seehear("extract", folds[0], "--visual=conse", "--audio=yamnet", "--fps=2", f"--out={features}")
    return fitted(folds, str(features))[LAST]


def on_test(data: Dataset, vocabulary: Path, out: Path) -> dict[str, Any]:
    """Return the ten figures on a test split, and where 95 % of their resamples lie."""
    clips = [str(data.media_path(clip)) for clip in data.split("test").clips]
    seehear("parse", *clips, f"--vocabulary={vocabulary}", f"--out={out}", "--again=all")
    scored = json.loads(seehear("evaluate", str(data.root), f"--predictions={out}", "--json"))
    return {"test": scored["figures"], "test, 95 % of resamples": scored["intervals"]}


def on_real(shared: Path, known: Vocabulary, vocabulary: Path, out: Path) -> dict[str, float]:
    """Return F of the seconds seen and of the clips heard, on real clips."""
    clips = shared / "wild" / "videos"
    seehear("parse", str(clips), f"--vocabulary={vocabulary}", f"--out={out}", "--again=all")
    score = runpy.run_path(str(shared / "measure" / "wild.py"))["score"]
    truth = json.loads((shared / "wild" / "truth.json").read_text(encoding="utf-8"))
    found = score(str(out), truth, classes=known.names)
    return {"seen": round(found["seen_f"], 4), "heard": round(found["heard_f"], 4)}


def seehear(*arguments: str) -> str:
    """Run a command; what it prints."""
    command = [sys.executable, "-m", "seehear", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"seehear {arguments[0]} ended with {done.returncode}: {done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
