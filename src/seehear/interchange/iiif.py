"""IIIF Presentation (2 and 3) and web annotations: what a page or manifest says of stretches."""

import html
import re

from seehear.files import Json
from seehear.interchange.content import Content
from seehear.interchange.rows import Findings, number
from seehear.interchange.spoken import as_told, track_of
from seehear.interchange.timecode import HOUR_S
from seehear.interchange.values import dicts, inside, text, texts

_Object = dict[str, Json]
_FRAGMENT = re.compile(r"(?:^|[#&?])t=(?:npt:)?([^&]*)")
_TAG = re.compile(r"<[^>]*>")
_DEEPEST = 60
_PARTS = {"AudioContentSelector": "audio", "VisualContentSelector": "visual"}
_PARTS_OF = ("sequences", "canvases", "items", "resources", "annotations", "otherContent", "first")
_PAINTED = ("painting", "sc:painting", "oa:painting")


def fits(content: Content) -> bool:
    """Return whether it is a manifest, a page or a single annotation."""
    if not content.is_json():
        return False
    root = content.json
    first = root[0] if isinstance(root, list) and root else root
    if not isinstance(first, dict):
        return False
    kinds = texts(first.get("type")) + texts(first.get("@type"))
    known = ("Annotation", "Manifest", "Canvas", "Collection")
    return any(kind.removeprefix("sc:").removeprefix("oa:").startswith(known) for kind in kinds)


def read(content: Content, found: Findings) -> None:
    """Read every annotation with words and a time; the table of contents where there is none."""
    pages = _Pages(found)
    pages.go(content.json, "", ("", None), 0)
    structures = inside(content.json, "structures")
    if not found.rows and not found.unused:
        pages.ranges(structures, "structures", 0)
    elif structures:
        found.note("its table of contents (structures) is left out, as there are annotations")
    as_told(found)


class _Pages:
    def __init__(self, found: Findings) -> None:
        self._found = found
        self._media: dict[str, str] = {}  # what is painted on a canvas

    def go(self, value: Json, where: str, around: tuple[str, str | None], depth: int) -> None:
        """Read annotations anywhere below; `around` is the label of their page, and a canvas."""
        if depth > _DEEPEST:
            return
        for place, item in enumerate(value if isinstance(value, list) else []):
            self.go(item, f"{where}[{place}]", around, depth + 1)
        if isinstance(value, dict):
            self._object(value, where, around, depth)

    def _object(
        self, value: _Object, where: str, around: tuple[str, str | None], depth: int
    ) -> None:
        kind = _kind(value)
        if kind == "Annotation":
            self._annotation(value, where, around)
            return
        tier, canvas = around
        if kind in ("AnnotationPage", "AnnotationList", "Layer"):
            tier = _label(value.get("label")) or tier
            self._elsewhere(value)
        if kind == "Canvas":
            canvas = _id(value)
            self._painted(value, canvas)
        for key in _PARTS_OF:
            if key in value:
                at = f"{where}.{key}" if where else key
                self.go(value[key], at, (tier, canvas), depth + 1)

    def _elsewhere(self, page: _Object) -> None:
        """Note a page that is only named."""
        if (name := _id(page)) and not {"items", "resources", "annotations"} & page.keys():
            self._found.note(f"annotations stand in {name}, which is not read: import it by itself")

    def _painted(self, canvas: _Object, name: str | None) -> None:
        for page in dicts(canvas.get("items")):
            for note in dicts(page.get("items")):
                for body in dicts(note.get("body")):
                    for one in [*dicts(body.get("items")), body]:
                        if name and (address := _id(one)):
                            self._media.setdefault(name, address)

    def ranges(self, value: Json, where: str, depth: int) -> None:
        """Read a table of contents: each entry that names stretches of a canvas."""
        if depth > _DEEPEST:
            return
        for place, entry in enumerate(dicts(value)):
            at, label = f"{where}[{place}]", _label(entry.get("label"))
            addresses: list[Json] = [*texts(entry.get("canvases"))]
            for item in dicts(entry.get("items")):
                if _kind(item) == "Range":
                    self.ranges(item, f"{at}.items", depth + 1)
                else:  # a canvas, or a stretch of one
                    addresses.append(item)
            for address in addresses:
                name, times, _ = _target(address)
                if times is not None:
                    source = None if name is None else self._media.get(name, name)
                    self._found.add(at, label, *times, tier="structures", source=source)

    def _points(self, note: _Object) -> bool:
        """Return whether an annotation without words is media, or names another file."""
        if set(_PAINTED) & set(texts(note.get("motivation"))):
            return True
        bodies = [*dicts(note.get("body")), *dicts(note.get("resource"))]
        named = [name for body in bodies if (name := _id(body))]
        for name in named[:1]:
            self._found.note(f"what stands in {name} is not read: import that file by itself")
        return bool(named)

    def _annotation(self, note: _Object, where: str, around: tuple[str, str | None]) -> None:
        label = _told(note)
        if not label and self._points(note):
            return
        tier, canvas = around
        targets = note.get("target", note.get("on"))
        for target in targets if isinstance(targets, list) else [targets]:
            name, times, part = _target(target)
            name = name or canvas
            if times is None:
                self._found.skip(where, "no time: it is about the whole")
                continue
            source = None if name is None else self._media.get(name, name)
            track = part or track_of(tier)
            self._found.add(where, label, *times, tier=tier, source=source, track=track)


