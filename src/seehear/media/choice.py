"""Which of several audio streams is listened to."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seehear.errors import MediaError
from seehear.media.container import audio_stream, faults, opened, packets

if TYPE_CHECKING:
    from av import AudioStream
    from av.container import InputContainer

_HEARD = 1e-4  # of full scale, -80 dB
_NAMED = 5  # unused streams that a warning names; it counts the rest


def chosen_audio(
    path: Path, container: "InputContainer", number: int | None = None
) -> tuple["AudioStream | None", list[str]]:
    """Return the audio stream that is listened to, and a warning where there was a choice.

    Args:
        path: the file.
        container: the same, opened.
        number: of the stream, counted from 1 among the audio streams; None: the one that a player
            would play or, where that is silent, the first that sounds.

    Raises:
        MediaError: there is no such stream.
    """
    usual = audio_stream(container)
    streams = [s for s in container.streams.audio if s.codec_context is not None]
    if number is not None:
        return _numbered(path, streams, number), []
    if usual is None or len(streams) < 2:
        return usual, []
    stat = path.stat()
    index = _sounding(path, stat.st_size, stat.st_mtime_ns, usual.index)
    chosen = next(s for s in streams if s.index == index)
    others = [f"{k} ({_described(s)})" for k, s in enumerate(streams, 1) if s.index != index]
    named = ", ".join(others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    why = (
        "" if chosen.index == usual.index else f", as the usual one ({_described(usual)}) is silent"
    )
    used = streams.index(chosen) + 1
    return chosen, [
        f"{len(streams)} audio streams: number {used} ({_described(chosen)}) was used{why};"
        f" not used: {named}{more}"
    ]


def _numbered(path: Path, streams: "list[AudioStream]", number: int) -> "AudioStream":
    if not 1 <= number <= len(streams):
        raise MediaError(
            f"expected the number of one of its {len(streams)} audio streams, counted from 1,"
            f" got {number}",
            where=path,
        )
    return streams[number - 1]


def _described(stream: "AudioStream") -> str:
    context = stream.codec_context
    said = [stream.metadata.get("title", ""), stream.metadata.get("language", "")]
    known = [text[:40] for text in said if text and text != "und"]
    return " ".join([*known, context.name, context.layout.name if context.channels else ""]).strip()


@lru_cache(maxsize=64)
def _sounding(path: Path, size: int, changed_ns: int, usual: int) -> int:
    """Return the index of the usual audio stream or, where it is silent, of the first that sounds.

    Every packet may have to be decoded, so the answer is remembered.  `size` and `changed_ns` are
    there for that: a changed file is looked at again.
    """
    sounding: set[int] = set()
    with opened(path) as container:
        streams = [s for s in container.streams.audio if s.codec_context is not None]
        for packet in packets(container, *streams):
            index = packet.stream.index
            if index in sounding:
                continue
            try:
                heard = any(_sounds(frame.to_ndarray()) for frame in packet.decode())
            except faults():
                continue
            if heard and index == usual:
                return usual
            if heard:
                sounding.add(index)
    return min(sounding, default=usual)


def _sounds(samples: np.ndarray) -> bool:
    full = 1.0 if samples.dtype.kind == "f" else 2.0 ** (8 * samples.dtype.itemsize - 1)
    centre = 128.0 if samples.dtype == np.uint8 else 0.0
    return bool(np.abs(samples - centre).max(initial=0.0) > _HEARD * full)
