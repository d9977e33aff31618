"""Leaving out the decoding of frames that nobody asked for and no other frame needs.

In H.264 a picture may be marked as one that no other refers to (`nal_ref_idc` 0, ITU-T H.264 7.4.1:
most B pictures).  If it is not shown at a wanted moment either, the decoder may skip it, and every
other picture stays the same, bit for bit.  Other codecs are decoded whole: the mark of HEVC holds
only within one temporal layer.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import Packet, VideoStream

_AHEAD = 16  # packets read before one is decided on: H.264 reorders pictures by no more


def sparing(
    source: "Iterator[Packet[Any]]",
    stream: "VideoStream",
    wanted_s: Sequence[float],
    start_s: float,
) -> "Iterator[Packet[Any]]":
    """Yield the packets of `source`, telling the decoder before each whether it may skip it.

    A frame is shown from its time to that of the next frame in order of presentation.  That next
    frame is looked for among the packets read so far.  If it is not among them, a later one is
    taken for it, and a frame may be decoded for nothing; a wanted frame is never left out.  The
    first and the last frame of a track are always decoded.

    Args:
        source: packets of one stream in the order of decoding.
        stream: that stream.
        wanted_s: sorted moments, seconds from the clip's start.
        start_s: the clip's start, in the container's seconds.
    """
    context = stream.codec_context
    if context.name != "h264":
        yield from source
        return
    order = _Order(start_s)
    ahead: deque[tuple[Packet[Any], float | None]] = deque()
    first_s = float("inf")
    for packet in source:
        ahead.append((packet, order.time_of(packet)))
        if len(ahead) <= _AHEAD:
            continue
        ready, at_s = ahead.popleft()
        spare = False
        if at_s is not None:
            inner = order.orderly and at_s > first_s  # it is not the first frame that is shown
            spare = inner and not _shown(at_s, order.known_s, wanted_s)
            first_s = min(first_s, at_s)
        context.skip_frame = "NONREF" if spare else "DEFAULT"
        yield ready
    context.skip_frame = "DEFAULT"
    for ready, _ in ahead:
        yield ready


class _Order:
    """The order of presentation, as far as the packets read so far tell it.

    Attributes:
        orderly: False as soon as a packet has no times, or times go back: then only decoding tells
            what is shown when.
        known_s: times, in seconds, of the packets around the one that is decided on.
    """

    def __init__(self, start_s: float) -> None:
        self.start_s = start_s
        self.orderly = True
        self.known_s: deque[float] = deque(maxlen=2 * _AHEAD)
        self._last_dts: int | None = None

    def time_of(self, packet: "Packet[Any]") -> float | None:
        """Return when a packet's frame is shown, or None if that cannot be relied on."""
        if not packet.size:
            return None
        self.orderly = self.orderly and self._follows(packet)
        self._last_dts = packet.dts
        if not self.orderly or packet.is_discard or packet.pts is None:
            return None
        time_s = float(packet.pts * packet.time_base) - self.start_s
        self.known_s.append(time_s)
        return time_s

    def _follows(self, packet: "Packet[Any]") -> bool:
        if packet.pts is None or packet.dts is None:
            return False
        return self._last_dts is None or packet.dts >= self._last_dts


def _shown(at_s: float, known_s: Iterable[float], wanted_s: Sequence[float]) -> bool:
    """Return whether the frame of `at_s` may be on the screen at a wanted moment."""
    until_s = min((other_s for other_s in known_s if other_s > at_s), default=float("inf"))
    index = bisect_left(wanted_s, at_s)
    return index < len(wanted_s) and wanted_s[index] < until_s
