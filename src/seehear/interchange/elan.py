"""ELAN (`.eaf`): tiers of annotations; those without times of their own get their parents'.

A time slot may have no time: it lies evenly between its neighbours that have one.  An annotation
that only refers to another has the stretch of that one: how several share it, no file says.
"""

from collections.abc import Iterator

from seehear.foreign.markup import Markup
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings, number
from seehear.interchange.spoken import track_of

_Span = tuple[float, float]
_DEEPEST = 8  # tiers that divide one another


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return content.is_xml() and "<ANNOTATION_DOCUMENT" in content.head


def read(content: Content, found: Findings) -> None:
    """Read the annotations that have a text, tier by tier as they stand."""
    root = content.xml
    units = {"milliseconds": 1000.0, "microseconds": 1e6, "seconds": 1.0}
    header = root.child("HEADER")
    unit = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    document = _Document(root, units.get(unit, 1000.0))
    source, origin_s = _source(header)
    if origin_s:
        found.note(f"its media plays from {origin_s:g} s on (TIME_ORIGIN): that was added")
    empty = 0
    for tier in root.all("TIER"):
        name = tier.get("TIER_ID")
        for note in tier.all("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            label = note.said("ANNOTATION_VALUE")
            if not label:
                empty += 1
                continue
            where = f"line {note.line} (tier {name}, {note.get('ANNOTATION_ID')})"
            span = document.span(note)
            if span is None:
                found.skip(where, "nothing in the file says when it is")
            else:
                start_s, end_s = (at + origin_s for at in span)
                track = track_of(name)
                found.add(where, label, start_s, end_s, tier=name, source=source, track=track)
    if empty:
        found.note(f"annotations without a text, left out: {empty}")


def _source(header: Markup | None) -> tuple[str | None, float]:
    """Return the first media that plays from its beginning, else the first, and when it begins."""
    if header is None:
        return None, 0.0
    found: list[tuple[str | None, float]] = []
    for media in header.all("MEDIA_DESCRIPTOR"):
        address = media.get("RELATIVE_MEDIA_URL") or media.get("MEDIA_URL")
        if address:
            found.append((address, (number(media.get("TIME_ORIGIN")) or 0.0) / 1000))
    found.append((header.get("MEDIA_FILE") or None, 0.0))
    return next((media for media in found[:-1] if not media[1]), found[0])


def _aligned(tier: Markup) -> Iterator[Markup]:
    return tier.all("ALIGNABLE_ANNOTATION")


def _slots(note: Markup) -> tuple[str, str]:
    return note.get("TIME_SLOT_REF1"), note.get("TIME_SLOT_REF2")


class _Document:
    """When each annotation of a document is."""

    def __init__(self, root: Markup, units: float) -> None:
        self._order = [slot.get("TIME_SLOT_ID") for slot in root.all("TIME_SLOT")]
        self._times: dict[str, float] = {}
        for slot in root.all("TIME_SLOT"):
            value = slot.get("TIME_VALUE").strip()
            at = number(value)
            if at is not None:  # scripts write decimals, too
                self._times[slot.get("TIME_SLOT_ID")] = at / units
        self._slots: dict[str, tuple[str, str]] = {}
        self._parents: dict[str, str] = {}
        self._chains: list[dict[str, str]] = []  # of each tier: from slot to slot
        for tier in root.all("TIER"):
            slots = {note.get("ANNOTATION_ID"): _slots(note) for note in _aligned(tier)}
            self._slots |= slots
            self._chains.append(dict(slots.values()))
        for element in root.all("REF_ANNOTATION"):
            self._parents[element.get("ANNOTATION_ID")] = element.get("ANNOTATION_REF")
        self._fill()

    def _fill(self) -> None:
        """Give slots without a time one: chains of annotations that share slots lie evenly."""
        for _ in range(_DEEPEST):  # a divided tier may itself divide one further down
            known = len(self._times)
            for after in self._chains:
                for slot in after:
                    if slot in self._times:
                        self._spread(slot, after)
            if len(self._times) == known:
                break
        self._between_neighbours()

    def _spread(self, slot: str, after: dict[str, str]) -> None:
        chain, seen = [slot], {slot}
        while (following := after.get(chain[-1])) is not None and following not in seen:
            chain.append(following)
            seen.add(following)
            if following in self._times:
                break
        start, end = self._times[slot], self._times.get(chain[-1])
        if end is not None:
            for place, name in enumerate(chain[1:-1], 1):
                self._times[name] = start + (end - start) * place / (len(chain) - 1)

    def _between_neighbours(self) -> None:
        """Give slots outside all chains a time between their neighbours in the file."""
        waiting: list[str] = []
        last: float | None = None
        for name in self._order:
            if name not in self._times:
                waiting.append(name)
                continue
            now = self._times[name]
            for place, missing in enumerate(waiting, 1):
                since = now if last is None else last
                self._times[missing] = since + (now - since) * place / (len(waiting) + 1)
            waiting, last = [], now
        if last is not None:
            self._times.update(dict.fromkeys(waiting, last))

    def span(self, note: Markup) -> _Span | None:
        """Return when an annotation is, or None where nothing says so."""
        id_, slots = note.get("ANNOTATION_ID"), _slots(note)
        seen: set[str] = set()
        while id_ in self._parents and id_ not in seen:  # one may refer to itself in the end
            seen.add(id_)
            id_ = self._parents[id_]
        if note.tag == "REF_ANNOTATION":
            slots = self._slots.get(id_, slots)
        start, end = (self._times.get(slot) for slot in slots)
        return None if start is None or end is None else (start, end)
