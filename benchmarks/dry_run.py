"""Does every row of the seven tables run at LLP's full size, for one epoch on random features?

    python benchmarks/dry_run.py --llp TABLES --folder SCRATCH
        [--tables table1,table7] [--set network.width=64] [--keep benchmarks/tables/dry-run.json]

Writes random features of every official shape for all 11,849 clips of LLP's official tables (7 GB
in SCRATCH, kept for the next call; float16 as the CLIP features are published, float32 where files
are small), then runs `seehear reproduce` on each table and prints time and peak memory a row.  The
figures mean nothing, except that nothing depends on the size of a smaller dataset.  CLIP's words
are random vectors too, so no weights are needed.  Rows that ended are not run again by the next
call.  `--keep` adds what each row cost to a file, from which the page of results is generated;
`make dry-run` does all this at full width.
"""

import argparse
import json
import multiprocessing
import sys
import types
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from common import machine

from seehear import encoders
from seehear.cli.main import main as seehear
from seehear.data import open_dataset
from seehear.features.official import PUBLISHED_FOLDERS
from seehear.features.store import bare_id
from seehear.reproduce import TABLES
from seehear.train.files import write_json

PART = 200  # clips that one process writes at a time
SMALL = 20_000  # numbers a file up to which float32 costs nothing
# share of the common direction: cosines of pictures and words then lie around 0.25, as CLIP's do
TOGETHER = 0.5


def main() -> None:
    """Make the features, run the tables, print what each row cost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--llp", type=Path, required=True, help="folder with LLP's official tables")
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--rows", help="only these rows of the one table given")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help=(
            "change a setting of every row; network.width=64 keeps all data and spares the"
            " arithmetic"
        ),
    )
    parser.add_argument("--out", type=Path, help="output folder (default: SCRATCH/out)")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="add what each row cost to this")
    args = parser.parse_args()
    make_features(args.llp, args.folder / "feats")
    for tower in ("clip-vit-b16", "clip-vit-b32"):
        random_words(tower)
    out, codes = args.out or args.folder / "out", {}
    for name in args.tables.split(","):
        command = [
            "reproduce",
            name,
            str(args.llp),
            "--features",
            str(args.folder / "feats"),
            "--out",
            str(out),
            "--set",
            f"training.epochs={args.epochs}",
            "--jobs",
            str(args.jobs),
        ]
        command += [part for setting in args.settings for part in ("--set", setting)]
        codes[name] = seehear([*command, *(["--rows", args.rows] if args.rows else [])])
        costs(out / f"{name}.json")
        if args.keep:
            keep(out / f"{name}.json", args.keep)
    if any(codes.values()):
        raise SystemExit(f"exit codes {codes}")


def make_features(llp: Path, folder: Path) -> None:
    """Write one file a clip into each official folder of LLP, unless it is there."""
    ids = [
        bare_id(clip.name) for split in open_dataset(llp).splits.values() for clip in split.clips
    ]
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for number, layout in enumerate(PUBLISHED_FOLDERS):
            if not layout.rows:
                continue  # of a dataset whose clips differ in length
            target = folder / layout.folder
            target.mkdir(parents=True, exist_ok=True)
            have = {path.stem for path in target.glob("*.npy")}
            left = [(index, clip) for index, clip in enumerate(ids) if clip not in have]
            parts = [left[start : start + PART] for start in range(0, len(left), PART)]
            list(pool.map(partial(_write_part, number, target), parts))
            print(
                f"{layout.folder}: {len(ids)} files of {(layout.rows[0], layout.dim)}",
                file=sys.stderr,
                flush=True,
            )


def _write_part(number: int, target: Path, part: list[tuple[int, str]]) -> None:
    """Write the files of some clips; each clip's numbers depend on its place alone."""
    layout = PUBLISHED_FOLDERS[number]
    shape = (layout.rows[0], layout.dim)
    kind = np.float32 if shape[0] * shape[1] <= SMALL else np.float16
    for index, clip in part:
        rows = vectors(np.random.default_rng([index, number]), *shape)
        unfinished = target / f"{clip}.part"  # a stop leaves no half file under a clip's name
        with unfinished.open("wb") as file:
            np.save(file, rows.astype(kind))
        unfinished.replace(target / f"{clip}.npy")


def vectors(rng: np.random.Generator, count: int, dim: int) -> np.ndarray:
    """Return random rows that share a direction."""
    common = np.random.default_rng(dim).standard_normal(dim, np.float32)
    return TOGETHER * common + np.sqrt(1 - TOGETHER**2) * rng.standard_normal(
        (count, dim), np.float32
    )


def random_words(tower: str) -> None:
    """Put random vectors in the place of a text tower; labels are made in this process."""

    class Words:
        id, dim = tower, 512

        def encode(self, texts: list[str]) -> np.ndarray:
            rows = np.concatenate(
                [vectors(np.random.default_rng(list(text.encode())), 1, self.dim) for text in texts]
            )
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    module = types.ModuleType("seehear.encoders.random_words")
    module.Words = Words  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    encoders._TEXT[tower] = "random_words:Words"


def costs(path: Path) -> None:
    """Print time and peak memory of each row of a finished table."""
    result = json.loads(path.read_text())
    for row in result["rows"]:
        state = row["problem"] or (f"as {row['same_as']}" if row["same_as"] else "done")
        print(
            f"{result['table']} | {row['title']} | {row['features']} | {sum(row['seconds']):.0f} s"
            f" | {row['peak_mb']} MB | {state}",
            flush=True,
        )


def keep(path: Path, kept: Path) -> None:
    """Add what the rows of a finished table cost to a file, in place of an older run of it."""
    result = json.loads(path.read_text())
    tables = json.loads(kept.read_text()) if kept.exists() else {}
    told = ("title", "features", "seconds", "cpu_seconds", "peak_mb", "same_as")
    tables[result["table"]] = {
        "rows": [{name: row[name] for name in told} for row in result["rows"] if row["seconds"]],
        "settings": result["settings"],
        "clips": result["dataset"]["clips"],
        "date": result["date"],
        "machine": machine(),
    }
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_json(kept, tables)


if __name__ == "__main__":
    main()
