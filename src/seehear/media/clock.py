"""The clock of a file, which goes on where the timestamps of its packets start again.

When recordings are joined into one file (transport and program streams, chained Ogg), each keeps
its own timestamps.  So all packets are read once.  A track's timestamps have a *jump* where they go
back or far ahead and stay there.  Jumps of several tracks at one place of the file are one *join*:
all tracks are shifted there by the same amount, so they stay together, and each part follows the
one before it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seehear.media.container import opened, packets, reason
from seehear.media.promised import promise_of

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.stream import Stream

RESTARTING = frozenset(("mpegts", "mpeg", "ogg", "flv"))  # timestamps may start again in these
_BACK_S = 0.3  # a step back by more is a jump; less is jitter
_AHEAD_S = 60.0  # a step ahead by more is a jump; less is a gap, which is silence
_TOGETHER_S = 10.0  # tracks of one part begin so close to each other
_MOST_JUMPS = 10_000
_LONE_S = 3600.0  # in other formats: a single packet so far ahead is taken for damage


@dataclass(frozen=True)
class Clock:
    """The times of a file, as found by reading all of its packets.

    Args:
        end_s: when its last packet ends, in the container's seconds, shifts included; None: it has
            no packets.
        ends_s: the same for each track, by the stream's index.
        joins_s: where parts were joined, in the same seconds.
        shifts: stream's index -> (number of a packet, seconds to add from that packet on), in
            rising order.
        read_bytes: how far into the file the last packet reaches.
        problem: why reading stopped before the end of the file; empty if it did not.
    """

    end_s: float | None = None
    ends_s: Mapping[int, float] = field(default_factory=dict)
    joins_s: tuple[float, ...] = ()
    shifts: Mapping[int, Sequence[tuple[int, float]]] = field(default_factory=dict)
    read_bytes: int = 0
    problem: str = ""

    def shift_s(self, stream: int, number: int) -> float:
        """Return what to add to the timestamps of a stream's packet of that number, from 0."""
        return _latest(self.shifts.get(stream, ()), number)


def may_restart(container: "InputContainer", path: Path) -> bool:
    """Return whether the timestamps of this file may start again."""
    if "matroska" in container.format.name:
        return promise_of(path).second is not None
    return container.format.name in RESTARTING


def read_clock(path: Path) -> Clock:
    """Return the clock of a file.

    All its packets are read, and the answer is remembered by this process.

    Raises:
        MediaError: it cannot be opened.
    """
    stat = path.stat()
    return _read(path.resolve(), stat.st_size, stat.st_mtime_ns)


