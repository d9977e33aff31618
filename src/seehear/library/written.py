"""What parsing wrote, and whether a timeline is still that.

A timeline that parsing wrote carries in its parser's record, as `written`, the SHA-256 of itself:
of its JSON with sorted keys and no spaces, whole numbers without a point, without that line and
without the two names of its video (`source` and `media.path`).  So it can be copied, laid out anew
and given another video's name; any other change, by a person or a tool, shows.  What carries no
such line was not written by parsing, or by an older version: it counts as changed.  So does one in
which a person confirmed, corrected, added, removed or reviewed anything.
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
# of a parser's record: what may change without another answer, or was done after parsing, or says
# that nothing was encoded again
_NOT_HOW = (MARK, "version", "libraries", "vocabulary", "decoded", "kept")
_FORM = record(
    {"source": text, "vocabulary": items(text)},
    {
        "parser": table(anything),
        "media": maybe(record({"path": text, "bytes": whole(), "hash": text})),
        "tracks": table(anything),
        "events": items(table(anything)),
        "removed": items(anything),
        "review": maybe(record({}, {"added": items(text)})),
    },
)


@dataclass(frozen=True)
class Written:
    """A timeline file of a library, as far as it matters for what is to be done.

    Args:
        name: its path below the library, without suffix.
        source: what its video is called, as a path below the folder that was parsed.
        bytes, hash: of its video; None: it does not say.
        words, how: digests of the classes that were looked for, and of how it was parsed.
        touched: whether it is no longer what parsing wrote, and nothing says what was changed.
        corrected: whether a person has corrected or reviewed anything in it.
    """

    name: str
    source: str = ""
    bytes: int | None = None
    hash: str | None = None
    words: str = ""
    how: str = ""
    touched: bool = True
    corrected: bool = False


def signed(timeline: Timeline) -> Timeline:
    """Return a timeline as parsing writes it: with the digest of itself."""
    digest = _digest(timeline.to_dict())
    return replace(timeline, parser={**timeline.parser, MARK: digest})


def signed_as(before: Path, timeline: Timeline) -> Timeline:
    """Return a timeline signed where the file that it replaces was as parsing wrote it.

    For commands of ours that make it anew by rule, such as decoding again.

    Raises:
        DataError: the file is not a timeline.
    """
    return timeline if _is_touched(read_json(before, _FORM)) else signed(timeline)


def words_digest(names: Iterable[str], parser: Mapping[str, Json]) -> str:
    """Return the digest of the classes that are looked for, and of how they are described."""
    return _sha256([*names, parser.get("vocabulary")])


def how_digest(parser: Mapping[str, Json]) -> str:
    """Return the digest of how a timeline is made, by its parser's record.

    Preset, or weights of the model; encoders with their weights and preprocessing; decoding; and
    what the scorer says of itself count.  Versions, of seehear and of libraries, do not, nor does
    the name of a model whose weights are known.
    """
    left_out = (*_NOT_HOW, "model") if "weights" in parser else _NOT_HOW
    return _sha256({key: value for key, value in parser.items() if key not in left_out})


def difference(before: Json, now: Json, key: str = "") -> str:
    """Return where two values first differ, in words; "" where they do not in what counts.

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
    """Return what a timeline file says; one that cannot be read says nothing but that it is there.

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
    )


def timeline_names(library: Path, results: Iterable[str] | None = None) -> list[str]:
    """Return the names of a library's timelines, without suffix.

    Args:
        library: the folder.
        results: names of results; only the folders where these lie are looked into.  None: all.
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
    """Return the digest of a timeline's content, whatever it says its digest is."""
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
    """Return a value as any tool that writes JSON would have it: 1 where another writes 1.0."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
