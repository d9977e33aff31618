"""Annotations of other tools, read: one small reader a format, found by what a file holds.

A reader gets the file (`Content`) and fills in what it finds (`Findings`): rows, and for each row
that cannot be used the reason.  What the file does not say comes from `Hints`: where its times
count from, its frame rate, its character set.

A third party adds a format by an entry point of group `seehear.importers` that names an
`ImportFormat`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seehear.closest import shown, suggest
from seehear.errors import ConfigError, DataError
from seehear.foreign.workbooks import packed_kind
from seehear.interchange import (
    activitynet,
    ass,
    audacity,
    birdnet,
    dcase,
    edl,
    elan,
    fcp7xml,
    fcpxml,
    iiif,
    label_studio,
    losslesscut,
    otio,
    ours,
    praat,
    premiere,
    raven,
    rttm,
    srt,
    vtt,
)
from seehear.interchange.content import BUNDLED, Content, Hints
from seehear.interchange.grid import columns_of
from seehear.interchange.rows import Findings, ForeignRow, Imported, Unused
from seehear.plugins import Registry

_GROUP = "seehear.importers"


class UnknownFormatError(DataError):
    """A file is of no format that is known."""


@dataclass(frozen=True)
class ImportFormat:
    """One way to read annotations.

    Args:
        summary: one line: whose files these are.
        read: `read(content, found)` fills in what the file says.
        fits: whether a file is of this format, by its beginning and never by its name.
        track: the track of rows that do not name one.
        complete: whether a class that the file does not name was looked for and not found, as in
            our own exports.
    """

    summary: str
    read: Callable[[Content, Findings], None]
    fits: Callable[[Content], bool]
    track: str = "audio"
    complete: bool = False


# in the order in which they are tried
FORMATS: dict[str, ImportFormat] = {
    "json": ImportFormat(
        "seehear's own timeline", ours.read_timeline, ours.is_timeline, complete=True
    ),
    "otio": ImportFormat("OpenTimelineIO", otio.read, otio.fits, track="audio_visual"),
    "losslesscut": ImportFormat(
        "LosslessCut's project or segment list",
        losslesscut.read,
        losslesscut.fits,
        track="audio_visual",
    ),
    "activitynet": ImportFormat(
        "ActivityNet JSON, truth or results", activitynet.read, activitynet.fits, track="visual"
    ),
    "iiif": ImportFormat("IIIF annotations", iiif.read, iiif.fits, track="audio_visual"),
    "label-studio": ImportFormat(
        "Label Studio's export: JSON, JSON-MIN, CSV or TSV", label_studio.read, label_studio.fits
    ),
    "eaf": ImportFormat("ELAN", elan.read, elan.fits),
    "fcpxml": ImportFormat("Final Cut Pro X", fcpxml.read, fcpxml.fits, track="audio_visual"),
    "fcp7xml": ImportFormat(
        "Final Cut Pro 7 XML, of Premiere and others",
        fcp7xml.read,
        fcp7xml.fits,
        track="audio_visual",
    ),
    "textgrid": ImportFormat("Praat TextGrid, long or short", praat.read, praat.fits),
    "vtt": ImportFormat("WebVTT subtitles", vtt.read, vtt.fits),
    "ass": ImportFormat("Advanced SubStation Alpha subtitles", ass.read, ass.fits),
    "srt": ImportFormat("SubRip subtitles", srt.read, srt.fits),
    "edl": ImportFormat("markers of an EDL (Resolve)", edl.read, edl.fits, track="audio_visual"),
    "tsv": ImportFormat(
        "seehear's table of predictions", ours.read_tsv, ours.is_tsv, complete=True
    ),
    "csv": ImportFormat("seehear's spreadsheet", ours.read_csv, ours.is_csv, complete=True),
    "raven": ImportFormat("Raven or BirdNET selection table", raven.read, raven.fits),
    "birdnet": ImportFormat("BirdNET's table of detections", birdnet.read, birdnet.fits),
    "premiere": ImportFormat(
        "Premiere's list of markers", premiere.read, premiere.fits, track="audio_visual"
    ),
    "rttm": ImportFormat("rich transcription time marks", rttm.read, rttm.fits),
    "audacity": ImportFormat("Audacity labels", audacity.read, audacity.fits),
    "dcase": ImportFormat("DCASE tables", dcase.read, dcase.fits),
}


_ALL = Registry(_GROUP, ImportFormat, FORMATS)


def names() -> list[str]:
    """Return the names of all formats, ours first, then those that installed packages add."""
    return _ALL.names()


def get(name: str) -> ImportFormat:
    """Return a format by its name.

    Raises:
        ConfigError: no such format, or the package that adds it is broken.
    """
    try:
        return _ALL[name]
    except KeyError:
        raise ConfigError(
            f"unknown format {name!r}", hint=suggest(name, names()), parameter="format"
        ) from None


def read(path: Path, *, format: str | None = None, hints: Hints | None = None) -> Imported:
    """Return what a foreign file says.

    Args:
        path: the file.
        format: a name of `FORMATS`, or one that a package adds; None: found out.
        hints: what the file may not say of itself.

    Raises:
        UnknownFormatError: it is of no known format.
        DataError: it cannot be read.
        ConfigError: no such format.
    """
    content = Content(path, hints)
    name = format or _found(content)
    if name in FORMATS:
        _refuse_packed(content)
    found = Findings()
    get(name).read(content, found)
    content.about(found)
    return Imported(
        name, tuple(found.rows), tuple(found.unused), tuple(found.notes), tuple(found.silent)
    )


def _found(content: Content) -> str:
    """Return the format of a file.

    Raises:
        UnknownFormatError: it is of no known format.
        DataError: it is empty, or a workbook.
    """
    if not content.text.strip():
        raise DataError(
            "expected annotations, got an empty file",
            where=content.path,
            hint="if it is meant to be empty, say its format with `format`",
        )
    for name, known in _ALL.items():
        if known.fits(content):
            return name
    _refuse_packed(content)
    columns = columns_of(content)
    got = f"a file that begins with {content.head[:40]!r}"
    hint = f"`format` says which it is: {', '.join(names())}"
    if len(columns) > 2:
        got = f"a table with the columns {shown(columns)}"
        hint = f"call its columns {', '.join(ours.TSV)}; or {hint}"
    raise UnknownFormatError(f"expected a known format, got {got}", where=content.path, hint=hint)


def _refuse_packed(content: Content) -> None:
    """Refuse what no reader of ours can read.

    Raises:
        DataError: it is a workbook of a spreadsheet, or a ZIP archive of anything else.
    """
    kind = packed_kind(content.data)
    if kind is not None:
        what, hint = kind
        raise DataError(
            f"expected a table or annotations as text, got {what}", where=content.path, hint=hint
        )


def files_of(path: Path) -> list[Path]:
    """Return the files that a path means: itself, or all files below a folder, in order.

    A bundle of Final Cut Pro (`.fcpxmld`) is one file.  Names that begin with a point are left out.

    Raises:
        DataError: there is no file in the folder.
    """
    if not path.is_dir() or (path / BUNDLED).is_file():
        return [path]
    out: list[Path] = []
    for above, folders, found in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        out += [Path(above, name) for name in sorted(found) if not name.startswith(".")]
    if not out:
        raise DataError("expected files of annotations, got a folder without any", where=path)
    return out


__all__ = [
    "FORMATS",
    "Content",
    "Findings",
    "ForeignRow",
    "Hints",
    "ImportFormat",
    "Imported",
    "Unused",
    "get",
    "names",
    "read",
]
