"""The video of a timeline, in folders that the user named: by name, else by content.

A timeline has size and hash of its video (`seehear.media.identity`), so another file of the same
name is not taken for it, and one that was moved or renamed is found again.  A timeline without
these is matched by name alone.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from seehear.errors import MediaError
from seehear.files import stamp
from seehear.library.media import (
    MediaPlace,
    allowed,
    base_name,
    found,
    is_media,
    place_beside,
)
from seehear.library.places import FILE, Places
from seehear.library.scan import FOLDER
from seehear.time import SUFFIX, MediaFile

_KEPT_S = 60.0  # how long the sizes of a folder's files are believed


class Videos:
    """Finds videos; safe to use from several threads.

    Args:
        library: folder of the timelines.
        folders: further folders with videos; one that cannot be read counts as empty.
        links: resolved folders that symbolic links to videos may lead into.
        anywhere: a video may also lie outside all folders, where the library saw it last; for
            commands that open it for the user alone.
        clock: seconds; for tests.
    """

    def __init__(
        self,
        library: Path,
        folders: tuple[Path, ...] = (),
        *,
        links: tuple[Path, ...] = (),
        anywhere: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.library, self.folders, self.links = library, folders, links
        self._anywhere, self._clock = anywhere, clock
        self._lock = threading.RLock()
        self._places: Places | None = None
        self._sizes: dict[int, list[Path]] = {}
        self._walked: float | None = None

    def find(
        self, path: str, source: str, media: MediaFile | None, *, sure: bool = True
    ) -> Path | None:
        """Return the video of a timeline, or None.

        Args:
            path: of the timeline, below the library.
            source: the name of its video in the timeline.
            media: size and hash of the video; None: not known.
            sure: False: a file of the right size is accepted while its hash is unknown, so that
                nothing is read; for long lists.
        """
        for place in self.places(path, source):
            for file in found(*place, links=self.links):
                if media is None or self._is(file, media, sure):
                    return file
        if media is None:
            return None
        with self._lock:
            return next((f for f in self._elsewhere(media) if self._is(f, media, sure)), None)

    def places(self, path: str, source: str) -> Iterator[MediaPlace]:
        """Yield the places where the video of a timeline may lie, by its name."""
        timeline = self.library / path
        yield place_beside(timeline, source)
        below = PurePosixPath(path).parent  # parsing a folder keeps its shape
        names = (str(below / base_name(source)), source, base_name(source))
        for folder in self.folders:
            yield MediaPlace(folder, names)
            # the subfolder by its name below the folder: one that is a link is not entered
            stem = str(below / timeline.name.removesuffix(SUFFIX))
            yield MediaPlace(folder, (), stem)

    def _is(self, file: Path, media: MediaFile, sure: bool) -> bool:
        """Return whether a file has the content that a timeline was made of."""
        seen = stamp(file)
        if seen is None or seen[0] != media.bytes:
            return False
        with self._lock:
            places = self._known()
            try:
                hash_ = places.hash_of(file) if sure else places.known_hash(file)
            except MediaError:
                return False
        return hash_ in (None, media.hash)

    def _known(self) -> Places:
        if self._places is None or self._places.is_stale():
            self._places = Places(self.library)
        return self._places

    def _elsewhere(self, media: MediaFile) -> Iterator[Path]:
        """Yield files of any name that may have the content that a timeline was made of."""
        roots = [folder.resolve() for folder in (self.library, *self.folders)]
        for path in self._known().with_hash(media.hash):
            if is_media(path) and (self._anywhere or allowed(path, roots, self.links)):
                yield path
        yield from self._by_size().get(media.bytes, ())

    def _by_size(self) -> dict[int, list[Path]]:
        """Return the media files of the further folders by size, listed at most once a minute."""
        now = self._clock()
        if self._walked is None or now - self._walked > _KEPT_S:
            self._sizes = defaultdict(list)
            for folder in self.folders:
                for file in _walk(folder.resolve()):
                    size = (stamp(file) or (-1, 0))[0]
                    self._sizes[size].append(file)
            self._walked = now
        return self._sizes


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the media files below a folder; hidden files and links are skipped."""
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(above, name)
            if is_media(path) and not name.startswith(".") and not path.is_symlink():
                yield path


def beside(timeline: Path, source: str, media: MediaFile | None) -> Path | None:
    """Return the video of a timeline file: in its folder, or where its library saw it last."""
    parents = timeline.absolute().parents
    library = next((f for f in parents if (f / FOLDER / FILE).is_file()), parents[0])
    path = timeline.absolute().relative_to(library).as_posix()
    return Videos(library, anywhere=True).find(path, source, media)
