"""Folders that grow, looked at again and again: files that are new and whole are handed on.

A file is whole when its size and time stamp are the same as at the last look, or when it was last
written longer ago than the time between two looks.  Until then it is waited for.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from seehear.addresses import stamp
from seehear.cli.inputs import Inputs
from seehear.library.plan import Wanted


@dataclass
class Watch:
    """Remembers what files were like at the last look.

    Args:
        interval_s: from one look to the next.
        now: the time as files are stamped with it; for tests.
    """

    interval_s: float
    now: Callable[[], float] = time.time
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def whole(self, found: Inputs) -> Inputs:
        """Return what was found without the files that are still being written.

        A folder that holds no media yet, or cannot be reached now, is not a failure: it is tried
        again.
        """
        files = [file for file, is_whole in self._look(found.files) if is_whole]
        return replace(found, files=files, failed=[])

    def _look(self, files: Iterable[Wanted]) -> list[tuple[Wanted, bool]]:
        before, self._seen = self._seen, {}
        out = []
        for file in files:
            found = stamp(file.path)
            if found is None:  # taken away again
                continue
            self._seen[file.path] = found
            age_s = self.now() - found[1] / 1e9
            out.append((file, before.get(file.path) == found or age_s > self.interval_s))
        return out
