"""Moments of a search as files: each cut out of its video, and a list for editing programs.

OUT/0001 dog.mp4   one file for each moment, the best first
OUT/cuts.csv       video, start and end of each file
OUT/cuts.edl       the exact moments as CMX 3600, in the videos' time codes
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seehear.amounts import amount
from seehear.closest import shown
from seehear.errors import DataError, SeehearError
from seehear.export.edl import Decision, cut_list
from seehear.export.frames import Frames
from seehear.files import write_text
from seehear.library.at import timeline_at
from seehear.library.hits import Hit
from seehear.library.media import base_name
from seehear.library.videos import Videos

LIST = "cuts.csv"
COLUMNS = ("file", "timeline", "source", "start_s", "end_s", "score", "cut_from_s", "cut_to_s")


@dataclass(frozen=True)
class Cut:
    """A moment and its file, which holds the video from `start_s` to `end_s`."""

    hit: Hit
    file: Path
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Cuts:
    """The files that were made, and a line for each moment that could not be cut."""

    made: tuple[Cut, ...]
    failed: tuple[str, ...]


def export(library: Path, hits: Iterable[Hit], out: Path, media: tuple[Path, ...] = ()) -> Cuts:
    """Cut moments out of their videos; nothing is encoded again.

    Cuts of another search are left alone: names of both would stand side by side, and only one
    list of them.

    Args:
        library: the library that was searched.
        hits: the moments.
        out: folder, made if needed; files of these names are replaced.
        media: folders of videos that do not lie beside their timelines.

    Raises:
        MissingExtraError: PyAV is not installed.
        DataError: the folder holds cuts of another search.
        SeehearError: the folder cannot be written.
    """
    from seehear.media.container import require_av

    require_av()
    from seehear.media.cut import cut, suffix_of

    videos = Videos(library, media, anywhere=True)
    made, failed, found = [], [], []
    for number, hit in enumerate(hits, 1):
        try:
            path = _video(videos, hit)
            found.append((hit, path, out / f"{number:04d} {path.stem}{suffix_of(path)}"))
        except SeehearError as error:
            failed.append(_told(hit, error))
    _refuse_others(out, {file.name for _, _, file in found})
    for hit, path, file in found:
        try:
            out.mkdir(parents=True, exist_ok=True)
            made.append(Cut(hit, file, *cut(path, hit.start_s, hit.end_s, file)))
        except SeehearError as error:
            failed.append(_told(hit, error))
    write_text(out / LIST, _table(made))
    write_text(out / "cuts.edl", edl(library, (cut.hit for cut in made)))
    return Cuts(tuple(made), tuple(failed))


def _video(videos: Videos, hit: Hit) -> Path:
    """Return the video of a moment."""
    timeline = timeline_at(videos.library / hit.path)
    path = videos.find(hit.path, hit.source, timeline.media)
    if path is None:
        raise DataError("its video was not found", hint="name the folder where it lies")
    return path


def _told(hit: Hit, error: SeehearError) -> str:
    return f"{hit.source} at {hit.start_s:g} s: {error}"


def _refuse_others(out: Path, names: set[str]) -> None:
    """Raise a DataError where cuts of another search lie in a folder, by the list beside them."""
    try:
        text = (out / LIST).read_text(encoding="utf-8")
        listed = [row.get(COLUMNS[0]) or "" for row in csv.DictReader(io.StringIO(text))]
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    others = [name for name in listed if name not in names and (out / name).is_file()]
    if others:
        raise DataError(
            f"holds {amount(len(others), 'cut')} of another search: {shown(others, most=2)}",
            where=out,
            hint="choose another folder, or delete them and cuts.csv",
        )


def _table(cuts: Iterable[Cut]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cut in cuts:
        hit = cut.hit
        times = (round(cut.start_s, 6), round(cut.end_s, 6))
        row = (cut.file.name, hit.path, hit.source, hit.start_s, hit.end_s, hit.score, *times)
        writer.writerow(row)
    return out.getvalue()


def edl(library: Path, hits: Iterable[Hit]) -> str:
    """Return moments as an edit decision list, in the time codes of their files.

    Raises:
        DataError: a timeline cannot be read.
    """
    known: dict[str, Frames] = {}
    decisions = []
    for hit in hits:
        if hit.path not in known:
            known[hit.path] = Frames.of(timeline_at(library / hit.path).media)
        name, frames = base_name(hit.source), known[hit.path]
        decisions.append(Decision(name, hit.start_s, hit.end_s, frames))
    return cut_list(decisions)
