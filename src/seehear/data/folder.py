"""Our dataset folders: a `dataset.toml` that names vocabulary, media and tables.

```
name = "mine"
media = "videos"
[vocabulary]
Dog = "a barking dog"
[splits.train]
clips = "train.csv"
[splits.test]
clips = "test.csv"
audio = "test_audio.csv"
visual = "test_visual.csv"
[grid]
count = 10
step_s = 1.0
```

Without `[grid]` segments are the whole seconds of the longest media file, or ten where there are no
media.  In it, `from = "names"` takes the longest span that names such as `abc_30_40` tell.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from seehear.closest import suggest
from seehear.data.dataset import Dataset, TableFiles, assemble
from seehear.data.grids import MOST, NAMES
from seehear.data.vocabulary import Vocabulary
from seehear.data.words import no_single_class
from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.forms import shortened
from seehear.foreign.texts import read_toml
from seehear.time import TimeGrid

TOML = "dataset.toml"
_TOP = ("name", "media", "vocabulary", "splits", "grid")
_SPLIT, _GRID = ("clips", "audio", "visual"), ("count", "step_s", "from")


def open_folder(root: Path) -> Dataset:
    """Return the dataset that `root/dataset.toml` describes.

    Raises:
        DataError: not TOML, an unknown or missing key, a table that does not exist or is damaged.
    """
    path = root / TOML
    about = read_toml(path)
    _check_keys(about, _TOP, path, required=("vocabulary", "splits"))
    splits = _mapping(about["splits"], path, "[splits.NAME] tables")
    files: dict[str, dict[str, Path]] = {role: {} for role in _SPLIT}
    for name, tables in splits.items():
        tables = _mapping(tables, path, f"a table [splits.{name}]")
        _check_keys(tables, _SPLIT, f"{path} [splits.{name}]", required=("clips",))
        for role, file in tables.items():
            files[role][name] = _file(root, file, f"{path} [splits.{name}] {role}")
    media = root / _text(about.get("media", "."), path, "media")
    there = os.path.isdir(media)
    dataset = assemble(
        _text(about.get("name", root.resolve().name), path, "name"),
        root,
        _vocabulary(about["vocabulary"], path),
        TableFiles(**files),
        media=media if there else None,
        grid=_grid(about.get("grid"), path),
        annotation=_annotation(files),
    )
    # features may be all that is needed, so a missing folder is no error here
    return dataset if there else replace(dataset, media_named=media)


def _vocabulary(value: Json, path: Path) -> Vocabulary:
    pairs = _mapping(value, path, "a table [vocabulary]")
    if not pairs:
        raise DataError(
            "[vocabulary] is empty", where=path, hint='add lines such as: Dog = "a barking dog"'
        )
    for name, text in pairs.items():
        _text(text, path, f"vocabulary.{name}")
        if (problem := no_single_class(name)) is not None:
            hint = "give every class a line of its own, and a name without commas"
            raise DataError(problem, where=path, hint=hint)
    return Vocabulary(tuple(pairs), tuple(pairs.values()))


def _grid(value: Json, path: Path) -> TimeGrid | Literal["names"] | None:
    if value is None:
        return None
    table = _mapping(value, path, "a table [grid]")
    _check_keys(table, _GRID, f"{path} [grid]", required=() if "from" in table else ("count",))
    if "from" in table:
        if table["from"] != NAMES or len(table) > 1:
            raise DataError(
                f'[grid]: expected count and step_s, or from = "{NAMES}" alone, got'
                f" {shortened(table)}",
                where=path,
            )
        return NAMES
    count, step_s = value["count"], value.get("step_s", 1.0)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST:
        raise DataError(
            f"grid.count: expected a whole number of segments, at least 1 and at most {MOST}, got"
            f" {shortened(count)}",
            where=path,
        )
    try:
        return TimeGrid(count, float(step_s))
    except (TypeError, ValueError, OverflowError):
        raise DataError(
            f"grid.step_s: expected a positive number of seconds, got {shortened(step_s)!r}",
            where=path,
        ) from None


def _annotation(files: Mapping[str, Mapping[str, Path]]) -> str:
    paths = [path for role in ("audio", "visual") for path in files[role].values()]
    if not paths:
        return "no truth"
    digests = [hashlib.sha256(path.read_bytes()).digest() for path in paths]
    return f"sha256 {hashlib.sha256(b''.join(digests)).hexdigest()[:12]}"


def _check_keys(
    value: Mapping[str, Json], allowed: tuple[str, ...], where: object, required: tuple[str, ...]
) -> None:
    for key in value:
        if key not in allowed:
            raise DataError(f"unknown key {key!r}", where=where, hint=suggest(key, allowed))
    for key in required:
        if key not in value:
            raise DataError(f"key {key!r} is missing", where=where)


def _mapping(value: Json, path: Path, what: str) -> dict[str, Json]:
    if not isinstance(value, dict) or (what.startswith("[splits") and not value):
        raise DataError(f"expected {what}, got {shortened(value)}", where=path)
    return value


def _text(value: Json, path: Path, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{key}: expected text, got {shortened(value)!r}", where=path)
    return value


def _file(root: Path, value: Json, where: object) -> Path:
    if not isinstance(value, str):
        got = shortened(value)
        raise DataError(f"expected the name of a table below {root}, got {got}", where=where)
    if not os.path.isfile(root / value):
        raise DataError(
            f"there is no file {root / shortened(value)}",
            where=where,
            hint="write the table, or name another one",
        )
    return root / value
