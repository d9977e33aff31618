"""Embeddings that others made, clip by clip: a features folder, or a table with a vector a second.

A folder is ours (`seehear extract`) or in one of the published layouts (`official`); frames are
averaged to segments.  A table, Parquet or Lance, has a row for each second of each clip: the clip's
name, the second (a whole number, or the time in seconds at which the row begins), and a list of
numbers for each encoder.  A table does not say what made its vectors, so whoever brings it must.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.errors import ConfigError, FeatureError, MissingExtraError
from seehear.features import open_features
from seehear.features.official import PUBLISHED_FOLDERS
from seehear.features.reader import to_segments
from seehear.features.store import ClipEntry, FeatureStore
from seehear.files import Json
from seehear.time import TRACKS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLIP_COLUMNS = ("clip", "source", "file", "filename", "video", "video_id", "path", "name", "id")
SECOND_COLUMNS = ("second", "at_s", "start_s", "time_s", "seconds", "segment", "time")
_AT_ONCE = 1 << 26  # numbers of a table that are held at a time
_MOST_S = 1_000_000
_PUBLISHED = {one.encoder: one for one in PUBLISHED_FOLDERS}
Encoder = dict[str, Json]


@dataclass(frozen=True)
class BroughtClip:
    """The embeddings that were brought of one clip.

    Args:
        name: of the clip, in the folder or table.
        segments, duration_s: its length in segments and in seconds.
        rows: stream -> (n, D).
        places: stream -> (n,), the segments of its rows.
        absent: tracks that the clip is known not to have.
    """

    name: str
    segments: int
    duration_s: float
    rows: Mapping[str, NDArray[np.float32]]
    places: Mapping[str, NDArray[np.int64]]
    absent: frozenset[str] = field(default_factory=frozenset)


class Brought(Protocol):
    """Embeddings of many clips.

    Attributes:
        encoders: by id: `track`, `weights`, `preprocessing`, `fps`, as in `features.kept`; without
            `weights` it is not known what made the rows.
        step_s: length of a segment, in seconds.
    """

    encoders: dict[str, Encoder]
    step_s: float

    def clips(self) -> Iterator[BroughtClip | FeatureError]:
        """Yield each clip, or why it cannot be used."""


def opened(path: Path, columns: Mapping[str, str]) -> Brought:
    """Return the embeddings that lie at a path.

    Args:
        path: a features folder, a Parquet file, or a Lance table.
        columns: for a table: column of vectors -> the encoder that made them, see `maker`.

    Raises:
        FeatureError: it is none of these, or it is damaged.
        ConfigError: the table has no such columns, or `columns` is given for a folder.
        MissingExtraError: the library that reads it is not installed.
    """
    if path.suffix in (".parquet", ".lance"):
        return _Table(path, columns)
    if columns:
        told = "works only with a table: the streams of a folder have names already"
        raise ConfigError(told, parameter="vectors")
    return _Folder(path)


def maker(text: str) -> tuple[str, str, str]:
    """Return track, encoder and output of a text such as `clip-vit-b16` or `audio:mine/feature`.

    Raises:
        ConfigError: it names neither an encoder of ours nor another one with its track.

    Examples:
        >>> maker("audio:mine")
        ('audio', 'mine', 'feature')
    """
    from seehear.encoders import cards

    track, colon, rest = text.rpartition(":")
    id_, _, output = rest.partition("/")
    known = cards().get(id_)
    if known is not None:
        track = known.track if track in ("", known.track) else ""
    if track not in TRACKS or not id_ or "/" in output or (colon and not rest):
        hint = f"expected one of {', '.join(cards())}, or audio:NAME or visual:NAME"
        raise ConfigError(f"no encoder {text!r:.80}", parameter="vectors", hint=hint)
    return track, id_, output or "feature"


class _Folder:
    """A features folder, ours or a published one."""

    def __init__(self, path: Path) -> None:
        self.store: FeatureStore = open_features(path)
        step_s = getattr(self.store, "manifest", {}).get("step_s")
        self.step_s = float(step_s or 1.0)
        self.encoders = {id_: _encoder(id_, said) for id_, said in self.store.encoders().items()}

    def clips(self) -> Iterator[BroughtClip | FeatureError]:
        """Yield each clip that did not fail."""
        for entry in self.store.entries():
            if entry["state"] == "failed":
                continue
            try:
                yield self._clip(entry)
            except FeatureError as error:
                yield error

    def _clip(self, entry: ClipEntry) -> BroughtClip:
        name, store = entry["name"], self.store
        tracks = entry.get("tracks", {})
        absent = frozenset(track for track, state in tracks.items() if state == "absent")
        counts = self._counts(name, absent)
        segments = entry.get("segments") or min(map(_segments, counts, counts.values()))
        rows = {}
        for stream in sorted(counts, key=_is_coarse):  # a segment's own row before a mean of frames
            id_, _, output = stream.partition("/")
            name_of = f"{id_}/feature" if output in ("frames", "maps") else stream
            if name_of not in rows:
                rows[name_of] = to_segments(store, stream, store.rows(stream, name), segments)
        places = dict.fromkeys(rows, np.arange(segments))
        length_s = entry.get("duration_s") or segments * self.step_s
        return BroughtClip(name, segments, length_s, rows, places, absent)

    def _counts(self, name: str, absent: frozenset[str]) -> dict[str, int]:
        """Return how many rows a clip has by stream, for tracks that it has.

        Raises:
            FeatureError: it has no rows at all.
        """
        counts = {}
        for stream in self.store.streams:
            count = self.store.count(stream, name)
            if count and self.encoders[_encoder_of(stream)]["track"] not in absent:
                counts[stream] = count
        if not counts:
            raise FeatureError(f"there are no rows of {name}", where=self.store.path)
        return counts


def _encoder_of(stream: str) -> str:
    return stream.partition("/")[0]


def _is_coarse(stream: str) -> bool:
    return stream.endswith(("/frames", "/maps"))


def _segments(stream: str, count: int) -> int:
    """Return how many seconds the rows of a published clip stand for."""
    if stream.endswith("/maps"):
        return 10
    return count // 8 if stream.endswith("/frames") else count


def _encoder(id_: str, said: Mapping[str, Json]) -> Encoder:
    """Return an encoder as `features.kept` describes it, from what a features folder says."""
    from seehear.encoders import cards

    known = _PUBLISHED.get(id_) or cards().get(id_)
    track = said.get("track") or ("visual" if known is None else known.track)
    preprocessing = said.get("preprocessing")
    if preprocessing is None:
        preprocessing = {"source": said.get("source") or "not known"}
    return {
        "track": track,
        "weights": dict(said.get("weights") or {}),
        "preprocessing": preprocessing,
        "fps": preprocessing.get("fps"),
    }


class _Table:
    """A Parquet file or a Lance table."""

    step_s = 1.0

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        if not path.exists():
            raise FeatureError("no such table", where=path)
        self.path, self._db = path, _connected()
        self._from = self._table()
        found = {name: kind for name, kind, *_ in self._ask(f"DESCRIBE SELECT * FROM {self._from}")}
        self._clip, self._second = (
            self._first(found, CLIP_COLUMNS),
            self._first(found, SECOND_COLUMNS),
        )
        lists = [name for name, kind in found.items() if kind.endswith("]")]
        missing = [name for name in columns if name not in lists]
        if missing or not columns:
            told = (
                f"expected a column of vectors, got {missing[0]!r:.60}"
                if missing
                else ("expected who made the vectors of a table")
            )
            hint = f"columns of vectors: {', '.join(lists) or 'none'}; say COLUMN=ENCODER"
            raise ConfigError(told, parameter="vectors", hint=hint)
        self.encoders = {}
        self._streams: dict[str, str] = {}
        for column, text in columns.items():
            track, id_, output = maker(text)
            said: Encoder = {"source": f"column {column} of {path.name}"}
            self.encoders[id_] = {"track": track, "weights": {}, "preprocessing": said, "fps": None}
            self._streams[column] = f"{id_}/{output}"

    def _table(self) -> str:
        if self.path.suffix == ".parquet":
            path = re.sub(r"([*?\[])", r"[\1]", str(self.path))  # a name, and no pattern
            return f"read_parquet({_quoted(path, mark=chr(39))})"
        try:
            import lance
        except ImportError:
            raise MissingExtraError.of("lance", "lance") from None
        try:
            self._db.register("vectors_of_others", lance.dataset(str(self.path)))
        except (OSError, ValueError) as error:
            raise FeatureError(_first_line(error), where=self.path) from None
        return "vectors_of_others"

    def _first(self, found: Mapping[str, str], names: tuple[str, ...]) -> str:
        lower = {name.lower(): name for name in found}
        for name in names:
            if name in lower:
                return lower[name]
        hint = f"it has {', '.join(found)}"
        raise FeatureError(f"expected a column {' or '.join(names)}", where=self.path, hint=hint)

    def _ask(self, sql: str) -> list[tuple[Json, ...]]:
        import duckdb

        try:
            return self._db.execute(sql).fetchall()
        except duckdb.Error as error:
            raise FeatureError(_first_line(error), where=self.path) from None

    def clips(self) -> Iterator[BroughtClip | FeatureError]:
        """Yield each clip; the table is read in parts, so that it need not fit into memory."""
        clip, second = _quoted(self._clip), _quoted(self._second)
        columns = [_quoted(column) for column in self._streams]
        sizes = ", ".join(f"max(len({column}))" for column in columns)
        (count, *dims), *_ = self._ask(f"SELECT count(*), {sizes} FROM {self._from}")
        parts = 1 + count * sum(dim or 0 for dim in dims) // _AT_ONCE
        lists = ", ".join(f"list({column} ORDER BY {second})" for column in columns)
        for part in range(parts):
            yield from self._part(
                f"SELECT {clip}::VARCHAR, list({second}::DOUBLE ORDER BY {second}), {lists}"
                f" FROM {self._from} WHERE hash({clip}::VARCHAR) % {parts} = {part}"
                f" GROUP BY {clip} ORDER BY {clip}"
            )

    def _part(self, sql: str) -> Iterator[BroughtClip | FeatureError]:
        for name, seconds, *vectors in self._ask(sql):
            try:
                yield self._read(
                    name, seconds, dict(zip(self._streams.values(), vectors, strict=True))
                )
            except FeatureError as error:
                yield error

    def _read(
        self, name: str | None, seconds: list[float], vectors: Mapping[str, Json]
    ) -> BroughtClip:
        at = np.array(seconds, np.float64)
        if not name or not np.isfinite(at).all() or not ((at >= 0) & (at < _MOST_S)).all():
            raise self._bad(name, "expected a name, and seconds from 0 on")
        places = np.floor(at + 1e-6).astype(np.int64)
        if len(np.unique(places)) < len(places):
            raise self._bad(name, "two rows are of one second")
        rows, places_of = {}, {}
        for stream, of_clip in vectors.items():
            there = np.array([one is not None for one in of_clip])
            if there.any():
                rows[stream] = self._rows(name, [one for one in of_clip if one is not None])
                places_of[stream] = places[there]
        segments = int(places.max()) + 1
        return BroughtClip(name, segments, float(segments), rows, places_of)

    def _rows(self, name: str, vectors: list[Json]) -> NDArray[np.float32]:
        try:
            rows = np.array(vectors, np.float32)
        except (TypeError, ValueError):
            raise self._bad(name, "its vectors differ in length, or are not numbers") from None
        if rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
            raise self._bad(name, "its vectors differ in length, or are not numbers")
        return rows

    def _bad(self, name: str | None, problem: str) -> FeatureError:
        return FeatureError(f"clip {name!r:.80}: {problem}", where=self.path)


def _connected() -> "DuckDBPyConnection":
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError.of("duckdb", "library") from None
    return duckdb.connect()


def _quoted(name: str, mark: str = '"') -> str:
    return mark + name.replace(mark, mark * 2) + mark


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return (text.splitlines() or ["it cannot be read"])[0][:200]
