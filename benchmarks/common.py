"""What every benchmark shares: medians, machine facts, one JSON object on stdout.

The contract of a benchmark: it answers one question, checks that what is compared gives the same
answer before anything is timed, and prints one JSON object.  Where that object has `figures`
(name -> number or text), `run_all.py` puts them into its table; otherwise it takes the numbers at
the top.
"""

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Return what the numbers depend on besides the code."""
    return {
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(_memory_bytes() / 1e9, 1),
        "load": round(os.getloadavg()[0], 2),
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "commit": _commit(),
    }


def seconds(work: Callable[[], object], *, repeat: int = 7, warm: int = 1) -> dict[str, float]:
    """Return median and quartiles of the seconds that `work` takes.

    `warm` calls come first and do not count.
    `cpu_s` is the median processor time of this process, which a busy machine lengthens less.
    """
    for _ in range(warm):
        work()
    taken, busy = [], []
    for _ in range(repeat):
        started, began = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - started)
        busy.append(time.process_time() - began)
    low, middle, high = (
        statistics.quantiles(taken, n=4, method="inclusive") if repeat > 1 else taken * 3
    )
    return {
        "median_s": round(middle, 5),
        "q1_s": round(low, 5),
        "q3_s": round(high, 5),
        "cpu_s": round(statistics.median(busy), 5),
        "repeat": repeat,
    }


def print_result(result: dict[str, Any]) -> None:
    """Print the result and the machine as one JSON object."""
    print(json.dumps({**result, "machine": machine()}, indent=1))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent,
        )
    except OSError:  # no git there
        return "unknown"
    return done.stdout.strip() or "unknown"
