"""Which store finds the seconds nearest to one: Parquet with DuckDB, Lance, usearch, faiss, a scan?

    python benchmarks/nearest_seconds.py --folder SCRATCH [--count 1000000] [--kinds scan,lance]

Makes vectors of seconds (128 numbers, as VGGish has them; ten seconds of a clip are alike, and few
directions say most, as in embeddings), brings them into each store, asks each for the ten seconds
nearest to twenty, and counts how many are those of the exact scan.  Then 1,000 clips are added,
1,000 taken away, and a writing process is killed at three moments: what stands there afterwards
must be one of the two states.  One thread each, whatever a library would take.

`cold` is opening and the first question in a new process, after the system was told to forget the
files; `warm` the median of twenty; both in seconds, and in those of a processor.  Needs, beside the
library's extras, pyarrow, pylance, usearch and faiss-cpu.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

# Lance 14 waits for ever where it has but one of these, so it has two
THREADS = {"LANCE_CPU_THREADS": "2", "RAYON_NUM_THREADS": "1"} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
for name, number in THREADS.items():
    os.environ.setdefault(name, number)

import numpy as np  # noqa: E402
from common import print_result  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

DIM, CLIP, NEAREST, QUESTIONS, CHANGED = 128, 10, 10, 20, 1000
DIRECTIONS = 1.0 / np.arange(1, DIM + 1)  # variance of each
BLOCK = 50_000
CELLS, LOOKED_AT = 256, 48  # of the stores that sort vectors into cells
MOMENTS = (0.3, 0.6, 0.9)  # of a write, when it is killed
Vectors = NDArray[np.float16]
Rows = NDArray[np.int64]


class Store(Protocol):
    """A store of vectors in a folder; a vector's number is its id, ten of a clip."""

    def build(self, vectors: Vectors) -> None:
        """Write all."""

    def open(self) -> None:
        """Open what was written."""

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Return the ids of the nearest."""

    def add(self, vectors: Vectors, first: int) -> None:
        """Add vectors with ids from `first` on, and write."""

    def remove(self, first: int, count: int) -> None:
        """Take away `count` ids from `first` on, and write."""

    def count(self) -> int:
        """Return how many there are."""


class Scan:
    """The exact scan: parts of plain arrays, mapped into memory; what is taken away is zero."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, vectors: Vectors) -> None:
        """Write all."""
        self._write(vectors, 0)

    def _write(self, vectors: Vectors, first: int) -> None:
        part = self.folder / "part.tmp"
        with part.open("wb") as file:
            np.save(file, vectors)
        os.replace(part, self.folder / f"{first:012d}.npy")

    def open(self) -> None:
        """Map the parts."""
        files = sorted(self.folder.glob("*.npy"))
        self.parts = [(int(file.stem), np.load(file, mmap_mode="r")) for file in files]

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Compare all, a block at a time."""
        best: list[tuple[NDArray[np.float32], Rows]] = []
        for start, part in self.parts:
            for first in range(0, len(part), BLOCK):
                likeness = part[first : first + BLOCK].astype(np.float32) @ query
                top = np.argsort(-likeness)[:count]
                best.append((likeness[top], top + start + first))
        order = np.argsort(-np.concatenate([likeness for likeness, _ in best]))[:count]
        return np.concatenate([ids for _, ids in best])[order]

    def add(self, vectors: Vectors, first: int) -> None:
        """Write one more part."""
        self._write(vectors, first)

    def remove(self, first: int, count: int) -> None:
        """Zero them where they lie."""
        for start, part in self.parts:
            inside = slice(max(0, first - start), max(0, first + count - start))
            if len(part[inside]):
                path = self.folder / f"{start:012d}.npy"
                rows = np.load(path, mmap_mode="r+")
                rows[inside] = 0
                rows.flush()

    def count(self) -> int:
        """Return how many there are."""
        return sum(len(part) for _, part in self.parts)


class DuckParquet:
    """Parquet parts of 100,000 rows, asked by DuckDB."""

    ROWS = 100_000

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, vectors: Vectors) -> None:
        """Write all."""
        for first in range(0, len(vectors), self.ROWS):
            self.add(vectors[first : first + self.ROWS], first)

    def open(self) -> None:
        """Connect."""
        import duckdb

        self.db = duckdb.connect()
        self.db.execute("SET threads = 1")
        self.table = f"read_parquet('{self.folder}/*.parquet')"

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Compare all."""
        sql = (
            f"SELECT id FROM {self.table} ORDER BY array_inner_product(vector::FLOAT[{DIM}],"
            f" $query::FLOAT[{DIM}]) DESC LIMIT {count}"
        )
        return self.db.execute(sql, {"query": query.tolist()}).fetchnumpy()["id"]

    def add(self, vectors: Vectors, first: int) -> None:
        """Write one more part."""
        import pyarrow.parquet as pq

        part = self.folder / "part.tmp"
        pq.write_table(arrow(vectors, first), part, compression="zstd")
        os.replace(part, self.folder / f"{first:012d}.parquet")

    def remove(self, first: int, count: int) -> None:
        """Write the parts anew that hold them."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        for path in sorted(self.folder.glob("*.parquet")):
            table = pq.read_table(path)
            kept = pc.or_(pc.less(table["id"], first), pc.greater_equal(table["id"], first + count))
            left = table.filter(kept)
            if len(left) < len(table):
                part = self.folder / "part.tmp"
                pq.write_table(left, part, compression="zstd")
                os.replace(part, path)

    def count(self) -> int:
        """Return how many there are."""
        return int(self.db.execute(f"SELECT count(*) FROM {self.table}").fetchall()[0][0])


class Lance:
    """A Lance table, indexed by cells and quantised vectors; the first are compared again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.uri = folder, str(folder / "seconds.lance")

    def build(self, vectors: Vectors) -> None:
        """Write all, then the index."""
        import lance

        parts = (
            arrow(vectors[first : first + BLOCK], first) for first in range(0, len(vectors), BLOCK)
        )
        schema = arrow(vectors[:1], 0).schema
        batches = (batch for part in parts for batch in part.to_batches())
        lance.write_dataset(batches, self.uri, schema=schema)
        lance.dataset(self.uri).create_index(
            "vector",
            "IVF_PQ",
            metric="cosine",
            num_partitions=CELLS,
            num_sub_vectors=DIM // 4,
            sample_rate=64,
        )

    def open(self) -> None:
        """Open the newest version."""
        import lance

        self.data = lance.dataset(self.uri)

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Look into some cells, and compare ten times as many exactly."""
        asked = {
            "column": "vector",
            "q": query,
            "k": count,
            "nprobes": LOOKED_AT,
            "refine_factor": 10,
        }
        return self.data.to_table(columns=["id"], nearest=asked)["id"].to_numpy()

    def add(self, vectors: Vectors, first: int) -> None:
        """Append, and bring the index up to date."""
        import lance

        lance.write_dataset(arrow(vectors, first), self.uri, mode="append")
        lance.dataset(self.uri).optimize.optimize_indices()

    def remove(self, first: int, count: int) -> None:
        """Delete."""
        import lance

        lance.dataset(self.uri).delete(f"id >= {first} AND id < {first + count}")

    def count(self) -> int:
        """Return how many there are."""
        return int(self.data.count_rows())


class Usearch:
    """A graph of neighbours (HNSW) in one file, mapped into memory when asked."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "seconds.usearch"

    def _new(self) -> Any:
        from usearch.index import Index

        return Index(ndim=DIM, metric="ip", dtype="f16", connectivity=16, expansion_add=96)

    def build(self, vectors: Vectors) -> None:
        """Write all."""
        index = self._new()
        for first in range(0, len(vectors), BLOCK):
            part = vectors[first : first + BLOCK]
            index.add(np.arange(first, first + len(part), dtype=np.uint64), part, threads=1)
        self._save(index)

    def _save(self, index: Any) -> None:
        part = self.path.with_suffix(".tmp")
        index.save(str(part))
        os.replace(part, self.path)

    def open(self) -> None:
        """Map it."""
        self.index = self._new()
        self.index.view(str(self.path))
        self.index.expansion_search = 128

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Walk the graph."""
        found = self.index.search(query.astype(np.float16), count, threads=1)
        return found.keys.astype(np.int64)

    def add(self, vectors: Vectors, first: int) -> None:
        """Load, add, save all."""
        index = self._new()
        index.load(str(self.path))
        index.add(np.arange(first, first + len(vectors), dtype=np.uint64), vectors, threads=1)
        self._save(index)

    def remove(self, first: int, count: int) -> None:
        """Load, mark, save all."""
        index = self._new()
        index.load(str(self.path))
        index.remove(np.arange(first, first + count, dtype=np.uint64), threads=1)
        self._save(index)

    def count(self) -> int:
        """Return how many there are."""
        return len(self.index)


class Faiss:
    """Cells of vectors of 16 bits (IVF, SQfp16) in one file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "seconds.faiss"

    def build(self, vectors: Vectors) -> None:
        """Train cells, write all."""
        import faiss

        faiss.omp_set_num_threads(1)
        index = faiss.index_factory(DIM, f"IVF{CELLS},SQfp16", faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[:: max(1, len(vectors) // (40 * CELLS))].astype(np.float32))
        for first in range(0, len(vectors), BLOCK):
            part = vectors[first : first + BLOCK].astype(np.float32)
            index.add_with_ids(part, np.arange(first, first + len(part)))
        self._save(index)

    def _save(self, index: Any) -> None:
        import faiss

        part = self.path.with_suffix(".tmp")
        faiss.write_index(index, str(part))
        os.replace(part, self.path)

    def open(self) -> None:
        """Map it."""
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(str(self.path), faiss.IO_FLAG_MMAP)
        self.index.nprobe = LOOKED_AT

    def nearest(self, query: NDArray[np.float32], count: int) -> Rows:
        """Look into some cells."""
        _, ids = self.index.search(query[None], count)
        return ids[0]

    def add(self, vectors: Vectors, first: int) -> None:
        """Load, add, save all."""
        import faiss

        index = faiss.read_index(str(self.path))
        index.add_with_ids(vectors.astype(np.float32), np.arange(first, first + len(vectors)))
        self._save(index)

    def remove(self, first: int, count: int) -> None:
        """Load, take away, save all."""
        import faiss

        index = faiss.read_index(str(self.path))
        index.remove_ids(np.arange(first, first + count))
        self._save(index)

    def count(self) -> int:
        """Return how many there are."""
        return int(self.index.ntotal)


STORES = {"scan": Scan, "duckdb": DuckParquet, "lance": Lance, "usearch": Usearch, "faiss": Faiss}


def arrow(vectors: Vectors, first: int) -> Any:
    """Return vectors with their ids as a table."""
    import pyarrow as pa

    flat = np.ascontiguousarray(vectors, np.float32).reshape(-1)
    column = pa.FixedSizeListArray.from_arrays(pa.array(flat), DIM)
    return pa.table({"id": np.arange(first, first + len(vectors)), "vector": column})


def made(count: int, seed: int) -> Vectors:
    """Return unit vectors of seconds, ten of a clip."""
    draw = np.random.default_rng(seed)
    out = np.empty((count, DIM), np.float16)
    scale = np.sqrt(DIRECTIONS).astype(np.float32)
    for first in range(0, count, BLOCK):
        part = min(BLOCK, count - first)
        clips = draw.standard_normal((part // CLIP + 1, DIM), np.float32)
        rows = 0.8 * np.repeat(clips, CLIP, axis=0)[:part]
        rows = (rows + 0.6 * draw.standard_normal((part, DIM), np.float32)) * scale
        out[first : first + part] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return out


def main() -> None:
    """Measure each store, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch; some GB")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--kinds", default=",".join(STORES))
    parser.add_argument("--step", help="of one store, in a process of its own: KIND:STEP")
    args = parser.parse_args()
    if args.step is not None:
        kind, _, step = args.step.partition(":")
        print(json.dumps(done(kind, step, args.folder)))
        return
    args.folder.mkdir(parents=True, exist_ok=True)
    base = args.folder / f"{args.count}"
    base.mkdir(exist_ok=True)
    if not (base / "vectors.npy").is_file():
        np.save(base / "vectors.npy", made(args.count, 0))
        np.save(base / "more.npy", made(CHANGED * CLIP, 1))
    figures = {}
    for kind in ["scan", *(kind for kind in args.kinds.split(",") if kind != "scan")]:
        figures[kind] = measured(kind, base)
        print(json.dumps({kind: figures[kind]}), file=sys.stderr, flush=True)
    print_result({"vectors": args.count, "dim": DIM, "stores": figures})


def measured(kind: str, base: Path) -> dict[str, Any]:
    """Return what was measured of a store."""
    folder = base / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    result: dict[str, Any] = {}
    for step in ("build", "ask", "add", "remove"):
        if step == "ask":
            forget(folder)
        said = own_process(kind, step, base)
        if said is None:
            return {**result, "failed": step}
        result |= said
        if step == "build":
            result["mb"] = round(size(folder) / 1e6, 1)
    result["killed_writes_whole"] = killed(kind, base, result["add_s"])
    return result


def own_process(kind: str, step: str, base: Path) -> dict[str, Any] | None:
    """Return what a step says that runs in a process of its own; None: it failed."""
    command = [sys.executable, __file__, "--folder", str(base), "--step", f"{kind}:{step}"]
    made_ = subprocess.run(command, capture_output=True, text=True, check=False)
    if made_.returncode:
        print(made_.stderr[-2000:], file=sys.stderr)
        return None
    said: dict[str, Any] = json.loads(made_.stdout.splitlines()[-1])
    return said


def done(kind: str, step: str, base: Path) -> dict[str, Any]:
    """Take a step; return its figures."""
    store: Store = STORES[kind](base / kind)
    vectors = np.load(base / "vectors.npy", mmap_mode="r")
    with taken() as seconds:
        if step == "build":
            store.build(vectors)
        elif step == "add":
            store.add(np.load(base / "more.npy"), len(vectors))
        elif step in ("remove", "count"):
            store.open()
            if step == "remove":
                store.remove(0, CHANGED * CLIP)
    if step == "count":
        query = np.load(base / "more.npy")[0].astype(np.float32)
        return {"count": store.count(), "found": len(store.nearest(query, NEAREST))}
    if step == "ask":
        return asked(kind, store, vectors, base)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    result = {f"{step}_s": seconds["wall"], f"{step}_processor_s": seconds["processor"]}
    if step == "remove":
        store.open()
        gone = store.nearest(vectors[5].astype(np.float32), NEAREST)
        result["removed_are_gone"] = bool((gone >= CHANGED * CLIP).all())
    return result | {f"{step}_peak_mb": round(peak)}


def asked(kind: str, store: Store, vectors: Vectors, base: Path) -> dict[str, Any]:
    """Return how quick answers are, and how right."""
    places = np.linspace(0, len(vectors) - 1, QUESTIONS).astype(np.int64)
    queries = vectors[places].astype(np.float32)
    with taken() as cold:
        store.open()
        store.nearest(queries[0], NEAREST + 1)
    times, answers = [], []
    for query in queries:
        with taken() as one:
            answers.append(np.asarray(store.nearest(query, NEAREST + 1))[: NEAREST + 1])
        times.append((one["wall"], one["processor"]))
    warm = np.median(times, axis=0).round(4).tolist()
    truth_path = base / "truth.npy"
    if kind == "scan":
        np.save(truth_path, np.stack(answers))
    truth = np.load(truth_path)
    shares = []
    for place, right, got in zip(places, truth, answers, strict=True):
        wanted = set(right.tolist()) - {int(place)}
        shares.append(len(wanted & set(got.tolist())) / len(wanted))
    return {
        "cold_s": cold["wall"],
        "cold_processor_s": cold["processor"],
        "warm_s": warm[0],
        "warm_processor_s": warm[1],
        "recall_at_10": round(float(np.mean(shares)), 3),
        "ask_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def killed(kind: str, base: Path, seconds: float) -> str:
    """Return how many of some writes that were killed left a whole store."""
    folder, safe = base / kind, base / f"{kind}-safe"
    shutil.rmtree(safe, ignore_errors=True)
    shutil.copytree(folder, safe)
    before = own_process(kind, "count", base)
    assert before is not None
    whole = 0
    command = [sys.executable, __file__, "--folder", str(base), "--step", f"{kind}:add"]
    for part in MOMENTS:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.4 + part * seconds)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        after = own_process(kind, "count", base)
        right = (before["count"], before["count"] + CHANGED * CLIP)
        whole += after is not None and after["count"] in right and after["found"] == NEAREST
        shutil.rmtree(folder)
        shutil.copytree(safe, folder)
    shutil.rmtree(safe)
    return f"{whole} of {len(MOMENTS)}"


@contextlib.contextmanager
def taken() -> Iterator[dict[str, float]]:
    """Give the seconds that a block took, when it has ended."""
    seconds: dict[str, float] = {}
    wall, processor = time.perf_counter(), time.process_time()
    yield seconds
    seconds["wall"] = round(time.perf_counter() - wall, 4)
    seconds["processor"] = round(time.process_time() - processor, 4)


def forget(folder: Path) -> None:
    """Tell the system to forget what it has read of a folder's files."""
    for path in folder.rglob("*"):
        if path.is_file():
            number = os.open(path, os.O_RDONLY)
            os.fsync(number)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(number)


def size(folder: Path) -> int:
    """Return the bytes of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
