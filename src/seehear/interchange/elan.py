"""ELAN (`.eaf`): tiers of annotations; those without times of their own get their parents'.

A time slot may have no time: it lies evenly between its neighbours that have one.  An annotation
that only refers to another has the stretch of that one: how several share it, no file says.
"""

from seehear.foreign.markup import Markup
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import track_of

_Span = tuple[float, float]


def fits(content: Content) -> bool:
    """Whether it is one."""
    return content.is_xml() and "<ANNOTATION_DOCUMENT" in content.head


def read(content: Content, found: Findings) -> None:
    """Read the annotations that have a text, tier by tier as they stand."""
    root = content.xml
    units = {"milliseconds": 1000.0, "microseconds": 1e6, "seconds": 1.0}
    header = root.child("HEADER")
    unit = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    document = _Document(root, units.get(unit, 1000.0))
    source = _source(header)
    empty = 0
    for tier in root.all("TIER"):
        name = tier.get("TIER_ID")
        for note in tier.all("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            label = note.said("ANNOTATION_VALUE")
            if not label:
                empty += 1
                continue
            where = f"line {note.line} (tier {name}, {note.get('ANNOTATION_ID')})"
            span = document.span(note.get("ANNOTATION_ID"))
            if span is None:
                found.skip(where, "nothing in the file says when it is")
            else:
                found.add(where, label, *span, tier=name, source=source, track=track_of(name))
    if empty:
        found.note(f"annotations without a text, left out: {empty}")


def _source(header: Markup | None) -> str | None:
    for media in [] if header is None else header.all("MEDIA_DESCRIPTOR"):
        for name in ("RELATIVE_MEDIA_URL", "MEDIA_URL"):
            if media.get(name):
                return media.get(name)
    return header.get("MEDIA_FILE") or None if header is not None else None


class _Document:
    """When each annotation of a document is."""

    def __init__(self, root: Markup, units: float) -> None:
        self._order = [slot.get("TIME_SLOT_ID") for slot in root.all("TIME_SLOT")]
        self._times: dict[str, float] = {}
        for slot in root.all("TIME_SLOT"):
            value = slot.get("TIME_VALUE").strip()
            if value.lstrip("-").isdigit():
                self._times[slot.get("TIME_SLOT_ID")] = int(value) / units
        self._slots: dict[str, tuple[str, str]] = {}
        self._parents: dict[str, str] = {}
        for element in root.all("ALIGNABLE_ANNOTATION"):
            slots = element.get("TIME_SLOT_REF1"), element.get("TIME_SLOT_REF2")
            self._slots[element.get("ANNOTATION_ID")] = slots
        for element in root.all("REF_ANNOTATION"):
            self._parents[element.get("ANNOTATION_ID")] = element.get("ANNOTATION_REF")
        self._fill()

    def _fill(self) -> None:
        """Give slots without a time one: chains of annotations that share slots lie evenly."""
        after = dict(self._slots.values())
        for slot in after:
            if slot in self._times:
                self._spread(slot, after)
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
        """Give slots of no chain a time between those that stand beside them in the file."""
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

    def span(self, id_: str) -> _Span | None:
        """Return when an annotation is, or None where nothing says so."""
        seen: set[str] = set()
        while id_ in self._parents and id_ not in seen:  # one may refer to itself in the end
            seen.add(id_)
            id_ = self._parents[id_]
        start, end = (self._times.get(slot) for slot in self._slots.get(id_, ("", "")))
        return None if start is None or end is None else (start, end)
