"""Frames at the presentation times asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.errors import MediaError
from seehear.media.clock import on_time
from seehear.media.container import (
    MAX_PIXELS,
    clip_start,
    decoded,
    decoder_limit,
    faults,
    opened,
    visual_stream,
)
from seehear.media.held import Held
from seehear.media.sparing import sparing
from seehear.media.track import Frame, TrackReader
from seehear.time.spans import Span

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.reformatter import VideoReformatter
    from av.video.stream import VideoStream

_WORKING_SIDE = 4096  # a longer side is reduced while converting to RGB
# how long before its time the first frame already counts as shown: sound often starts a little
# earlier
_GRACE_S = 0.5
_PATIENCE_S = 0.25  # how long after its end the last frame still counts as shown
_USUAL_S = 0.04  # between frames, where the file does not say


def iter_frames(
    path: Path | str,
    times_s: Iterable[float],
    *,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> TrackReader[Frame]:
    """Read, for each moment in `times_s`, the frame that is shown then.

    A frame is shown from its presentation time until the next one's: neither frame numbers nor a
    nominal rate are used, so variable frame rates and start offsets need no special care.  Rotation
    is applied.  One decoded frame is in memory at a time.

    Moments before the track begins or after it ends get no frame; but the first frame also answers
    for the half second before it, and the last for a quarter of a second after its end.  A frame
    that stays unusually long is shown, but what it shows after two seconds is not `delivered`: see
    `held`.

    Args:
        path: a local media file.
        times_s: sorted moments, seconds from the clip's start.
        threads: of the decoder; None: as FFmpeg chooses, which is fastest but costs half as much
            again in processor time.  The pictures are the same.
        max_pixels: of a frame; larger ones are refused before they are decoded, wherever in the
            track they come and whatever its header says.

    Returns:
        a reader of `Frame`s; its `problems` say what was degraded.

    Raises:
        MediaError: (while reading) no visual track, frames that are too large, or nothing could be
            decoded.
    """
    problems: list[str] = []
    delivered: list[Span] = []
    wanted = [float(t) for t in times_s]
    how = _How(threads, min(max_pixels, MAX_PIXELS))
    return TrackReader(_read(Path(path), wanted, how, problems, delivered), problems, delivered)


@dataclass(frozen=True)
class _How:
    """How frames are decoded: see `iter_frames`."""

    threads: int | None
    max_pixels: int


def _read(
    path: Path,
    wanted: Sequence[float],
    how: _How,
    problems: list[str],
    delivered: list[Span],
) -> Iterator[Frame]:
    with opened(path) as container:
        stream = visual_stream(container)
        if stream is None:
            raise MediaError("no visual track", where=path)
        _prepare(stream, how, path)
        start_s = clip_start(container)
        screen = _Screen(wanted, start_s, stream, problems)
        screen.max_pixels = how.max_pixels
        source = sparing(on_time(container, stream, path), stream, wanted, start_s)
        try:
            for frame in decoded(source, "visual", problems, max_pixels=how.max_pixels):
                yield from screen.show(frame)
                if screen.done:
                    return
            if screen.frame is None:
                raise MediaError("no frame of the visual track can be decoded", where=path)
            yield from screen.end()
        finally:
            screen.say_refused()
            problems += screen.held.problems()
            delivered += screen.held.delivered


def _prepare(stream: "VideoStream", how: _How, path: Path) -> None:
    """Set how a stream is decoded.

    Raises:
        MediaError: its frames are too large.
    """
    pixels = stream.width * stream.height
    if pixels > how.max_pixels:
        raise MediaError(
            f"frames of {stream.width}x{stream.height} pixels are too large "
            f"(limit {how.max_pixels:,} pixels)",
            where=path,
        )
    stream.codec_context.options = {"max_pixels": decoder_limit(how.max_pixels)}
    if how.threads is not None:
        stream.codec_context.thread_count = how.threads
    # each thread that decodes whole frames holds a picture: too much memory for very large ones
    stream.thread_type = "AUTO" if pixels <= _WORKING_SIDE**2 else "SLICE"


class _Screen:
    """The frame on the screen, and the moments that still wait for theirs.

    Its picture is converted once, when first asked for.
    """

    def __init__(
        self, wanted: Sequence[float], start_s: float, stream: "VideoStream", problems: list[str]
    ) -> None:
        usual_s = float(1 / stream.average_rate) if stream.average_rate else _USUAL_S
        self.wanted, self.start_s, self.problems = wanted, start_s, problems
        self.usual_s = min(max(usual_s, 0.001), 10.0)
        self.held = Held(usual_s)
        self.frame: VideoFrame | None = None
        self.time_s = 0.0
        self._next = 0  # the first of the moments that wait
        self.max_pixels = MAX_PIXELS
        self._refused = self._too_large = 0
        self._convert = _converter()
        self._picture: Frame | None = None
        self._converted = False

    @property
    def done(self) -> bool:
        """Whether every moment that was asked for has its frame."""
        return self._next == len(self.wanted)

    def show(self, frame: "VideoFrame") -> Iterator[Frame]:
        """Put the next frame on the screen; yield what the one before it shows until then."""
        if frame.width * frame.height > self.max_pixels:
            self._too_large += 1
            return
        time_s = self._time_of(frame)
        if self.frame is None:
            self._pass_over(time_s - _GRACE_S)
            if self._next:
                self.problems.append(f"visual track starts at {time_s:.2f} s")
            self._replace(frame, time_s)
        self.held.next(time_s)
        yield from self._until(time_s)
        self._replace(frame, time_s)

    def end(self) -> Iterator[Frame]:
        """Yield what the last frame shows."""
        end_s = self._end_s()
        self.held.end(end_s)
        yield from self._until(end_s + _PATIENCE_S)
        if not self.done:
            self.problems.append(
                f"visual track ends at {end_s:.2f} s, before the last picture that is wanted"
                f" ({self.wanted[-1]:.2f} s)"
            )

    def say_refused(self) -> None:
        """Add to the problems how many frames gave no picture, if any."""
        if self._refused:
            skipped = amount(self._refused, "decoded frame")
            self.problems.append(f"visual track: {skipped} skipped: no picture in them")
        if self._too_large:
            self.problems.append(
                f"visual track: {self._too_large} frames of more than {self.max_pixels:,} pixels "
                "were skipped"
            )

    def _time_of(self, frame: "VideoFrame") -> float:
        """Return a frame's moment, never before that of the frame on the screen."""
        if frame.time is None:
            return 0.0 if self.frame is None else self.time_s + self.usual_s
        earliest_s = 0.0 if self.frame is None else self.time_s
        return max(float(frame.time) - self.start_s, earliest_s)

    def _end_s(self) -> float:
        """Return when the frame on the screen leaves it, if none follows."""
        return self.time_s + max(self._duration_s() or 0.0, self.usual_s)

    def _duration_s(self) -> float | None:
        frame = self.frame
        if frame is None or not frame.duration or frame.time_base is None:
            return None
        return float(frame.duration * frame.time_base)

    def _replace(self, frame: "VideoFrame", time_s: float) -> None:
        if frame is not self.frame:
            self._converted = False
        self.frame, self.time_s = frame, time_s

    def _pass_over(self, time_s: float) -> None:
        while not self.done and self.wanted[self._next] < time_s:
            self._next += 1

    def _until(self, time_s: float) -> Iterator[Frame]:
        """Yield a frame for each moment before `time_s` that waits."""
        while not self.done and self.wanted[self._next] < time_s:
            self._convert_once()
            if self._picture is not None:
                asked_s = self.wanted[self._next]
                yield replace(self._picture, index=self._next, asked_s=asked_s)
            self._next += 1

    def _convert_once(self) -> None:
        """Make the picture of the frame on the screen, unless it is made.

        If the frame is too damaged for that, the picture before it stays.
        """
        if self._converted or self.frame is None:
            return
        self._converted = True
        try:
            rgb = _rgb(self.frame, self._convert)
        except faults():
            self._refused += 1
        else:
            self._picture = Frame(rgb, self.time_s, self._duration_s(), index=0, asked_s=0.0)


def _converter() -> "VideoReformatter":
    """Return what turns frames into RGB; one for all, as making its tables costs the most."""
    from av.video.reformatter import VideoReformatter

    return VideoReformatter()


def _rgb(frame: "VideoFrame", converter: "VideoReformatter") -> NDArray[np.uint8]:
    side = max(frame.width, frame.height)
    width = height = None  # as it is
    if side > _WORKING_SIDE:
        width = max(1, frame.width * _WORKING_SIDE // side)
        height = max(1, frame.height * _WORKING_SIDE // side)
    reduced = converter.reformat(frame, width, height, format="rgb24", threads=1)
    picture = np.asarray(reduced.to_ndarray(), np.uint8)
    turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4  # counterclockwise, as numpy turns
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
