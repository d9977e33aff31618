"""The errors a user can meet, all below `SeehearError`.

A message is one line: what was expected, what came, where, what to do.  The command line prints it
and exits with 2; a library caller catches the subclass.  A caller's bug (wrong type, wrong shape)
is a plain `ValueError`/`TypeError`.
"""


class SeehearError(Exception):
    """Base of every error the world can cause.

    Args:
        problem: what was expected and what came.
        where: file, row or option the problem stands in.
        hint: what to do about it.
    """

    def __init__(
        self, problem: str, *, where: object | None = None, hint: str | None = None
    ) -> None:
        self.problem, self.where, self.hint = problem, where, hint
        super().__init__(problem)

    def __str__(self) -> str:
        text = self.problem if self.where is None else f"{self.where}: {self.problem}"
        text = text if self.hint is None else f"{text}; {self.hint}"
        return " ".join(
            text.split()
        )  # always one line, whatever a library put into its own message

    def __reduce__(
        self,
    ) -> tuple[object, ...]:  # keyword arguments survive the trip between processes
        return (_rebuild, (type(self), self.problem, self.where, self.hint))


def _rebuild(
    kind: type[SeehearError], problem: str, where: object, hint: str | None
) -> SeehearError:
    return kind(problem, where=where, hint=hint)


class MediaError(SeehearError):
    """A media file cannot be read at all (degraded media is a warning in the result instead)."""


class DataError(SeehearError):
    """A table, dataset folder, timeline file or prediction does not say what it should."""


class FeatureError(SeehearError):
    """Features are missing, damaged, or of another encoder than asked for."""


class WeightsError(SeehearError):
    """Pretrained weights are missing, damaged, or of another network."""


class ConfigError(SeehearError):
    """An option, recipe or override makes no sense."""


_CALLED = {
    "av": "PyAV",
    "PIL": "Pillow",
}  # packages whose users know them by another name than that imported


class MissingExtraError(SeehearError):
    """A feature needs an optional dependency that is not installed."""

    @classmethod
    def of(cls, package: str, extra: str) -> "MissingExtraError":
        """Return the error for a missing `package`, which `pip install seehear[extra]` brings."""
        return cls(
            f"{_CALLED.get(package, package)} is not installed",
            hint=f"run: pip install 'seehear[{extra}]'",
        )