def on_time(container: "InputContainer", stream: "Stream", path: Path) -> "Iterator[Packet[Any]]":
    """Yield the packets of a stream of this file, with timestamps that follow its clock."""
    source = packets(container, stream)
    clock = read_clock(path) if may_restart(container, path) else Clock()
    if not clock.shifts:
        yield from source
        return
    for number, packet in enumerate(source):
        shift_s = clock.shift_s(stream.index, number)
        if shift_s and packet.size and packet.time_base:
            ticks = round(shift_s / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        yield packet


@lru_cache(maxsize=64)
def _read(path: Path, size: int, changed_ns: int) -> Clock:
    """See `read_clock`; with `size` and `changed_ns`, a changed file is read again."""
    with opened(path) as container:
        reading = _Reading(may_restart(container, path))
        reading.read(container)
    runs = {index: its.runs for index, its in reading.streams.items() if its.runs}
    joins = _Joins(runs)
    if reading.jumping:
        joins.find()
    ends_s = {}
    for index, its in runs.items():
        ends_s[index] = max(run.end_s + joins.shift_s(index, run) for run in its)
    return Clock(
        max(ends_s.values(), default=None),
        ends_s,
        tuple(joins.at_s),
        joins.shifts,
        reading.read_bytes,
        reading.problem,
    )


class _Reading:
    """All packets of a file, read once.

    Args:
        jumping: whether timestamps may start again.

    Attributes:
        streams: the runs of each stream.
        read_bytes, problem: see `Clock`.
    """

    def __init__(self, jumping: bool) -> None:
        self.jumping = jumping
        self.streams: dict[int, _StreamRuns] = {}
        self.read_bytes = 0
        self.problem = ""
        self._place = 0

    def read(self, container: "InputContainer") -> None:
        """Read them, up to the first that cannot be read."""
        import av

        tracks = [s for s in container.streams if s.type in ("audio", "video")]
        try:
            for packet in packets(container, *tracks):
                if packet.size:
                    self._add(packet)
        except av.error.FFmpegError as error:  # what was read before it counts
            self.problem = reason(error)

    def _add(self, packet: "Packet[Any]") -> None:
        if packet.pos is not None and packet.pos > self._place:
            self._place = self.read_bytes = packet.pos
        self.read_bytes += packet.size  # several packets may give the place of their common page
        its = self.streams.setdefault(packet.stream_index, _StreamRuns(self.jumping))
        its.add(packet, self.read_bytes)


@dataclass
class _Run:
    """Packets of a stream between two jumps.

    Args:
        number: of its first packet.
        start_s, end_s: of its packets, in the container's seconds.
        before, at, until: the place in the file, in bytes, of the packet before its first, of its
            first and of its last.
    """

    number: int
    start_s: float
    end_s: float
    before: int
    at: int
    until: int

    def add(self, start_s: float, end_s: float, place: int) -> None:
        self.start_s, self.end_s = min(self.start_s, start_s), max(self.end_s, end_s)
        self.until = place


class _StreamRuns:
    """The runs of one stream, found as its packets come.

    A packet after a jump is held until the next one: a new run begins only if that one follows it.
    A single odd timestamp thus begins none.
    """

    def __init__(self, jumping: bool) -> None:
        self.jumping = jumping
        self.runs: list[_Run] = []
        self._number = 0
        self._last_s = 0.0  # when the run's last packet is decoded
        self._place = 0  # in the file, of the last packet that gives one
        self._waiting: tuple[_Run, float] | None = None  # of one packet, and when it is decoded

    def add(self, packet: "Packet[Any]", read_bytes: int) -> None:
        """Take the next packet; the file was read up to `read_bytes`."""
        number, self._number = self._number, self._number + 1
        before, self._place = self._place, packet.pos or self._place
        if packet.pts is None or packet.time_base is None:
            return
        time_s = float((packet.pts if packet.dts is None else packet.dts) * packet.time_base)
        start_s = float(packet.pts * packet.time_base)
        end_s = start_s + float((packet.duration or 0) * packet.time_base)
        if self.runs and self._follows(self._last_s, time_s):
            self._waiting = None
        elif self._waiting is not None and self._follows(self._waiting[1], time_s):
            self.runs.append(self._waiting[0])
            self._waiting = None
        else:
            run = _Run(number, start_s, end_s, before, packet.pos or read_bytes, self._place)
            if self.runs:
                self._waiting = (run, time_s)
                return
            self.runs.append(run)
        self._last_s = time_s
        self.runs[-1].add(start_s, end_s, self._place)

    def _follows(self, last_s: float, time_s: float) -> bool:
        """Return whether a packet goes on with what came before it."""
        if not self.jumping:
            return time_s <= last_s + _LONE_S
        return -_BACK_S <= time_s - last_s <= _AHEAD_S


class _Joins:
    """Where the parts of a file are joined.

    Args:
        runs: of each stream.

    Attributes:
        at_s: the joins, in the container's seconds, shifts included.
        shifts: see `Clock`.
    """

    def __init__(self, runs: Mapping[int, Sequence[_Run]]) -> None:
        self.runs = runs
        self.at_s: list[float] = []
        self.shifts: dict[int, list[tuple[int, float]]] = {}
        self._done = dict.fromkeys(runs, 0)  # the run that each stream is in

    def find(self) -> None:
        """Find them all, in the order of the file."""
        jumps = [(run.at, i, k) for i, its in self.runs.items() for k, run in enumerate(its) if k]
        if len(jumps) > _MOST_JUMPS:  # damage: no recording has so many
            return
        for place, index, k in sorted(jumps):
            if self._done[index] < k:
                self._join(place, index)

    def shift_s(self, stream: int, run: _Run) -> float:
        """Return what is added to the times of a run."""
        return _latest(self.shifts.get(stream, ()), run.number)

    def _join(self, place: int, index: int) -> None:
        """Shift what follows a jump of stream `index`, in all streams that jump at that place."""
        before = self._now()
        jumping = [i for i in self.runs if self._jumps_at(place, i)]
        for i in jumping:
            self._done[i] += 1
        after = self._now()
        moved = list(self.runs)
        if _goes_on(before, jumping, place):
            if after[index].start_s > before[index].end_s:
                return  # a gap of one track while another goes on
            moved = jumping
        end_s = self._end_s({i: before[i] for i in moved if before[i].at < place})
        new = {i: after[i] for i in moved if after[i].at >= place}
        shift_s = end_s - _start_s(new, after[index].start_s)
        for i, run in new.items():
            self.shifts.setdefault(i, []).append((run.number, shift_s))
        self.at_s.append(end_s)

    def _now(self) -> dict[int, _Run]:
        """Return the run that each stream is in."""
        return {i: its[self._done[i]] for i, its in self.runs.items()}

    def _end_s(self, runs: Mapping[int, _Run]) -> float:
        """Return when the last of these runs ends, shifts included."""
        return max(run.end_s + self.shift_s(i, run) for i, run in runs.items())

    def _jumps_at(self, place: int, index: int) -> bool:
        """Return whether the next jump of a stream may lie at that place of the file."""
        following = self.runs[index][self._done[index] + 1 :]
        return bool(following) and following[0].before <= place


def _goes_on(runs: Mapping[int, _Run], jumping: Sequence[int], place: int) -> bool:
    """Return whether a stream that does not jump has packets on both sides of a place."""
    return any(run.at < place < run.until for i, run in runs.items() if i not in jumping)


def _start_s(runs: Mapping[int, _Run], about_s: float) -> float:
    """Return when the first of those runs begins that begin close to a time."""
    return min(r.start_s for r in runs.values() if abs(r.start_s - about_s) < _TOGETHER_S)


def _latest(shifts: Sequence[tuple[int, float]], number: int) -> float:
    """Return the shift in force at the packet of that number."""
    known = bisect_right(shifts, number, key=lambda shift: shift[0])
    return shifts[known - 1][1] if known else 0.0
