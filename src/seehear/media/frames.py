"""Frames at the presentation times asked for."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import MediaError
from seehear.media.container import chosen, clip_start, decoded, faults, opened, packets
from seehear.media.sparing import sparing

MAX_PIXELS = 10_000 * 10_000  # a larger frame is refused: decoding it could take all memory
_WORKING_SIDE = 4096  # a longer side is reduced while converting to RGB
# how long before its beginning the first frame counts as shown (audio often starts a moment
# earlier)
_GRACE_S = 0.5
_PATIENCE_S = 0.25  # how long after its end the last frame still counts as shown


def iter_frames(
    path: Path | str, times_s: Iterable[float], *, warn: list[str], threads: int | None = None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield, for each moment in `times_s`, its index and the frame that is shown then.

    A frame is shown from its presentation time until the next one's: neither frame numbers nor a
    nominal rate are used, so variable frame rates and start offsets need no special care.  Rotation
    is applied.  One decoded frame is in memory at a time.  Moments before the track begins or after
    it ends get no frame (half and a quarter of a second of grace, in which the first and the last
    frame stand in).

    Args:
        path: a local media file.
        times_s: sorted moments, seconds from the clip's start.
        warn: gets one line for whatever was degraded.
        threads: of the decoder; None: as many as FFmpeg likes, which is soonest done but costs half
            as much again in processor time.  Pictures do not depend on it.

    Returns:
        (index into `times_s`, RGB uint8 (H, W, 3)).

    Raises:
        MediaError: no visual track, frames of absurd size, or nothing could be decoded.
    """
    wanted = [float(t) for t in times_s]
    with opened(Path(path)) as container:
        stream = chosen(container, "video")
        if stream is None:
            raise MediaError("no visual track", where=path)
        if stream.width * stream.height > MAX_PIXELS:
            raise MediaError(
                f"frames of {stream.width}x{stream.height} pixels are too large "
                f"(limit {MAX_PIXELS:,} pixels)",
                where=path,
            )
        if threads is not None:
            stream.codec_context.thread_count = threads
        # threads by frame keep a picture each: too much memory for very large ones
        stream.thread_type = "AUTO" if stream.width * stream.height <= _WORKING_SIDE**2 else "SLICE"
        start_s = clip_start(container)
        shown = _Shown(start_s, float(1 / stream.average_rate) if stream.average_rate else 0.04)
        done = 0
        try:
            source = sparing(packets(container, stream), stream, wanted, start_s)
            for frame in decoded(container, stream, warn, source):
                if frame.width * frame.height > MAX_PIXELS:
                    shown.refused += 1
                    continue
                time_s = shown.time_of(frame)
                if shown.frame is None:
                    while done < len(wanted) and wanted[done] < time_s - _GRACE_S:
                        done += 1
                    if done:
                        warn.append(f"visual track starts at {time_s:.2f} s")
                    shown.replace(frame, time_s)
                while done < len(wanted) and wanted[done] < time_s:
                    yield from shown.picture(done)
                    done += 1
                shown.replace(frame, time_s)
                if done == len(wanted):
                    return
            if shown.frame is None:
                raise MediaError("no frame of the visual track can be decoded", where=path)
            while done < len(wanted) and wanted[done] < shown.end_s + _PATIENCE_S:
                yield from shown.picture(done)
                done += 1
            if done < len(wanted):
                warn.append(
                    f"visual track ends at {shown.end_s:.2f} s, before the {wanted[-1]:.2f} s"
                    " asked for"
                )
        finally:
            if shown.refused:
                warn.append(
                    f"visual track: {shown.refused} decoded frames were passed over, they make no"
                    " picture"
                )


class _Shown:
    """The frame on the screen, when it came, and its picture (converted once, when first asked
    for).
    """

    def __init__(self, start_s: float, usual_s: float) -> None:
        self.start_s, self.usual_s = start_s, min(max(usual_s, 0.001), 10.0)
        self.frame: Any = None
        self.time_s = 0.0
        self.refused = 0
        self._convert = _converter()
        self._picture: NDArray[np.uint8] | None = None
        self._converted = False

    def time_of(self, frame: Any) -> float:
        """Return a frame's moment, never before the frame on the screen."""
        if frame.time is None:
            return 0.0 if self.frame is None else self.time_s + self.usual_s
        return max(float(frame.time) - self.start_s, self.time_s if self.frame is not None else 0.0)

    def replace(self, frame: Any, time_s: float) -> None:
        if frame is not self.frame:
            self._converted = False
        self.frame, self.time_s = frame, time_s

    @property
    def end_s(self) -> float:
        """When the frame on the screen leaves it, if none follows."""
        own = float(self.frame.duration * self.frame.time_base) if self.frame.duration else 0.0
        return self.time_s + max(own, self.usual_s)

    def picture(self, index: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield (index, picture); the picture before if damage has left none in this frame, nothing
        if none was.
        """
        if not self._converted:
            self._converted = True
            try:
                self._picture = _rgb(self.frame, self._convert)
            except faults():
                self.refused += 1
        if self._picture is not None:
            yield index, self._picture


def _converter() -> Any:
    """Return what turns frames into RGB: its tables, made anew for each, would cost the most."""
    from av.video.reformatter import VideoReformatter

    return VideoReformatter()


def _rgb(frame: Any, converter: Any) -> NDArray[np.uint8]:
    side = max(frame.width, frame.height)
    size = {}
    if side > _WORKING_SIDE:
        width, height = (max(1, n * _WORKING_SIDE // side) for n in (frame.width, frame.height))
        size = {"width": width, "height": height}
    picture = converter.reformat(frame, format="rgb24", threads=1, **size).to_ndarray()
    turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4  # counterclockwise, as numpy turns
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
