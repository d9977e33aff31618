"""Final Cut Pro 7 XML (`xmeml`), as Premiere, Resolve and others write it: markers of sequences and
of clips, in frames of the sequence.
"""

from fractions import Fraction

from seehear.foreign.markup import Markup
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings, number
from seehear.interchange.spoken import as_told

_NO_FRAME = -1  # what stands for a frame that is not there


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return content.is_xml() and "<xmeml" in content.head


def read(content: Content, found: Findings) -> None:
    """Read the markers of each sequence, then those of clips outside all sequences."""
    root = content.xml
    inside: set[int] = set()
    outer = _outer(root)
    files = {file.get("id"): file for file in root.all("file") if list(file)}
    if len(outer) > 1:
        found.note(f"{len(outer)} sequences: each counts from its own start")
    for sequence in outer:
        inside |= {id(element) for element in sequence.all("clipitem", "marker")}
        _sequence(sequence, content, files, found)
    _clips(root, content, inside, found)
    shown = inside - {
        id(marker) for sequence in outer for part in sequence.all("sequence") for marker in part
    }
    for marker in root.all("marker"):
        if id(marker) not in shown:
            found.skip(f"line {marker.line}", "its sequence stands inside a clip of another")
    as_told(found)


def _clips(root: Markup, content: Content, inside: set[int], found: Findings) -> None:
    """Read the markers of clips outside all sequences, and add them to those read."""
    for clip in root.all("clip"):
        rate = _rate(clip) or content.rate(found)
        seen: set[tuple[str, str]] = set()
        for marker in clip.all("marker"):  # its own, or those of what it is made of
            key = marker.said("name"), marker.said("in")
            if id(marker) not in inside and key not in seen:
                _marker(marker, rate, 0, found, (f"clip {clip.said('name')}", None))
            inside.add(id(marker))
            seen.add(key)


def _outer(root: Markup) -> list[Markup]:
    """Return the sequences that stand in no other."""
    out, waiting = [], [root]
    while waiting:
        element = waiting.pop()
        if element.tag == "sequence" and list(element):
            out.append(element)
        else:
            waiting += list(element)[::-1]
    return out


def _sequence(
    sequence: Markup, content: Content, files: dict[str, Markup], found: Findings
) -> None:
    rate = _rate(sequence) or content.rate(found)
    clips = list(sequence.all("clipitem"))
    source = _source(clips, files)
    for marker in sequence:
        if marker.tag == "marker":
            _marker(marker, rate, 0, found, (f"sequence {sequence.said('name')}", source))
    seen: set[tuple[str, str, int | None]] = set()
    for clip in clips:
        start = _begin(clip)
        for marker in clip:
            key = (marker.said("name"), marker.said("in"), start)
            if marker.tag != "marker" or key in seen:  # sound and picture carry the same ones
                continue
            seen.add(key)
            if start is None:
                found.skip(f"line {marker.line}", "nothing says where its clip stands")
                continue
            own = _rate(clip) or rate
            if _hidden(marker, clip):
                found.skip(f"line {marker.line}", "outside its clip, where no timeline shows it")
                continue
            by_s = Fraction(start) / rate - Fraction(_frame(clip, "in") or 0) / own
            _marker(marker, own, by_s, found, (f"clip {clip.said('name')}", source))


def _hidden(marker: Markup, clip: Markup) -> bool:
    """Return whether a marker stands before or behind the part of a clip that is used."""
    at, first, last = _frame(marker, "in"), _frame(clip, "in"), _frame(clip, "out")
    if at is None:
        return False
    return (first is not None and at < first) or (last is not None and at > last)


def _source(clips: list[Markup], files: dict[str, Markup]) -> str | None:
    """Return the address of the media that a sequence is all of, or None."""
    named = {address for clip in clips if (address := _address(clip, files))}
    whole = [clip for clip in clips if not _frame(clip, "in") and not _frame(clip, "start")]
    return named.pop() if len(named) == 1 and len(whole) == len(clips) else None


def _marker(
    marker: Markup,
    rate: Fraction,
    by_s: Fraction | int,
    found: Findings,
    place: tuple[str, str | None],
) -> None:
    start, end = _frame(marker, "in"), _frame(marker, "out")
    inside, source = place
    where = f"line {marker.line} (marker of {inside})"
    label = marker.said("name") or marker.said("comment")
    if start is None:
        found.skip(where, "no frame says when it is")
        return
    end = start if end is None else end
    start_s, end_s = (float(Fraction(frame) / rate + by_s) for frame in (start, end))
    found.add(where, label, start_s, end_s, tier=marker.said("pproColor"), source=source)


def _begin(clip: Markup) -> int | None:
    """Return where a clip begins; inside a transition only its end is known."""
    start, end = _frame(clip, "start"), _frame(clip, "end")
    first, last = _frame(clip, "in"), _frame(clip, "out")
    if start is None and end is not None and first is not None and last is not None:
        return end - (last - first)
    return start


def _frame(element: Markup, name: str) -> int | None:
    value = number(element.said(name))
    return None if value is None or value <= _NO_FRAME else int(value)


def _rate(element: Markup) -> Fraction | None:
    rate = element.child("rate")
    base = None if rate is None else number(rate.said("timebase"))
    if rate is None or base is None or base < 1:
        return None
    a_second = Fraction(round(base))
    return a_second * 1000 / 1001 if rate.said("ntsc").upper() == "TRUE" else a_second


def _address(clip: Markup, files: dict[str, Markup]) -> str | None:
    file = clip.child("file")
    if file is None:
        return None
    file = files.get(file.get("id"), file)
    return file.said("pathurl") or file.said("name") or None
