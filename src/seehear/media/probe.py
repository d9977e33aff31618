"""What a media file holds, from its headers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import MediaError
from seehear.media.container import chosen, clip_start, opened, packets, reason, start_of

_GUESSED = frozenset(
    "aac mp3 ac3 eac3 amr h264 hevc mpegvideo m4v av1 obu vc1 mjpeg dts".split()
)  # from the bit rate
_LATE_S = 0.1
_LONGEST_S = 1e7  # more is a damaged header
_SPARSE = 1000  # bytes a second; below it a header's length is checked against the packets
_LEAST = 10  # bytes a second of any recording, silence and stills included
_JUMP_S = 3600.0


@dataclass(frozen=True)
class AudioInfo:
    """The audio track: codec, samples a second, channels, and length in seconds if the container
    says.
    """

    codec: str
    rate_hz: int
    channels: int
    duration_s: float | None


@dataclass(frozen=True)
class VisualInfo:
    """The visual track: codec, stored size in pixels, mean frames a second, and length in seconds
    if known.
    """

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
            if stream is None
            and any(s.codec_context is None for s in getattr(container.streams, kind))
        ]
        if audio is None and visual is None:
            raise MediaError("neither an audio nor a visual track", where=path)
        start = clip_start(container)
        lengths = [_end(s, start) for s in (audio, visual) if s is not None]
        said = max((v for v in lengths if v is not None), default=None)
        if "matroska" in container.format.name and said is not None:
            # Matroska has no length of a track: FFmpeg has guessed one, as the whole has none
            # either
            said = None
        elif said is None and container.duration:
            said = container.duration / 1e6
        duration, odd = _checked(said, container, start, path)
        return MediaInfo(
            path, duration, _audio(audio, start), _visual(visual, start), (*warnings, *odd)
        )


def _checked(
    said: float | None, container: Any, start: float, path: Path
) -> tuple[float, list[str]]:
    """Return the length in seconds, and warnings.

    What headers say is believed where the file is large enough for it.  Raw streams and files cut
    off while they were written say nothing, or what FFmpeg guessed from a bit rate; damaged headers
    may say weeks.  Then every packet is read, which costs little: such files are small for their
    length.
    """
    size = path.stat().st_size
    sound = said is not None and 0 < said < _LONGEST_S
    # writers of Matroska disagree whether the length of a file that starts late counts from its
    # start or from zero
    guessed = container.format.name in _GUESSED or (
        "matroska" in container.format.name and start > _LATE_S
    )
    if sound and not guessed and size > said * _SPARSE:
        return said, []
    duration, warnings = _scan(container, start, path), []
    if not sound:
        warnings = [f"the file does not say how long it is; its packets say {duration:.2f} s"]
    elif abs(duration - said) > 1 and not guessed:
        warnings = [f"the file says it lasts {said:.2f} s; its packets say {duration:.2f} s"]
    most = max(1.0, size / _LEAST)
    if duration > most:
        warnings.append(
            f"a file of {size:,} bytes cannot last {duration:.0f} s; {most:.0f} s of it are read"
        )
    return min(duration, most), warnings


def _audio(stream: Any, start: float) -> AudioInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    return AudioInfo(
        context.name, int(context.sample_rate or 0), int(context.channels or 0), _end(stream, start)
    )


def _visual(stream: Any, start: float) -> VisualInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    fps = float(stream.average_rate) if stream.average_rate else None
    return VisualInfo(
        context.name, int(context.width), int(context.height), fps, _end(stream, start)
    )


def _end(stream: Any, start: float) -> float | None:
    if not stream.duration or stream.time_base is None:
        return None
    end = start_of(stream) + float(stream.duration * stream.time_base) - start
    return end if end > 0 else None


def _scan(container: Any, start: float, path: Path) -> float:
    """Return the length by reading every packet; a lone packet far in the future is not
    believed.
    """
    import av

    end = last = 0.0
    try:
        for packet in packets(container):
            if packet.pts is None or packet.time_base is None:
                continue
            time_s = float((packet.pts + (packet.duration or 0)) * packet.time_base) - start
            if time_s < max(end, last) + _JUMP_S:
                end = max(end, time_s)
            last = time_s
    except av.error.FFmpegError as error:
        if end <= 0:
            raise MediaError(f"no packet can be read ({reason(error)})", where=path) from None
    if end <= 0:
        raise MediaError("no packet can be read", where=path)
    return end
