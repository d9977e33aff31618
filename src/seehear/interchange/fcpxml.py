"""FCPXML (Final Cut Pro): markers and captions, in seconds of the project's timeline.

Every element has a clock of its own, which shows `start` where the element begins; `offset` is when
that is on the clock of the element around it.  So a marker is found by going down: where an element
begins in the project, plus what its clock has gone on until the marker.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from seehear.foreign.markup import Markup
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings
from seehear.interchange.spoken import as_told

_TIME = re.compile(r"(-?\d+(?:\.\d+)?)(?:/(\d+))?s?")
_MARKERS = ("marker", "chapter-marker", "rating-marker", "analysis-marker")
_STORY = frozenset(
    (
        "spine clip asset-clip ref-clip sync-clip mc-clip gap video audio title caption transition"
        " audition live-drawing"
    ).split()
)
_TRANSITION_START = Fraction(3600)  # what the clock of a transition shows where it begins
_LEAST = Fraction(1, 1000)  # a thousandth beyond an end is an error of rounding


@dataclass(frozen=True)
class _Place:
    """An element of the story: where it begins in the project, what its clock shows there, and
    what stretches of the project the containers around it show.
    """

    begins: Fraction
    start: Fraction
    duration: Fraction | None
    name: str
    shown: tuple[tuple[Fraction, Fraction], ...] = ()

    def at(self, local: Fraction) -> Fraction:
        """Return the project's time at which the element's clock shows `local`."""
        return self.begins + local - self.start

    def hides(self, local: Fraction) -> bool:
        """Return whether the project does not show the moment at `local` on the element's clock."""
        windows = list(self.shown)
        if self.duration is not None:
            windows.append((self.begins, self.begins + self.duration))
        at = self.at(local)
        outside = [at for first, last in windows if not first - _LEAST <= at <= last + _LEAST]
        return bool(outside) or local < self.start - _LEAST


def fits(content: Content) -> bool:
    """Return whether the file is of this format."""
    return content.is_xml() and "<fcpxml" in content.head


def read(content: Content, found: Findings) -> None:
    """Read markers and captions; keywords where there are neither."""
    root = content.xml
    assets = {asset.get("id"): asset for asset in root.all("asset")}
    reader = _Story(assets, found)
    projects = list(root.all("project"))
    if len(projects) > 1:
        found.note(f"{len(projects)} projects: each counts from its own start")
    for tags in ((*_MARKERS, "caption"), ("keyword",)):
        reader.wanted = tags
        for project in projects:
            for sequence in project.all("sequence"):
                reader.sequence(sequence)
        for clip in _loose(root):
            reader.clip(clip)
        reader.leave_out(root)
        if found.rows or found.unused:
            break
    if "keyword" not in reader.wanted and (count := len(list(root.all("keyword")))):
        found.note(f"keyword ranges, left out as there are markers or captions: {count}")
    as_told(found)


def _loose(root: Markup) -> Iterator[Markup]:
    """Yield the clips that lie in events, outside all projects."""
    for event in (root, *root.all("event")):
        for element in event:
            if element.tag in _STORY:
                yield element


