"""A stretch of a media file as a file of its own: its packets are copied, nothing is encoded again.

A video can only begin with a picture that needs no other, so a cut begins at the last such picture
before the moment asked for, usually a few seconds earlier.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.errors import MediaError
from seehear.files import atomic_path
from seehear.media.container import (
    audio_stream,
    clip_start,
    faults,
    opened,
    packets,
    reason,
    visual_stream,
)
from seehear.time.spans import Span

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream

SUFFIX = ".mkv"  # of Matroska, which takes every codec
_KEPT = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov"}


def suffix_of(path: Path) -> str:
    """Return the suffix for cuts of a file: its own if that is .mp4, .m4v or .mov, else .mkv."""
    return path.suffix.lower() if path.suffix.lower() in _KEPT else SUFFIX


def cut(path: Path, start_s: float, end_s: float, out: Path) -> Span:
    """Write what a file shows and plays between two times as a new file.

    Args:
        path: a local media file.
        start_s, end_s: seconds from its beginning.
        out: the new file, with the suffix from `suffix_of`; replaced in one piece.

    Returns:
        the seconds of the original that the new file holds, from the picture it begins with.

    Raises:
        MediaError: the file cannot be read, has nothing there, or its tracks cannot be copied.
        MissingExtraError: PyAV is not installed.
        SeehearError: the system refuses to write the new file.
    """
    with opened(path) as source, _writing(path):
        tracks = [s for s in (visual_stream(source), audio_stream(source)) if s is not None]
        found = _packets(source, tracks, start_s, end_s)
        with atomic_path(out) as part, _target(part, suffix_of(path)) as target:
            return _copy(found, tracks, target, (start_s, clip_start(source)))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except faults() as error:
        raise MediaError(f"cannot be cut: {reason(error)}", where=path) from None


@contextmanager
def _target(path: Path, suffix: str) -> Iterator["OutputContainer"]:
    import av

    with av.open(str(path), "w", format=_KEPT.get(suffix, "matroska")) as target:
        yield target


def _packets(
    source: "InputContainer", tracks: "Sequence[Stream]", start_s: float, end_s: float
) -> "Iterator[Packet[Any]]":
    """Yield the packets of a stretch, from a picture before it that needs no other."""
    origin = clip_start(source)
    source.seek(int((start_s + origin) * 1_000_000), backward=True)
    left = set(tracks)
    for packet in packets(source, *tracks):
        if packet.stream not in left or (packet.dts is None and packet.pts is None):
            continue
        if float(_decoded(packet)) - origin >= end_s:
            left.discard(packet.stream)
            if not left:
                return
            continue
        yield packet


def _copy(
    found: "Iterator[Packet[Any]]",
    tracks: "Sequence[Stream]",
    target: "OutputContainer",
    asked: Span,
) -> Span:
    """Write packets from the last picture on that needs no other; the first is at 0 seconds.

    Args:
        found: the packets.
        tracks: those that are copied.
        target: where to.
        asked: the moment asked for, and where the clip begins in the container's seconds.

    Returns:
        from when to when the packets go, in seconds of the clip.
    """
    copies = {track: target.add_stream_from_template(track) for track in tracks}
    start_s, origin = asked
    first, last = Fraction(0), Fraction(0)
    for packet in _from_picture(found, tracks[0], start_s + origin):
        shown = _shown(packet)
        if not last:
            first = shown
        if shown < first:
            continue
        last = max(last, shown + _seconds(packet, packet.duration or 0))
        shift = int(first / _seconds(packet, 1))
        packet.dts = None if packet.dts is None else packet.dts - shift
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.stream = copies[packet.stream]
        target.mux(packet)
    if last <= start_s + origin:
        raise ValueError("there is nothing at that time")
    return float(first) - origin, float(last) - origin


def _from_picture(
    found: "Iterator[Packet[Any]]", leading: "Stream", start_s: float
) -> "Iterator[Packet[Any]]":
    """Yield packets from the last one on that needs no other and is shown before `start_s`."""
    held: list[Packet[Any]] = []
    for packet in found:
        if packet.stream is leading:
            before = _shown(packet) <= start_s
            if packet.is_keyframe and (before or not held):
                held = []
            elif not held:
                continue
            held.append(packet)
            if not before:
                break
        elif held:
            held.append(packet)
    _tell_order(held)
    yield from held
    yield from found


def _tell_order(held: "list[Packet[Any]]") -> None:
    """Give a time of decoding to packets without one: after a seek, Matroska's first have none."""
    for number, packet in enumerate(held):
        if packet.dts is None and packet.pts is not None:
            later = [
                p.dts for p in held[number:] if p.stream is packet.stream and p.dts is not None
            ]
            before = [dts - (packet.duration or 1) for dts in later[:1]]
            packet.dts = min([packet.pts, *before])


def _shown(packet: "Packet[Any]") -> Fraction:
    """Return when a packet is shown, in seconds of the container."""
    return _seconds(packet, packet.dts if packet.pts is None else packet.pts)


def _decoded(packet: "Packet[Any]") -> Fraction:
    """Return when a packet is decoded."""
    return _seconds(packet, packet.pts if packet.dts is None else packet.dts)


def _seconds(packet: "Packet[Any]", ticks: int | None) -> Fraction:
    return Fraction(ticks or 0) * (packet.time_base or Fraction(1, 1_000_000))
