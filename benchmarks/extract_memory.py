"""How much memory does extracting features of one long video take?

    python benchmarks/extract_memory.py --folder SCRATCH
        [--minutes 60] [--visual conse] [--audio yamnet] [--jobs 2]

Makes a video of that length (640x360, 25 frames a second, sound at 44.1 kHz: one minute encoded,
then repeated), runs `seehear extract` on it as a user does, and samples the resident memory of all
its processes ten times a second.  Pages that processes share are counted once for each of them, so
the true peak is lower.  Prints JSON.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import psutil
from common import print_result

MINUTE_S, RATE, SIZE, SOUND_HZ = 60, 25, (640, 360), 44100


def main() -> None:
    """Make the video, extract, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="scratch folder for video and features"
    )
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--visual", default="conse")
    parser.add_argument("--audio", default="yamnet")
    parser.add_argument("--jobs", default="2")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    video = args.folder / f"{args.minutes}min.mkv"
    if not video.is_file():
        minute = args.folder / "minute.mkv"
        make_minute(minute)
        repeat(minute, video, args.minutes)
    out = args.folder / "features"
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    process = psutil.Popen(
        [
            sys.executable,
            "-m",
            "seehear.cli.main",
            "extract",
            str(video),
            "--visual",
            args.visual,
            "--audio",
            args.audio,
            "--out",
            str(out),
            "--jobs",
            args.jobs,
        ],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident(process))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"seehear extract ended with {process.returncode}")
    seconds = time.perf_counter() - began
    print_result(
        {
            "minutes": args.minutes,
            "encoders": [args.visual, args.audio],
            "seconds": round(seconds, 1),
            "figures": {
                "peak of all processes, MB": round(peak / 1e6),
                "times faster than the video plays": round(60 * args.minutes / seconds, 1),
            },
        }
    )


def resident(process: psutil.Process) -> int:
    """Return the resident bytes of a process and all below it."""
    total = 0
    for one in [process, *_children(process)]:
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def make_minute(path: Path) -> None:
    """Write a minute of a drifting texture with a tone."""
    rng = np.random.default_rng(0)
    texture = (
        rng.integers(0, 256, (SIZE[1] // 20, SIZE[0] // 20, 3), np.uint8)
        .repeat(40, 0)
        .repeat(40, 1)
    )
    with av.open(str(path), "w") as container:
        picture = container.add_stream(
            "libx264", rate=RATE, options={"crf": "26", "preset": "veryfast"}
        )
        picture.width, picture.height, picture.pix_fmt = *SIZE, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_HZ)
        sound.layout = "mono"
        for k in range(MINUTE_S * RATE):
            shift = k % SIZE[1]
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(texture[shift : shift + SIZE[1], : SIZE[0]]), "rgb24"
            )
            frame.pts = k
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        wave = (9000 * np.sin(np.arange(MINUTE_S * SOUND_HZ) * 0.06)).astype(np.int16)
        for start in range(0, len(wave), 1024):
            block = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], "s16", "mono")
            block.sample_rate, block.pts = SOUND_HZ, start
            container.mux(sound.encode(block))
        container.mux(sound.encode())


def repeat(source: Path, target: Path, times: int) -> None:
    """Write a file whose packets are those of the source, again and again."""
    with av.open(str(target), "w") as container:
        streams = None
        for turn in range(times):
            with av.open(str(source)) as one:
                streams = streams or {
                    s.index: container.add_stream_from_template(s) for s in one.streams
                }
                for packet in one.demux():
                    if packet.dts is None:
                        continue
                    shift = round(turn * MINUTE_S / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = streams[packet.stream.index]
                    container.mux(packet)


if __name__ == "__main__":
    main()
