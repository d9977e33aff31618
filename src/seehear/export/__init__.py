"""Timelines in the formats of other tools: one small writer a format, chosen by name.

`FORMATS` names the modules that are formats.  The others hold what several writers share: `words`,
`told`, `markers`, `frames` and `clips`; `page` and `palette`, for HTML pages and pictures; `uses`
and `table`, which say what a format is good for; and `selection`, which events are exported.

A third party adds a format by an entry point of group `seehear.exporters` that names a `Format`.
"""

import base64
import mimetypes
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from seehear.closest import suggest
from seehear.errors import ConfigError, MediaError
from seehear.export import (
    activitynet,
    audacity,
    csv,
    dcase,
    eaf,
    edl,
    fcp7xml,
    fcpxml,
    fiftyone,
    html,
    iiif,
    json,
    label_studio,
    losslesscut,
    otio,
    raven,
    rttm,
    srt,
    textgrid,
    tsv,
    vtt,
)
from seehear.export.clips import Beside, LinkedClip, ManyClips
from seehear.export.words import clip_name
from seehear.files import atomic_path, is_special, write_text
from seehear.plugins import Registry
from seehear.time import SUFFIX, Timeline

EMBED_LIMIT_BYTES = 16 * 1024 * 1024  # a page links to larger videos instead of holding them
_GROUP = "seehear.exporters"


@dataclass(frozen=True)
class Format:
    """One way to write a timeline.

    Args:
        suffix: ending of its files, after the clip's name.
        summary: one line for `--help`.
        render: `render(timeline, *, media=None) -> str`; `media` is where the clip's video can be
            found, as a URL relative to the file written, or None.
        embeds: whether `media` may also be a `data:` URL holding the whole video.
        media: whether `render` makes any use of it.
        absolute: whether its readers need the whole address of a video instead of one relative to
            the file.
        lines: `lines(clips)` yields the text of one file of many clips, piece by piece; None: a
            file holds one clip.
        beside: `beside(name, many)` returns further files, name -> text, that belong to the file
            of that name.
    """

    suffix: str
    summary: str
    render: Callable[..., str]
    embeds: bool = False
    media: bool = True
    absolute: bool = False
    lines: Callable[[Iterable[LinkedClip]], Iterator[str]] | None = None
    beside: Callable[[str, ManyClips], Beside] | None = None


FORMATS: dict[str, Format] = {
    "json": Format(SUFFIX, "seehear's own timeline, complete", json.render, media=False),
    "csv": Format(".csv", "a table for spreadsheets, one event a row", csv.render, media=False),
    "tsv": Format(
        ".tsv", "predictions for seehear evaluate, one event a row", tsv.render, media=False
    ),
    "audacity": Format(
        ".audacity.txt", 'a label track for Audacity ("dog heard")', audacity.render, media=False
    ),
    "vtt": Format(
        ".vtt", 'WebVTT subtitles for browsers and players ("dog heard")', vtt.render, media=False
    ),
    "srt": Format(
        ".srt", 'SubRip subtitles for players and editors ("dog heard")', srt.render, media=False
    ),
    "eaf": Format(".eaf", "ELAN annotation, a tier per track and class", eaf.render),
    "textgrid": Format(
        ".TextGrid", "Praat TextGrid, a tier per track and class", textgrid.render, media=False
    ),
    "rttm": Format(".rttm", "rich transcription time marks", rttm.render, media=False),
    "html": Format(".html", "a page with player and lanes, in one file", html.render, embeds=True),
    "otio": Format(".otio", "OpenTimelineIO, one clip with coloured markers", otio.render),
    "edl": Format(
        ".edl", "markers for DaVinci Resolve, as an edit decision list", edl.render, media=False
    ),
    "fcpxml": Format(
        ".fcpxml", "Final Cut Pro, one clip with markers", fcpxml.render, absolute=True
    ),
    "fcp7xml": Format(
        ".fcp7.xml", "Premiere Pro, one clip with coloured markers", fcp7xml.render, absolute=True
    ),
    "losslesscut": Format(
        ".losslesscut.csv", "segments for LosslessCut", losslesscut.render, media=False
    ),
    "label-studio": Format(
        ".label-studio.json",
        "tasks for Label Studio, with its labelling configuration beside them",
        label_studio.render,
        lines=label_studio.lines,
        beside=label_studio.beside,
    ),
    "fiftyone": Format(
        ".fiftyone.json",
        "temporal detections for FiftyOne, a dataset folder",
        fiftyone.render,
        absolute=True,
        lines=fiftyone.lines,
        beside=fiftyone.beside,
    ),
    "activitynet": Format(
        ".activitynet.json",
        "segments as ActivityNet's JSON has them",
        activitynet.render,
        media=False,
        lines=activitynet.lines,
    ),
    "raven": Format(".selections.txt", "a selection table for Raven", raven.render, media=False),
    "dcase": Format(
        ".dcase.tsv",
        "sound events as tools of the DCASE challenges read them",
        dcase.render,
        media=False,
        lines=dcase.lines,
    ),
    "iiif": Format(".iiif.json", "IIIF manifest with annotations, for archives", iiif.render),
    "iiif-page": Format(".annotations.json", "IIIF annotation page alone", iiif.render_page),
}
_ALL = Registry(_GROUP, Format, FORMATS)


