"""More like this: the seconds, or the clips, that are most like a given one, by kept features.

The likeness of two seconds is the cosine of their encoders' vectors (output `feature`); by both
tracks, it is the mean of the two.  Every second of every clip is compared exactly, a piece at a
time.  Of seconds in one clip at most `APART_S` apart, only the most similar is returned.

The likeness of a clip to another is the mean, over its seconds, of the largest likeness to any
second of the other.  A copy has 1, and so has a clip that contains the example.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from seehear.amounts import amount
from seehear.closest import suggest
from seehear.errors import ConfigError, DataError, FeatureError
from seehear.library.hits import Found
from seehear.library.index import index_path, rows
from seehear.library.kept_files import KeptFiles
from seehear.time import SUFFIX

if TYPE_CHECKING:
    from seehear.features.kept import KeptAbout, KeptClip

By = Literal["audio", "visual", "both"]
APART_S = 2.0
_OUTPUT = "feature"
_NO = -2.0  # stands for "not comparable": less than any cosine
_ASKED = 50  # seconds of an example that are looked up in an index, at most
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """The second or clip to which others are compared.

    Args:
        vectors: unit vectors of its seconds by stream, (n, D) each.
        about: how they were made.
        clip: its row in the index; None: a file that is not in the library.
        at_s: the second of the clip; None: the whole clip.
    """

    vectors: dict[str, Vectors]
    about: "KeptAbout"
    clip: int | None
    at_s: float | None


def like(library: Path, text: str, by: By = "both", *, exact: bool = False) -> Found:
    """Return the moments of a library most like a second, or the clips most like a clip.

    Args:
        library: folder of timelines, with features kept of its clips.
        text: `CLIP@12.5` for a second, `CLIP` for a whole clip: one of the library, or a media
            file.
        by: what is compared: sound, picture, or both if there are both.
        exact: compare with every clip, however many; False: in a large library an index proposes
            clips, if the extra `nearest` is installed.

    Raises:
        ConfigError: the text names no clip, or a second outside it.
        FeatureError: no features of it were kept.
        DataError: the library has no index.
    """
    if not index_path(library).is_file():
        raise DataError("there is no index", where=library, hint="search it for any word first")
    clips = rows("SELECT path, source FROM {} ORDER BY file_row_number", index_path(library))
    files = KeptFiles(library)
    example = _example(files, clips, text, by)
    kept = {path: files.path(path) for path, _ in clips}
    chosen = None if exact else _proposed(library, kept, example)
    found, without = _compared(kept, example, chosen)
    notes = [f"compared by {' and '.join(sorted(example.vectors))}"]
    if chosen is not None:
        notes.append(
            f"compared with {len(chosen):,} of {amount(len(clips), 'clip')}: those that the index"
            " of near seconds proposed"
        )
    if without:
        notes.append(
            f"{without:,} of {amount(len(clips), 'clip')} without features that can be compared"
        )
    found.sort()
    columns = np.array(found, np.float64).reshape(-1, 4).T
    return Found(
        library,
        f"like {text}",
        columns[0].astype(np.int64),
        columns[1],
        columns[2],
        np.clip(columns[3], 0, 1),
        notes=tuple(notes),
    )


def _compared(
    kept: Mapping[str, Path], example: Example, chosen: set[str] | None
) -> tuple[list[tuple[int, float, float, float]], int]:
    """Return (clip, start_s, end_s, likeness) of results, and how many clips have none."""
    found: list[tuple[int, float, float, float]] = []
    without = 0
    for row, (path, rows_of) in enumerate(kept.items()):
        itself = example.at_s is None and row == example.clip
        if itself or (chosen is not None and path not in chosen):
            continue
        try:
            found += [(row, *one) for one in _in_clip(rows_of, example, row)]
        except FeatureError:
            without += 1
    return found, without


def _proposed(library: Path, kept: Mapping[str, Path], example: Example) -> set[str] | None:
    """Return the clips that an index proposes; None: compare all, without an index."""
    from seehear.library import nearest

    ((length_s,),) = rows("SELECT coalesce(sum(duration_s), 0) FROM {}", index_path(library))
    if length_s < nearest.MANY_S or not nearest.installed():
        return None
    found: set[str] = set()
    for stream, vectors in example.vectors.items():
        made = example.about.encoders[stream.partition("/")[0]]
        asked = vectors[:: 1 + len(vectors) // _ASKED]
        found |= nearest.proposed(library, kept, stream, made, asked)
    return found


def _example(files: KeptFiles, clips: Sequence[tuple[str, str]], text: str, by: By) -> Example:
    name, at_s = _parted(text)
    row = _row(clips, name)
    if row is not None:
        return _read(files.path(clips[row][0]), row, at_s, by)
    if not os.path.isfile(name):
        hint = suggest(name, [source for _, source in clips])
        told = f"expected a clip of the library or a media file, got {name!r}"
        raise ConfigError(told, parameter="like", hint=hint)
    with tempfile.TemporaryDirectory(prefix="seehear-") as folder:
        rows_of = Path(folder) / "example.features.npz"
        _encode(Path(name), rows_of, [files.path(path) for path, _ in clips])
        return _read(rows_of, None, at_s, by)


def _parted(text: str) -> tuple[str, float | None]:
    """Return name and second of `CLIP@12.5`; without a number after it, @ is part of the name."""
    name, at, second = text.rpartition("@")
    try:
        at_s = float(second)
    except ValueError:
        return text, None
    if not at or not 0 <= at_s < 1e9:
        return text, None
    return name, at_s


def _row(clips: Sequence[tuple[str, str]], name: str) -> int | None:
    """Return the row of the clip whose source, timeline path or file name is `name`; None: none.

    Raises:
        ConfigError: several clips have this name.
    """
    named: list[list[int]] = [[], []]
    for row, (path, source) in enumerate(clips):
        if name in (source, path, path.removesuffix(SUFFIX)):
            named[0].append(row)
        elif name == Path(source).name:
            named[1].append(row)
    found = named[0] or named[1]
    if len(found) > 1:
        places = ", ".join(clips[row][0] for row in found[:3])
        hint = f"name its timeline: {places}"
        raise ConfigError(
            f"{amount(len(found), 'clip')} are called {name}", parameter="like", hint=hint
        )
    return found[0] if found else None


def _encode(file: Path, rows_of: Path, kept: Sequence[Path]) -> None:
    """Encode a media file with the encoders of a library's kept features.

    Raises:
        FeatureError: the library keeps no features, or no preset has these encoders.
    """
    from seehear.features.kept import KeptWriter, opened_kept
    from seehear.library.open_words import zero_shot

    first = next((path for path in kept if path.is_file()), None)
    if first is None:
        raise FeatureError("no features were kept of any clip", hint="parse and keep features")
    with opened_kept(first) as clip:
        parser = zero_shot("sound", clip.about)
    if parser is None:
        told = "no zero-shot preset makes features as they were kept"
        raise FeatureError(told, where=first, hint="name a clip of the library instead")
    parser.keep = lambda path: KeptWriter(rows_of)
    parser(file)


def _read(path: Path, row: int | None, at_s: float | None, by: By) -> Example:
    """Return the example that a file of kept features holds."""
    from seehear.features.kept import opened_kept

    parts: dict[str, list[Vectors]] = {}
    with opened_kept(path) as clip:
        about = clip.about
        for stream, places, vectors in vectors_of(clip, streams_of(about, by)):
            meant = np.ones(len(places), bool)
            if at_s is not None:
                meant = places == int(at_s / about.step_s + 1e-9)
            if meant.any():
                parts.setdefault(stream, []).append(vectors[meant])
    if not parts:
        tracks = "sound or picture" if by == "both" else by
        raise ConfigError(f"there is no {tracks} at that second", where=path, parameter="like")
    joined = {stream: np.concatenate(vectors) for stream, vectors in parts.items()}
    return Example(joined, about, row, at_s)


def streams_of(about: "KeptAbout", by: By) -> list[str]:
    """Return the streams that are compared: one encoder's vectors for each track."""
    streams: dict[str, str] = {}
    for id_, encoder in about.encoders.items():
        if by in ("both", encoder["track"]):
            streams.setdefault(encoder["track"], f"{id_}/{_OUTPUT}")
    return list(streams.values())


