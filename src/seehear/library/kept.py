"""The clips of a library that can be parsed again from kept features."""

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
        written: facts of its timeline.
        rows: path of its kept features; the file may be missing.
        video: path of its video, beside its timeline if it is not known elsewhere.
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
        """Yield files at the places where the video of a clip was."""
        seen = self._places.of_timeline(one.name)
        if seen is not None and seen.path.is_file():
            yield seen.path
        yield from found((self._library / one.name).parent, (base_name(one.source),))

    def check(self, clip: LibraryClip) -> None:
        """Check that the video of a clip is unchanged; a missing video counts as unchanged.

        Raises:
            FeatureError: it has changed.
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
