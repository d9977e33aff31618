"""What the encoders made of one clip, kept beside its timeline: `NAME.features.npz`.

An archive of NumPy arrays.  There are a few for each piece of media (ten segments at most) that an
encoder was given, in the order in which the clip was read, so that neither writing nor reading ever
holds more than a piece:

    00000012/conse/at        (n,), the segments of the rows; `at-frames` for single frames
    00000012/conse/logits    (n, D), rows; such an array for every output of the encoder
    about                    JSON: media, encoders with weights and preprocessing, sampling, outcome

Rows are kept exactly, or rounded to half precision: to the nearest number of 16 bits, which differs
by at most one part in 2048.  A piece with a number beyond 65504 is kept exactly.  What is computed
from exact rows, piece by piece, equals to the bit what is computed from the media.
"""

import contextlib
import dataclasses
import json
import os
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seehear.errors import FeatureError, SeehearError
from seehear.files import Json, aside_of, refused
from seehear.foreign.arrays import Archive, opened_npz
from seehear.foreign.forms import (
    anything,
    flag,
    made,
    maybe,
    number,
    one_of,
    record,
    table,
    text,
    whole,
)
from seehear.foreign.texts import parse_json
from seehear.streaming.encode import PieceRows
from seehear.streaming.messages import ClipOutcome, read_outcome
from seehear.streaming.pipe import MessageError
from seehear.time import TRACKS, MediaFile

Precision = Literal["exact", "half"]
PRECISIONS: tuple[Precision, ...] = ("exact", "half")
AGAIN = "parse its video again and keep features: seehear parse VIDEO --keep features --again all"
_SCHEMA = "seehear.features/1"
_ABOUT, _AT, _AT_FRAMES = "about", "at", "at-frames"
_FRAMES = "frames"
_MOST_ROWS = 100_000  # of a piece: ten segments of a thousand frames a second, and more
_MOST_PLACES = 10_000_000_000
_ENCODER = {
    "track": one_of(*TRACKS),
    "weights": table(text),
    "preprocessing": table(anything),
    "fps": maybe(whole(1, 100_000)),
}
_FORM = record(
    {
        "schema": one_of(_SCHEMA),
        "precision": one_of(*PRECISIONS),
        "step_s": number(1e-6, 1e9),
        "audio_stream": maybe(whole(1, 10_000)),
        "still": maybe(number(0, 255)),
        "frames": flag,
        "encoders": table(record(_ENCODER)),
        "media": made(MediaFile),
        "outcome": table(anything),
        "version": text,
        "libraries": table(text),
    }
)


@dataclass(frozen=True)
class KeptAbout:
    """What is known of kept rows.

    Args:
        encoders: by id: `track`, `weights`, `preprocessing`, and `fps`, frames looked at a second.
        step_s: length of a segment, in seconds.
        audio_stream: the number of the audio stream that was asked for; None: see
            `seehear.media.probe`.
        still: see `seehear.streaming.encode.encode_piece`; None: every frame was encoded.
        frames: whether rows of single frames are kept, too.
        media: the file, as it was then.
        outcome: how decoding and encoding went.
        version, libraries: the versions of seehear and of the libraries that made the rows.
        precision: how rows are kept.
    """

    encoders: Mapping[str, Mapping[str, Json]]
    step_s: float
    audio_stream: int | None
    still: float | None
    frames: bool
    media: MediaFile
    outcome: ClipOutcome
    version: str
    libraries: Mapping[str, str]
    precision: Precision = "exact"


