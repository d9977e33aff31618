"""What a media file holds, from its headers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from seehear.errors import MediaError
from seehear.media.choice import chosen_audio
from seehear.media.clock import Clock, may_restart, read_clock
from seehear.media.container import clip_start, opened, start_of, visual_stream
from seehear.media.promised import promise_of

if TYPE_CHECKING:
    from av import AudioStream, VideoStream
    from av.container import InputContainer
    from av.stream import Stream

# formats whose length FFmpeg guesses from the bit rate
_GUESSED = frozenset("aac mp3 ac3 eac3 amr h264 hevc mpegvideo m4v av1 obu vc1 mjpeg dts".split())
_LATE_S = 0.1
_LONGEST_S = 1e7  # more is a damaged header
_SPARSE = 1000  # bytes a second; below it a header's length is checked against the packets
_LEAST = 10  # bytes a second of any recording, silence and stills included
_CHECKED = frozenset(("flac",))  # read whole, which is cheap: nothing else shows a cut
_EXACT_S = 0.1  # headers of `_CHECKED` formats are off by no more
_NAMED = 5  # joins that a warning names
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d[:;.]\d{2,3}", re.ASCII)  # ; and . mark drop-frame codes


@dataclass(frozen=True)
class AudioInfo:
    """The audio track.

    Args:
        codec: FFmpeg's name of its decoder.
        rate_hz: samples a second.
        channels: how many.
        duration_s: when it ends, in seconds of the clip; None: not known.
        number: which of the file's audio streams it is, counted from 1.
    """

    codec: str
    rate_hz: int
    channels: int
    duration_s: float | None
    number: int = 1


@dataclass(frozen=True)
class VisualInfo:
    """The visual track.

    Args:
        codec: FFmpeg's name of its decoder.
        width, height: in pixels, as stored: rotation is not applied.
        fps: frames a second on average; None: not known.
        duration_s: when it ends, in seconds of the clip; None: not known.
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
        audio, visual: the tracks; None: there is none, or none that can be decoded.
        warnings: what is odd about the file, one line each.
        start_timecode: what the file calls its first frame, `HH:MM:SS:FF`; None: it says nothing.
    """

    path: Path
    duration_s: float
    audio: AudioInfo | None
    visual: VisualInfo | None
    warnings: tuple[str, ...] = ()
    start_timecode: str | None = None


def probe(path: Path | str, *, audio_stream: int | None = None) -> MediaInfo:
    """Return what a media file holds.

    Headers are read, and all packets where headers cannot be relied on.

    Args:
        path: a local media file.
        audio_stream: which of several audio streams, counted from 1; None: the one that a player
            would play or, where that is silent, the first that sounds.

    Raises:
        MediaError: not a local media file, one with neither an audio nor a visual track, or one
            without such an audio stream.
    """
    path = Path(path)
    with opened(path) as container:
        audio, choice = chosen_audio(path, container, audio_stream)
        visual = visual_stream(container)
        if audio is None and visual is None:
            raise MediaError("neither an audio nor a visual track", where=path)
        start_s = clip_start(container)
        audio_info, visual_info = _audio(audio, start_s), _visual(visual, start_s)
        warnings = _undecodable(container, audio_info, visual_info)
        if may_restart(container, path):
            clock = read_clock(path)
            ends_s = {index: end_s - start_s for index, end_s in clock.ends_s.items()}
            audio_info = _ending(audio_info, audio, ends_s)
            visual_info = _ending(visual_info, visual, ends_s)
        said_s = _said(container, audio_info, visual_info)
        duration_s, odd = _checked(said_s, container, start_s, path)
        broken = promise_of(path).problems()
        warnings = [*warnings, *choice, *broken, *odd]
        return MediaInfo(
            path, duration_s, audio_info, visual_info, tuple(warnings), _timecode(container)
        )


_Info = TypeVar("_Info", AudioInfo, VisualInfo)


def _ending(
    info: _Info | None, stream: "Stream | None", ends_s: Mapping[int, float]
) -> _Info | None:
    """Return a track with the end of its packets, which its header may not know."""
    if info is None or stream is None:
        return None
    return replace(info, duration_s=ends_s.get(stream.index))


def _timecode(container: "InputContainer") -> str | None:
    """Return the time code that the file, or the first of its streams that has one, starts with."""
    for place in (container, *container.streams):
        text: str = place.metadata.get("timecode", "").strip()
        if _TIMECODE.fullmatch(text):
            return text
    return None


def _undecodable(
    container: "InputContainer", audio: AudioInfo | None, visual: VisualInfo | None
) -> list[str]:
    """Return a warning for each track that is there but has no decoder."""
    missing = []
    if audio is None and _has_unknown_codec(container.streams.audio):
        missing.append("audio")
    if visual is None and _has_unknown_codec(container.streams.video):
        missing.append("visual")
    return [
        f"{track} track uses a codec that cannot be decoded; treated as absent" for track in missing
    ]


def _has_unknown_codec(streams: "Iterable[Stream]") -> bool:
    return any(stream.codec_context is None for stream in streams)


def _said(
    container: "InputContainer", audio: AudioInfo | None, visual: VisualInfo | None
) -> float | None:
    """Return the length in seconds that the headers say, or None if they say none."""
    lengths = [track.duration_s for track in (audio, visual) if track is not None]
    longest_s = max((length for length in lengths if length is not None), default=None)
    if longest_s is None:
        if len(_tracks(container)) < len(container.streams):
            return _tagged(container)  # the length of the whole may be that of subtitles
        return container.duration / 1e6 if container.duration else None
    # Matroska has no lengths of tracks: FFmpeg has guessed this one, as the file has no length
    return None if "matroska" in container.format.name else longest_s


def _tagged(container: "InputContainer") -> float | None:
    """Return the latest end of sound and picture in seconds by Matroska's tags, if all have one."""
    ends = [_clock(s.metadata.get("DURATION", "")) for s in _tracks(container)]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def _clock(text: str) -> float | None:
    found = re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)", text)
    if found is None:
        return None
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def _tracks(container: "InputContainer") -> "list[Stream]":
    """Return what is sound or picture; subtitles and data may go on for longer."""
    return [stream for stream in container.streams if stream.type in ("audio", "video")]