def vectors_of(
    clip: "KeptClip", streams: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.int64], Vectors]]:
    """Yield (stream, segments (n,), unit vectors (n, D)), piece by piece."""
    from seehear.encoders.base import unit

    for _, piece in clip.pieces(streams):
        for stream, values in piece.values.items():
            yield stream, piece.places[stream], unit(values)


def _in_clip(path: Path, example: Example, row: int) -> Iterator[tuple[float, float, float]]:
    """Yield (start_s, end_s, likeness) of the stretches of a clip that are like the example.

    Raises:
        FeatureError: its features cannot be compared.
    """
    from seehear.features.kept import opened_kept

    with opened_kept(path) as clip:
        about = clip.about
        for stream in example.vectors:
            id_ = stream.partition("/")[0]
            if about.encoders.get(id_) != example.about.encoders[id_]:
                raise FeatureError("its features were made in another way", where=path)
        if example.at_s is None:
            yield 0.0, about.media.duration_s, _whole(clip, example)
            return
        likeness = _seconds(clip, example)
    step_s = about.step_s
    own = int(example.at_s / step_s + 1e-9) if example.clip == row else None
    for place in _best(likeness, max(1, round(APART_S / step_s)), own):
        yield place * step_s, (place + 1) * step_s, float(likeness[place])


def _seconds(clip: "KeptClip", example: Example) -> NDArray[np.float64]:
    """Return the likeness of each segment of a clip, (T,); `_NO` where a track is missing."""
    count = clip.about.outcome.segments
    total = np.zeros(count)
    tracks = np.zeros(count)
    for stream, places, vectors in vectors_of(clip, list(example.vectors)):
        inside = places < count
        total[places[inside]] += (vectors @ example.vectors[stream][0])[inside]
        tracks[places[inside]] += 1
    whole = tracks == len(example.vectors)
    return np.where(whole, total / len(example.vectors), _NO)


def _best(likeness: NDArray[np.float64], apart: int, own: int | None) -> Iterator[int]:
    """Yield the most similar segments, without neighbours and without the example itself."""
    free = likeness > _NO
    if own is not None:
        free[max(0, own - apart) : own + apart + 1] = False
    for place in np.argsort(-likeness, kind="stable").tolist():
        if free[place]:
            free[max(0, place - apart) : place + apart + 1] = False
            yield place


def _whole(clip: "KeptClip", example: Example) -> float:
    """Return the likeness of the whole example to a clip."""
    best = {stream: np.full(len(own), _NO) for stream, own in example.vectors.items()}
    for stream, _, vectors in vectors_of(clip, list(example.vectors)):
        nearest = (example.vectors[stream] @ vectors.T).max(axis=1, initial=_NO)
        best[stream] = np.maximum(best[stream], nearest)
    return float(np.mean([likeness.mean() for likeness in best.values()]))
