"""What does parsing cost, for ten seconds of video, and in time and memory for longer ones?

    python benchmarks/parse_speed.py                    # ten seconds, models warm: median of 9
    python benchmarks/parse_speed.py --minutes 5,10,60  # long videos too, each in its own process

The videos are made here: a picture a second and changing sounds, 320 x 256 pixels, 8 frames a
second, H.264 and AAC.  Every parse does everything: decoding, both networks, words, timeline.
Memory is the peak of the whole process.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
from common import print_result, seconds

from seehear.parser import Parser

SIZE, FPS, RATE_HZ = (256, 320), 8, 16000
CLASSES = (
    "Speech,Dog,Chicken_rooster,Helicopter,Accordion,Motorcycle,Car,Chainsaw,Baby_cry_infant_cry"
)


def make_video(path: Path, duration_s: int) -> Path:
    """Write a video of coloured patches and tones in noise, both new every second."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        picture = container.add_stream(
            "libx264", rate=FPS, options={"preset": "ultrafast", "crf": "30"}
        )
        picture.height, picture.width, picture.pix_fmt = *SIZE, "yuv420p"
        sound = container.add_stream("aac", rate=RATE_HZ)
        sound.layout = "mono"
        time_s = np.arange(RATE_HZ) / RATE_HZ
        for second in range(duration_s):
            patches = (
                rng.integers(0, 256, (8, 10, 3), np.uint8).repeat(32, axis=0).repeat(32, axis=1)
            )
            for k in range(FPS):
                frame = av.VideoFrame.from_ndarray(patches, "rgb24")
                frame.pts = second * FPS + k
                container.mux(picture.encode(frame))
            wave = 0.3 * np.sin(2 * np.pi * rng.uniform(100, 4000) * time_s) + 0.05 * rng.normal(
                size=RATE_HZ
            )
            part = av.AudioFrame.from_ndarray(
                (wave * 32767).clip(-32767, 32767).astype(np.int16)[None], "s16", "mono"
            )
            part.sample_rate, part.pts = RATE_HZ, second * RATE_HZ
            container.mux(sound.encode(part))
        container.mux(picture.encode())
        container.mux(sound.encode())
    return path


def one(path: Path) -> dict[str, float]:
    """Return the seconds and the peak memory (MB) of parsing one file in this process."""
    import resource

    parser = Parser.from_preset("offline", vocabulary=CLASSES)
    started = time.perf_counter()
    segments = parser(path).grid.count
    taken, busy = time.perf_counter() - started, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    return {
        "segments": segments,
        "seconds": round(taken, 2),
        "cpu_s": round(busy, 2),
        "peak_mb": round(peak),
    }


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", default="", help="lengths of long videos, separated by commas")
    parser.add_argument("--clip", type=Path, help="time this clip instead of a made one")
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one(args.one)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        clip = args.clip or make_video(Path(scratch) / "ten.mp4", 10)
        warm = Parser.from_preset("offline", vocabulary=CLASSES)
        duration_s = warm(clip).duration_s
        timing = seconds(lambda: warm(clip), repeat=args.repeat)
        result: dict[str, Any] = {
            "question": "cost of parsing with the offline preset, models warm",
            "clip_s": round(duration_s, 2),
            **timing,
            "times_real_time": round(duration_s / timing["median_s"], 1),
            "long": [],
        }
        for minutes in (float(m) for m in args.minutes.split(",") if m):
            video = make_video(Path(scratch) / f"{minutes:g}.mp4", round(60 * minutes))
            out = subprocess.run(
                [sys.executable, __file__, "--one", str(video)],
                capture_output=True,
                text=True,
                check=True,
            )
            found = json.loads(out.stdout)
            result["long"].append(
                {
                    "minutes": minutes,
                    **found,
                    "ms_a_second": round(1000 * found["seconds"] / (60 * minutes), 1),
                }
            )
            video.unlink()
    result["figures"] = {
        "10 s clip, times real time": result["times_real_time"],
        **{
            f"{row['minutes']:g} min: seconds, peak MB": f"{row['seconds']:.0f}, {row['peak_mb']}"
            for row in result["long"]
        },
    }
    print_result(result)


if __name__ == "__main__":
    main()