def _checked(
    said_s: float | None, container: "InputContainer", start_s: float, path: Path
) -> tuple[float, list[str]]:
    """Return the length in seconds, and warnings.

    The length in the headers is believed if the file is large enough for it.  Raw streams and files
    that were cut off while they were written have none, or one that FFmpeg guessed from a bit rate;
    damaged headers may say weeks.  Then every packet is read, which is cheap, as such files are
    small for their length.
    """
    size = path.stat().st_size
    if said_s is not None and not 0 < said_s < _LONGEST_S:
        said_s = None
    kind = _kind(container, start_s, path)
    if said_s is not None and kind == "said" and size > said_s * _SPARSE:
        return said_s, []
    clock = read_clock(path)
    duration_s = _length(clock, start_s, path)
    warnings = [] if kind == "guessed" else _unread(clock, size)
    if kind == "parts":
        warnings = [*_joined(clock, start_s), *warnings]
    elif kind != "guessed" or said_s is None:
        warnings += _differing(said_s, duration_s, container)
    most_s = max(1.0, size / _LEAST)
    if duration_s > most_s:
        warnings.append(
            f"a file of {size:,} bytes cannot last {duration_s:.0f} s; {most_s:.0f} s of it are"
            " read"
        )
    return min(duration_s, most_s), warnings


def _kind(
    container: "InputContainer", start_s: float, path: Path
) -> Literal["said", "checked", "guessed", "parts"]:
    """Return how far the length in a file's header can be relied on."""
    name = container.format.name
    if may_restart(container, path):
        return "parts"  # the header may have the length of one part only
    # writers of Matroska disagree whether the length of a file that starts late counts from its
    # start or from zero
    if name in _GUESSED or ("matroska" in name and start_s > _LATE_S):
        return "guessed"
    return "checked" if name in _CHECKED else "said"


def _length(clock: Clock, start_s: float, path: Path) -> float:
    """Return the length in seconds that the packets have.

    Raises:
        MediaError: there are none.
    """
    if clock.end_s is None or clock.end_s <= start_s:
        why = f" ({clock.problem})" if clock.problem else ""
        raise MediaError(f"no packet can be read{why}", where=path)
    return clock.end_s - start_s


def _differing(said_s: float | None, duration_s: float, container: "InputContainer") -> list[str]:
    """Return a warning where the headers do not say the length that the packets have."""
    most_s = _EXACT_S if container.format.name in _CHECKED else 1.0
    if said_s is not None and abs(duration_s - said_s) > most_s:
        return [f"the file says it lasts {said_s:.2f} s; its packets say {duration_s:.2f} s"]
    if said_s is None and len(_tracks(container)) == len(container.streams):
        return [f"the file does not say how long it is; its packets say {duration_s:.2f} s"]
    return []


def _audio(stream: "AudioStream | None", start_s: float) -> AudioInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    rate_hz, channels = int(context.sample_rate or 0), int(context.channels or 0)
    usable = [s.index for s in stream.container.streams.audio if s.codec_context is not None]
    number = usable.index(stream.index) + 1
    return AudioInfo(context.name, rate_hz, channels, _end(stream, start_s), number)


def _visual(stream: "VideoStream | None", start_s: float) -> VisualInfo | None:
    if stream is None:
        return None
    context = stream.codec_context
    fps = float(stream.average_rate) if stream.average_rate else None
    width, height = int(context.width), int(context.height)
    return VisualInfo(context.name, width, height, fps, _end(stream, start_s))


def _end(stream: "Stream", start_s: float) -> float | None:
    if not stream.duration or stream.time_base is None:
        return None
    end_s = start_of(stream) + float(stream.duration * stream.time_base) - start_s
    return end_s if end_s > 0 else None


def _joined(clock: Clock, start_s: float) -> list[str]:
    """Return a warning where a file was put together of several parts."""
    if not clock.joins_s:
        return []
    at = ", ".join(f"{join_s - start_s:.2f} s" for join_s in clock.joins_s[:_NAMED])
    more = f" and {len(clock.joins_s) - _NAMED} more" if len(clock.joins_s) > _NAMED else ""
    return [
        f"its timestamps start again or jump at {at}{more} (joined recordings?); each part follows"
        " the one before it"
    ]


def _unread(clock: Clock, size: int) -> list[str]:
    """Return a warning where no packet comes from the end of a file."""
    unread = size - clock.read_bytes
    if unread <= max(_SPARSE, size / 10):
        return []
    why = f" ({clock.problem})" if clock.problem else ""
    return [f"the last {unread:,} of its {size:,} bytes cannot be read{why}"]
