"""What does zero-shot parsing reach on the clips of VGGSounder that are at hand?

    python benchmarks/vggsounder_clips.py --tables VGGSOUNDER --clips WILD --folder SCRATCH

VGGSOUNDER holds the official tables, WILD real clips: `truth.json` names the YouTube id of each,
`videos` holds them.  Those that VGGSounder has are laid out as a dataset of that benchmark, with
their rows of the official table and all its classes; `seehear parse` (preset `offline`) and
`seehear evaluate` do the rest.  A handful of clips proves nothing; it shows that the journey from
files to figures works.  Nothing but figures is printed: the footage is not ours to show.
"""

import argparse
import contextlib
import csv
import io
import json
import sys
import time
from pathlib import Path

from common import machine

from seehear.cli.main import main as seehear
from seehear.data import open_dataset
from seehear.data.vggsounder import CLASSES, TABLES

SHOWN = ("a/hit@1", "v/hit@1", "av/hit@1", "a/hit@5", "v/hit@5", "av/hit@5")
SHOWN += ("a/f1", "v/f1", "av/f1", "a/mu", "v/mu", "av/mu")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("tables", "clips", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    print(json.dumps(machine()), file=sys.stderr)
    count = lay_out(args.tables, args.clips, args.folder)
    dataset, made = args.folder, args.folder / "timelines"
    words = args.folder / "words.txt"
    quoted = (f'"{name}"\n' for name in open_dataset(dataset).vocabulary.names)
    words.write_text("".join(quoted))
    began = time.process_time()
    parsed = ["parse", str(dataset / "videos"), "--vocabulary", str(words), "--out", str(made)]
    with contextlib.redirect_stdout(io.StringIO()):  # what is in the clips
        code = seehear([*parsed, "--preset", "offline", "--jobs", "1"])
    used = time.process_time() - began
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = code or seehear(["evaluate", str(dataset), "--predictions", str(made), "--json"])
    if code:
        raise SystemExit(code)
    figures = json.loads(out.getvalue())["official"]["figures"]
    shown = ", ".join(f"{key} {100 * figures[key]:.1f}" for key in SHOWN)
    print(f"{count} clips, parsed in {used:.0f} s of processor: {shown}")


def lay_out(tables: Path, clips: Path, folder: Path) -> int:
    """Make a dataset of the clips that the benchmark has; return how many."""
    (folder / "videos").mkdir(parents=True, exist_ok=True)
    known = json.loads((clips / "truth.json").read_text(encoding="utf-8"))
    files = {about["original_id"]: clips / "videos" / name for name, about in known.items()}
    with (tables / TABLES[0]).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if row[0].rpartition("_")[0] in files]
    with (folder / TABLES[0]).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *kept])
    (folder / CLASSES).write_bytes((tables / CLASSES).read_bytes())
    names = {row[0] for row in kept}
    for name in names:
        link = folder / "videos" / f"{name}.mp4"
        if not link.exists():
            link.symlink_to(files[name.rpartition("_")[0]])
    return len(names)


if __name__ == "__main__":
    main()
