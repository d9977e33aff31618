"""Whether a timeline is still as parsing wrote it.

Parsing stores in a timeline's parser record, as `written`, the SHA-256 of the timeline: of its JSON
with sorted keys and no spaces, whole numbers without a point, without this entry itself and without
the two names of its video (`source` and `media.path`).  So a timeline can be copied and
reformatted, and its video renamed; any other change, by a person or a tool, is noticed.  A timeline
without this entry, of another program or an older version, counts as changed, and so does one with
corrections or reviewed stretches.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from seehear.closest import shown
from seehear.errors import DataError
from seehear.files import Json
from seehear.foreign.forms import anything, items, maybe, record, shortened, table, text, whole
from seehear.foreign.texts import read_json
from seehear.library.scan import Scan
from seehear.time import SUFFIX, Timeline

MARK = "written"
# entries of a parser's record that do not affect the answer, were made after parsing, say that
# nothing was encoded again, or say in words what other entries say in numbers
_NOT_HOW = (MARK, "version", "libraries", "vocabulary", "decoded", "kept", "prior_rule")
_FORM = record(
    {"source": text, "vocabulary": items(text), "tracks": table(anything)},
    {
        "parser": table(anything),
        "media": maybe(record({"path": text, "bytes": whole(), "hash": text})),
        "events": items(record({}, {"origin": text})),
        "removed": items(anything),
        "review": maybe(record({}, {"added": items(text)})),
    },
)


@dataclass(frozen=True)
class Written:
    """Facts about a timeline file, by which it is decided what to parse.

    Args:
        name: its path below the library, without suffix.
        source: what its video is called, as a path below the folder that was parsed.
        bytes, hash: size and hash of its video; None: not known.
        words, how: digests of the vocabulary, and of how it was parsed.
        touched: whether it was changed after parsing, without a record of what was changed.
        corrected: whether a person has corrected or reviewed anything in it.
        vocabulary: its classes.
    """

    name: str
    source: str = ""
    bytes: int | None = None
    hash: str | None = None
    words: str = ""
    how: str = ""
    touched: bool = True
    corrected: bool = False
    vocabulary: tuple[str, ...] = ()


def signed(timeline: Timeline) -> Timeline:
    """Return a timeline as parsing writes it: with the digest of itself."""
    digest = _digest(timeline.to_dict())
    return replace(timeline, parser={**timeline.parser, MARK: digest})


def signed_as(before: Path, timeline: Timeline) -> Timeline:
    """Return a timeline signed if the file that it replaces was still as parsing wrote it.

    It serves commands such as `decode`, whose changes do not count as changes by others.

    Raises:
        DataError: the file is not a timeline.
    """
    return timeline if _is_touched(read_json(before, _FORM)) else signed(timeline)


def words_digest(names: Iterable[str], parser: Mapping[str, Json]) -> str:
    """Return the digest of the classes that are looked for, and of how they are described."""
    return _sha256([*names, parser.get("vocabulary")])


def how_digest(parser: Mapping[str, Json]) -> str:
    """Return the digest of how a timeline is made, from its parser's record.

    It covers the preset or the weights of the model, the encoders with their weights and
    preprocessing, the decoding, and the settings of the scorer.  It leaves out the versions of
    seehear and of libraries, and the name of a model whose weights are known.
    """
    left_out = (*_NOT_HOW, "model") if "weights" in parser else _NOT_HOW
    return _sha256({key: value for key, value in parser.items() if key not in left_out})


def difference(before: Json, now: Json, key: str = "") -> str:
    """Return the first difference of two values, in words; "" if none matters.

    Examples:
        >>> difference({"decoding": {"threshold": 0.5}}, {"decoding": {"threshold": 0.7}})
        'decoding.threshold 0.5, now 0.7'
    """
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys([*before, *now]):
            if key or name not in _NOT_HOW:
                inner = f"{key}.{name}" if key else name
                found = difference(before.get(name), now.get(name), inner)
                if found:
                    return found
        return ""
    told = [shortened(_plain(value)) for value in (before, now)]
    for place, value in enumerate((before, now)):
        if isinstance(value, list | tuple):
            told[place] = shown(map(str, value))
    return "" if _plain(before) == _plain(now) else f"{key} {told[0]}, now {told[1]}".strip()


def read_written(path: Path, name: str) -> Written:
    """Return the facts of a timeline file; of one that cannot be read, its name alone.

    Args:
        path: the file.
        name: see `Written`.
    """
    try:
        data = read_json(path, _FORM)
    except DataError:
        return Written(name)
    media, parser = data.get("media") or {}, data.get("parser", {})
    return Written(
        name=name,
        source=str(media.get("path", data["source"])),
        bytes=media.get("bytes"),
        hash=media.get("hash"),
        words=words_digest(_looked_for(data), parser),
        how=how_digest(parser),
        touched=_is_touched(data),
        corrected=_is_corrected(data),
        vocabulary=tuple(data["vocabulary"]),
    )


def timeline_names(library: Path, results: Iterable[str] | None = None) -> list[str]:
    """Return the names of a library's timelines, without suffix.

    Args:
        library: the folder.
        results: names of results; only their folders are listed.  None: all folders.
    """
    if results is None:
        found = [path for path, _ in Scan(library).files()]
    else:
        found = []
        for folder in {Path(name).parent for name in results}:
            paths = (library / folder).glob(f"*{SUFFIX}")
            found += [(folder / path.name).as_posix() for path in paths]
    return sorted(name.removesuffix(SUFFIX) for name in found)


def _is_touched(data: Mapping[str, Json]) -> bool:
    written = data.get("parser", {}).get(MARK) == _digest(data)
    return not written and not _is_corrected(data)


def _looked_for(data: Mapping[str, Json]) -> list[str]:
    """Return the classes that the parser looked for, without those that a person added."""
    added = (data.get("review") or {}).get("added", ())
    return [name for name in data["vocabulary"] if name not in added]


def _is_corrected(data: Mapping[str, Json]) -> bool:
    origins = {event.get("origin", "parser") for event in data.get("events", ())}
    reviewed = any(isinstance(t, dict) and t.get("reviewed") for t in data["tracks"].values())
    return reviewed or bool(data.get("removed")) or bool(origins - {"parser"})


def _digest(data: Mapping[str, Json]) -> str:
    """Return the digest of a timeline's content, computed afresh."""
    parser = {key: value for key, value in data.get("parser", {}).items() if key != MARK}
    plain = {key: value for key, value in data.items() if key != "source"}
    plain["parser"] = parser
    if isinstance(data.get("media"), dict):
        plain["media"] = {key: value for key, value in data["media"].items() if key != "path"}
    return _sha256(plain)


def _sha256(value: Json) -> str:
    canonical = json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()


def _plain(value: Json) -> Json:
    """Return a value independent of the tool that wrote its JSON: 1.0 becomes 1."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
