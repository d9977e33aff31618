"""Leaving out the decoding of frames that nobody asked for and no other frame needs.

In H.264 a picture may be marked as one that no other refers to (`nal_ref_idc` 0, ITU-T H.264 7.4.1:
most B pictures). When it is not shown at a wanted moment either, the decoder may pass over it and
every other picture stays the same, bit for bit.  Other codecs are decoded whole: HEVC's mark speaks
of its own temporal layer only.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

_AHEAD = 16  # packets looked at before one is decided on: the reordering that H.264 allows


def sparing(
    source: Iterator[Any], stream: Any, wanted_s: Sequence[float], start_s: float
) -> Iterator[Any]:
    """Yield the packets of `source`, telling the decoder before each whether it may pass over it.

    A frame is shown from its time to that of the next in order of presentation.  The next one is
    looked for among the packets read so far, which may find a later one: then a frame is decoded
    for nothing, never one left out that is wanted.  The first and the last frame of a track are
    always decoded.

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
    held: deque[tuple[Any, float | None]] = deque()
    known: deque[float] = deque(maxlen=2 * _AHEAD)  # times of the packets around the one decided on
    first_s, last_dts, orderly = float("inf"), None, True
    for packet in source:
        time_s = None
        if packet.size:
            # without times, or when they jump back, what is shown when is known only after decoding
            orderly &= packet.pts is not None and packet.dts is not None
            orderly &= last_dts is None or (packet.dts is not None and packet.dts >= last_dts)
            last_dts = packet.dts
            if orderly and not packet.is_discard:
                time_s = float(packet.pts * packet.time_base) - start_s
                known.append(time_s)
        held.append((packet, time_s))
        if len(held) > _AHEAD:
            ready, at_s = held.popleft()
            spare = (
                orderly
                and at_s is not None
                and at_s > first_s
                and not _shown(at_s, known, wanted_s)
            )
            if at_s is not None:
                first_s = min(first_s, at_s)
            context.skip_frame = "NONREF" if spare else "DEFAULT"
            yield ready
    context.skip_frame = "DEFAULT"
    for ready, _ in held:
        yield ready


def _shown(at_s: float, known: Sequence[float], wanted_s: Sequence[float]) -> bool:
    """Return whether the frame of `at_s` may be on the screen at a wanted moment."""
    until_s = min((other for other in known if other > at_s), default=float("inf"))
    index = bisect_left(wanted_s, at_s)
    return index < len(wanted_s) and wanted_s[index] < until_s
