"""What a media file holds, from its headers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import MediaError
from seehear.media.container import chosen, clip_start, opened, reason, start_of


@dataclass(frozen=True)
class AudioInfo:
    """The audio track: codec, samples a second, channels, and length in seconds if the container says."""

    codec: str
    rate_hz: int
    channels: int
    duration_s: float | None


@dataclass(frozen=True)
class VisualInfo:
    """The visual track: codec, stored size in pixels, mean frames a second, and length in seconds if known."""

    codec: str
    width: int
    height: int
    fps: float | None
    duration_s: float | None


@dataclass(frozen=True)
class MediaInfo:
    """One media file.

    Args:
        path: the file.
        duration_s: from the earliest start of its tracks to the latest end, in seconds.
        audio, visual: None when there is no such track.
        warnings: what is odd about the file, one line each.
    """

    path: Path
    duration_s: float
    audio: AudioInfo | None
    visual: VisualInfo | None
    warnings: tuple[str, ...] = ()


def probe(path: Path | str) -> MediaInfo:
    """Return what `path` holds.

    Raises:
        MediaError: not a local media file, or one with neither an audio nor a visual track.
    """
    path = Path(path)
    with opened(path) as container:
        audio, visual = chosen(container, "audio"), chosen(container, "video")
        warnings = [
            f"{word} track uses a codec that cannot be decoded; treated as absent"
            for word, kind, stream in (("audio", "audio", audio), ("visual", "video", visual))
            if stream is None and any(s.codec_context is None for s in getattr(container.streams, kind))
        ]
        if audio is None and visual is None:
            raise MediaError("neither an audio nor a visual track", where=path)
        start = clip_start(container)
        lengths = [_end(s, start) for s in (audio, visual) if s is not None]
        duration = max((v for v in lengths if v is not None), default=None)
        if duration is None and container.duration:
            duration = container.duration / 1e6
        if duration is None or not 0 < duration < 1e7:
            duration = _scan(container, start, path)
            warnings.append(f"the file does not say how long it is; its packets say {duration:.2f} s")
        return MediaInfo(path, duration, _audio(audio, start), _visual(visual, start), tuple(warnings))


def _audio(stream: Any, start: float) -> AudioInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    return AudioInfo(context.name, int(context.sample_rate or 0), int(context.channels or 0), _end(stream, start))


def _visual(stream: Any, start: float) -> VisualInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    fps = float(stream.average_rate) if stream.average_rate else None
    return VisualInfo(context.name, int(context.width), int(context.height), fps, _end(stream, start))


def _end(stream: Any, start: float) -> float | None:
    if not stream.duration or stream.time_base is None:
        return None
    end = start_of(stream) + float(stream.duration * stream.time_base) - start
    return end if end > 0 else None


def _scan(container: Any, start: float, path: Path) -> float:
    """Return the length by reading every packet: for raw streams and files cut off while they were written."""
    import av

    end = 0.0
    try:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base) - start)
    except av.error.FFmpegError as error:
        if end <= 0:
            raise MediaError(f"no packet can be read ({reason(error)})", where=path) from None
    if end <= 0:
        raise MediaError("no packet can be read", where=path)
    return end
