"""Which clip of a split a prediction is for."""

from collections.abc import Sequence

from seehear.data.dataset import Split
from seehear.data.orphans import Nearest
from seehear.errors import DataError


class ClipFinder:
    """Finds the clip that a prediction is for; refuses the second one for the same clip."""

    def __init__(self, split: Split) -> None:
        self._split = split
        self._index = {clip.id: i for i, clip in enumerate(split.clips)}
        self._index.update({clip.name: i for i, clip in enumerate(split.clips)})
        self._from: dict[int, object] = {}

    def known(self, name: str, outside: list[str]) -> bool:
        """Return whether the split has this clip; note it in `outside` if not."""
        if name not in self._index:
            outside.append(name)
        return name in self._index

    def hint(self, outside: Sequence[str], advice: str) -> str:
        """Return `advice`, after the clip that the first unknown name may mean.

        Args:
            outside: names of no clip.
            advice: what to do.
        """
        near = Nearest(self._split.names).hint(outside[0]) if outside else None
        return advice if near is None else f"{near} {advice}"

    def place(self, name: str, source: object) -> int:
        """Return a known clip's place in the split, once.

        Args:
            name: its name or id.
            source: where the prediction comes from, for the error.

        Raises:
            DataError: it was asked for before: there are two predictions for the clip.
        """
        index = self._index[name]
        if index in self._from:
            raise DataError(
                f"two predictions for clip {self._split.names[index]}: {self._from[index]} and"
                f" {source}",
                hint="remove one of them",
            )
        self._from[index] = source
        return index