def names() -> list[str]:
    """Return the names of all formats: those built in, then those that installed packages add."""
    return _ALL.names()


def get(name: str) -> Format:
    """Return a format by its name.

    Raises:
        ConfigError: no such format, or the package that adds it is broken.
    """
    try:
        return _ALL[name]
    except KeyError:
        hint = suggest(name, names())
        raise ConfigError(f"unknown format {name!r}", hint=hint) from None


def render(timeline: Timeline, format: str, *, media: str | None = None) -> str:
    """Return `timeline` as text; `media` is the video's URL, for formats that point to it.

    Raises:
        ConfigError: no such format, or the package that adds it is broken.
    """
    text = get(format).render(timeline, media=media)
    # Python reads file names of unknown encoding as lone surrogates
    return text.encode("utf-8", "replace").decode()


def write(
    timeline: Timeline,
    format: str,
    path: Path,
    *,
    media: Path | None = None,
    base: str | None = None,
) -> Path:
    """Write `timeline` to `path` atomically, UTF-8, and return the path.

    Args:
        timeline: what to write.
        format: a name of `FORMATS`, or one that an installed package adds.
        path: the file, with its suffix (`path_for` makes one).
        media: the clip's video file; HTML embeds it up to `EMBED_LIMIT_BYTES` and links to it
            above, other formats link to it.
        base: the web address below which the videos lie; links then lead there.

    Raises:
        ConfigError: no such format.
        MediaError: the video that is to be embedded cannot be read.
        SeehearError: the file cannot be written.
    """
    form = get(format)
    link = link_to(timeline, form, path.parent, media=media, base=base)
    write_text(path, render(timeline, format, media=link))
    if form.beside is not None:
        many = ManyClips()
        for _ in many.taking([LinkedClip(clip_name(timeline), timeline, link)]):
            pass
        write_beside(form, path, many)
    return path


def write_many(clips: Iterable[LinkedClip], format: str, path: Path) -> None:
    """Write many clips into one file, whole or not at all, and the files that go with it.

    Raises:
        ConfigError: the format holds one clip a file.
        SeehearError: the file cannot be written.
    """
    form = get(format)
    if form.lines is None:
        raise ConfigError(f"a file of {format} holds one clip", where=path, hint="name a folder")
    many = ManyClips()
    with atomic_path(path) as part, part.open("w", encoding="utf-8", newline="") as out:
        for text in form.lines(many.taking(clips)):
            out.write(text.encode("utf-8", "replace").decode())
    write_beside(form, path, many)


def write_beside(form: Format, path: Path, many: ManyClips) -> None:
    """Write the files that go with the one at `path`."""
    if form.beside is not None and not is_special(path):
        for name, text in form.beside(path.name, many).items():
            write_text(path.with_name(name), text.encode("utf-8", "replace").decode())


def link_to(
    timeline: Timeline,
    form: Format,
    folder: Path,
    *,
    media: Path | None = None,
    base: str | None = None,
) -> str | None:
    """Return the address by which a file in `folder` names the clip's video; None: it does not.

    Args:
        timeline: of the clip.
        form: of the file.
        folder: where the file goes.
        media: the video file, if there is one.
        base: the web address below which the videos lie; it comes before `media`.
    """
    if base is not None:
        name = timeline.source.replace("\\", "/").lstrip("/")
        return f"{base.rstrip('/')}/{quote(name, errors='replace')}"
    if media is None:
        return None
    if form.absolute:
        return media.resolve().as_uri()
    return media_url(media, folder, embed=form.embeds)


def path_for(name: str, format: str, folder: Path) -> Path:
    """Return where the timeline of clip `name` goes in `folder`."""
    return folder / f"{name}{get(format).suffix}"


def media_url(media: Path, folder: Path, *, embed: bool) -> str:
    """Return the URL of a video for a file in `folder`: `data:` if `embed` and small, or a path.

    Raises:
        MediaError: the video that is to be embedded cannot be read.
    """
    try:
        if embed and media.stat().st_size <= EMBED_LIMIT_BYTES:
            kind = mimetypes.guess_type(media.name)[0] or "video/mp4"
            return f"data:{kind};base64,{base64.b64encode(media.read_bytes()).decode()}"
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where=media) from None
    # "./" so that a name with a colon is not read as a protocol
    return "./" + quote(os.path.relpath(media.resolve(), folder.resolve()).replace(os.sep, "/"))