class KeptWriter:
    """Writes rows as they come; the file appears when `finish` has returned, and not before.

    Args:
        path: the file.
        precision: how rows are kept.
    """

    def __init__(self, path: Path, precision: Precision = "exact") -> None:
        self.path, self.precision = path, precision
        self._aside: Path | None = None
        self._archive: zipfile.ZipFile | None = None
        self._pieces = 0
        self._refused: SeehearError | None = None

    def add(self, encoder: str, rows: PieceRows) -> None:
        """Keep the rows of a piece; if the disk refuses them, `finish` raises the error."""
        if self._refused is not None:
            return
        try:
            archive = self._archive or self._open()
            below = f"{self._pieces:08d}/{encoder}"
            self._pieces += 1
            at: dict[str, NDArray[np.int64]] = {}
            for stream, values in rows.values.items():
                output = stream.partition("/")[2]
                at[_AT_FRAMES if output == _FRAMES else _AT] = rows.places[stream]
                _save(archive, f"{below}/{output}", self._rounded(values))
            for name, places in at.items():
                _save(archive, f"{below}/{name}", places)
        except OSError as error:
            self._refused = refused(error, self.path)
            self.discard()

    def finish(self, about: KeptAbout) -> None:
        """Put the file in its place.

        Raises:
            SeehearError: the system refuses to write it.
        """
        if self._refused is not None:
            raise self._refused
        try:
            archive = self._archive or self._open()
            value = dataclasses.asdict(about) | {"schema": _SCHEMA, "precision": self.precision}
            content = json.dumps(value, sort_keys=True, allow_nan=False).encode()
            _save(archive, _ABOUT, np.frombuffer(content, np.uint8))
            archive.close()
            assert self._aside is not None
            os.replace(self._aside, self.path)
        except OSError as error:
            raise refused(error, self.path) from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the unfinished file."""
        archive, aside = self._archive, self._aside
        self._archive = self._aside = None
        with contextlib.suppress(OSError, ValueError):
            if archive is not None:
                archive.close()
        if aside is not None:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def _open(self) -> zipfile.ZipFile:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._aside = aside_of(self.path)
        self._archive = zipfile.ZipFile(self._aside, "w")
        return self._archive

    def _rounded(self, values: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        if self.precision == "exact":
            return values
        return halved(values)


def halved(values: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
    """Return rows in half precision, or unchanged if a number does not fit into it."""
    if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
        return values
    return values.astype(np.float16)


class KeptClip:
    """Kept rows of one clip, open for reading.

    Args:
        path: the file.
        archive: its arrays.

    Attributes:
        about: what is known of the rows.

    Raises:
        FeatureError: the file is damaged.
    """

    def __init__(self, path: Path, archive: Archive) -> None:
        self.path, self._archive = path, archive
        self.about = _about(path, archive)

    def pieces(self, streams: Collection[str]) -> Iterator[tuple[str, PieceRows]]:
        """Yield (encoder, rows) for each piece, with the rows of these streams.

        Raises:
            FeatureError: they are damaged.
        """
        wanted: dict[tuple[str, str], list[str]] = {}
        for name in self._archive.headers:
            piece, _, stream = name.partition("/")
            if stream in streams:
                wanted.setdefault((piece, stream.partition("/")[0]), []).append(stream)
        for (piece, encoder), found in sorted(wanted.items()):
            values, places = {}, {}
            for stream in found:
                at = _AT_FRAMES if stream.endswith(f"/{_FRAMES}") else _AT
                values[stream] = self._rows(f"{piece}/{stream}")
                places[stream] = self._places(f"{piece}/{encoder}/{at}", len(values[stream]))
            yield encoder, PieceRows(values, places)

    def _rows(self, name: str) -> NDArray[np.float32]:
        header = self._archive.headers[name]
        good = len(header.shape) == 2 and str(header.dtype) in ("float32", "float16")
        if good and header.shape[0] <= _MOST_ROWS:
            rows = self._archive.read(name).astype(np.float32, copy=False)
            if np.isfinite(rows).all():
                return rows
        raise self._damaged(name)

    def _places(self, name: str, count: int) -> NDArray[np.int64]:
        header = self._archive.headers.get(name)
        if header is not None and header.shape == (count,) and str(header.dtype) == "int64":
            places: NDArray[np.int64] = self._archive.read(name)
            if ((places >= 0) & (places < _MOST_PLACES)).all():
                return places
        raise self._damaged(name)

    def _damaged(self, name: str) -> FeatureError:
        return FeatureError(f"{name} holds no rows of a clip", where=self.path, hint=AGAIN)


@contextmanager
def opened_kept(path: Path) -> Iterator[KeptClip]:
    """Open the kept rows of a clip while the block runs.

    Raises:
        FeatureError: there is none, or it is damaged; damage may also show while the block reads.
    """
    if not path.is_file():
        raise FeatureError("no features were kept of it", where=path, hint=AGAIN)
    with opened_npz(path, kind=FeatureError, hint=AGAIN) as archive:
        yield KeptClip(path, archive)


def _about(path: Path, archive: Archive) -> KeptAbout:
    header = archive.headers.get(_ABOUT)
    if header is None or str(header.dtype) != "uint8" or len(header.shape) != 1:
        raise FeatureError("it does not say what it holds", where=path, hint=AGAIN)
    content = archive.read(_ABOUT).tobytes()
    value = parse_json(content, _FORM, where=path, kind=FeatureError, hint=AGAIN)
    try:
        outcome = read_outcome(value.pop("outcome"))
    except MessageError as error:
        raise FeatureError(str(error), where=path, hint=AGAIN) from None
    del value["schema"]
    return KeptAbout(outcome=outcome, **{key: value[key] for key in _FIELDS})


_FIELDS = [field.name for field in dataclasses.fields(KeptAbout) if field.name != "outcome"]


def _save(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    with archive.open(f"{name}.npy", "w") as file:
        np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