def _told(note: _Object) -> str:
    """Return the words of an annotation, of whatever edition."""
    told = _words(note.get("body")) or _words(note.get("resource"))
    return told or text(note.get("bodyValue")).strip()


def _kind(value: _Object) -> str:
    """Return what an object is, in the words of the newest edition."""
    kinds = texts(value.get("type")) + texts(value.get("@type"))
    return kinds[0].rpartition(":")[2] if kinds else ""


def _target(target: Json) -> tuple[str | None, tuple[float | None, float | None] | None, str]:
    """Return what a target names, its times, and which kind of thing is selected."""
    if isinstance(target, str):
        canvas, _, fragment = target.partition("#")
        return canvas or None, _fragment(f"#{fragment}"), ""
    if not isinstance(target, dict):
        return None, None, ""
    whole = target.get("source", target.get("full", _id(target)))
    name = _id(whole) if isinstance(whole, dict) else text(whole) or None
    times, part = None, ""
    for selector in dicts(target.get("selector")):
        times = times or _selected(selector)
        part = part or _part(selector)
    if name is not None and "#" in name:
        name, _, fragment = name.partition("#")
        times = times or _fragment(f"#{fragment}")
    return name, times, part


def _selected(selector: _Object) -> tuple[float | None, float | None] | None:
    """Return the times of a selector: of a point, a range or a fragment."""
    begin, end = selector.get("startSelector"), selector.get("endSelector")
    if isinstance(begin, dict) and isinstance(end, dict):
        first, last = _selected(begin), _selected(end)
        return (first[0], last[0]) if first and last else None
    at = selector.get("t")
    if isinstance(at, int | float):
        return float(at), float(at)
    if isinstance(at, str):
        return _times(at, point="Range" not in str(selector.get("type", "")))
    inner = [*dicts(selector.get("refinedBy")), *dicts(selector.get("item"))]
    for one in inner:
        if (found := _selected(one)) is not None:
            return found
    value = selector.get("value")
    return _fragment(value) if isinstance(value, str) else None


def _fragment(text: str) -> tuple[float | None, float | None] | None:
    found = _FRAGMENT.search(text)
    return None if found is None else _times(found[1], point=False)


def _times(text: str, *, point: bool) -> tuple[float | None, float | None] | None:
    """Return the times of `10,20`, `10`, or `,20`."""
    begin, comma, end = text.partition(",")
    first = _clock(begin) if begin.strip() else 0.0
    if not comma:
        return (first, first if point else None)
    return first, _clock(end) if end.strip() else None


def _clock(text: str) -> float | None:
    parts = [number(part) for part in text.strip().removesuffix("s").split(":")]
    known = [part for part in parts if part is not None]
    if not 1 <= len(known) == len(parts) <= 3:
        return None
    hours, minutes, seconds = [0.0] * (3 - len(known)) + known
    return hours * HOUR_S + minutes * 60 + seconds


def _words(body: Json) -> str:
    """Return the text of the first body that has one."""
    if isinstance(body, str):
        return "" if "://" in body else body.strip()
    for one in dicts(body):
        words = one.get("value", one.get("chars"))
        if isinstance(words, str):
            marked = "html" in str(one.get("format", ""))
            return html.unescape(_TAG.sub("", words)).strip() if marked else words.strip()
        inner = _words(one.get("items")) if one.get("items") else ""
        if inner:
            return inner
    return ""


def _part(selector: _Object) -> str:
    """Return which part of the media a selector takes: a track, or nothing."""
    kinds = [selector, *dicts(selector.get("refinedBy"))]
    named = [_PARTS.get(str(kind.get("type"))) for kind in kinds]
    return next((track for track in named if track), "")


def _label(value: Json) -> str:
    """Return the first words of a label, in whatever language."""
    if isinstance(value, dict):
        value = next((v for v in value.values() if v), "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return text(value)


def _id(value: _Object) -> str | None:
    found = value.get("id", value.get("@id"))
    return found if isinstance(found, str) else None
