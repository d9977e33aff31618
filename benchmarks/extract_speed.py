"""How many clips a second are extracted, by stage, and by the way of the published features?

    python benchmarks/extract_speed.py --folder SCRATCH
        [--media FOLDER] [--clips 12] [--size 640x360] [--rate 25]

The published way: ffmpeg writes the whole clip as numbered JPEG files at 8 a second, then Pillow
reads 80 of them, resizes each whole and cuts out the centre, and the encoder takes them, one clip
after the other.  Ours: `seehear extract`, the same encoder on the same 80 moments.  Without
--media, clips of 10 s like those of LLP are made (moving texture with grain, H.264, AAC).

First the frames of both ways are compared: they must be the same but for what JPEG loses.  Then,
clip by clip and in turn, the stages of both are timed in seconds and in processor seconds (which a
busy machine changes less, and which are what many machines cost); then both ways run over all
clips, ours with one decoding process a core, the published one with the threads that ffmpeg and the
encoder take.  The same is done without an encoder, which is what a GPU that never has to be waited
for would leave, and for ours at the encoder's own number of frames a second.  The encoder's
arithmetic is counted from its graph and compared with the speed of a matrix product on this
machine.

Two yardsticks, never mixed: `same runtime`, where the published way runs our encoder object (for
`conse` the same ONNX Runtime session, with all we know about it); and, for `conse`, `eager`, where
it runs the same weights as releases do, in eager PyTorch: one clip of 80 frames a batch, and,
kinder than that, 8 frames a batch.  Prints JSON.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
from common import print_result
from eager_efficientnet import EagerEfficientNet
from numpy.typing import NDArray
from PIL import Image

from seehear.encoders import load_encoder
from seehear.encoders.base import EncoderCard
from seehear.extraction.extract import ExtractOptions, extract
from seehear.media import iter_frames, probe
from seehear.streaming.sampling import grid_times
from seehear.time import TimeGrid

FPS, SECONDS, FRAMES = 8, 10, 80
SIZES = {
    "none": (224, 224),
    "clip-vit-b16": (224, 224),
    "clip-vit-b32": (224, 224),
    "conse": (297, 260),
}
PRODUCT = 1536  # side of the matrices whose product stands for the machine's limit


class Nothing:
    """An encoder that costs nothing: CLIP's preprocessing, and one number a frame."""

    card = EncoderCard("none", "visual", {"feature": 1}, (), "-", "-", "-", "media")
    fps, frames_per_row = FPS, 1

    def prepare(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a frame as CLIP takes it."""
        from seehear.encoders.pictures import resize_crop

        return resize_crop(rgb, short=224, crop=224)

    def encode(self, frames: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return one corner of each frame."""
        return {"feature": frames[:, 0, 0, :1].astype(np.float32)}

    def preprocessing(self) -> dict[str, Any]:
        """Return the settings."""
        return {"fps": FPS}


def load(name: str) -> Any:
    """Return an encoder that looks at 8 frames a second."""
    return Nothing() if name == "none" else load_encoder(name, fps=FPS)


def main() -> None:
    """Make clips, compare, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder",
        type=Path,
        required=True,
        help="scratch folder for clips, JPEG files and features",
    )
    parser.add_argument(
        "--media", type=Path, help="a folder of clips of ten seconds instead of made ones"
    )
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--size", default="640x360", help="of the clips made")
    parser.add_argument("--rate", type=int, default=25, help="frames a second of the clips made")
    parser.add_argument(
        "--encoder", default="conse", choices=[name for name in SIZES if name != "none"]
    )
    args = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        raise SystemExit("the published way needs the program ffmpeg")
    args.folder.mkdir(parents=True, exist_ok=True)
    clips = find_clips(args)
    encoder = load(args.encoder)
    agree = compare(clips[0], encoder, args.folder)
    rows = [stages(clip, encoder, args.folder) for clip in clips]
    stage_s, stage_cpu_s = (
        {name: round(statistics.median(row[name][i] for row in rows), 4) for name in rows[0]}
        for i in (0, 1)
    )
    result = {
        "encoder": args.encoder,
        "clips": len(clips),
        "media": describe(clips[0]),
        "agreement": agree,
        "stage_s_a_clip": stage_s,
        "stage_cpu_s_a_clip": stage_cpu_s,
        "whole": whole(clips, args.encoder, args.folder),
    }
    bare = whole(clips, "none", args.folder)
    result["whole_without_encoder"] = bare
    if args.encoder == "conse":
        result["whole_against_eager"] = eager(
            clips[:1], encoder, args.folder, result["whole"]["ours_clips_a_s"]
        )
    if args.encoder != "none":
        result["encoder_limit"] = limit(args.encoder, stage_cpu_s["ours_encode"])
        result["ours_at_its_own_rate_clips_a_s"] = ours_clips_a_s(
            clips, args.encoder, args.folder, load_encoder
        )
    theirs_s, ours_s = (
        sum(stage_cpu_s[name] for name in names)
        for names in (
            ("published_ffmpeg", "published_pillow"),
            ("ours_probe", "ours_decode", "ours_preprocess"),
        )
    )
    result["figures"] = {
        "end to end, same frames and runtime, times the published way": round(
            result["whole"]["times"], 2
        ),
        "decode + preprocess on this machine, times the published way": round(bare["times"], 2),
        "decode + preprocess, processor time, times less": round(theirs_s / ours_s, 2),
        "decode + preprocess, clips/s": round(bare["ours_clips_a_s"], 2),
        "ours, same frames, clips/s": round(result["whole"]["ours_clips_a_s"], 2),
    }
    print_result(result)


def stages(clip: Path, encoder: Any, folder: Path) -> dict[str, tuple[float, float]]:
    """Return (seconds, processor seconds) of each stage of both ways for one clip.

    All but ffmpeg runs in this process.
    """
    taken: dict[str, tuple[float, float]] = {}
    last = [0.0, 0.0]

    def mark(name: str | None = None) -> None:
        now = [time.perf_counter(), _cpu_s()]
        if name is not None:
            before = taken.get(name, (0.0, 0.0))
            taken[name] = before[0] + now[0] - last[0], before[1] + now[1] - last[1]
        last[:] = now

    mark()
    probe(clip)
    mark("ours_probe")
    prepared = []
    # one thread, as extraction does
    for frame in iter_frames(clip, grid_times(TimeGrid(SECONDS), FPS), threads=1):
        mark("ours_decode")
        prepared.append(encoder.prepare(frame.data))
        mark("ours_preprocess")
    mark("ours_decode")
    encoder.encode(np.stack(prepared))
    mark("ours_encode")
    files = write_jpegs(clip, folder / "jpeg")
    mark("published_ffmpeg")
    data = read_pictures(files, encoder.card.id)
    mark("published_pillow")
    encoder.encode(data)
    mark("published_encode")
    return taken


def _cpu_s() -> float:
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def whole(clips: list[Path], name: str, folder: Path) -> dict[str, float]:
    """Return clips a second of both ways over all clips, at the published eight frames a second."""
    encoder = load(name)
    encoder.encode(
        np.stack([encoder.prepare(np.zeros((64, 64, 3), np.uint8))] * 8)
    )  # weights are read, threads exist
    began = time.perf_counter()
    for clip in clips:
        published(clip, encoder, folder / "jpeg")
    theirs = len(clips) / (time.perf_counter() - began)
    ours = ours_clips_a_s(clips, name, folder, load)
    return {
        "published_clips_a_s": round(theirs, 3),
        "ours_clips_a_s": round(ours, 3),
        "times": round(ours / theirs, 3),
    }


def eager(
    clips: list[Path], encoder: Any, folder: Path, ours: float
) -> dict[str, dict[str, float]]:
    """Return the published way with the network in eager PyTorch, by frames a batch.

    Raises:
        SystemExit: its features are not those of our encoder, so nothing would be compared.
    """
    import torch

    network = EagerEfficientNet()
    seen = read_pictures(write_jpegs(clips[0], folder / "jpeg"), encoder.card.id)
    apart = float(np.abs(network.features(seen[:8]) - encoder.encode(seen[:8])["feature"]).max())
    if apart > 1e-3:
        raise SystemExit(f"eager PyTorch gives other features, {apart:g} apart: nothing to compare")
    result = {}
    for batch in (FRAMES, 8):
        began, began_cpu = time.perf_counter(), _cpu_s()
        for clip in clips:
            frames = read_pictures(write_jpegs(clip, folder / "jpeg"), encoder.card.id)
            for i in range(0, FRAMES, batch):
                network.features(frames[i : i + batch])
        theirs, cpu_s = (
            len(clips) / (time.perf_counter() - began),
            (_cpu_s() - began_cpu) / len(clips),
        )
        threads = torch.get_num_threads()
        torch.set_num_threads(
            1
        )  # threads that wait for others on a busy machine would count as work
        began_one = _cpu_s()
        for i in range(0, FRAMES, batch):
            network.features(seen[i : i + batch])
        one_s = _cpu_s() - began_one
        torch.set_num_threads(threads)
        result[f"{batch} frames a batch"] = {
            "published_clips_a_s": round(theirs, 3),
            "times": round(ours / theirs, 2),
            "published_cpu_s_a_clip": round(cpu_s, 3),
            "network_cpu_s_a_clip_on_one_thread": round(one_s, 3),
            "features_apart": apart,
        }
    return result


def ours_clips_a_s(
    clips: list[Path], name: str, folder: Path, loader: Callable[[str], Any]
) -> float:
    """Return clips a second of an extraction by one decoding process a core.

    A large extraction starts its processes once, so the clock runs from when each of them has a
    clip behind it to the last.  The clips are gone through twice, under other names, so that there
    are enough after that.
    """
    again = folder / "again"
    again.mkdir(exist_ok=True)
    for clip in clips:
        shutil.copy(clip, again / f"again-{clip.name}")
    workers = os.cpu_count() or 1
    out = folder / "features"
    shutil.rmtree(out, ignore_errors=True)
    times: list[float] = []
    extract(
        [*clips, again],
        visual=[name],
        out=out,
        options=ExtractOptions(jobs=workers),
        load=loader,
        report=lambda finished: times.append(time.perf_counter()),
    )
    return (len(times) - workers) / (times[-1] - times[workers - 1])


def published(clip: Path, encoder: Any, folder: Path) -> NDArray[np.float32]:
    """Return the feature rows (80, D) of a clip made the published way."""
    frames = read_pictures(write_jpegs(clip, folder), encoder.card.id)
    rows: NDArray[np.float32] = encoder.encode(frames)["feature"]
    return rows


def write_jpegs(clip: Path, folder: Path) -> list[Path]:
    """Return 80 of the numbered JPEG files that ffmpeg writes of a clip at 8 frames a second."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-i",
            str(clip),
            "-vf",
            f"fps={FPS}",
            str(folder / "%04d.jpg"),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    files = sorted(folder.iterdir())
    index = np.round(np.linspace(0, len(files) - 1, FRAMES)).astype(int)
    return [files[i] for i in index]


def read_pictures(paths: list[Path], name: str) -> NDArray[np.uint8]:
    """Return pictures (n, crop, crop, 3) as releases prepare them: resized whole, then cropped."""
    short, crop = SIZES[name]
    pictures = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        width, height = (short * side // min(image.size) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        left, top = round((image.width - crop) / 2), round((image.height - crop) / 2)
        pictures.append(np.asarray(image.crop((left, top, left + crop, top + crop))))
    return np.stack(pictures)


def read_jpeg(path: Path) -> NDArray[np.uint8]:
    """Return a picture."""
    return np.asarray(Image.open(path).convert("RGB"))


def compare(clip: Path, encoder: Any, folder: Path) -> dict[str, float]:
    """Return how alike frames and features of both ways are; refuse ways that see other frames."""
    files = write_jpegs(clip, folder / "jpeg")
    theirs = np.stack([read_jpeg(path) for path in files])
    ours = np.stack([frame.data for frame in iter_frames(clip, grid_times(TimeGrid(SECONDS), FPS))])
    if ours.shape != theirs.shape:
        raise SystemExit(f"the two ways do not agree: frames {ours.shape} and {theirs.shape}")
    by_us = np.stack([encoder.prepare(rgb) for rgb in theirs]).astype(np.int16)
    off = np.abs(by_us - read_pictures(files, encoder.card.id))
    if (
        off.mean() > 0.01 or off.max() > 2
    ):  # a grey level in a few pixels of a thousand: `pictures.resize_crop`
        raise SystemExit(
            f"the two ways do not agree: the same frame is {off.max()} grey levels apart"
        )
    grey = float(
        np.median(
            [np.abs(a.astype(np.int16) - b).mean() for a, b in zip(ours, theirs, strict=True)]
        )
    )
    if grey > 8:
        raise SystemExit(
            f"the two ways do not agree: frames differ by {grey:.1f} of 255 grey levels"
        )
    one, two = (
        encoder.encode(np.stack([encoder.prepare(rgb) for rgb in rgbs]))["feature"]
        for rgbs in (ours, theirs)
    )
    cosine = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    return {
        "grey_levels_apart": round(grey, 2),
        "median_cosine_of_features": round(float(np.median(cosine)), 4),
    }


def limit(name: str, seconds: float) -> dict[str, float]:
    """Return the encoder's arithmetic a second of one core, and that of a matrix product."""
    a = np.ones((PRODUCT, PRODUCT), np.float32)
    a @ a
    best = min(_product(a) for _ in range(5))
    flop = FRAMES * flop_of(name)
    peak = 2 * PRODUCT**3 / best
    return {
        "gflop_a_frame": round(flop / FRAMES / 1e9, 2),
        "gflop_a_s": round(flop / seconds / 1e9, 1),
        "matrix_product_gflop_a_s": round(peak / 1e9, 1),
        "share_of_limit": round(flop / seconds / peak, 3),
    }


def _product(a: NDArray[np.float32]) -> float:
    began = _cpu_s()
    a @ a
    return _cpu_s() - began


def flop_of(name: str) -> float:
    """Return the operations of one frame, from the encoder's graph (a multiply-add is two)."""
    if name == "conse":
        import onnx
        from onnx import shape_inference

        from seehear.weights.cache import cache_dir, digest

        path = (
            cache_dir()
            / "derived"
            / f"efficientnet-lite2-{digest('efficientnet-lite2')[:16]}-1.onnx"
        )
        graph = shape_inference.infer_shapes(onnx.load(path)).graph
        shapes = {
            v.name: [d.dim_value or 1 for d in v.type.tensor_type.shape.dim]
            for v in (*graph.value_info, *graph.output)
        }
        kernels = {w.name: list(w.dims) for w in graph.initializer}
        total = sum(
            np.prod(shapes[node.output[0]]) * np.prod(kernels[node.input[1]][1:])
            for node in graph.node
            if node.op_type == "Conv"
        )
        return 2.0 * float(total)
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    encoder = load(name)
    encoder.encode(np.zeros((1, 224, 224, 3), np.uint8))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        encoder.encode(np.zeros((1, 224, 224, 3), np.uint8))
    return float(counter.get_total_flops())


def find_clips(args: argparse.Namespace) -> list[Path]:
    """Return the clips to work on, making them where none are given."""
    if args.media is not None:
        return sorted(p for p in args.media.iterdir() if p.suffix in (".mp4", ".mkv", ".webm"))[
            : args.clips
        ]
    width, height = map(int, args.size.split("x"))
    clips = [args.folder / f"{args.size}-{args.rate}-{i:03d}.mp4" for i in range(args.clips)]
    for i, clip in enumerate(clips):
        if not clip.is_file():
            make_clip(clip, width, height, args.rate, seed=i)
    return clips


def make_clip(path: Path, width: int, height: int, rate: int, *, seed: int) -> None:
    """Write ten seconds of a texture that drifts under grain, with sound."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (height // 24, width // 24, 3), np.uint8)
    large = np.asarray(
        Image.fromarray(small).resize((width * 2, height * 2), Image.Resampling.BICUBIC), np.int16
    )
    grain = rng.integers(-3, 4, (height * 2, width * 2, 1), np.int16)
    with av.open(str(path), "w") as container:
        picture = container.add_stream(
            "libx264", rate=rate, options={"crf": "23", "preset": "fast"}
        )
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=44100)
        for k in range(SECONDS * rate):
            x, y = int(width * (k / (SECONDS * rate))), int(height * abs(np.sin(k / rate / 6)))
            dx, dy = rng.integers(0, width), rng.integers(0, height)
            image = large[y : y + height, x : x + width] + grain[dy : dy + height, dx : dx + width]
            frame = av.VideoFrame.from_ndarray(np.clip(image, 0, 255).astype(np.uint8), "rgb24")
            frame.pts = k
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        wave = (3000 * np.sin(np.arange(44100 * SECONDS) * 0.06)).astype(np.int16)
        for start in range(0, len(wave), 1024):
            block = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], "s16", "mono")
            block.sample_rate, block.pts = 44100, start
            container.mux(sound.encode(block))
        container.mux(sound.encode())


def describe(clip: Path) -> str:
    """Return what a clip is, in words."""
    info = probe(clip)
    visual = info.visual
    assert visual is not None
    return (
        f"{visual.width}x{visual.height}, {clip.stat().st_size / 1e6:.2f} MB,"
        f" {info.duration_s:.1f} s"
    )


if __name__ == "__main__":
    main()