class _Story:
    def __init__(self, assets: dict[str, Markup], found: Findings) -> None:
        self.wanted: tuple[str, ...] = ()
        self._assets, self._found = assets, found
        self._seen: set[int] = set()

    def leave_out(self, root: Markup) -> None:
        """Skip what no timeline shows: inside a compound clip, or in a take that is not played."""
        for element in root.all(*self.wanted):
            if id(element) not in self._seen:
                where = f"line {element.line} ({element.tag})"
                self._found.skip(where, "inside a compound or multicam clip, or a take not played")

    def sequence(self, sequence: Markup) -> None:
        """Read a project's timeline; its clock shows `tcStart` at its beginning."""
        start = _time(sequence.get("tcStart"))
        for spine in sequence:
            if spine.tag == "spine":
                place = _Place(Fraction(0), start, None, "")
                self._children(spine, place, self._source(spine))

    def clip(self, clip: Markup) -> None:
        """Read a clip outside all projects: times count from its beginning."""
        place = _Place(Fraction(0), self._start(clip), _maybe(clip.get("duration")), clip.tag)
        asset = self._assets.get(clip.get("ref"))
        self._inside(clip, place, None if asset is None else _address(asset))

    def _source(self, spine: Markup) -> str | None:
        """Return the address of the media that a project is all of, or None."""
        clips = [element for element in spine if element.tag in _STORY and element.tag != "gap"]
        if len(clips) != 1:
            return None
        asset = self._assets.get(clips[0].get("ref"))
        if asset is None:
            asset = next((self._assets.get(e.get("ref")) for e in clips[0].all("video")), None)
        if asset is None or self._start(clips[0]) != _time(asset.get("start")):
            return None
        return _address(asset)

    def _children(self, spine: Markup, around: _Place, source: str | None) -> None:
        """Go through a spine; an element without an offset follows the one before it."""
        now = around.start
        for element in spine:
            if element.tag not in _STORY:
                continue
            offset = _maybe(element.get("offset"))
            offset = now if offset is None else offset
            place = self._place(element, around, offset)
            if element.tag != "transition" and place.duration is not None:
                now = offset + place.duration
            self._inside(element, place, source)

    def _place(self, element: Markup, around: _Place, offset: Fraction) -> _Place:
        duration = _maybe(element.get("duration"))
        if duration is None and element.get("ref") in self._assets:
            duration = _maybe(self._assets[element.get("ref")].get("duration"))
        start = Fraction(0) if element.tag == "spine" else self._start(element)
        return _Place(around.at(offset), start, duration, element.tag, around.shown)

    def _start(self, element: Markup) -> Fraction:
        given = _maybe(element.get("start"))
        if given is not None:
            return given
        if element.tag == "transition":
            return _TRANSITION_START
        asset = self._assets.get(element.get("ref")) if element.tag == "asset-clip" else None
        return Fraction(0) if asset is None else _time(asset.get("start"))

    def _inside(self, element: Markup, place: _Place, source: str | None) -> None:
        """Read an element of the story and what hangs on it."""
        if element.tag == "caption" and "caption" in self.wanted:
            self._caption(element, place, source)
            return
        if element.tag == "spine":
            self._children(element, place, source)
            return
        for child in element:
            if child.tag in self.wanted and child.tag != "caption":
                self._marker(child, place, source)
            elif child.tag in _STORY:
                self._inside(child, self._below(child, place), source)
                if element.tag == "audition":  # the others are not played
                    break

    def _below(self, child: Markup, place: _Place) -> _Place:
        """Return where something inside an element stands."""
        offset = _maybe(child.get("offset"))
        if child.tag != "spine":
            return self._place(child, place, place.start if offset is None else offset)
        # what a container holds begins where its clock shows 0, seen or not
        below = self._place(child, place, offset or Fraction(0))
        if child.get("lane") or place.duration is None:
            return below
        window = (place.begins, place.begins + place.duration)
        return replace(below, shown=(*place.shown, window))

    def _marker(self, marker: Markup, place: _Place, source: str | None) -> None:
        self._seen.add(id(marker))
        start = _time(marker.get("start"))
        where = f"line {marker.line} ({marker.tag} in {place.name})"
        begins = place.at(start)
        lasts = _time(marker.get("duration"))
        if place.hides(start):
            self._found.skip(
                where,
                f"outside its {place.name}, where Final Cut hides it ({float(begins):g} s)",
            )
            return
        label = marker.get("value") or marker.get("note")
        self._found.add(
            where, label, float(begins), float(begins + lasts), tier=marker.tag, source=source
        )

    def _caption(self, caption: Markup, place: _Place, source: str | None) -> None:
        self._seen.add(id(caption))
        texts = [text.text().strip() for text in caption if text.tag == "text"]
        label = "\n".join(text for text in texts if text) or caption.get("name")
        end = None if place.duration is None else float(place.begins + place.duration)
        where = f"line {caption.line} (caption)"
        self._found.add(where, label, float(place.begins), end, tier="caption", source=source)


def _address(asset: Markup) -> str | None:
    """Return where an asset lies: in its own attribute, or in its original's."""
    if asset.get("src"):
        return asset.get("src")
    found = [media.get("src") for media in asset.all("media-rep") if media.get("src")]
    return found[0] if found else asset.get("name") or None


def _maybe(text: str) -> Fraction | None:
    found = _TIME.fullmatch(text.strip())
    if found is None or (found[2] is not None and int(found[2]) == 0):
        return None
    return Fraction(found[1]) / int(found[2] or 1)


def _time(text: str) -> Fraction:
    return _maybe(text) or Fraction(0)
