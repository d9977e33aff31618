"""The clips of a library that can be asked again: their timelines, and what was kept of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seehear.errors import FeatureError, MediaError
from seehear.features.beside import kept_path
from seehear.features.kept import AGAIN
from seehear.library.facts import Facts
from seehear.library.media import base_name, found
from seehear.library.places import Places
from seehear.library.scan import Scan, require_files
from seehear.library.written import Written, timeline_names
from seehear.time import SUFFIX


@dataclass(frozen=True)
class LibraryClip:
    """A clip of a library.

    Args:
        written: what its timeline says.
        rows: where features of it were kept, if they were.
        video: where it lies, or would lie beside its timeline.
    """

    written: Written
    rows: Path
    video: Path


class KeptLibrary:
    """Finds the clips of a library.

    Args:
        library: the folder.
    """

    def __init__(self, library: Path) -> None:
        require_files(library)
        self._library, self._places, self._facts = library, Places(library), Facts(library)

    def __iter__(self) -> Iterator[LibraryClip]:
        for name in timeline_names(self._library):
            written = self._facts.read(name)
            if written is not None:
                rows = kept_path(self._library / f"{name}{SUFFIX}")
                yield LibraryClip(written, rows, self._video(written))

    def _video(self, one: Written) -> Path:
        beside = self._library / f"{one.name}{Path(base_name(one.source)).suffix}"
        return next(self._videos(one), beside)

    def _videos(self, one: Written) -> Iterator[Path]:
        """Yield the files that stand where the video of a clip stood."""
        seen = self._places.of_timeline(one.name)
        if seen is not None and seen.path.is_file():
            yield seen.path
        yield from found((self._library / one.name).parent, (base_name(one.source),))

    def check(self, clip: LibraryClip) -> None:
        """Refuse a clip whose video was changed since; one whose video is not there is as it was.

        Raises:
            FeatureError: it was.
        """
        written, changed = clip.written, None
        for video in self._videos(written):
            try:
                if self._places.hash_of(video) == written.hash:
                    return
            except MediaError:
                continue
            changed = changed or video
        if changed is not None:
            raise FeatureError("the video changed since it was parsed", where=changed, hint=AGAIN)


def is_library(folder: Path) -> bool:
    """Return whether a folder holds timelines, whatever else lies in it."""
    return folder.is_dir() and next(Scan(folder).files(), None) is not None


def keeps_features(library: Path) -> bool:
    """Return whether features were kept of any clip of a library."""
    return any(kept_path(library / path).is_file() for path, _ in Scan(library).files())
