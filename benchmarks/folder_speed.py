"""How many short clips a second does `seehear parse` do, and a plain script of the same networks?

    python benchmarks/folder_speed.py --folder SCRATCH [--clips FOLDER | --slides] [--count 100]
        [--against CHECKOUT] [--still LEVELS] [--jobs 2] [--repeat 5]

The plain script is what one would write: file by file, frames at two a second and the sound read
with PyAV, EfficientNet in eager PyTorch, YAMNet in ONNX Runtime.  It ends at features; parsing goes
on to timelines.  All are processes of their own, one after the other in turn, and start from
nothing.  With --still the command runs with that option, too, and what it changes is counted.
Prints JSON: medians of clips a second of time, and of processor time (which a busy machine
lengthens less), megabytes of the largest process, and how many timelines are the same.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import print_result

OURS = Path(__file__).resolve().parents[1]
_FOUND = ("duration_s", "grid", "vocabulary", "events", "scores", "warnings")  # of a timeline


def main() -> None:
    """Make or link the clips, run everything in turn, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder")
    parser.add_argument("--clips", type=Path, help="folder of clips (default: of the demo)")
    parser.add_argument(
        "--slides", action="store_true", help="clips of a minute, six pictures each"
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--still", type=float, help="also with this option of `seehear parse`")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = args.folder.resolve()
    if args.plain:
        plain(sorted((folder / "clips").iterdir()))
        return
    count = _clips(folder / "clips", args.clips, args.count, slides=args.slides)
    runs = _commands(args, folder)
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in runs}
    for turn in range(args.repeat + 1):
        for name, (command, checkout) in runs.items():
            shutil.rmtree(folder / name, ignore_errors=True)
            figures = _run(command, checkout)
            if turn:  # the first only warms up
                taken[name].append(figures)
    figures = {name: _medians(values, count) for name, values in taken.items()}
    for name in runs.keys() & {"there", "still"}:
        figures[name] |= _compared(folder / "here", folder / name)
    flat = {f"{name} {key}": value for name, of in figures.items() for key, value in of.items()}
    print_result({"clips": count, "jobs": args.jobs, "repeat": args.repeat, "figures": flat})


