"""The clips of a library by opaque id.

An id is a digest of the timeline's path and is only ever looked up in a table of the clips that the
index holds: no part of a request becomes part of a path.  What is opened must still lie inside the
library when it is opened.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.errors import DataError
from seehear.library import Found, OpenWords, Updated, search, update
from seehear.library.at import timeline_at
from seehear.library.counts import ClassCounts, count_classes
from seehear.library.index import index_path, rows
from seehear.library.media import base_name, refused
from seehear.library.query import EXAMPLES, written
from seehear.library.scan import is_parts
from seehear.library.videos import Videos
from seehear.time import ABSENT, PARSED, SUFFIX, MediaFile, Timeline
from seehear.time.spans import joined

RECHECK_S = 3.0  # the folder is looked through at most this often
_SPANS = 200  # hits of one clip in a list
_FINEST = 400  # parts of a clip that its strips in a list can show
_CLASSES = 300  # classes in a list
COUNTED = ("heard", "seen", "both", "heard_only", "seen_only")
_LOG = logging.getLogger(__name__)


class UnknownClipError(DataError):
    """No clip has this id."""


@dataclass(frozen=True)
class _Listing:
    """The index as it was at one time."""

    stamp: tuple[int, int]  # when it was written, and its size
    paths: dict[str, str]  # id -> path of the timeline, in the order of the index


def clip_id(path: str) -> str:
    """Return the id of the clip whose timeline has this path below the library."""
    digest = hashlib.sha256(b"seehear clip\0" + path.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:24]


class Catalogue:
    """Lists, searches and opens the clips of one library; safe to use from several threads.

    Args:
        library: folder of timelines.
        media: further folders where videos may lie.
        links: folders that symbolic links to videos may lead into.
        clock: seconds; for tests.
    """

    def __init__(
        self,
        library: Path,
        media: tuple[Path, ...] = (),
        *,
        links: tuple[Path, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.library = library.resolve()
        self.media = tuple(folder.resolve() for folder in media)
        self.links = tuple(folder.resolve() for folder in links)
        self.clock = clock
        self._videos = Videos(self.library, self.media, links=self.links, clock=clock)
        self._words = OpenWords(self.library)
        self._lock = threading.RLock()
        self._checked: float | None = None
        self._updated = Updated(0)
        self._told: set[str] = set()
        self._listing = _Listing((0, 0), {})
        self._counting = threading.Lock()
        self._counts: tuple[tuple[int, int], list[ClassCounts]] = ((0, 0), [])

    def refresh(self, *, now: bool = False) -> Updated:
        """Bring the index up to date, and return what the latest update did.

        This happens at most every `RECHECK_S` seconds, or at once if `now`, or if another process
        wrote the index: the numbers of its rows are then others.
        """
        with self._lock:
            due = self._checked is None or self.clock() - self._checked > RECHECK_S
            if now or due or self._stamp() != self._listing.stamp:
                self._updated = update(self.library)
                for line in self._updated.notes:
                    self._tell(line)
                self._checked = self.clock()
                self._load()
            return self._updated

    def _tell(self, line: str) -> None:
        """Log a note for whoever runs the server, once."""
        if line not in self._told:
            self._told.add(line)
            _LOG.warning("seehear: note: %s", line)

    def _stamp(self) -> tuple[int, int]:
        """Return when the index was written, and its size; zeros where there is none."""
        try:
            found = index_path(self.library).stat()
        except OSError:
            return (0, 0)
        return found.st_mtime_ns, found.st_size

    def _load(self) -> None:
        stamp, index = self._stamp(), index_path(self.library)
        if stamp == self._listing.stamp:
            return
        found = rows("SELECT path FROM {} ORDER BY file_row_number", index)
        paths = {clip_id(path): path for (path,) in found}
        self._listing = _Listing(stamp, paths)

    def paths(self) -> list[str]:
        """Return the paths of all timelines below the library, in the order of the index."""
        self.refresh()
        with self._lock:
            return list(self._listing.paths.values())

    def classes(self) -> dict[str, Any]:
        """Return in how many clips each class is heard and seen, the most frequent first.

        `counts` has at most `_CLASSES` of them, `classes` is the number of all.  `absent` are those
        that were looked for and found nowhere.
        """
        self.refresh()
        with self._counting:  # beside it the library can be searched
            stamp = self._stamp()
            if stamp != self._counts[0]:
                self._counts = stamp, count_classes(self.library)
            counts = self._counts[1]
        found = [of for of in counts if of.most]
        absent = sorted((of.label for of in counts if not of.most), key=str.casefold)
        return {
            "classes": len(found),
            "counts": [_counted(of) for of in found[:_CLASSES]],
            "absent": absent[:_CLASSES],
            "examples": _examples(found),
        }

    def page(self, query: str = "", *, offset: int = 0, limit: int = 60) -> dict[str, Any]:
        """Return one page of the clips, of those where `query` holds if there is one.

        Raises:
            ConfigError: the text is not a query.
        """
        if query.strip():
            return self.found(
                lambda: search(self.library, query, words=self._words), offset=offset, limit=limit
            )
        with self._lock:
            result = self._known()
            rows_of = np.arange(len(self._listing.paths))
            items = self._items(rows_of[offset : offset + limit].tolist())
            return result | {"matching": len(rows_of), "items": list(items.values())}

    def found(
        self, look: Callable[[], Found], *, offset: int = 0, limit: int = 60
    ) -> dict[str, Any]:
        """Return one page of the clips with hits, the surest first.

        Args:
            look: asks the library, when its index is up to date.
            offset, limit: which page.
        """
        with self._lock:
            result = self._known()
            found = look()
            shown = slice(offset, offset + limit)
            matching, spans = _by_clip(found, shown)
            items = self._items(matching[shown].tolist())
            for row in spans:
                items[row]["spans"] = spans[row]
            return result | {
                "moments": len(found),
                "seconds": round(found.total_s, 3),
                "searched_for": _said(found),
                "matching": len(matching),
                "items": [items[row] for row in matching[shown].tolist()],
            }

    def _known(self) -> dict[str, Any]:
        """Return what is said of the library beside any page of it, brought up to date."""
        updated = self.refresh()
        # without paths of this machine
        failed = [s.replace(str(self.library), self.library.name) for s in updated.failed]
        return {"clips": updated.clips, "failed": failed}

    def spans(self, clip: str, query: str) -> list[list[float]]:
        """Return where `query` holds in one clip, [start_s, end_s, score] each; nothing for no
        query."""
        with self._lock:
            self.timeline_path(clip)
            if not query.strip():
                return []
            self.refresh()
            found = search(self.library, query, words=self._words)
            row = list(self._listing.paths).index(clip)
            return _spans(found, found.clip == row)

    def _items(self, clips: list[int]) -> dict[int, dict[str, Any]]:
        """Return clips by their row of the index, as the list of a page holds them."""
        found = rows(
            "SELECT file_row_number, path, source, media, duration_s, events, audio, visual,"
            " audio_parsed, visual_parsed FROM {} WHERE file_row_number IN (SELECT"
            " unnest($rows::BIGINT[])) ORDER BY file_row_number",
            index_path(self.library),
            rows=clips,
        )
        items = {}
        for row, path, source, media, duration_s, events, *tracks in found:
            audio, visual = (_track(*pair) for pair in zip(tracks[:2], tracks[2:], strict=True))
            items[row] = {
                "id": clip_id(path),
                "name": _shown(source, path),
                "folder": _folder(path),
                "duration_s": duration_s,
                "tracks": {"audio": audio, "visual": visual},
                "events": _strips(events, duration_s / _FINEST),
                "media": self._videos.find(path, source, _media(media), sure=False) is not None,
            }
        return items

    def timeline(self, clip: str) -> Timeline:
        """Return the timeline of a clip.

        Raises:
            UnknownClipError: there is no such clip, or its file is no longer inside the library.
            DataError: its file is damaged.
        """
        return timeline_at(self.timeline_path(clip))

    def timeline_path(self, clip: str) -> Path:
        """Return the file of a clip's timeline, which lies inside the library and is not a link.

        A library of parts has none there; `seehear.library.at` reads it all the same.
        """
        with self._lock:
            if self._checked is None or clip not in self._listing.paths:
                self.refresh()
            path = self._listing.paths.get(clip)
        if path is not None:
            whole = self.library / path
            if whole.resolve() == whole and (is_parts(self.library) or whole.is_file()):
                return whole
        raise UnknownClipError("there is no such clip")

    def media_path(self, clip: str) -> Path | None:
        """Return the video of a clip, or None.

        It lies inside the library or in a folder the user named, or a link there leads into a
        folder that links may lead into.
        """
        path = self.timeline_path(clip)
        timeline = timeline_at(path)
        below = path.relative_to(self.library).as_posix()
        return self._videos.find(below, timeline.source, timeline.media)

    def name(self, clip: str) -> str:
        """Return what a clip is called."""
        path = self.timeline_path(clip)
        return _shown(timeline_at(path).source, path.name)

    def folder(self, clip: str) -> str:
        """Return the folder of a clip below the library, which tells two of one name apart."""
        return _folder(self.timeline_path(clip).relative_to(self.library).as_posix())

    def refused(self, most: int = 50) -> list[Path]:
        """Return where links out of the folders lead that are not followed, of the first clips."""
        self.refresh()
        found = rows(
            "SELECT path, source FROM {} ORDER BY file_row_number LIMIT $most",
            index_path(self.library),
            most=most,
        )
        leads = [self._refused(path, source) for path, source in found]
        return [file for file in leads if file is not None]

    def is_refused(self, clip: str) -> bool:
        """Return whether the video of a clip is a link that is not followed."""
        path = self.timeline_path(clip)
        name = path.relative_to(self.library).as_posix()
        return self._refused(name, timeline_at(path).source) is not None

    def _refused(self, path: str, source: str) -> Path | None:
        if self._videos.find(path, source, None) is not None:
            return None
        return next(filter(None, map(refused, self._videos.places(path, source))), None)


def _examples(found: list[ClassCounts]) -> list[str]:
    """Return queries that find something in many clips, or ones that show how."""
    queries = []
    for kind, query in (
        ("heard_only", "heard:{0} -seen:{0}"),
        ("both", "both:{0}"),
        ("seen_only", "seen:{0} -heard:{0}"),
    ):
        best = max(found, key=attrgetter(kind), default=ClassCounts(""))
        if getattr(best, kind):
            queries.append(query.format(written(best.label)))
    return queries or list(EXAMPLES)


def _said(found: Found) -> list[str]:
    """Return what to say of how a query was understood and answered."""
    taken = [] if found.searched_for is None else [f"Searched for {found.searched_for}"]
    return [*taken, *found.notes]


def _by_clip(found: Found, shown: slice) -> tuple[NDArray[np.int64], dict[int, list[list[float]]]]:
    """Return the clips with hits, that of the surest hit first, and the stretches of some."""
    clips, first = np.unique(found.clip, return_index=True)
    last = np.append(first, len(found))[1:]
    best = np.maximum.reduceat(found.score, first) if len(first) else first
    order = np.argsort(-best, kind="stable")
    spans = {}
    for place in order[shown].tolist():
        spans[int(clips[place])] = _spans(found, slice(first[place], last[place]))
    return clips[order], spans


def _spans(found: Found, which: slice | NDArray[np.bool_]) -> list[list[float]]:
    """Return some stretches as [start_s, end_s, score] each, the first where they are many."""
    columns = (found.start_s[which], found.end_s[which], found.score[which])
    spans: list[list[float]] = np.stack(columns, 1)[:_SPANS].round(6).tolist()
    return spans


def _strips(events: list[dict[str, Any]], finest_s: float) -> list[dict[str, Any]]:
    """Return the events of a clip without gaps that a thin strip cannot show, joined by class."""
    spans: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for event in events:
        of_class = spans.setdefault((event["track"], event["label"]), [])
        of_class.append((event["start_s"], event["end_s"]))
    return [
        {"track": track, "label": label, "start_s": start_s, "end_s": end_s}
        for (track, label), of_class in spans.items()
        for start_s, end_s in joined(of_class, gap=finest_s)
    ]


def _counted(of: ClassCounts) -> dict[str, Any]:
    numbers = {name: getattr(of, name) for name in COUNTED}
    return {"label": of.label, "written": written(of.label), **numbers, "notes": list(of.notes)}


def _media(said: dict[str, Any] | None) -> MediaFile | None:
    """Return what a timeline says of its video, as the index has it."""
    return None if said is None else MediaFile(**said, duration_s=0.0)


def _track(there: bool, parsed: list[dict[str, float]]) -> dict[str, Any]:
    """Return what is known of a track, as a timeline says it."""
    spans = [[stretch["start_s"], stretch["end_s"]] for stretch in parsed]
    return {"state": PARSED if there else ABSENT, "parsed": spans}


def _folder(path: str) -> str:
    above = str(PurePosixPath(path).parent)
    return "" if above == "." else above


def _shown(source: str, path: str) -> str:
    return base_name(source) or PurePosixPath(path).name.removesuffix(SUFFIX)
