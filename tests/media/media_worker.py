"""Decodes the files whose names come in, one a line, and says what came of it: a process of its
own, so that a crash of a decoder, a hang or a hunger for memory is seen from outside and ends no
test run.
"""

import json
import resource
import sys
import traceback
from pathlib import Path


def whole(path: str) -> dict:
    """Read everything of a file; return what was found, or the one line of its refusal."""
    import numpy as np

    from seehear.errors import MediaError
    from seehear.media import iter_audio, iter_frames, probe

    warn: list[str] = []
    out: dict = {"frames": 0, "samples": 0}
    try:
        info = probe(Path(path))
    except MediaError as error:
        return {"error": str(error)}
    out["duration_s"] = info.duration_s
    times = (np.arange(int(min(info.duration_s, 2000) * 2)) + 0.5) / 2
    for track, present in (("visual", info.visual), ("audio", info.audio)):
        if present is None:
            continue
        try:
            if track == "visual":
                reader = iter_frames(info.path, times)
                for frame in reader:
                    assert frame.data.ndim == 3
                    assert frame.data.dtype == np.uint8
                    out["frames"] += 1
            else:
                reader = iter_audio(info.path, rate_hz=16000, chunk_s=10)
                for sound in reader:
                    assert np.isfinite(sound.data).all()
                    assert np.abs(sound.data).max(initial=0) <= 1
                    out["samples"] += len(sound.data)
        except MediaError as error:
            out.setdefault("errors", []).append(str(error))
        warn += reader.problems
        if track == "audio" and 0 < out["samples"] / 16000 < info.duration_s - 0.25:
            warn.append("the audio track is short")  # as callers of `iter_audio` do
    return {**out, "warnings": [*info.warnings, *warn]}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for line in sys.stdin:
        try:
            answer = whole(json.loads(line))
        except BaseException:
            answer = {"crash": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
