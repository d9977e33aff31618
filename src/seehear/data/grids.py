"""Which segments the clips of a dataset have, what says so, and whether the media agree.

The first of these decides: the kind of dataset (LLP) or `[grid]` of `dataset.toml` (a count, or
`from = "names"`), the length of the media, ten seconds.  Names are used only if `from` says so, as
many end in two numbers that are no times (`lesson_1_3`, a camera's date and time).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from seehear.amounts import amount
from seehear.data.clip import Clip
from seehear.data.suffixes import MEDIA_SUFFIXES
from seehear.errors import DataError, SeehearError
from seehear.time import TimeGrid

MOST = 86_400  # segments a clip: a day of seconds; arrays are made of this many rows
NAMES: Literal["names"] = "names"
_DEFAULT_S = 10.0
_LOOKED_AT = 16  # files, spread over the clips, as opening every file could take minutes
_HINT = "set count (and step_s) in [grid] of dataset.toml"


def media_by_stem(media: Path | None) -> dict[str, Path]:
    """Return every media file of a folder by its stem; of two, that with the preferred suffix.

    Subfolders are not searched.  Suffixes are preferred in the order of `MEDIA_SUFFIXES`.

    Raises:
        DataError: the folder cannot be looked into.
    """
    found: dict[str, Path] = {}
    if media is not None:
        try:
            files = [p for p in media.iterdir() if p.suffix.lower() in MEDIA_SUFFIXES]
        except OSError as error:
            raise DataError(f"cannot be looked into: {error.strerror}", where=media) from None
        files.sort(key=lambda p: (-MEDIA_SUFFIXES.index(p.suffix.lower()), p.name))
        for path in files:
            found[path.stem] = path  # the preferred suffix comes last and stays
    return found


def choose_grid(
    asked: TimeGrid | Literal["names"] | None,
    clips: Sequence[Clip],
    media: Mapping[str, Path],
    where: Path,
) -> tuple[TimeGrid, str]:
    """Return the grid of all clips, and in words where it comes from.

    Args:
        asked: what `dataset.toml` or the kind of dataset says; None: nothing.
        clips: of all splits.
        media: files by stem.
        where: the dataset, for errors.

    Raises:
        DataError: more than `MOST` segments, names without a span, or a grid that does not fit the
            media.
    """
    lengths = _lengths(clips, media)
    if asked is None and lengths:
        source = f"the longest of {amount(len(lengths), 'media file')}"
        return _checked(max(lengths.values()), source, where), source
    if asked is None:
        return TimeGrid.covering(_DEFAULT_S), "ten seconds, as nothing says otherwise"
    if isinstance(asked, TimeGrid):
        grid, source = asked, "given with the dataset"
    else:
        source = "the names of the clips"
        grid = _checked(_span(clips, where), source, where)
    _require_fit(grid, source, lengths, where)
    return grid, source


def _checked(length_s: float, source: str, where: Path) -> TimeGrid:
    """Return the whole seconds over a length that a file or a name told.

    Raises:
        DataError: more than `MOST`.
    """
    if length_s > MOST:
        raise DataError(
            f"{source}: expected clips of at most {MOST} s, got {length_s:g} s",
            where=where,
            hint=_HINT,
        )
    return TimeGrid.covering(round(length_s, 6))


def _span(clips: Iterable[Clip], where: Path) -> float:
    spans = [c.end_s - c.start_s for c in clips if c.start_s is not None and c.end_s is not None]
    if not spans:
        raise DataError(
            'grid.from = "names": no clip is called ID_START_END', where=where, hint=_HINT
        )
    return max(spans)


def _lengths(clips: Sequence[Clip], media: Mapping[str, Path]) -> dict[Path, float]:
    """Return the length in seconds of some files, spread over the clips.

    Empty if the media library is not installed.
    """
    if not media:
        return {}
    try:
        from seehear.media.probe import probe
    except ModuleNotFoundError:  # the extra is not installed
        return {}
    files = {media.get(clip.name) or media.get(clip.id): None for clip in clips}
    there = [path for path in files if path is not None]
    every = max(1, len(there) // _LOOKED_AT)
    found = {}
    for path in there[::every][:_LOOKED_AT]:
        try:
            found[path] = probe(path).duration_s
        except SeehearError:
            continue  # a damaged file: whoever needs it will report that
    return found


def _require_fit(grid: TimeGrid, source: str, lengths: Mapping[Path, float], where: Path) -> None:
    """Check that a grid does not end before most files do, and is not twice as long as all of them.

    Raises:
        DataError: it does, or it is.
    """
    counts = {path: TimeGrid.covering(s, grid.step_s).count for path, s in lengths.items()}
    slack = max(1, grid.count // 10)
    longer = [path for path, count in counts.items() if count > grid.count + slack]
    shorter = [path for path, count in counts.items() if 2 * count < grid.count]
    wrong: list[Path] = []
    if 2 * len(longer) > len(counts):
        wrong = longer
    elif len(shorter) == len(counts):
        wrong = shorter
    if wrong:
        raise DataError(
            f"a grid of {grid.end_s:g} s ({source}) does not fit the media: {wrong[0].name} has"
            f" {lengths[wrong[0]]:.1f} s, and so {len(wrong)} of {amount(len(lengths), 'file')}",
            where=where,
            hint=_HINT,
        )
