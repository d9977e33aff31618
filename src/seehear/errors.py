"""The errors a user can meet, all below `SeehearError`.

A message is one line: what was expected, what came, where, what to do.  The command line prints it
and exits with 2; a library caller catches the subclass.  A caller's bug (wrong type, wrong shape)
is a plain `ValueError`/`TypeError`.

A message calls a parameter by its Python name: the wrong one in `parameter=`, any other in
backquotes, such as "leave `device` out".  The command line puts its options in their places.
"""

import re
from collections.abc import Callable

_NAMED = re.compile(r"`([a-z_]+)`")
_ENDLESS = re.compile(r"(\S{200})\S{60,}(\S{60})")


class SeehearError(Exception):
    """Base of every error that a user, a file or the system can cause.

    Args:
        problem: what was expected and what came.
        where: the file, row or address that has the problem.
        hint: what to do about it.
        parameter: name of the argument that is wrong, as a Python caller writes it; the command
            line shows the option of that name instead.
    """

    def __init__(
        self,
        problem: str,
        *,
        where: object | None = None,
        hint: str | None = None,
        parameter: str | None = None,
    ) -> None:
        self.problem = problem
        self.where = where
        self.hint = hint
        self.parameter = parameter
        super().__init__(problem)

    def __str__(self) -> str:
        return self.told()

    def told(self, *, places: bool = True, named: Callable[[str], str] | None = None) -> str:
        """Return the error as one line.

        Args:
            places: whether to say where; a web page leaves out the paths of its server.
            named: gives the name of a parameter to show, such as `--threshold` for `threshold`;
                None: its own.
        """
        parts = [self.parameter, None if self.where is None else str(self.where), self.problem]
        if not places:
            del parts[1]
        if named is not None and self.parameter is not None:
            parts[0] = named(self.parameter)
        text = ": ".join(part for part in parts if part)
        if self.hint is not None:
            text = f"{text}; {self.hint}"
        if named is not None:
            text = _NAMED.sub(lambda found: named(found[1]), text)
        # one line of readable length, whatever a library or a damaged file put into it
        return _ENDLESS.sub(lambda found: f"{found[1]}...{found[2]}", " ".join(text.split()))

    def __reduce__(self) -> tuple[object, ...]:
        # pickle would drop the keyword arguments when an error goes to another process
        state = (type(self), self.problem, self.where, self.hint, self.parameter)
        return (_rebuild, state)


def _rebuild(
    kind: type[SeehearError],
    problem: str,
    where: object,
    hint: str | None,
    parameter: str | None = None,
) -> SeehearError:
    return kind(problem, where=where, hint=hint, parameter=parameter)


class MediaError(SeehearError):
    """A media file cannot be read at all (degraded media is a warning in the result instead)."""


class DataError(SeehearError):
    """A table, dataset folder, timeline file or prediction does not say what it should."""


class FeatureError(SeehearError):
    """Features are missing, damaged, or of another encoder than asked for."""


class MissingRowsError(FeatureError):
    """A few clips have no features; the command line adds its own option to go on without them."""


class WeightsError(SeehearError):
    """Pretrained weights are missing, damaged, or of another network."""


class ConfigError(SeehearError):
    """An option, recipe or override makes no sense."""


class ForeignCodeError(ConfigError):
    """Code of another package, such as a loss of one's own, raised an exception: its cause."""


class UnreachableError(SeehearError):
    """The place where files lie cannot be reached now; nothing is wrong with the files."""


# package as it is imported -> the name that its users know
_CALLED = {"av": "PyAV", "PIL": "Pillow"}


class MissingExtraError(SeehearError):
    """A feature needs an optional dependency that is not installed."""

    @classmethod
    def of(cls, package: str, extra: str) -> "MissingExtraError":
        """Return the error for a missing `package`, which `pip install seehear[extra]` brings."""
        return cls(
            f"{_CALLED.get(package, package)} is not installed",
            hint=f"run: pip install 'seehear[{extra}]'",
        )
