"""Timelines in the formats of other tools: one small writer a format, chosen by name.

Each module is a format, named in `FORMATS`, but two: `words` holds what several writers share,
`page` makes the frame of any HTML page (`html` and `seehear.report` fill it).

A third party adds a format by an entry point of group `seehear.exporters` that names a `Format`.
"""

import base64
import mimetypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard
from urllib.parse import quote

from seehear import plugins
from seehear.closest import suggest
from seehear.errors import ConfigError, MediaError
from seehear.export import audacity, csv, eaf, html, json, rttm, srt, textgrid, tsv, vtt
from seehear.files import write_text
from seehear.time import SUFFIX, Timeline

EMBED_LIMIT_BYTES = 16 * 1024 * 1024  # larger videos are linked to, not copied into a page
_GROUP = "seehear.exporters"


@dataclass(frozen=True)
class Format:
    """One way to write a timeline.

    Args:
        suffix: of its files, after the clip's name.
        summary: one line for `--help`.
        render: `render(timeline, *, media=None) -> str`; `media` is where the clip's video can be
            found, as a URL relative to the file written, or None.
        embeds: whether `media` may also be a `data:` URL holding the whole video.
        media: whether `render` makes any use of it.
    """

    suffix: str
    summary: str
    render: Callable[..., str]
    embeds: bool = False
    media: bool = True


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
}


def names() -> list[str]:
    """Return the names of all formats, built in first, then those that installed packages add."""
    return [*FORMATS, *plugins.added(_GROUP, FORMATS)]


def get(name: str) -> Format:
    """Return a format by its name.

    Raises:
        ConfigError: no such format, or the package that adds it is broken.
    """
    if name in FORMATS:
        return FORMATS[name]
    try:
        return plugins.load(_GROUP, name, _is_format, "a seehear.export.Format")
    except KeyError:
        hint = suggest(name, names())
        raise ConfigError(f"unknown format {name!r}", hint=hint) from None


def _is_format(thing: object) -> TypeGuard[Format]:
    return isinstance(thing, Format)


def render(timeline: Timeline, format: str, *, media: str | None = None) -> str:
    """Return `timeline` as text; `media` is the video's URL, for formats that point to it."""
    text = get(format).render(timeline, media=media)
    # file names in no known encoding come as lone surrogates
    return text.encode("utf-8", "replace").decode()


def write(timeline: Timeline, format: str, path: Path, *, media: Path | None = None) -> Path:
    """Write `timeline` to `path` atomically, UTF-8, and return the path.

    Args:
        timeline: what to write.
        format: a name of `FORMATS`, or one that an installed package adds.
        path: the file, with its suffix (`path_for` makes one).
        media: the clip's video file; HTML embeds it up to `EMBED_LIMIT_BYTES` and links to it
            above, ELAN links to it.
    """
    link = None if media is None else media_url(media, path.parent, embed=get(format).embeds)
    write_text(path, render(timeline, format, media=link))
    return path


def path_for(name: str, format: str, folder: Path) -> Path:
    """Return where the timeline of clip `name` goes in `folder`."""
    return folder / f"{name}{get(format).suffix}"


def media_url(media: Path, folder: Path, *, embed: bool) -> str:
    """Return how a file in `folder` names a video: whole (`data:`) if small, else by its path."""
    try:
        if embed and media.stat().st_size <= EMBED_LIMIT_BYTES:
            kind = mimetypes.guess_type(media.name)[0] or "video/mp4"
            return f"data:{kind};base64,{base64.b64encode(media.read_bytes()).decode()}"
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where=media) from None
    # "./" so that a name with a colon is not read as a protocol
    return "./" + quote(os.path.relpath(media.resolve(), folder.resolve()).replace(os.sep, "/"))
