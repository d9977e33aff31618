"""Damage every format many times, tell what readers say: `python tests/foreign/fuzz.py 100000`.

A reader passes that returns a value or raises one of our errors; anything else is a fault.
"""

import argparse
import collections
import contextlib
import io
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]  # what pytest's `pythonpath` does

from formats import Format, formats  # noqa: E402
from seehear.errors import SeehearError  # noqa: E402

MEMORY = 2 << 30  # bytes that reading one small file may take on top


@dataclass(frozen=True)
class Outcome:
    """What a reader made of one mutant.

    Args:
        format, seed: name them.
        mutant: the damaged file.
        fault: what was raised; None: a value came back, or one of our errors.
    """

    format: str
    seed: int
    mutant: bytes
    fault: Exception | None


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Allow this process little more memory than it has now, where the system can tell (Linux)."""
    if not Path("/proc/self/statm").exists():
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def outcomes(chosen: Sequence[Format], count: int, *, first: int = 0) -> Iterator[Outcome]:
    """Yield what readers make of `count` mutants over all formats; slow ones get a third.

    Args:
        chosen: formats.
        count: mutants at least.
        first: the first seed of each format; other seeds, other mutants.
    """
    shares = [1 if format.slow else 3 for format in chosen]
    for format, share in zip(chosen, shares, strict=True):
        files = {path: path.read_bytes() for path in (format.file, *format.beside)}
        for seed in range(first, first - (-count * share // sum(shares))):
            mutant = format.mutant(files[format.file], seed)
            format.file.write_bytes(mutant)
            yield Outcome(format.name, seed, mutant, _fault(format))
            for path, content in files.items():
                path.write_bytes(content)


def _fault(format: Format) -> Exception | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            format.read()
    except SeehearError as error:
        return None if "\n" not in str(error) and len(str(error)) < 1_000 else error
    except Exception as error:
        return error
    return None


def kind_of(outcome: Outcome) -> str:
    """Return what a fault has in common with others of its kind."""
    frames = traceback.extract_tb(outcome.fault.__traceback__ if outcome.fault else None)
    ours = [frame for frame in frames if "/seehear/" in frame.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}:{ours[-1].name}"
    return f"{outcome.format}: {type(outcome.fault).__name__} in {place}"


def main() -> int:
    """Run, and print a line a format and one a kind of fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mutants", type=int, nargs="?", default=1_000)
    parser.add_argument("--first", type=int, default=0, help="first seed of each format")
    parser.add_argument("--only", default="", help="formats whose name holds this")
    parser.add_argument("--keep", type=Path, help="folder for mutants that fail")
    args = parser.parse_args()
    begun = time.perf_counter()
    counts: collections.Counter[str] = collections.Counter()
    kinds: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        chosen = [format for format in formats(Path(folder)) if args.only in format.name]
        with little_memory():
            for outcome in outcomes(chosen, args.mutants, first=args.first):
                counts[outcome.format] += 1
                if outcome.fault is not None:
                    kinds.setdefault(kind_of(outcome), []).append(outcome)
    for name, count in counts.items():
        bad = sum(o.format == name for found in kinds.values() for o in found)
        print(f"{name:22} {count:7,} mutants {bad:6,} faults")
    for kind, found in kinds.items():
        print(f"{len(found):6} {kind}   seed {found[0].seed}: {str(found[0].fault)[:110]!r}")
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            name = f"{found[0].format}-{found[0].seed}".replace(" ", "_")
            (args.keep / name).write_bytes(found[0].mutant)
    faults = sum(map(len, kinds.values()))
    seconds = time.perf_counter() - begun
    print(f"{counts.total():,} mutants, {faults:,} faults, {seconds:.0f} s")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
