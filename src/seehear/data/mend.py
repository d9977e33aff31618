"""Mends clip names that are certainly damaged; used by the `repaired` reading only.

A name is damaged if no clip of the dataset could have it: there are stray characters around it, or
its id or its span has another length than those of all clips.  It is mended if exactly one clip's
name is the same except for one or two characters lost or added at one end.  Well-formed names of
unknown clips are left alone: they are other videos.
"""

from collections.abc import Iterable

from seehear.data.clip import Clip

_STRAY = "`'\" \u00a0\ufeff"
_FURTHEST = 2  # characters lost or added


class Mender:
    """Knows the names of a dataset's clips.

    Args:
        names: of all clips, of all splits.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        clips = [Clip.parse(name) for name in self._names]
        self._shapes = {_shape(clip) for clip in clips}
        # where ids or spans differ in length, a length tells nothing: only stray characters do
        self._uniform = len(self._shapes) == 1
        self._meant: dict[str, str | None] = {}  # a damaged name stands in many rows

    def mend(self, name: str) -> str | None:
        """Return the clip's name that a damaged one means; None if it is not damaged, or in doubt.

        The name of a clip is returned as it is.
        """
        if name not in self._meant:
            self._meant[name] = self._mend(name)
        return self._meant[name]

    def _mend(self, name: str) -> str | None:
        stripped = name.strip(_STRAY)
        if stripped in self._names:
            return stripped
        if not self._uniform or _shape(Clip.parse(stripped)) in self._shapes:
            return None
        found = [known for known in self._names if _one_end_apart(stripped, known)]
        return found[0] if len(found) == 1 else None


def _shape(clip: Clip) -> tuple[int, float | None]:
    if clip.start_s is None or clip.end_s is None:
        return len(clip.id), None
    return len(clip.id), round(clip.end_s - clip.start_s, 3)


def _one_end_apart(a: str, b: str) -> bool:
    if not 0 < abs(len(a) - len(b)) <= _FURTHEST:  # most pairs, of which there are very many
        return False
    short, long = sorted((a, b), key=len)
    return long.startswith(short) or long.endswith(short)
