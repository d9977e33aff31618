"""Rows as the truth of a dataset folder, which `seehear.data` opens and evaluation reads."""

import json
import math
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seehear.data.dialect import write_rows
from seehear.data.words import no_single_class
from seehear.errors import ConfigError, DataError
from seehear.files import is_free, make_folder, write_text
from seehear.interchange.gather import GatheredClip
from seehear.interchange.rows import ForeignRow
from seehear.time import NOT_PARSED, TRACKS
from seehear.time.spans import Span, clipped, joined

TOML = "dataset.toml"
_WHAT = {"audio": "heard", "visual": "seen"}


@dataclass(frozen=True)
class TruthSet:
    """A dataset folder to write.

    Args:
        name: of the dataset.
        split: of the clips, such as `test`.
        media: folder of the media; None: there is none.
        words: its classes; None: those of the rows.
    """

    name: str
    split: str = "test"
    media: Path | None = None
    words: tuple[str, ...] | None = None


def check_truth_folder(out: Path, split: str) -> None:
    """Check, before the work, that a dataset can be written there.

    Raises:
        ConfigError: something is there already, or the name of the split is not a plain word.
    """
    if not is_free(out):
        raise ConfigError(
            "expected a new or empty folder for a dataset",
            where=out,
            hint="choose another one",
            parameter="out",
        )
    if not split.isidentifier():
        raise ConfigError(
            f"expected the name of a split, such as test, got {split!r:.60}", parameter="split"
        )


def write_truth(
    out: Path, clips: Sequence[GatheredClip], about: TruthSet
) -> tuple[list[tuple[str, str]], list[str]]:
    """Write a dataset folder; return which rows were not used and why, and what is odd about it.

    Raises:
        DataError: there is no clip or no class.
        SeehearError: the folder cannot be written.
    """
    refused = {row.where: why for clip in clips for row, why in _refused(clip)}
    clips = [_without(clip, refused) for clip in clips]
    words = about.words or _words(clips)
    if not clips or not words:
        raise DataError("expected rows with a class: none could be used", where=out)
    called, notes = _called(words)
    make_folder(out)
    table = [["filename", "event_labels"]]
    table += [[clip.name, _weak(clip, called)] for clip in clips]
    write_text(out / f"{about.split}.csv", write_rows(table))
    for track in TRACKS:
        found = _table(clips, track, called)
        if len(found) == 1:
            notes.append(f"nothing is {_WHAT[track]}: figures of that track mean nothing")
        write_text(out / f"{about.split}_{track}.csv", write_rows(found))
    write_text(out / TOML, _toml(out, clips, about, [called[word] for word in words]))
    return list(refused.items()), notes


def _words(clips: Sequence[GatheredClip]) -> tuple[str, ...]:
    """Return the classes of rows, in the order in which they come."""
    return tuple(dict.fromkeys(row.label for clip in clips for row in clip.rows))


def _weak(clip: GatheredClip, called: dict[str, str]) -> str:
    return ",".join(sorted({called[row.label] for row in clip.rows}))


def _without(clip: GatheredClip, refused: Collection[str]) -> GatheredClip:
    return replace(clip, rows=[row for row in clip.rows if row.where not in refused])


def _refused(clip: GatheredClip) -> Iterator[tuple[ForeignRow, str]]:
    """Yield the rows that say nothing about a clip, and why."""
    for row in clip.rows:
        why = _why(clip, row)
        if why is not None:
            yield row, why


def _why(clip: GatheredClip, row: ForeignRow) -> str | None:
    """Return why a row says nothing about a clip, or None."""
    if row.label == NOT_PARSED:
        return "it marks seconds that were not parsed, which truth cannot hold"
    length_s = math.inf if clip.media is None else clip.media.duration_s
    if row.start_s >= length_s or (row.end_s or 0.0) <= 0:
        return f"outside the media, which lasts {length_s:g} s"
    return None


def _table(clips: Sequence[GatheredClip], track: str, called: dict[str, str]) -> list[list[str]]:
    table = [["filename", "onset", "offset", "event_labels"]]
    for clip in clips:
        spans: dict[str, list[Span]] = {}
        for row in clip.rows:
            if row.track in (track, "audio_visual") and row.end_s is not None:
                spans.setdefault(row.label, []).append((row.start_s, row.end_s))
        rows = []
        for label, found in spans.items():
            end_s = math.inf if clip.media is None else clip.media.duration_s
            rows += [(*span, called[label]) for span in clipped(joined(found), 0.0, end_s)]
        table += [[clip.name, f"{a:.6f}", f"{b:.6f}", label] for a, b, label in sorted(rows)]
    return table


def _called(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return what a dataset calls each class: one that reads as a list of classes is renamed."""
    called: dict[str, str] = {}
    notes = []
    for word in words:
        name = " ".join(word.split())
        if no_single_class(name) is not None:
            name = name.replace(",", " /").replace(";", " /").strip(" -*+()") or "event"
        while name in called.values():
            name += " 2"
        called[word] = name
        if name != word:
            notes.append(f"class {word!r:.60} is called {name!r:.60} in the dataset")
    return called, notes


def _toml(out: Path, clips: Sequence[GatheredClip], about: TruthSet, words: Sequence[str]) -> str:
    lines = [f"name = {_quoted(about.name)}"]
    if about.media is not None:
        place = os.path.relpath(about.media.resolve(), out.resolve()).replace(os.sep, "/")
        lines.append(f"media = {_quoted(place)}")
    lines += ["", "[vocabulary]", *(f"{_quoted(word)} = {_quoted(word)}" for word in words)]
    lines += ["", f"[splits.{about.split}]", f'clips = "{about.split}.csv"']
    lines += [f'{track} = "{about.split}_{track}.csv"' for track in TRACKS]
    ends = [row.end_s for clip in clips for row in clip.rows if row.end_s is not None]
    lengths = [clip.media.duration_s for clip in clips if clip.media is not None]
    count = math.ceil(max(lengths or ends or [1.0]))
    return "\n".join([*lines, "", "[grid]", f"count = {max(1, count)}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
