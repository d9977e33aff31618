"""Run every benchmark and write one dated table with the facts of the machine.

    python benchmarks/run_all.py --folder SCRATCH
        [--full] [--only metrics_speed,search_speed] [--out FOLDER]

Without --full the sizes are small enough for a cup of coffee; with it they are those that our pages
quote (hours, and up to 20 GB in SCRATCH).  Writes DATE.md for readers and DATE.json with everything
that was printed into --out (default: benchmarks/results).  A benchmark that fails is a line of the
table that says so, and exit code 1.
"""

import argparse
import ast
import datetime
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import machine

HERE = Path(__file__).resolve().parent
_HIDDEN = ("machine", "figures", "quick")  # said once above the table, or no measurement


@dataclass(frozen=True)
class Benchmark:
    """One script and its options, for a short and for the whole measurement; FOLDER is scratch."""

    script: str
    quick: str
    full: str


BENCHMARKS = (
    Benchmark("metrics_speed", "--most 10000", ""),
    Benchmark("cold_start", "--folder FOLDER/cold --repeat 3", "--folder FOLDER/cold"),
    Benchmark("search_speed", "--folder FOLDER --clips 3000 --repeat 3", "--folder FOLDER"),
    Benchmark("export_speed", "--folder FOLDER --clips 3000", "--folder FOLDER"),
    Benchmark(
        "library_scale",
        "--folder FOLDER/scale --clips 1000,3000",
        "--folder FOLDER/scale --index 10000000 --files 100000",
    ),
    Benchmark("cluster_simulation", "--clips 100000", ""),
    Benchmark("parse_speed", "--repeat 3", "--minutes 5,10,60"),
    Benchmark("folder_speed", "--folder FOLDER --count 4 --repeat 1", "--folder FOLDER --still 2"),
    Benchmark("extract_speed", "--folder FOLDER --clips 2", "--folder FOLDER"),
    Benchmark("extract_memory", "--folder FOLDER --minutes 2", "--folder FOLDER"),
    Benchmark("denoise_speed", "--clips 1000", ""),
    Benchmark("train_speed", "--folder FOLDER --clips 512 --val 64 --epochs 1", "--folder FOLDER"),
)
# scripts in this folder that measure nothing by themselves, or need data that not everybody has
OTHERS = {
    "common": "shared code",
    "run_all": "this",
    "yardstick": "shared code",
    "fit_zero_shot": "fits a calibration",
    "heard_not_seen": "needs the development clips",
    "zero_shot_figures": "needs the development clips; make zero-shot",
    "kept_features": "needs the development clips",
    "open_words": "needs the development clips",
    "nearest_seconds": "needs packages that only it uses",
    "teach_curve": "needs the development clips",
    "own_parser_table": "prints what is kept",
    "own_parser_pack": "needs the development clips",
    "own_parser_summary": "sums up what own_parser_ablation wrote",
    "own_parser_ablation": "needs the development clips",
    "dry_run": "needs LLP's tables",
    "gpu": "needs a CUDA device; make gpu",
    "benchmarks_dry_run": "needs the tables of the other benchmarks",
    "vggsounder_clips": "needs real clips",
    "measure_tables": "needs the development clips; make tables",
    "eager_efficientnet": "shared code",
    "install_cost": "downloads gigabytes",
}


def main() -> int:
    """Run, collect, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--full", action="store_true", help="the sizes that our pages quote")
    parser.add_argument("--only", default="", help="names of scripts, separated by commas")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    args = parser.parse_args()
    chosen = [b for b in BENCHMARKS if not args.only or b.script in args.only.split(",")]
    if not chosen:
        parser.error(
            f"--only: expected some of {', '.join(b.script for b in BENCHMARKS)}, got {args.only}"
        )
    facts, results = machine(), {}
    for benchmark in chosen:
        print(f"{benchmark.script} ...", file=sys.stderr, flush=True)
        results[benchmark.script] = run(benchmark, args.folder, full=args.full)
    date = datetime.date.today().isoformat()
    args.out.mkdir(parents=True, exist_ok=True)
    whole = {"date": date, "full": args.full, "machine": facts, "results": results}
    (args.out / f"{date}.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    (args.out / f"{date}.md").write_text(page(whole), encoding="utf-8")
    print(args.out / f"{date}.md")
    return int(any("error" in result for result in results.values()))


def run(benchmark: Benchmark, folder: Path, *, full: bool) -> dict[str, Any]:
    """Return what a benchmark printed, its command and its seconds; or its complaint as `error`."""
    scratch = folder.resolve() / benchmark.script
    scratch.mkdir(parents=True, exist_ok=True)
    options = benchmark.full if full else benchmark.quick
    command = [
        sys.executable,
        str(HERE / f"{benchmark.script}.py"),
        *options.replace("FOLDER", str(scratch)).split(),
    ]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    about = {
        "command": f"python benchmarks/{benchmark.script}.py {options}".strip(),
        "seconds": round(time.perf_counter() - started, 1),
    }
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        return {**about, "error": f"exit code {done.returncode}: {last}"}
    try:
        return {**about, "printed": json.loads(done.stdout[done.stdout.index("{") :])}
    except ValueError:
        return {**about, "error": "printed no JSON object"}


def page(whole: dict[str, Any]) -> str:
    """Return the results as Markdown: facts of the machine, then one table a question."""
    facts = ", ".join(f"{key} {value}" for key, value in whole["machine"].items())
    lines = [
        f"# Benchmarks of {whole['date']}",
        "",
        f"Machine: {facts}.",
        "Full sizes." if whole["full"] else "Small sizes: for a look, not for quoting.",
        "",
    ]
    for script, result in whole["results"].items():
        lines += [
            f"## {question(script)}",
            "",
            f"`{result['command']}`, {result['seconds']:g} s",
            "",
        ]
        if "error" in result:
            lines += [f"FAILED: {result['error']}", ""]
            continue
        lines += ["| measure | value |", "|---|---|"]
        printed = result["printed"]
        shown = (
            printed["figures"].items()
            if isinstance(printed.get("figures"), dict)
            else measures(printed)
        )
        lines += [f"| {name} | {value} |".replace("||", "| |") for name, value in shown]
        lines.append("")
    return "\n".join(lines)


def measures(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, number or text) of everything measured, nested names joined by a slash."""
    for key, inner in value.items():
        name = f"{prefix}{key}".replace("|", "or")
        if key in _HIDDEN:
            continue
        if isinstance(inner, dict):
            yield from measures(inner, f"{name} / ")
        elif isinstance(inner, list):
            if not any(isinstance(item, dict | list) for item in inner):
                yield name, ", ".join(map(str, inner))
        else:
            yield name, inner


def question(script: str) -> str:
    """Return the first paragraph of a benchmark's docstring, which is the question it answers."""
    text = ast.get_docstring(ast.parse((HERE / f"{script}.py").read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


if __name__ == "__main__":
    sys.exit(main())
