"""What installed packages add to seehear: found by entry points, imported when asked for by name.

A package names its things in groups: `seehear.encoders` (a class with a `card`), `seehear.recipes`
(a `Recipe`), `seehear.feature_sets` (a `FeatureSet`), `seehear.exporters` (a `Format`) and
`seehear.importers` (an `ImportFormat`).  A name of ours always means ours: a package that uses one
is told about on stderr and otherwise left alone.  A name that two packages use, and a package that
cannot be imported or holds something else, is an error of one line where that name is asked for,
and nowhere else.
"""

import logging
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from seehear.errors import ConfigError, ForeignCodeError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUPS = (
    "seehear.encoders",
    "seehear.recipes",
    "seehear.feature_sets",
    "seehear.exporters",
    "seehear.importers",
)
T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_warned: set[str] = set()


def added(group: str, ours: Collection[str]) -> list[str]:
    """Return the names that installed packages add to a group, sorted, without ours."""
    found = _points(group)
    for point in found:
        if point.name in ours:
            warn_once(
                f"package {package_of(point)} wants to add {noun(group)} {point.name!r}, which"
                " seehear has itself; left out"
            )
    return sorted({point.name for point in found if point.name not in ours})


def load(group: str, name: str, fits: Callable[[object], TypeGuard[T]], expected: str) -> T:
    """Return what a package adds under `name`.

    Args:
        group: one of `GROUPS`.
        name: of the entry point; not one of ours.
        fits: whether a loaded object is of the right kind.
        expected: that kind in words.

    Raises:
        KeyError: no package adds one.
        ConfigError: two packages add it, or it is of another kind.
        ForeignCodeError: it cannot be loaded.
    """
    points = list(_points(group, name))
    if not points:
        raise KeyError(name)
    if len({point.value for point in points}) > 1:
        raise ConfigError(
            f"packages {' and '.join(sorted(map(package_of, points)))} both add {noun(group)}"
            f" {name!r}",
            hint="uninstall one of them",
        )
    point = points[0]
    where = f"package {package_of(point)}"
    try:
        found = point.load()
    except Exception as error:  # whatever a foreign package raises when it is imported
        raise ForeignCodeError(
            f"its {noun(group)} {name!r} cannot be loaded: {raised(error, point.module)}",
            where=where,
            hint="correct it if it is yours, else update or uninstall it",
        ) from error
    if not fits(found):
        raise ConfigError(
            f"its {noun(group)} {name!r}: expected {expected}, got {found!r:.80}",
            where=where,
            hint="correct it if it is yours, else update or uninstall it",
        )
    return found


class Registry(Mapping[str, T]):
    """Things by name: ours, then those that packages add.

    Looking one up loads it.  Iteration leaves out those that cannot be loaded, with a line on
    stderr for each.

    Args:
        group: of the entry points.
        kind: class of the things.
        ours: those of this package.
    """

    def __init__(self, group: str, kind: type[T], ours: Mapping[str, T]) -> None:
        self._group, self._kind, self._ours = group, kind, dict(ours)

    def __getitem__(self, name: str) -> T:
        if name in self._ours:
            return self._ours[name]
        found = load(self._group, name, self._fits, f"a {self._kind.__name__}")
        called = getattr(found, "name", name)
        if called != name:
            raise ConfigError(
                f"its {noun(self._group)} {name!r} calls itself {called!r}",
                hint="the entry point and the thing must have one name",
            )
        return found

    def _fits(self, thing: object) -> TypeGuard[T]:
        return isinstance(thing, self._kind)

    def names(self) -> list[str]:
        """Return all names, ours first; nothing is loaded."""
        return [*self._ours, *added(self._group, self._ours)]

    def __iter__(self) -> Iterator[str]:
        yield from self._ours
        for name in added(self._group, self._ours):
            try:
                self[name]
            except ConfigError as error:
                warn_once(error)
            else:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._ours or name in self.names()


def warn_once(trouble: object) -> None:
    """Say on stderr, once, what is wrong with a package; the program goes on without it."""
    if str(trouble) not in _warned:
        _warned.add(str(trouble))
        _LOG.warning("seehear: %s", trouble)


def installed() -> list[dict[str, str]]:
    """Return every plug-in as `group`, `name`, `package`, without importing any."""
    return [
        {"group": group, "name": point.name, "package": package_of(point)}
        for group in GROUPS
        for point in sorted(_points(group), key=lambda p: p.name)
    ]


def _points(group: str, name: str | None = None) -> "EntryPoints":
    """Return what installed packages add to a group, all of it or what goes by one name."""
    from importlib import metadata  # here: half of all commands never need it

    found = metadata.entry_points(group=group)
    return found if name is None else found.select(name=name)


def raised(error: Exception, module: str) -> str:
    """Return kind and text of an exception, and the line of a module that it came from.

    Args:
        error: as caught.
        module: the name of the module whose line is wanted; where it is not among those that
            were running, the innermost line is given.
    """
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError):
        return text  # names file and line itself
    lines = list(traceback.walk_tb(error.__traceback__))
    own = [(frame, line) for frame, line in lines if frame.f_globals.get("__name__") == module]
    found = [pair for pair in own or lines if not _is_of_python(pair[0])]
    if not found:
        return text
    frame, line = found[-1]
    return f"{text} ({frame.f_code.co_filename}, line {line})"


def _is_of_python(frame: FrameType) -> bool:
    """Return whether a line belongs to what imports modules, which tells nobody anything."""
    name = str(frame.f_globals.get("__name__"))
    return name == __name__ or name.partition(".")[0] in ("importlib", "_frozen_importlib")


def package_of(point: "EntryPoint") -> str:
    """Return the package that an entry point belongs to."""
    if point.dist is None:
        return point.module.split(".")[0]
    return f"{point.dist.name} {point.dist.version}"


def noun(group: str) -> str:
    """Return what one thing of a group is called.

    Examples:
        >>> noun("seehear.feature_sets")
        'feature set'
    """
    return group.removeprefix("seehear.").removesuffix("s").replace("_", " ")