def _clips(folder: Path, source: Path | None, count: int, *, slides: bool) -> int:
    """Fill a folder with clips, evenly taken of those there are; return how many."""
    if not folder.exists():
        folder.mkdir(parents=True)
        if slides:
            for k in range(count):
                _write_slides(folder / f"{k:04d}.mp4", np.random.default_rng(k))
        elif source is None:
            from seehear.demo.world import render, unseen

            for k in range(count):
                render(unseen(), folder / f"{k:04d}.mp4", np.random.default_rng(k))
        else:
            found = sorted(path.resolve() for path in source.rglob("*.mp4"))
            for path in found[:: max(1, len(found) // count)][:count]:
                (folder / path.name).symlink_to(path)
    return len(list(folder.iterdir()))


def _write_slides(path: Path, rng: np.random.Generator) -> None:
    """Write a minute of pictures that stand still for ten seconds each, as a recorder would."""
    import av

    from seehear.demo.pictures import PICTURES

    drawings = list(PICTURES.values())
    with av.open(str(path), "w") as out:
        visual = out.add_stream("libx264", rate=25, options={"crf": "23", "preset": "veryfast"})
        visual.width = visual.height = 256
        visual.pix_fmt = "yuv420p"
        sound = out.add_stream("aac", rate=16_000, layout="mono")
        for k in rng.permutation(len(drawings))[:6]:
            picture = av.VideoFrame.from_ndarray(drawings[k](rng), format="rgb24")
            for _ in range(250):
                picture.pts = None
                out.mux(visual.encode(picture))
        out.mux(visual.encode(None))
        noise = rng.normal(0, 0.05, (1, 60 * 16_000)).astype(np.float32)
        wave = av.AudioFrame.from_ndarray(noise, format="flt", layout="mono")
        wave.sample_rate = 16_000
        out.mux(sound.encode(wave))
        out.mux(sound.encode(None))


def _commands(args: argparse.Namespace, folder: Path) -> dict[str, tuple[list[str], Path]]:
    """Return what is run, by name: a command and its checkout."""
    parse = [sys.executable, "-m", "seehear.cli.main", "parse", str(folder / "clips")]
    jobs = ["--jobs", str(args.jobs)]
    script = [sys.executable, __file__, "--folder", str(folder), "--plain"]
    runs = {"here": ([*parse, *jobs, "--out", str(folder / "here")], OURS), "plain": (script, OURS)}
    if args.against is not None:
        there = [*parse, *jobs, "--out", str(folder / "there")]
        runs["there"] = (there, args.against.resolve())
    if args.still is not None:
        still = ["--still", str(args.still), "--out", str(folder / "still")]
        runs["still"] = ([*parse, *jobs, *still], OURS)
    return runs


def _run(command: Sequence[str], checkout: Path) -> tuple[float, float, float]:
    """Run a command; return its seconds, processor seconds and megabytes."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPATH": str(checkout / "src")}
    began = time.perf_counter()
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    taken = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{checkout}: {' '.join(command)} ended with {child.returncode}")
    return taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _medians(values: Iterable[tuple[float, float, float]], count: int) -> dict[str, Any]:
    wall_s, busy_s, megabytes = map(statistics.median, zip(*values, strict=True))
    return {
        "clips a second": round(count / wall_s, 3),
        "clips a processor second": round(count / busy_s, 3),
        "MB": round(megabytes),
    }


def _compared(one: Path, other: Path) -> dict[str, Any]:
    """Return how many timelines of two libraries are the same, and how far scores are apart."""
    from seehear import Timeline
    from seehear.time.raster import rasterise

    def on(line: Timeline, track: str) -> Any:  # (T, C)
        found = [[(e.start_s, e.end_s) for e in line.on(track, name)] for name in line.vocabulary]
        return np.stack([rasterise(spans, line.grid) for spans in found])

    same = seconds = agreed = 0
    distances = [0.0]
    for path in one.glob("*.timeline.json"):
        texts = [(folder / path.name).read_text("utf-8") for folder in (one, other)]
        values = [{key: json.loads(text).get(key) for key in _FOUND} for text in texts]
        same += values[0] == values[1]
        lines = [Timeline.from_json(text) for text in texts]
        for track in ("audio", "visual"):
            rasters = [on(line, track) for line in lines]
            seconds += rasters[0].size
            agreed += int((rasters[0] == rasters[1]).sum())
            scores = [line.scores(track) for line in lines]
            if scores[0] is not None and scores[1] is not None:
                distances.append(float(np.abs(scores[0] - scores[1]).max(initial=0)))
    return {
        "same timelines": same,
        "decisions that differ": f"{seconds - agreed} of {seconds}",
        "largest difference of a score": round(max(distances), 3),
    }


def plain(clips: Sequence[Path]) -> None:
    """Do what a script of a few lines does: features of every clip, one file at a time."""
    import torch
    from eager_efficientnet import EagerEfficientNet

    from seehear.encoders import load_encoder

    torch.set_num_threads(os.cpu_count() or 1)
    network, ear = EagerEfficientNet(), load_encoder("yamnet")
    eye = load_encoder("conse")
    for path in clips:
        network.features(np.stack([eye.prepare(frame) for frame in _frames(path)]))
        wave = np.pad(_sound(path), (4000, 20_000))
        ear.encode(np.stack([wave[k : k + 24_000] for k in range(0, len(wave) - 23_999, 16_000)]))


def _frames(path: Path) -> list[Any]:
    """Return two frames a second, all of them decoded."""
    import av

    found, wanted_s = [], 0.25
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= wanted_s:
                found.append(frame.to_ndarray(format="rgb24"))
                wanted_s += 0.5
    return found


def _sound(path: Path) -> Any:
    import av

    resampler = av.AudioResampler("flt", "mono", 16_000)
    with av.open(str(path)) as container:
        parts = [
            part.to_ndarray().ravel()
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
