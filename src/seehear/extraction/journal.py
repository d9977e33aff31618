"""The record of an extraction that is under way.

Killed at any moment (`kill -9`), it loses only the clips that were being worked on.

    .progress/
      journal.jsonl        line 1: what was asked; then a line for each finished clip: its state
                           and where its rows lie
      conse+feature.rows   rows of the finished clips, appended in the order in which clips end

      parts/NAME/          the journal of a worker of a cluster that writes its own clips

Rows are written before the line that names them, so a whole line names rows that are there.  A last
line that is not whole, and rows that no line names, are cut off when the journal is opened again.
`extract` owns the folder meanwhile (`seehear.lock`).
"""

import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from seehear.errors import FeatureError
from seehear.extraction.parts import PROGRESS, part_folder
from seehear.files import Json, refused
from seehear.foreign.forms import (
    anything,
    first_of,
    flag,
    items,
    one_of,
    record,
    shortened,
    table,
    text,
    whole,
)
from seehear.foreign.texts import parse_json

FOLDER = PROGRESS


class Journal:
    """An open journal; use as a context manager.

    Args:
        out: the features folder.
        asked: what this extraction is to make, as JSON; a journal begun with something else is
            refused.
        streams: name -> (dim, dtype) of every stream.
        part: name of a worker's own journal; None: the main one, which knows the clips of all.

    Raises:
        FeatureError: the journal was begun with other settings, or is damaged.
    """

    def __init__(
        self,
        out: Path,
        asked: Mapping[str, Json],
        streams: Mapping[str, tuple[int, str]],
        *,
        part: str | None = None,
    ) -> None:
        self._out = out
        self.folder = out / FOLDER if part is None else part_folder(out, part)
        self.streams = dict(streams)
        # finished clips by name: the manifest's entry, "at" (stream -> first byte, bytes) and "crc"
        self.clips: dict[str, dict[str, Json]] = {}
        self._parts: dict[str, str] = {}  # clip -> the part that holds its rows
        self._dropped: set[tuple[str, str]] = set()  # (clip, part), to be extracted again
        self._made = not self.folder.is_dir()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lines = self._open_lines(asked)
        self._rows = {stream: self._open_rows(stream) for stream in self.streams}
        if part is None:
            self._read_parts(asked)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, clip: Mapping[str, Json], rows: Mapping[str, NDArray[Any]]) -> dict[str, Json]:
        """Record a finished clip and return the record.

        Args:
            clip: its manifest entry, with `name`.
            rows: stream -> (R, D); a failed clip has none.

        Raises:
            SeehearError: the system refuses to write.
            ValueError: rows of another length than the stream's.
        """
        at, crc, wanted = {}, {}, 0
        try:
            for stream, values in rows.items():
                dim, dtype = self.streams[stream]
                if values.ndim != 2 or values.shape[1] != dim:
                    raise ValueError(f"{stream}: expected rows of {dim}, got {values.shape}")
                data = np.ascontiguousarray(values, dtype).tobytes()
                file, wanted = self._rows[stream], len(data)
                at[stream] = (file.tell(), len(data))
                crc[stream] = zlib.crc32(data)
                file.write(data)
                file.flush()
            entry = {**clip, "at": at, "crc": crc}
            _write_line(self._lines, entry)
        except OSError as error:
            raise refused(error, self.folder, wanted=wanted) from error
        self.clips[clip["name"]] = entry
        return entry

    def take(self, part: str, record: Mapping[str, Json]) -> None:
        """Add a clip that a worker has recorded in its part, with that record."""
        self.clips[record["name"]] = dict(record)
        self._parts[record["name"]] = part

    def entry(self, name: str) -> dict[str, Json]:
        """Return the manifest entry of a finished clip."""
        return {key: value for key, value in self.clips[name].items() if key not in ("at", "crc")}

    def drop(self, name: str) -> None:
        """Forget a clip, so that it is done again."""
        part = self._parts.pop(name, "")
        _write_line(self._lines, {"name": name, "dropped": True, "part": part})
        del self.clips[name]

    def read(self, name: str, stream: str) -> NDArray[Any] | None:
        """Return the rows of a finished clip, (R, D), or None where it has none.

        Raises:
            FeatureError: the bytes are not those that were written (a power cut, a failing disk);
                the clip is dropped, so that the next run extracts it again.
        """
        clip, place = self.clips[name], self.place(name, stream)
        if place is None:
            return None
        path, start, size = place
        dim, dtype = self.streams[stream]
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(size)
        if zlib.crc32(data) != clip["crc"][stream]:
            self.drop(name)
            raise FeatureError(
                f"clip {name}: the rows of {stream} did not reach the disk whole",
                where=self.folder,
                hint="run the same command again: this clip is extracted again",
            )
        return np.frombuffer(data, dtype).reshape(-1, dim)

    def place(self, name: str, stream: str) -> tuple[Path, int, int] | None:
        """Return the file with a clip's rows, their first byte and how many bytes they have.

        None where the clip has no rows of the stream.
        """
        found = self.clips[name]["at"].get(stream)
        if found is None:
            return None
        part = self._parts.get(name)
        folder = self.folder if part is None else part_folder(self._out, part)
        return folder / self._file(stream), *found

    def count(self, name: str, stream: str) -> int:
        """Return R, the number of rows that a finished clip has of a stream."""
        _, size = self.clips[name]["at"].get(stream, (0, 0))
        dim, dtype = self.streams[stream]
        return int(size) // (dim * np.dtype(dtype).itemsize)

    def close(self) -> None:
        """Close every file; remove the journal if this object made it and it is still empty."""
        for file in (*self._rows.values(), self._lines):
            file.close()
        if self._made and not self.clips:
            self.remove()

    def remove(self) -> None:
        """Delete the journal: the store is written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, stream: str) -> Path:
        return self.folder / self._file(stream)

    def _file(self, stream: str) -> str:
        return f"{stream.replace('/', '+')}.rows"

    def _read_parts(self, asked: Mapping[str, Json]) -> None:
        """Add what workers recorded; a last line that is not whole is left out."""
        for folder in sorted(part_folder(self._out, "x").parent.glob("*")):
            path = folder / "journal.jsonl"
            try:
                *lines, _ = path.read_bytes().split(b"\n")
            except OSError:  # its worker had not begun
                continue
            for number, entry in self._entries(lines, path):
                if number == 1:
                    refuse_other(entry, asked, self._out)
                elif (entry["name"], folder.name) not in self._dropped:
                    self._check(entry, f"{path}:{number}")
                    self.take(folder.name, entry)

    def _entries(self, lines: Sequence[bytes], path: Path) -> Iterator[tuple[int, dict[str, Json]]]:
        for number, line in enumerate(lines, start=1):
            form = table(anything) if number == 1 else _ENTRY
            where = f"{path}:{number}"
            yield number, parse_json(line, form, where=where, kind=FeatureError, hint=_DAMAGED)

    def _open_lines(self, asked: Mapping[str, Json]) -> BinaryIO:
        path = self.folder / "journal.jsonl"
        file = path.open("ab+")
        file.seek(0)
        data = file.read()
        whole = data.rfind(b"\n") + 1
        file.truncate(whole)
        try:
            self._take(data[:whole].splitlines(), asked, path)
        except FeatureError:
            file.close()
            raise
        if not whole:
            _write_line(file, asked)
        return file

    def _take(self, lines: Sequence[bytes], asked: Mapping[str, Json], path: Path) -> None:
        """Take in what the lines of an earlier run say.

        Raises:
            FeatureError: they are of other settings, or damaged.
        """
        for number, entry in self._entries(lines, path):
            if number == 1:
                refuse_other(entry, asked, self._out)
            elif entry.get("dropped"):
                self.clips.pop(entry["name"], None)
                self._dropped.add((entry["name"], entry.get("part", "")))
            else:
                self._check(entry, f"{path}:{number}")
                self.clips[entry["name"]] = entry

    def _check(self, entry: Mapping[str, Json], where: str) -> None:
        """Refuse rows that are not of our streams.

        Raises:
            FeatureError: an unknown stream, or bytes that are not whole rows.
        """
        at, crc = entry.get("at", {}), entry.get("crc", {})
        for stream, (_, size) in at.items():
            dim, dtype = self.streams.get(stream, (0, "float32"))
            if not dim or size % (dim * np.dtype(dtype).itemsize) or stream not in crc:
                raise FeatureError(
                    f"expected whole rows of {', '.join(self.streams)}, got {size} bytes of"
                    f" {shortened(stream)}",
                    where=where,
                    hint=_DAMAGED,
                )

    def _open_rows(self, stream: str) -> BinaryIO:
        """Open the rows of a stream, cut off behind the last that a line speaks of."""
        places = [clip["at"][stream] for clip in self.clips.values() if stream in clip["at"]]
        file = self._path(stream).open("ab")
        file.truncate(max((start + size for start, size in places), default=0))
        file.seek(0, os.SEEK_END)
        return file


_DAMAGED = "the journal is damaged: remove the features folder and extract again"
_ENTRY = first_of(
    record({"name": text, "dropped": flag}, {"part": text}),
    record(
        {
            "name": text,
            "id": text,
            "state": one_of("ok", "degraded", "failed"),
            "at": table(items(whole(0, 1 << 62), least=2, most=2)),
            "crc": table(whole(0, 1 << 32)),
            "segments": whole(),
        },
        {"reason": text, "warnings": items(text), "tracks": table(text)},
    ),
)


def _write_line(file: BinaryIO, value: Mapping[str, Json]) -> None:
    file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
    file.flush()


def refuse_other(made: Mapping[str, Json], asked: Mapping[str, Json], where: Path) -> None:
    """Refuse a folder that was made with other settings: features of two kinds never mix.

    Args:
        made: the settings that it was made with.
        asked: those asked for now.
        where: the folder.

    Raises:
        FeatureError: they differ; it names the first setting that does.
    """
    difference = _first_difference(json.loads(json.dumps(made)), json.loads(json.dumps(asked)))
    if difference is not None:
        key, before, now = difference
        raise FeatureError(
            f"these features were made with {key} = {before}, now asked for {now}",
            where=where,
            hint="features of two kinds do not mix: choose another folder",
        )


def _first_difference(made: Json, asked: Json, key: str = "") -> tuple[str, str, str] | None:
    """Return (key, value made with, value asked for) where two JSON values first differ."""
    if not isinstance(made, dict) or not isinstance(asked, dict):
        return None if made == asked else (key, _short(made), _short(asked))
    for name in dict.fromkeys([*made, *asked]):
        inner = f"{key}.{name}" if key else name
        found = _first_difference(made.get(name), asked.get(name), inner)
        if found is not None:
            return found
    return None


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
