"""IIIF Presentation 3.0: a manifest of the clip with its annotations, or their page alone.

An annotation selects seconds of the canvas: only the sound for what is heard, only the picture for
what is seen (`AudioContentSelector`, `VisualContentSelector`).
"""

import json
import mimetypes
from urllib.parse import quote

from seehear.export.told import HOW
from seehear.export.words import clip_name, one_line, singles, span_text
from seehear.files import Json
from seehear.time import Event, Timeline, Track

_CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_FRAGMENT = "http://www.w3.org/TR/media-frags/"
_HERE = "http://localhost:8000/"  # what `python -m http.server` serves; addresses must be whole
_SIZE = {"width": 1280, "height": 720}  # of the canvas; the picture is fitted into it
_PART = {Track.AUDIO: "AudioContentSelector", Track.VISUAL: "VisualContentSelector"}


def render(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the manifest; its ids are addresses in the folder of the video."""
    base, name = _base(media), quote(clip_name(timeline), errors="replace")
    canvas = f"{base}{name}/canvas"
    length = {"duration": round(max(timeline.duration_s, 0.001), 6)}
    seen = not timeline.tracks["visual"].absent
    shown = {
        "id": _video(timeline, media, base),
        "type": "Video" if seen else "Sound",
        "format": _mime(timeline, seen),
        **length,
    }
    painting = {
        "id": f"{canvas}/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": {**shown, **(_SIZE if seen else {})},
        "target": canvas,
    }
    manifest = {
        "@context": _CONTEXT,
        "id": f"{base}{name}.iiif.json",
        "type": "Manifest",
        "label": {"none": [one_line(timeline.source) or "clip"]},
        "items": [
            {
                "id": canvas,
                "type": "Canvas",
                **(_SIZE if seen else {}),
                **length,
                "items": [{"id": f"{canvas}/page", "type": "AnnotationPage", "items": [painting]}],
                "annotations": [_page(timeline, f"{base}{name}", canvas)],
            }
        ],
    }
    return _text(manifest)


def render_page(timeline: Timeline, *, media: str | None = None) -> str:
    """Return the annotation page alone, for archives that have a manifest already."""
    base, name = _base(media), quote(clip_name(timeline), errors="replace")
    page = _page(timeline, f"{base}{name}", f"{base}{name}/canvas")
    return _text({"@context": _CONTEXT, **page})


def _page(timeline: Timeline, name: str, canvas: str) -> dict[str, Json]:
    address = f"{name}.annotations.json"
    items: list[dict[str, Json]] = []
    for number, event in enumerate(singles(timeline), 1):
        text = f"{one_line(event.label)} {HOW[event.track]}"
        items.append(
            {
                "id": f"{address}/{number}",
                "type": "Annotation",
                "motivation": "commenting",
                "body": {
                    "type": "TextualBody",
                    "value": text,
                    "format": "text/plain",
                },
                "target": {
                    "type": "SpecificResource",
                    "source": canvas,
                    "selector": _selector(event),
                },
            }
        )
    return {"id": address, "type": "AnnotationPage", "items": items}


def _selector(event: Event) -> dict[str, Json]:
    times = ",".join(span_text(max(0.0, event.start_s), max(0.0, event.end_s)))
    selector = {"type": "FragmentSelector", "conformsTo": _FRAGMENT, "value": f"t={times}"}
    if event.track in _PART:
        return {**selector, "refinedBy": {"type": _PART[event.track]}}
    return selector


def _base(media: str | None) -> str:
    """Return the address of the folder of the video."""
    if media is None or not media.startswith(("http://", "https://")):
        return _HERE
    return media.rpartition("/")[0] + "/"


def _video(timeline: Timeline, media: str | None, base: str) -> str:
    link = media or quote(timeline.source, errors="replace") or "clip"
    return link if link.startswith(base) else base + link.removeprefix("./").lstrip("/")


def _mime(timeline: Timeline, seen: bool) -> str:
    kind = mimetypes.guess_type(timeline.source)[0]
    return kind or ("video/mp4" if seen else "audio/mpeg")


def _text(value: dict[str, Json]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
